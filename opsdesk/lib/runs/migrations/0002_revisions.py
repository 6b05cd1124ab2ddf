from django.db import migrations

MADE = """
CREATE TABLE revision (id bigserial PRIMARY KEY);
CREATE FUNCTION tell_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revision DEFAULT VALUES;
    RETURN NULL;
END $$;
"""
GONE = "DROP FUNCTION tell_revision(); DROP TABLE revision;"


class Migration(migrations.Migration):
    """A row a statement that wrote to a watched table (opsdesk/lib/revisions.py)."""

    dependencies = [("runs", "0001_initial")]

    operations = [migrations.RunSQL(MADE, GONE)]
