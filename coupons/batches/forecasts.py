"""What a batch may bring, from what earlier ones of its kind did (pure). Told as ranges, and never as a cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from opsdesk.lib.intervals import Interval, Z


@dataclass(frozen=True)
class Past:
    """An earlier batch: coupons issued, used, and fen they took off."""

    issued: int
    used: int
    discount: int


def uses(recipients: int, past: Sequence[Past]) -> Interval | None:
    """How many of so many coupons are used, with a range that holds in 95 of 100 batches like the past ones: the
    spread of a batch of this size by chance, and the spread between batches. None without a past."""
    issued = sum(one.issued for one in past)
    if not issued:
        return None
    rate = sum(one.used for one in past) / issued
    smoothed = (sum(one.used for one in past) + 1) / (issued + 2)  # nothing used so far does not mean nothing ever
    chance = smoothed * (1 - smoothed) * (1 / max(recipients, 1) + 1 / issued)
    half = Z * sqrt(chance + _between(past, rate))
    return Interval(rate, max(0.0, rate - half), min(1.0, rate + half)).times(recipients)


def _between(past: Sequence[Past], rate: float) -> float:
    """Variance of the rate between batches, beyond what chance alone makes; 0 where only one is known."""
    known = [one for one in past if one.issued]
    if len(known) < 2:
        return 0.0
    seen = sum((one.used / one.issued - rate) ** 2 for one in known) / (len(known) - 1)
    by_chance = sum(rate * (1 - rate) / one.issued for one in known) / len(known)
    return max(0.0, seen - by_chance)


def cost(used: Interval, past: Sequence[Past], most_off: int) -> Interval:
    """Fen for so many uses, at what a use took off on average."""
    total = sum(one.used for one in past)
    return used.times(sum(one.discount for one in past) / total if total else most_off)


def roi(profit: Interval, spent: Interval) -> Interval | None:
    """Extra profit (discounts taken off already) for each fen of what it costs. None when it costs nothing."""
    return profit.times(1 / spent.at) if spent.at > 0 else None
