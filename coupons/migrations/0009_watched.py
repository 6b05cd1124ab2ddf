from django.db import migrations

WATCH = """
CREATE TRIGGER tell_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION tell_revision()
"""
LEAVE = "DROP TRIGGER tell_revision ON {table}"
TABLE = "coupons_subsidytotal"


class Migration(migrations.Migration):
    """The dashboard remembers what it read from it as long as nobody writes to it (opsdesk/lib/revisions.py)."""

    dependencies = [
        ("runs", "0002_revisions"),
        ("coupons", "0008_subsidy_totals"),
    ]

    operations = [migrations.RunSQL(WATCH.format(table=TABLE), LEAVE.format(table=TABLE))]
