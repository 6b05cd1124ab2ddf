"""From cells to the triangle: what a cohort's period is worth, whether it is over, how blue it is. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from opsdesk.lib.words import N_
from users.purchases.rules import monday_of

GRAINS = {"week": N_("week"), "month": N_("month"), "day": N_("day")}
COUNTS = (8, 13, 26)
MOST = 104  # cohorts that one table holds, "all" included
PAUSE_DAYS = 2  # a company may close for a weekend: so many days without any order are not missing data
MODES = {
    "in": N_("in that very period"),
    "after": N_("in it or later"),
    "every": N_("in every period up to it"),
}
METRICS = {
    "retention": N_("Retention"),
    "churn": N_("Churn"),
    "recall": N_("Recall"),
    "purchases": N_("Purchases per customer"),
    "arppu": N_("ARPPU"),
    "gmv": N_("GMV"),
}
RATES = ("retention", "churn", "recall")
MODAL = ("retention", "churn")  # metrics that depend on the mode
MONEY = ("arppu", "gmv")
BREAKDOWNS = ("community", "station", "channel", "category", "staff")
DEFINITIONS = {
    ("retention", "in"): N_("Distinct customers of the cohort with a purchase in that very period ÷ cohort."),
    ("retention", "after"): N_("Customers of the cohort with a purchase in that period or in any later one ÷ cohort."),
    ("retention", "every"): N_("Customers of the cohort with a purchase in every period up to that one ÷ cohort."),
    ("churn", "in"): N_("Customers of the cohort without a purchase in that very period ÷ cohort."),
    ("churn", "after"): N_("Customers of the cohort without any purchase from that period on ÷ cohort."),
    ("churn", "every"): N_("Customers of the cohort who missed at least one period up to that one ÷ cohort."),
    ("recall", "in"): N_("Who bought in that period but not in the one before ÷ who did not buy in the one before."),
    ("purchases", "in"): N_("Purchases in that period ÷ customers of the cohort who bought in it."),
    ("arppu", "in"): N_("Net amount of that period ÷ customers of the cohort who bought in it."),
    ("gmv", "in"): N_("Gross amount of that period; below, divided by everybody in the cohort."),
}
DONE, OPEN, LATER, NONE = "done", "open", "later", "none"

# Upper bounds of the first seven of eight steps of blue.
STEPS = {
    "retention": (0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40),
    "churn": (0.60, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95),
    "recall": (0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40),
    "purchases": (1.05, 1.10, 1.20, 1.35, 1.50, 1.75, 2.0),
    "arppu": (1000, 2000, 3000, 4500, 6000, 8000, 12000),
    "gmv": (100, 250, 500, 1000, 1500, 2500, 4000),
}


class Cell(NamedTuple):
    """A cohort in its k-th period. `every`: customers with a purchase in each period up to it; `recalled`: with one in
    it and none in the one before; `last`: whose newest purchase is in it. Money in fen."""

    customers: int = 0
    purchases: int = 0
    net: int = 0
    gross: int = 0
    every: int = 0
    recalled: int = 0
    last: int = 0

    def __add__(self, other: "Cell") -> "Cell":  # type: ignore[override]
        return Cell(
            self.customers + other.customers,
            self.purchases + other.purchases,
            self.net + other.net,
            self.gross + other.gross,
            self.every + other.every,
            self.recalled + other.recalled,
            self.last + other.last,
        )


Cohorts = Mapping[date, Mapping[int, Cell]]  # cohort -> k -> cell
NOTHING = Cell()


@dataclass(frozen=True)
class Spot:
    """One place of the table. `part` of `whole` people make a rate; else `value` = part / whole. `state`: done, open
    (its period is not over: no number), later (not begun), none (over, and nothing to divide by)."""

    k: int
    state: str
    part: int = 0
    whole: int = 0

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.state == DONE else None


@dataclass(frozen=True)
class Line:
    cohort: date
    size: int
    spots: list[Spot]


def start_of(day: date, grain: str) -> date:
    """The first day of the period that a day lies in."""
    if grain == "month":
        return day.replace(day=1)
    return monday_of(day) if grain == "week" else day


def after(start: date, grain: str, k: int) -> date:
    """The first day of the k-th period after the one that starts there; k may be negative."""
    if grain == "month":
        months = start.year * 12 + start.month - 1 + k
        return date(months // 12, months % 12 + 1, 1)
    return start + timedelta(days=k * (7 if grain == "week" else 1))


def steps_between(start: date, later: date, grain: str) -> int:
    """How many periods after the one of `start` that of `later` is; both are first days."""
    if grain == "month":
        return (later.year - start.year) * 12 + later.month - start.month
    return (later - start).days // (7 if grain == "week" else 1)


def last_day(start: date, grain: str) -> date:
    return after(start, grain, 1) - timedelta(days=1)


def reach(as_of: date, last_order: date | None) -> date:
    """Up to which day (not counted) the numbers are whole: the as-of date, or where the orders stop before it."""
    return as_of if last_order is None else min(as_of, last_order + timedelta(days=1 + PAUSE_DAYS))


def is_over(cohort: date, k: int, grain: str, whole_to: date) -> bool:
    return after(cohort, grain, k + 1) <= whole_to


@lru_cache(maxsize=4096)
def state_of(cohort: date, k: int, grain: str, whole_to: date) -> str:
    """done, open or later; remembered, since every unit of a board asks the same."""
    if is_over(cohort, k, grain, whole_to):
        return DONE
    return OPEN if after(cohort, grain, k) <= whole_to else LATER


def cohorts_shown(first: date, whole_to: date, grain: str, count: int) -> list[date]:
    """The starts of the last `count` periods that are over, oldest first, none before the first order's."""
    newest = after(start_of(whole_to, grain), grain, -1)
    oldest = start_of(first, grain)
    there = steps_between(oldest, newest, grain) + 1
    return [after(newest, grain, -back) for back in range(min(count, there, MOST) - 1, -1, -1)]


