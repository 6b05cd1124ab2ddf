from django.db import migrations, models

FILL = """
INSERT INTO coupons_subsidytotal (week, community_id, gross, cost)
SELECT week, community_id, sum(gross), sum(cost) FROM coupons_subsidyweek GROUP BY 1, 2 ORDER BY 1, 2
"""


class Migration(migrations.Migration):
    """A week's money of a community, of all classes together."""

    dependencies = [
        ("coupons", "0007_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubsidyTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "week", "community_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("week", models.DateField(help_text="its Monday")),
                ("community_id", models.IntegerField(help_text="0: unassigned")),
                ("gross", models.BigIntegerField()),
                ("cost", models.BigIntegerField(help_text="taken off by coupons of batches")),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
