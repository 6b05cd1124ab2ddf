from django.db import migrations, models


class Migration(migrations.Migration):
    """Nobody asks for what a name or a phone begins with: names are searched inside, phones by their grams."""

    dependencies = [
        ("communities", "0011_insight_scopes"),
        ("users", "0016_short_fingerprints"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_name",
        ),
        migrations.AlterField(
            model_name="customer",
            name="phone",
            field=models.CharField(max_length=11),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(fields=("phone",), name="customer_phone"),
        ),
    ]
