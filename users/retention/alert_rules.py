"""Whether a cohort came back otherwise than its own community's cohorts before it: the test behind an alert. Pure.

The rate of a cohort is a draw from a beta distribution around the pooled rate of the base: weeks differ by more than
the toss of coins (weather, offers), and the base is itself only a sample. Both widen it, so that who comes back of n
people is beta-binomial. The p-value doubles the smaller tail; q is p after Benjamini and Hochberg (1995) over all tests
of the week that has ended: every community's first and second weeks. To come back in week k is to buy in the k-th week
after the first, whatever happened between.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma, sqrt

from opsdesk.lib.intervals import Interval, Z
from users.purchases.rules import monday_of

WEEKS_AFTER = (1, 2)
LOOK_BACK = 8  # finished weeks that are looked at again each night: orders may come in late
FALL, RISE = "fall", "rise"
USUAL_SPREAD = 0.004  # over-dispersion that weeks are never thought to be without: 3 points around a third
SPREAD_WEIGHT = 8  # how many cohorts' evidence that is worth
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Limits:
    """From when on a difference rings (policies alert_*); `points` as a share."""

    weeks: int = 8
    people: int = 20
    points: float = 0.10
    p: float = 0.01


@dataclass(frozen=True)
class Came:
    """Of `customers` of one cohort `returned` bought in a week."""

    customers: int
    returned: int

    @property
    def rate(self) -> float:
        return self.returned / self.customers if self.customers else 0.0


@dataclass(frozen=True)
class Base:
    """The cohorts compared with, put together. `spread`: share of p(1-p) by which rates of weeks vary beside chance."""

    customers: int
    returned: int
    weeks: int
    spread: float = USUAL_SPREAD

    @property
    def rate(self) -> float:
        return self.returned / self.customers if self.customers else 0.0


@dataclass(frozen=True)
class Tested:
    """One community's cohort in its k-th week beside its base. `q` is 1 until the week is corrected as a whole."""

    place: int
    cohort: date
    k: int
    came: Came
    base: Base
    p: float
    q: float = 1.0

    @property
    def points(self) -> float:
        return self.came.rate - self.base.rate

    @property
    def direction(self) -> str:
        return FALL if self.points < 0 else RISE


# rows[place][cohort][k]: customers of the cohort with a purchase in its k-th week; k = 0 is its size.
Rows = Mapping[int, Mapping[date, Mapping[int, int]]]


def week_of(cohort: date, k: int) -> date:
    """The Monday of a cohort's k-th week."""
    return cohort + k * _WEEK


def weeks_over(whole_to: date, since: date) -> list[date]:
    """Mondays of the last LOOK_BACK weeks that are over before `whole_to`, oldest first, none before `since`."""
    newest = monday_of(whole_to) - _WEEK
    mondays = [newest - back * _WEEK for back in range(LOOK_BACK)]
    return sorted(monday for monday in mondays if monday >= since)


def base_of(cohorts: Sequence[Came], spread: float = USUAL_SPREAD) -> Base:
    """Cohorts put together."""
    customers, returned = sum(one.customers for one in cohorts), sum(one.returned for one in cohorts)
    return Base(customers, returned, len(cohorts), spread)


def spread_of(bases: Iterable[Sequence[Came]]) -> float:
    """Over-dispersion (intra-class correlation) of cohorts around their own community's rate, over all communities at
    once, by the method of moments; drawn towards the usual one, for few weeks know little of how much weeks differ."""
    told = [_scatter(base) for base in bases if base]
    free, extra, reach = (sum(column) for column in zip(*told, strict=True)) if told else (0, 0.0, 0.0)
    seen = extra / reach if reach else 0.0
    drawn = (free * seen + SPREAD_WEIGHT * USUAL_SPREAD) / (free + SPREAD_WEIGHT)
    return min(0.5, max(USUAL_SPREAD, drawn))


def _scatter(cohorts: Sequence[Came]) -> tuple[int, float, float]:
    """(degrees of freedom, chi-square beyond them, what one unit of spread adds to it)."""
    customers = sum(one.customers for one in cohorts)
    rate = _smoothed(sum(one.returned for one in cohorts), customers)
    chi = sum(one.customers * (one.rate - rate) ** 2 for one in cohorts) / (rate * (1 - rate))
    free = len(cohorts) - 1
    return free, chi - free, customers - sum(one.customers**2 for one in cohorts) / customers


def probability(came: Came, base: Base) -> float:
    """Two-sided p of so many or so few coming back, were the cohort like its base."""
    a, b = _shape(base)
    below = _at_most(came.returned, came.customers, a, b)
    return min(1.0, 2 * min(below, 1 - below + _mass(came.returned, came.customers, a, b)))


