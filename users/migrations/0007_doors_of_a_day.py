"""A customer-day tells whether it saw one door or more, so that nobody's orders are read again to find proxy buyers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0006_snapshots_by_date_only")]

    operations = [
        migrations.AddField(
            "customerday",
            "door_low",
            models.BigIntegerField(help_text="smallest hash of the day's delivery addresses", null=True),
        ),
        migrations.AddField(
            "customerday",
            "door_high",
            models.BigIntegerField(help_text="largest one: where both are equal there is one door", null=True),
        ),
    ]
