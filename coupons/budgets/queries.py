"""Budgets in reach, the limits of places, and how a budget will end at its pace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from communities.models import Community, ServiceStation
from communities.scoping import Scope
from coupons.budgets import drawing
from coupons.budgets.models import Budget, BudgetEntry
from opsdesk.lib import charts, sql

PACE_DAYS = 28

# One row a budget with spending in the days before as_of. Reads the entries of these budgets (their foreign key).
PACE = """
SELECT budget_id, sum(spent)::bigint
  FROM coupons_budgetentry
 WHERE budget_id = ANY(%(ids)s) AND spent <> 0 AND at >= %(begin)s AND at < %(end)s
 GROUP BY budget_id
"""


def limits_on(day: date, community_ids: Collection[int], station_ids: Collection[int]) -> list[Budget]:
    """The open budgets of these places in force that day, in the order of ids; what coupons given there count
    against. At most one a place: the database says so."""
    places = Q(community__in=community_ids) | Q(station__in=station_ids)
    return list(_in_force(day).filter(places).order_by("id"))


def of_the_company(day: date) -> QuerySet[Budget]:
    """Those that a batch may name: open, of no place, and not over by that day."""
    found = Budget.objects.filter(community=None, station=None, closed_at=None)
    return found.filter(ends_on__gte=day).order_by("begins_on", "name")


def overlapping(
    begins: date, ends: date, *, community: Community | None, station: ServiceStation | None, besides: int | None
) -> Budget | None:
    """The open budget of this place that has a day in common, as the exclusion constraints see it."""
    found = Budget.objects.filter(closed_at=None, community=community, station=station).exclude(pk=besides or 0)
    return found.filter(begins_on__lte=ends, ends_on__gte=begins).first()


def visible_to(scope: Scope) -> QuerySet[Budget]:
    """Newest period first. The company's budgets are sums over everybody: for those who see everybody."""
    found = Budget.objects.select_related("community", "station__community").order_by("-begins_on", "-ends_on", "name")
    if scope.everywhere:
        return found
    own = Q(community__in=scope.communities) | Q(station__in=scope.stations)
    return found.filter(own | Q(station__community__in=scope.communities))


def _in_force(day: date) -> QuerySet[Budget]:
    return Budget.objects.filter(closed_at=None, begins_on__lte=day, ends_on__gte=day)


# -- How it will end -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """One budget on a day. `pace`: fen spent a day of late; `at_end`: spent by its last day at that pace, never
    more than the amount; `runs_out_on`: the day at which nothing would be left, None when its period ends before."""

    budget: Budget
    pace: float
    at_end: int
    runs_out_on: date | None

    @property
    def parts(self) -> list[charts.Part]:
        return drawing.parts(self.budget)


def report(budgets: Sequence[Budget], as_of: date) -> list[Report]:
    """One row a budget, in their order. The pace is that of the PACE_DAYS days before and with `as_of`, of those in
    which the budget was in force. One query."""
    since = as_of - timedelta(days=PACE_DAYS - 1)
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (since, as_of + timedelta(days=1)))
    spent = {row[0]: row[1] for row in sql.rows(PACE, ids=[one.pk for one in budgets], begin=begin, end=end)}
    return [_report(budget, spent.get(budget.pk, 0), since, as_of) for budget in budgets]


def _report(budget: Budget, lately: int, since: date, as_of: date) -> Report:
    counted = (min(as_of, budget.ends_on) - max(since, budget.begins_on)).days + 1
    to_go = max((budget.ends_on - max(as_of, budget.begins_on)).days, 0)
    pace = max(lately, 0) / counted if counted > 0 else 0.0
    at_end = min(budget.amount, budget.spent + round(pace * to_go))
    lasts = (budget.amount - budget.spent) / pace if pace else None
    runs_out = as_of + timedelta(days=int(lasts)) if lasts is not None and lasts < to_go else None
    return Report(budget, pace, at_end, None if budget.closed_at else runs_out)


# -- The ledger ----------------------------------------------------------------------------------------------------

# One row a week (its Monday in Shanghai) with an entry: fen reserved, given back before use, and spent.
WEEKS = """
SELECT date_trunc('week', at AT TIME ZONE 'Asia/Shanghai')::date AS week,
       COALESCE(sum(reserved) FILTER (WHERE reserved > 0), 0)::bigint,
       COALESCE(-sum(reserved) FILTER (WHERE kind = 'release'), 0)::bigint,
       COALESCE(sum(spent), 0)::bigint
  FROM coupons_budgetentry WHERE budget_id = %(budget_id)s
 GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Week:
    monday: date
    reserved: int
    released: int
    spent: int


@dataclass(frozen=True)
class Entry:
    """An entry, and what the budget's columns were after it."""

    entry: BudgetEntry
    amount: int
    reserved: int
    spent: int

    @property
    def left(self) -> int:
        return self.amount - self.reserved - self.spent


def weeks(budget: Budget) -> list[Week]:
    """Every week from the first to the last with an entry, those without one too. Fen."""
    found = {row[0]: Week(*row) for row in sql.rows(WEEKS, budget_id=budget.pk)}
    if not found:
        return []
    first, last = min(found), max(found)
    mondays = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return [found.get(monday, Week(monday, 0, 0, 0)) for monday in mondays]


def entries(budget: Budget) -> QuerySet[BudgetEntry]:
    """One row a change of the budget, newest first."""
    return BudgetEntry.objects.filter(budget=budget).select_related("by").order_by("-id")


def with_running_sums(budget: Budget, page: Sequence[BudgetEntry]) -> list[Entry]:
    """Consecutive entries, newest first, with what the columns were after each. One query, whichever page it is."""
    if not page:
        return []
    earlier = BudgetEntry.objects.filter(budget=budget, id__lt=page[-1].pk)
    sums = earlier.aggregate(amount=Sum("amount"), reserved=Sum("reserved"), spent=Sum("spent"))
    amount, reserved, spent = (sums[name] or 0 for name in ("amount", "reserved", "spent"))
    summed = []
    for entry in reversed(page):
        amount, reserved, spent = amount + entry.amount, reserved + entry.reserved, spent + entry.spent
        summed.append(Entry(entry, amount, reserved, spent))
    return summed[::-1]


def batches_behind(budget: Budget, entries: Sequence[BudgetEntry]) -> dict[int, tuple[str, str]]:
    """Number and name of the batches that these entries are of, by id (hold_once)."""
    asked = [entry.thing_id for entry in entries if entry.thing == "batch" and entry.thing_id]
    held = budget.holds.filter(batch__in=asked).values_list("batch_id", "batch__number", "batch__name")
    own = budget.batches.filter(pk__in=asked).values_list("pk", "number", "name")
    return {pk: (number, name) for pk, number, name in [*own, *held]}
