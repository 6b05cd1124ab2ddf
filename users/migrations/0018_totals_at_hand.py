from django.db import migrations, models

FILL = """
INSERT INTO users_funneltotal (channel, week, stages, customers)
SELECT channel, week, stages, sum(customers)::int FROM users_funnelcell GROUP BY channel, week, stages
"""


class Migration(migrations.Migration):
    """What whoever sees everybody asks of the boards, without reading every community's row."""

    dependencies = [("users", "0017_fewer_customer_indexes")]

    operations = [
        migrations.CreateModel(
            name="FunnelTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "channel", "week", "stages", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(blank=True, max_length=40)),
                ("week", models.DateField(help_text="Monday of the registration")),
                ("stages", models.SmallIntegerField()),
                ("customers", models.IntegerField()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="cohortcell",
            index=models.Index(
                fields=["cohort", "week"],
                include=["community_id", "customers", "purchases", "net", "gross", "every", "recalled", "last"],
                name="cohort_cells",
            ),
        ),
        migrations.AddIndex(
            model_name="communityday",
            index=models.Index(fields=["day"], include=["gross", "discount"], name="days_of_everybody"),
        ),
    ]