def expected(base: Base, customers: int) -> Interval:
    """The rate of a cohort of so many people like the base, with what 95 of 100 such cohorts lie within."""
    a, b = _shape(base)
    rate = a / (a + b)
    half = Z * sqrt(rate * (1 - rate) / customers * (a + b + customers) / (a + b + 1)) if customers else 0.0
    return Interval(rate, max(0.0, rate - half), min(1.0, rate + half))


def corrected(tests: Sequence[Tested]) -> list[Tested]:
    """The tests of one week with their q, by p; Benjamini and Hochberg's step-up."""
    ordered = sorted(tests, key=lambda test: (test.p, test.place, test.k))
    found, q = list[Tested](), 1.0
    for rank in range(len(ordered), 0, -1):
        test = ordered[rank - 1]
        q = min(q, test.p * len(ordered) / rank)
        found.append(Tested(test.place, test.cohort, test.k, test.came, test.base, test.p, q))
    return found[::-1]


def rings(test: Tested, limits: Limits) -> bool:
    return test.q < limits.p and _is_large(test.came, test.points, limits)


def is_usual(came: Came, base: Base, limits: Limits) -> bool | None:
    """Whether a later cohort is no longer told apart from the base; None where it is too small to say."""
    if came.customers < limits.people:
        return None
    return not (_is_large(came, came.rate - base.rate, limits) and probability(came, base) < limits.p)


def tests_of_week(week: date, rows: Rows, limits: Callable[[int], Limits], since: date) -> list[Tested]:
    """Every community's test of the cohorts whose k-th week was this one, with q. Cohorts before `since` are left out:
    they may have bought before the data begins."""
    return corrected([test for k in WEEKS_AFTER for test in _tests(week - k * _WEEK, k, rows, limits, since)])


def _tests(cohort: date, k: int, rows: Rows, limits: Callable[[int], Limits], since: date) -> list[Tested]:
    if cohort < since:
        return []
    bases = {place: base_cohorts(cohorts, cohort, k, limits(place), since) for place, cohorts in rows.items()}
    spread, found = spread_of(bases.values()), list[Tested]()
    for place, cohorts in sorted(rows.items()):
        came, base = came_of(cohorts, cohort, k), base_of(bases[place], spread)
        if min(came.customers, base.customers) >= limits(place).people:
            found.append(Tested(place, cohort, k, came, base, probability(came, base)))
    return found


def base_cohorts(
    cohorts: Mapping[date, Mapping[int, int]], cohort: date, k: int, limits: Limits, since: date
) -> list[Came]:
    """The cohorts that one is compared with; weeks in which nobody came are none."""
    before = [came_of(cohorts, one, k) for one in earlier(cohort, limits.weeks, since)]
    return [one for one in before if one.customers]


def earlier(cohort: date, weeks: int, since: date) -> list[date]:
    """The cohorts that one is compared with, oldest first."""
    return [day for back in range(weeks, 0, -1) if (day := cohort - back * _WEEK) >= since]


def came_of(cohorts: Mapping[date, Mapping[int, int]], cohort: date, k: int) -> Came:
    cells = cohorts.get(cohort, {})
    return Came(cells.get(0, 0), cells.get(k, 0))


def by_place(rows: Iterable[tuple[int, date, int, int]]) -> dict[int, dict[date, dict[int, int]]]:
    """(place, cohort, k, customers) as Rows."""
    found: dict[int, dict[date, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for place, cohort, k, customers in rows:
        found[place][cohort][k] = customers
    return {place: dict(cohorts) for place, cohorts in found.items()}


def _is_large(came: Came, points: float, limits: Limits) -> bool:
    return came.customers >= limits.people and abs(points) >= limits.points - 1e-9


def _smoothed(returned: int, customers: int) -> float:
    """Never quite 0 or 1 (Jeffreys): nobody of eight does not mean never."""
    return (returned + 0.5) / (customers + 1)


def _shape(base: Base) -> tuple[float, float]:
    """a and b of the beta distribution that a week's rate is drawn from: the spread of weeks, and what the base's own
    sampling leaves open."""
    rate = _smoothed(base.returned, base.customers)
    weeks = max(1, base.weeks)
    open_ = (1 + (base.customers / weeks - 1) * base.spread) / base.customers
    size = max(1.0, 1 / (base.spread + open_) - 1)
    return rate * size, (1 - rate) * size


def _at_most(r: int, n: int, a: float, b: float) -> float:
    return min(1.0, sum(_mass(i, n, a, b) for i in range(r + 1)))


def _mass(i: int, n: int, a: float, b: float) -> float:
    """Beta-binomial: that exactly i of n come."""
    ways = lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1)
    return exp(ways + _log_beta(i + a, n - i + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
