"""Computed as-of dates know which change of customer-days they saw; score means are kept as exact sums."""

from django.db import migrations, models

PARTIAL = "newest change of customer-days it saw; −1: partial"


def _sum(help_text: str = "") -> models.BigIntegerField:
    return models.BigIntegerField(default=0, help_text=help_text)


class Migration(migrations.Migration):
    dependencies = [("users", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DaysChanged",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("first_day", models.DateField()),
                ("rows", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RfmDay",
            fields=[
                ("as_of", models.DateField(primary_key=True, serialize=False)),
                ("policy_version", models.BigIntegerField()),
                ("last_change_id", models.BigIntegerField(default=0, help_text=PARTIAL)),
                ("customers", models.IntegerField(default=0, help_text="with a score")),
                ("computed_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveField(model_name="rfmcut", name="r_mean"),
        migrations.RemoveField(model_name="rfmcut", name="f_mean"),
        migrations.RemoveField(model_name="rfmcut", name="m_mean"),
        migrations.AddField(
            "rfmcut",
            "r_sum",
            _sum("of the R scores that the mean is taken from; kept as a sum to stay exact"),
            preserve_default=False,
        ),
        migrations.AddField("rfmcut", "f_sum", _sum(), preserve_default=False),
        migrations.AddField("rfmcut", "m_sum", _sum(), preserve_default=False),
        migrations.AddField(
            "rfmcut",
            "mean_of",
            models.IntegerField(
                default=0, help_text="how many customers' scores are in the sums: the company's where borrowed"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "rfmcut",
            "origin",
            models.CharField(
                choices=[
                    ("own", "Own"),
                    ("borrowed", "Borrowed"),
                    ("fixed", "Fixed"),
                    ("frozen", "Frozen"),
                    ("company", "Company"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            "lifecyclesnapshot",
            "before",
            models.CharField(
                blank=True, help_text="class in the Monday snapshot before; empty: newly known", max_length=10
            ),
        ),
        migrations.AddField(
            "snapshotday", "last_change_id", models.BigIntegerField(default=0, help_text=PARTIAL)
        ),
        migrations.AlterField(
            "standing",
            "as_of",
            models.DateField(help_text="the run that last changed this row; what has not changed is not rewritten"),
        ),
    ]
