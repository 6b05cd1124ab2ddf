"""What the boards, the matrix and the exports read. Everywhere: `places` are community ids in sight, 0 the unassigned,
None everybody; `as_of` must be a computed date (a SnapshotDay)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from communities.policies.preview import Shift
from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.lifecycle import rules, snapshot_sql
from users.lifecycle.models import LifecycleCount, LifecycleSnapshot, SnapshotDay
from users.purchases import queries as purchase_queries
from users.purchases.rules import monday_of

Places = Sequence[int] | None


class Count(NamedTuple):
    customers: int = 0
    recalled: int = 0


@dataclass(frozen=True)
class Cell:
    """Customers who went from `before` ("" = newly known) to `after`; `by_policy` of them because a setting changed."""

    before: str
    after: str
    customers: int = 0
    by_policy: int = 0


@dataclass(frozen=True)
class Matrix:
    """Everybody known as of `after_day`, by class then and class as of `before_day`."""

    before_day: date
    after_day: date
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, before: str, after: str) -> Cell:
        return self.cells.get((before, after), Cell(before, after))

    def row_total(self, before: str) -> int:
        return sum(cell.customers for cell in self.cells.values() if cell.before == before)

    def column_total(self, after: str) -> int:
        return sum(cell.customers for cell in self.cells.values() if cell.after == after)

    @property
    def total(self) -> int:
        return sum(cell.customers for cell in self.cells.values())

    @property
    def by_policy(self) -> int:
        return sum(cell.by_policy for cell in self.cells.values())


class SegmentRow(NamedTuple):
    """One customer as of a date; phone in clear: the writer masks it. net in fen."""

    customer_id: int
    phone: str
    community: str
    lifecycle: str
    first_purchase: date | None
    last_order: date | None
    purchases: int
    net: int


def latest_as_of() -> date | None:
    found: date | None = sql.value("SELECT max(as_of) FROM users_snapshotday")
    return found


def snapshot_day(as_of: date) -> SnapshotDay | None:
    return SnapshotDay.objects.filter(as_of=as_of).first()


def mondays(upto: date | None = None) -> list[date]:
    """Mondays with a snapshot, newest first."""
    days = SnapshotDay.objects.filter(as_of__iso_week_day=1).order_by("-as_of")
    return list((days.filter(as_of__lte=upto) if upto else days).values_list("as_of", flat=True))


def monday_before(as_of: date) -> date:
    """The weekly snapshot that a date is compared with: the last Monday that is earlier."""
    return monday_of(as_of - timedelta(days=1))


def counts(as_of: date, places: Places = None) -> dict[int, dict[str, Count]]:
    """By community and class; classes with nobody are there too. One row a community and class, by the key."""
    found: dict[int, dict[str, Count]] = {}
    for row in _in_sight(LifecycleCount.objects.filter(as_of=as_of), places):
        by_class = found.setdefault(row.community_id, {name: Count() for name in rules.CLASSES})
        by_class[row.lifecycle] = Count(row.customers, row.recalled)
    return found


def totals(as_of: date, places: Places = None) -> dict[str, Count]:
    """By class, over all places in sight."""
    each = counts(as_of, places).values()
    return {
        name: Count(sum(c[name].customers for c in each), sum(c[name].recalled for c in each)) for name in rules.CLASSES
    }


def history(as_of: date, places: Places = None, weeks: int = 8) -> list[tuple[date, dict[str, int]]]:
    """The last Monday snapshots up to as_of, oldest first, as class -> customers; fewer where there are fewer."""
    days = list(reversed(mondays(as_of)[:weeks]))
    found: dict[date, dict[str, int]] = {day: dict.fromkeys(rules.CLASSES, 0) for day in days}
    for row in _in_sight(LifecycleCount.objects.filter(as_of__in=days), places):
        found[row.as_of][row.lifecycle] += row.customers
    return list(found.items())


# One row a pair of classes. The snapshot keeps each customer's class at the Monday before, so one as_of is read
# (snapshot_class).
_WEEKLY = """
SELECT before, lifecycle, count(*), count(*) FILTER (WHERE by_policy)
  FROM users_lifecyclesnapshot
 WHERE as_of = %(after)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY 1, 2
"""
# The same for two dates that are no week apart; by_policy is not told then.
_APART = """
SELECT COALESCE(b.lifecycle, ''), a.lifecycle, count(*), 0
  FROM users_lifecyclesnapshot a
  LEFT JOIN users_lifecyclesnapshot b ON b.as_of = %(before)s AND b.customer_id = a.customer_id
 WHERE a.as_of = %(after)s AND (%(places)s::int[] IS NULL OR a.community_id = ANY(%(places)s))
 GROUP BY 1, 2
