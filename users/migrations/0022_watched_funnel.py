from django.db import migrations

WATCH = """
CREATE TRIGGER tell_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION tell_revision()
"""
LEAVE = "DROP TRIGGER tell_revision ON {table}"
TABLES = ("users_funnelcell", "users_funneltotal", "users_referral")


class Migration(migrations.Migration):
    """The funnel remembers what it read as long as nobody writes to it (opsdesk/lib/revisions.py)."""

    dependencies = [("users", "0021_watched")]

    operations = [migrations.RunSQL(WATCH.format(table=table), LEAVE.format(table=table)) for table in TABLES]
