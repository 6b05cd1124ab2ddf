from django.db import migrations

WATCH = """
CREATE TRIGGER tell_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION tell_revision()
"""
LEAVE = "DROP TRIGGER tell_revision ON {table}"
TABLES = (
    "users_communityday",
    "users_stationday",
    "users_communityperiod",
    "users_weekrates",
    "users_flowweek",
    "users_cohortcell",
    "users_snapshotday",
    "users_lifecyclecount",
)


class Migration(migrations.Migration):
    """Boards remember what they read from these roll-ups as long as nobody writes to them (opsdesk/lib/revisions.py)."""

    dependencies = [
        ("runs", "0002_revisions"),
        ("users", "0020_periods_at_hand"),
    ]

    operations = [migrations.RunSQL(WATCH.format(table=table), LEAVE.format(table=table)) for table in TABLES]
