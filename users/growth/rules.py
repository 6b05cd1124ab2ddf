"""Growth accounting (domain.md, Growth; S27): the flows of a week, whether they add up, and where the pool is heading
at this tap and this leak. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import NamedTuple

from opsdesk.lib.intervals import Z
from opsdesk.lib.words import N_

WEEK = timedelta(days=7)
NEW, RETAINED, RECALLED, LOST, ACTIVE = FLOWS = ("new", "retained", "recalled", "lost", "active")
LABELS = {
    NEW: N_("New"),
    RETAINED: N_("Retained"),
    RECALLED: N_("Recalled"),
    LOST: N_("Lapsed"),
    ACTIVE: N_("Active"),
}
DEFINITIONS = {
    NEW: N_("Customers whose first purchase lies in the week."),
    RETAINED: N_("Customers with a purchase in the week and in the week before."),
    RECALLED: N_("Customers with a purchase in the week, none in the week before, and one before that."),
    LOST: N_("Customers with a purchase in the week before and none in the week."),
    ACTIVE: N_("Customers with a purchase in the week: new + retained + recalled."),
}
COUNTS = (8, 13, 26)  # weeks that one page holds
BASE_WEEKS = 8  # finished weeks that tap and leak are read from
AHEAD = 12  # weeks that a projection is drawn for
FURTHEST = 520  # weeks: nobody plans further than ten years


class Flow(NamedTuple):
    """One place's week. `lost` bought in the week before and not in it."""

    active: int = 0
    new: int = 0
    retained: int = 0
    recalled: int = 0
    lost: int = 0

    @property
    def tap(self) -> int:
        return self.new + self.recalled

    @property
    def before(self) -> int:
        """Active in the week before: each of them was retained or lost."""
        return self.retained + self.lost

    @property
    def quick_ratio(self) -> float | None:
        """(new + recalled) / lost; None where nobody was lost."""
        return self.tap / self.lost if self.lost else None

    @property
    def adds_up(self) -> bool:
        """The identity: active = active before + new + recalled - lost."""
        return self.active == self.before + self.tap - self.lost == self.new + self.retained + self.recalled


NOTHING = Flow()


def total(flows: Mapping[int, Mapping[date, Flow]], weeks: Sequence[date]) -> dict[date, Flow]:
    """All places together, week by week; a week in which nothing happened is there too."""
    return {week: together(place.get(week, NOTHING) for place in flows.values()) for week in weeks}


def together(flows: Iterable[Flow]) -> Flow:
    """Several places in one week."""
    return Flow(*map(sum, zip(*flows, strict=True)))


def breaks(flows: Mapping[date, Flow]) -> list[date]:
    """Weeks in which active(t) = active(t-1) + new + recalled - lost does not hold; none, always."""
    return [
        week
        for week, flow in flows.items()
        if not flow.adds_up or (week - WEEK in flows and flows[week - WEEK].active != flow.before)
    ]


@dataclass(frozen=True)
class Range:
    """An estimate with its 95 % bounds."""

    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Outlook:
    """The pool next week = pool x (1 - leak) + tap, tap and leak as they were on average over `weeks` weeks.

    `tap`: customers a week who join or come back; `leak`: share of a week's active who do not buy in the next.
    Both with the interval of a mean over weeks (mean ± 1.96 x spread / √weeks)."""

    pool: int
    weeks: int
    tap: Range
    leak: Range

    @property
    def ceiling(self) -> float | None:
        """Where tap and leak balance: tap / leak. None without a leak: it would grow for ever."""
        return self.tap.at / self.leak.at if self.leak.at else None

    @property
    def ceiling_range(self) -> tuple[float, float | None]:
        low = self.tap.low / self.leak.high if self.leak.high else 0.0
        return low, (self.tap.high / self.leak.low if self.leak.low else None)

    def after(self, weeks: int) -> Range:
        """The pool so many weeks on; low: little tap with much leak, high: the other way round."""
        return Range(
            _pool(self.pool, self.tap.at, self.leak.at, weeks),
            _pool(self.pool, self.tap.low, self.leak.high, weeks),
            _pool(self.pool, self.tap.high, self.leak.low, weeks),
        )

    def until(self, target: int) -> tuple[int | None, int | None, int | None]:
        """Weeks until the pool holds `target`: (expected, soonest, latest); None: never, or beyond FURTHEST."""
        return (
            _weeks_until(self.pool, self.tap.at, self.leak.at, target),
            _weeks_until(self.pool, self.tap.high, self.leak.low, target),
            _weeks_until(self.pool, self.tap.low, self.leak.high, target),
        )


def outlook(flows: Sequence[Flow]) -> Outlook | None:
    """From finished weeks, oldest first; the newest BASE_WEEKS count. None below two weeks or with nobody to lose."""
    used = [flow for flow in flows[-BASE_WEEKS:] if flow.before]
    if len(used) < 2:
        return None
    leak = _mean([flow.lost / flow.before for flow in used])
    return Outlook(flows[-1].active, len(used), _mean([flow.tap for flow in used]), _held(leak))


def _mean(values: Sequence[float]) -> Range:
    middle, half = fmean(values), Z * stdev(values) / math.sqrt(len(values))
    return Range(middle, max(0.0, middle - half), middle + half)


def _held(share: Range) -> Range:
    return Range(share.at, share.low, min(1.0, share.high))


def _pool(pool: float, tap: float, leak: float, weeks: int) -> float:
    if not leak:
        return pool + tap * weeks
    ceiling = tap / leak
    return ceiling + (pool - ceiling) * (1 - leak) ** weeks


def _weeks_until(pool: float, tap: float, leak: float, target: int) -> int | None:
    """The first week whose pool is at least the target."""
    if pool >= target:
        return 0
    if (leak and tap / leak <= target) or _pool(pool, tap, leak, FURTHEST) < target:
        return None  # the ceiling itself is never reached, only neared
    low, high = 0, FURTHEST  # below the target it only rises, so halving finds the week
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _pool(pool, tap, leak, middle) >= target else (middle, high)
    return high
