from django.db import migrations


class Migration(migrations.Migration):
    """Imports stage their rows in tables of this schema, one set a file, dropped when the file is done with."""

    dependencies = [("users", "0002_as_of_days")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS staging", "DROP SCHEMA IF EXISTS staging CASCADE"),
    ]
