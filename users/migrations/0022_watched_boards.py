from django.db import migrations

WATCH = """
CREATE TRIGGER tell_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION tell_revision()
"""
LEAVE = "DROP TRIGGER tell_revision ON {table}"
TABLES = (
    "users_funnelcell",
    "users_funneltotal",
    "users_referral",
    "users_retentionalert",
    "users_spend",
    "users_variable",
    "users_weekbudget",
)


class Migration(migrations.Migration):
    """The funnel remembers what it read as long as nobody writes to it, and the cohorts their levers and alerts
    (opsdesk/lib/revisions.py)."""

    dependencies = [("users", "0021_watched")]

    operations = [migrations.RunSQL(WATCH.format(table=table), LEAVE.format(table=table)) for table in TABLES]
