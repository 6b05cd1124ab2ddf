"""Spend is told, a cell or a sheet at a time, and taken back. No statement is ever changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from communities.models import StaffMember
from opsdesk.lib import sql
from users.acquisition import spend_queries as queries
from users.acquisition.models import Spend
from users.acquisition.spend_rules import Entry

_LOCK = 0x5BE4D  # advisory lock: statements come one after the other, so that each knows what it replaces


@dataclass(frozen=True)
class Kept:
    """A sheet as it was written: its number (None: everything stood so already), statements, cells left alone."""

    sheet: UUID | None
    changed: int
    same: int


@transaction.atomic
def tell(
    week: date,
    channel: str,
    community_id: int | None,
    fen: int | None,
    by: StaffMember | None,
    way: str = Spend.Way.TYPED,
    sheet: UUID | None = None,
) -> Spend | None:
    """One more statement; None when that is how it stood already."""
    _begin()
    standing = queries.standing(week, channel, community_id)
    if fen == (standing.fen if standing else None):
        return None
    return Spend.objects.create(
        week=week, channel=channel, community_id=community_id, fen=fen, by=by, way=way, sheet=sheet
    )


@transaction.atomic
def keep_sheet(entries: Iterable[Entry], way: str, by: StaffMember | None) -> Kept:
    """All of a sheet in one go."""
    sheet, changed, same = uuid4(), 0, 0
    for one in entries:
        if tell(one.week, one.channel, one.community_id, one.fen, by, way, sheet):
            changed += 1
        else:
            same += 1
    return Kept(sheet if changed else None, changed, same)


@transaction.atomic
def take_back(change: Spend, by: StaffMember | None) -> bool:
    """As it stood before a statement, by another one. False when something newer was said of the same cell."""
    _begin()
    same = queries.of_cell(change.week, change.channel, change.community_id)
    if same.filter(id__gt=change.pk).exists():
        return False
    before = same.filter(id__lt=change.pk).order_by("-id").first()
    fen = before.fen if before else None
    return tell(change.week, change.channel, change.community_id, fen, by) is not None


@transaction.atomic
def take_back_sheet(sheet: UUID, by: StaffMember | None) -> tuple[int, int]:
    """(cells as they stood before it, cells of which something newer was said)."""
    _begin()
    back = [take_back(change, by) for change in Spend.objects.filter(sheet=sheet).order_by("id")]
    return sum(back), len(back) - sum(back)


def _begin() -> None:
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
