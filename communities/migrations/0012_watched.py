from django.db import migrations

WATCH = """
CREATE TRIGGER tell_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION tell_revision()
"""
LEAVE = "DROP TRIGGER tell_revision ON {table}"
TABLE = "communities_community"


class Migration(migrations.Migration):
    """Boards remember what they read as long as no community changes (opsdesk/lib/revisions.py)."""

    dependencies = [
        ("runs", "0002_revisions"),
        ("communities", "0011_insight_scopes"),
    ]

    operations = [migrations.RunSQL(WATCH.format(table=TABLE), LEAVE.format(table=TABLE))]
