from django.db import migrations

MAKE = """
CREATE TABLE IF NOT EXISTS cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS cache_expires ON cache (expires);
"""


class Migration(migrations.Migration):
    """The cache is a table, so that sign-in limits hold while Redis is away."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(MAKE, "DROP TABLE cache")]