"""


def transitions(as_of: date, before: date | None = None, places: Places = None) -> Matrix:
    """Who went where from `before` (the Monday before as_of, unless another) to as_of."""
    start = before or monday_before(as_of)
    statement = _WEEKLY if start == monday_before(as_of) else _APART
    rows = sql.rows(statement, after=as_of, before=start, places=_listed(places))
    return Matrix(start, as_of, {(was, now): Cell(was, now, n, policy) for was, now, n, policy in rows})


def preview(as_of: date, policies: Policies, place: int | None = None) -> dict[str, int]:
    """Customers by class if these policies were in force in one community, or (None) for the whole company; from the
    facts in the snapshot. Nothing is kept."""
    supposed = purchase_queries.policies_supposed(policies, place)
    each = list(supposed.values())
    rows = sql.rows(
        snapshot_sql.PREVIEW,
        as_of=as_of,
        place=place,
        places=list(supposed),
        new_window=[one.new_window_days for one in each],
        silent_after=[one.silent_after_days for one in each],
        merge_days=[one.merge_days for one in each],
    )
    found: dict[str, int] = dict.fromkeys(rules.CLASSES, 0)
    return found | dict(rows)


def shifts(as_of: date, supposed: Mapping[int, Policies]) -> list[Shift]:
    """Who would stand in another class under these policies by place, the unassigned's at 0. Nothing is kept."""
    each = list(supposed.values())
    rows = sql.rows(
        snapshot_sql.SHIFTS,
        as_of=as_of,
        places=list(supposed),
        new_window=[one.new_window_days for one in each],
        silent_after=[one.silent_after_days for one in each],
        merge_days=[one.merge_days for one in each],
    )
    return [Shift("lifecycle", *row) for row in rows]


def movers(
    as_of: date, was: str, now: str, before: date | None = None, places: Places = None
) -> QuerySet[LifecycleSnapshot]:
    """The customers of one cell of the matrix; its count equals the cell."""
    start = before or monday_before(as_of)
    rows = _in_sight(LifecycleSnapshot.objects.filter(as_of=as_of, lifecycle=now), places)
    if start == monday_before(as_of):
        return rows.filter(before=was)
    then = LifecycleSnapshot.objects.filter(as_of=start)
    if was == rules.NEWLY_KNOWN:
        return rows.exclude(customer_id__in=then.values("customer_id"))
    return rows.filter(customer_id__in=then.filter(lifecycle=was).values("customer_id"))


def members(as_of: date, lifecycle: str = "", places: Places = None) -> QuerySet[LifecycleSnapshot]:
    """One row a customer known as of the date (snapshot_class)."""
    rows = _in_sight(LifecycleSnapshot.objects.filter(as_of=as_of), places)
    return rows.filter(lifecycle=lifecycle) if lifecycle else rows


def of_customer(customer_id: int) -> QuerySet[LifecycleSnapshot]:
    """One customer's snapshots, newest first: the key, once a computed date."""
    computed = SnapshotDay.objects.values("as_of")
    return LifecycleSnapshot.objects.filter(customer_id=customer_id, as_of__in=computed).order_by("-as_of")


# One row a customer known as of the date, in order of customer (snapshot_class).
_SEGMENTS = """
SELECT s.customer_id, c.phone, COALESCE(p.name, ''), s.lifecycle, s.first_purchase, s.last_order, s.purchases, s.net
  FROM users_lifecyclesnapshot s
  JOIN users_customer c ON c.id = s.customer_id
  LEFT JOIN communities_community p ON p.id = s.community_id
 WHERE s.as_of = %(as_of)s AND (%(places)s::int[] IS NULL OR s.community_id = ANY(%(places)s))
 ORDER BY s.customer_id
"""


def segments_rows(as_of: date, places: Places = None) -> Iterator[SegmentRow]:
    """For the export: streamed, in bounded memory."""
    return (SegmentRow(*row) for row in sql.stream(_SEGMENTS, as_of=as_of, places=_listed(places)))


def _in_sight(rows: QuerySet[Any], places: Places) -> QuerySet[Any]:
    return rows.filter(Q() if places is None else Q(community_id__in=places))


def _listed(places: Places) -> list[int] | None:
    return None if places is None else list(places)
