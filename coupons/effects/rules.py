"""What treatment brought beyond what would have come anyway: treated minus held out (domain.md, Coupons; pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from opsdesk.lib.intervals import Interval, Sample, mean_difference, share_difference
from opsdesk.lib.words import N_

# Days from issue on. The first is the one an effect is judged by, chosen before anything was seen.
WINDOWS = (7, 14, 30)
JUDGED_BY = WINDOWS[0]

# What is compared, per treated customer. Money in fen.
MEASURES = {
    "purchases": N_("Purchases"),
    "orders": N_("Orders"),
    "net": N_("Net amount"),
    "profit": N_("Margin after discounts"),
}

VERDICTS = {
    "running": N_("The window is not over yet."),
    "no_control": N_("Nobody was held out: what would have come anyway is not known."),
    "too_few": N_("Not enough data yet."),
    "more": N_("More purchases than without it."),
    "less": N_("Fewer purchases than without it."),
    "none_seen": N_("No effect can be told from chance."),
}


@dataclass(frozen=True)
class Arm:
    """One side of a comparison, added up. Money in fen."""

    people: int = 0
    buyers: int = 0
    purchases: int = 0
    purchases_sq: int = 0
    orders: int = 0
    orders_sq: int = 0
    net: int = 0
    net_sq: int = 0
    profit: int = 0
    profit_sq: int = 0

    def __add__(self, other: "Arm") -> "Arm":
        return Arm(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Arm)))

    def sample(self, measure: str) -> Sample:
        return Sample(self.people, getattr(self, measure), float(getattr(self, f"{measure}_sq")))


Pair = tuple[Arm, Arm]


@dataclass(frozen=True)
class Difference:
    """One measure: means of both sides, the gap for each treated customer, and over all of them."""

    measure: str
    treated: float
    control: float
    each: Interval
    total: Interval


@dataclass(frozen=True)
class Effect:
    """`differences` is empty unless the verdict is told from data; `buyers` is the gap between shares of buyers.

    cost: fen of coupons used and messages sent; per_extra: fen for one extra purchase, with bounds: `high` of it is
    infinite while no extra purchase is as likely as not.
    """

    verdict: str
    days: int
    treated: Arm
    control: Arm
    differences: Mapping[str, Difference]
    buyers: Interval | None
    cost: int

    @property
    def is_told(self) -> bool:
        return bool(self.differences)

    @property
    def per_extra(self) -> Interval | None:
        """Fen for each extra purchase; None while even the best guess sees none."""
        extra = self.differences["purchases"].total if self.differences else None
        if extra is None or extra.at <= 0:
            return None
        return Interval(
            self.cost / extra.at,
            self.cost / extra.high,
            self.cost / extra.low if extra.low > 0 else float("inf"),
        )

    @property
    def roi(self) -> Interval | None:
        """(extra margin before this cost - cost) / cost = extra profit / cost; the discounts are in the profit."""
        profit = self.differences["profit"].total if self.differences else None
        return profit.times(1 / self.cost) if profit is not None and self.cost else None


def effect(pairs: Sequence[Pair], *, days: int, over: bool, cost: int, least: int) -> Effect:
    """Over one or several experiments: (treated, control) of each. `over`: every window has ended; `least`: people
    that the held-out side must have together before anything is told."""
    treated = sum((one for one, _other in pairs), Arm())
    control = sum((other for _one, other in pairs), Arm())
    usable = [(one, other) for one, other in pairs if one.people > 1 and other.people > 1]
    silent = _why_silent(treated, control, over, least)
    if silent or not usable:
        return Effect(silent or "too_few", days, treated, control, {}, None, cost)
    differences = {measure: _difference(measure, usable, treated.people) for measure in MEASURES}
    buyers = share_difference(treated.buyers, treated.people, control.buyers, control.people)
    return Effect(_verdict(differences["purchases"].each), days, treated, control, differences, buyers, cost)


def _why_silent(treated: Arm, control: Arm, over: bool, least: int) -> str:
    if treated.people and not control.people:
        return "no_control"
    if not over:
        return "running"
    return "too_few" if control.people < least or treated.people < least else ""


def _difference(measure: str, pairs: Sequence[Pair], treated: int) -> Difference:
    each = mean_difference([(one.sample(measure), other.sample(measure)) for one, other in pairs])
    assert each is not None, "pairs have two people a side"
    means = [sum((side.sample(measure).total for side in sides), 0.0) for sides in zip(*pairs, strict=True)]
    people = [sum(side.people for side in sides) for sides in zip(*pairs, strict=True)]
    return Difference(measure, means[0] / people[0], means[1] / people[1], each, each.times(treated))


def _verdict(purchases: Interval) -> str:
    if not purchases.tells:
        return "none_seen"
    return "more" if purchases.at > 0 else "less"


def window_is_over(issued_on: date, days: int, as_of: date) -> bool:
    """The day of issue is the first of `days`."""
    return issued_on + timedelta(days=days) <= as_of


def subsidy_rate(cost: int, gross: int) -> float | None:
    """Coupon cost / GMV (domain.md, Rates)."""
    return cost / gross if gross else None
