"""A week's acquisition budget is typed, and taken back."""

from datetime import date

from django.db import transaction

from communities.models import StaffMember
from opsdesk.lib import sql
from users.retention import queries
from users.retention.models import WeekBudget

_LOCK = 0x0B0D6  # advisory lock: statements come one after the other, so that each knows what it replaces


@transaction.atomic
def set_week_budget(week: date, community_id: int | None, fen: int | None, by: StaffMember | None) -> WeekBudget | None:
    """One more statement; None when that is how it stood already."""
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
    standing = queries.week_budget(week, community_id)
    if fen == (standing.fen if standing else None):
        return None
    return WeekBudget.objects.create(week=week, community_id=community_id, fen=fen, by=by)


@transaction.atomic
def take_back(change: WeekBudget, by: StaffMember | None) -> bool:
    """As it stood before a statement, by another one. False when something newer was said of the same week."""
    same = queries.of_week(change.week, change.community_id)
    if same.filter(id__gt=change.pk).exists():
        return False
    before = same.filter(id__lt=change.pk).order_by("-id").first()
    return set_week_budget(change.week, change.community_id, before.fen if before else None, by) is not None
