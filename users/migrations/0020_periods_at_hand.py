from django.db import migrations, models

FILL = """
INSERT INTO users_communityperiod (grain, start, community_id, gross, discount, net, orders, purchases, payers,
                                   payer_days, new_payers, fresh, fresh_back)
WITH days AS (
    SELECT g.*, LEAST(7, g.next - 1 - d.day) AS here, d.*
      FROM users_communityday d
     CROSS JOIN LATERAL (VALUES
           ('week', date_trunc('week', d.day)::date, (date_trunc('week', d.day) + interval '1 week')::date,
            d.week_payers),
           ('month', date_trunc('month', d.day)::date, (date_trunc('month', d.day) + interval '1 month')::date,
            d.month_payers)) g(grain, start, next, running)),
told AS (
    SELECT grain, start, community_id, gross, discount, net, orders, purchases, running, payers, new_payers,
           new_payers * here AS fresh, fresh_back
      FROM days
     UNION ALL
    SELECT grain, next, community_id, 0, 0, 0, 0, 0, 0, 0, 0, new_payers * (7 - here), 0
      FROM days WHERE new_payers > 0 AND here < 7)
SELECT grain, start, community_id, sum(gross)::bigint AS gross, sum(discount)::bigint AS discount,
       sum(net)::bigint AS net, sum(orders)::int AS orders, sum(purchases)::int AS purchases,
       max(running) AS payers, sum(payers)::int AS payer_days, sum(new_payers)::int AS new_payers,
       sum(fresh)::int AS fresh, sum(fresh_back)::int AS fresh_back
  FROM told GROUP BY grain, start, community_id ORDER BY grain, start, community_id
"""


class Migration(migrations.Migration):
    """Weeks and months of communities added up, and everybody known on a date: for boards of many periods."""

    dependencies = [
        ("users", "0019_tell_what_a_signup_file_keeps"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommunityPeriod",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "grain", "start", "community_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("grain", models.CharField(help_text="week or month", max_length=5)),
                ("start", models.DateField(help_text="its Monday or first day")),
                ("community_id", models.IntegerField()),
                ("gross", models.BigIntegerField()),
                ("discount", models.BigIntegerField()),
                ("net", models.BigIntegerField()),
                ("orders", models.IntegerField()),
                ("purchases", models.IntegerField()),
                ("payers", models.IntegerField()),
                ("payer_days", models.IntegerField()),
                ("new_payers", models.IntegerField()),
                ("fresh", models.IntegerField()),
                ("fresh_back", models.IntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="lifecyclecount",
            index=models.Index(fields=["as_of", "community_id"], include=("customers",), name="counts_of_a_day"),
        ),
        migrations.RemoveIndex(
            model_name="communityday",
            name="days_of_everybody",
        ),
        migrations.AddIndex(
            model_name="communityday",
            index=models.Index(
                fields=["day"], include=("community_id", "gross", "discount", "new_payers"), name="days_of_everybody"
            ),
        ),
        migrations.AddIndex(
            model_name="weekrates",
            index=models.Index(
                fields=["kind", "monday"],
                include=("place_id", "fresh", "fresh_back", "silent", "woken"),
                name="rates_of_a_monday",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
