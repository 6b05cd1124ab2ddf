from django.conf import settings
from django.db import migrations, models

# Touches of messages that nobody has handed over yet said that they had reached their customer.
TELL_THE_TRUTH = """
UPDATE users_touch t SET state = 'waiting' FROM users_message m
 WHERE m.touch_id = t.id AND m.channel = t.channel AND m.state IN ('waiting', 'sending') AND t.state = 'done'
"""
BACK = "UPDATE users_touch SET state = 'done' WHERE state = 'waiting'"


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0011_two_lanes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="touch",
            name="touch_reached",
        ),
        migrations.AlterField(
            model_name="touch",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "not handed over yet"),
                    ("done", "reached"),
                    ("control", "held out"),
                    ("blocked", "held back"),
                    ("unknown", "unknown"),
                ],
                default="done",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "done", "unknown"))),
                fields=["customer", "at"],
                name="touch_counted",
            ),
        ),
        migrations.RunSQL(TELL_THE_TRUTH, BACK),
    ]