def by_cohort(rows: Iterable[tuple[date, int, Cell]]) -> dict[date, dict[int, Cell]]:
    """Cells of any number of units put together."""
    found: dict[date, dict[int, Cell]] = defaultdict(lambda: defaultdict(Cell))
    for cohort, k, cell in rows:
        found[cohort][k] += cell
    return {cohort: dict(cells) for cohort, cells in found.items()}


def kept(cells: Mapping[int, Cell], k: int, mode: str) -> int:
    """How many of a cohort came back in its k-th period, by the mode."""
    if mode == "after":
        return sum(cell.last for other, cell in cells.items() if other >= k)
    cell = cells.get(k, NOTHING)
    return cell.every if mode == "every" else cell.customers


def measure(cells: Mapping[int, Cell], k: int, metric: str, mode: str = "in") -> tuple[int, int]:
    """(part, whole) of one cell; a whole of 0 means that there is nothing to divide by."""
    cell, size = cells.get(k, NOTHING), cells.get(0, NOTHING).customers
    if metric == "recall":
        before = cells.get(k - 1, NOTHING).customers
        return (cell.recalled, size - before) if k else (0, 0)
    if metric in MODAL:
        back = kept(cells, k, mode)
        return (back if metric == "retention" else size - back), size
    if metric == "gmv":
        return cell.gross, size
    return (cell.purchases if metric == "purchases" else cell.net), cell.customers


def column(
    cells: Cohorts, cohorts: Sequence[date], k: int, *, grain: str, whole_to: date, metric: str, mode: str = "in"
) -> list[Spot]:
    """The k-th period of every cohort: one column of their triangle."""
    return [_spot(cells.get(cohort, {}), cohort, k, grain, whole_to, metric, mode) for cohort in cohorts]


def triangle(
    cells: Cohorts,
    cohorts: Sequence[date],
    *,
    grain: str,
    whole_to: date,
    metric: str,
    mode: str = "in",
    width: int | None = None,
) -> list[Line]:
    """One line a cohort, all as wide as the oldest has periods that are over, or `width` where that is less."""
    whole = max(len(cohorts), 2)
    width = whole if width is None else min(whole, width)
    return [
        Line(
            cohort,
            cells.get(cohort, {}).get(0, NOTHING).customers,
            [_spot(cells.get(cohort, {}), cohort, k, grain, whole_to, metric, mode) for k in range(width)],
        )
        for cohort in cohorts
    ]


def _spot(cells: Mapping[int, Cell], cohort: date, k: int, grain: str, whole_to: date, metric: str, mode: str) -> Spot:
    state = state_of(cohort, k, grain, whole_to)
    if state != DONE:
        return Spot(k, state)
    part, whole = measure(cells, k, metric, mode)
    return Spot(k, DONE if whole else NONE, part, whole)


def shared(weekly: Mapping[date, int], starts: Iterable[date], grain: str) -> dict[date, int]:
    """What weeks cost, by Monday, shared evenly over their days and summed by period (half up); a period in which no
    day is told is left out."""
    found = {}
    for start in starts:
        days = [start + timedelta(days=n) for n in range((after(start, grain, 1) - start).days)]
        told = [weekly[monday] for day in days if (monday := start_of(day, "week")) in weekly]
        if told:
            found[start] = (2 * sum(told) + 7) // 14
    return found


def averages(lines: Sequence[Line]) -> list[Spot]:
    """The weighted mean of each column over the cohorts whose period is over: parts over wholes."""
    columns = zip(*(line.spots for line in lines), strict=True)
    return [average(k, column) for k, column in enumerate(columns)]


def average(k: int, column: Iterable[Spot]) -> Spot:
    done = [spot for spot in column if spot.state == DONE]
    whole = sum(spot.whole for spot in done)
    return Spot(k, DONE if whole else NONE, sum(spot.part for spot in done), whole)


def heat(value: float | None, metric: str) -> int:
    """The step of blue, 1 to 8; 0 where there is no value."""
    return 0 if value is None else 1 + sum(value >= bound for bound in STEPS[metric])
