import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_initial"),
        ("users", "0009_unsent"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WeekBudget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField(help_text="its Monday", verbose_name="week")),
                (
                    "fen",
                    models.BigIntegerField(
                        help_text="null: nothing is known again", null=True, verbose_name="acquisition budget"
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        help_text="null: the whole company",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communities.community",
                        verbose_name="community",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["week", "community", "-id"], name="week_budget_in_force")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("fen__gte", 0)), name="week_budget_not_negative")
                ],
            },
        ),
    ]
