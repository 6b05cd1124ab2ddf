"""What a metric is worth: from the figures of a place and a span to (part, whole). Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from users.pulse import rules as pulse
from users.pulse.rules import NO_SUMS, Rates, Sums

Pair = tuple[int, int]  # part and whole; a whole of 0 says that there is nothing to divide by


class Figures(NamedTuple):
    """Everything that is known of a place in a span. Money in fen. `rates`, `cost` and `sold` (what coupons of batches
    took off, and the gross amount of the same weeks) are those of the span's weeks that are over; None: none is, or the
    place has no such figure. `ever` and `known`: customers who ever paid and all there are at its end, of places whose
    `households` are told; `days` and `weeks`: how long the span is."""

    sums: Sums = NO_SUMS
    rates: Rates | None = None
    cost: int | None = None
    sold: int | None = None
    ever: int = 0
    known: int = 0
    households: int = 0
    days: int = 1
    weeks: int = 1


def together(each: Iterable[Figures]) -> Figures:
    """Several places in one span."""
    every = list(each)
    return Figures(
        pulse.together(one.sums for one in every),
        _sum_of_rates([one.rates for one in every if one.rates is not None]),
        _sum([one.cost for one in every]),
        _sum([one.sold for one in every]),
        sum(one.ever for one in every),
        sum(one.known for one in every),
        sum(one.households for one in every),
        every[0].days if every else 1,
        every[0].weeks if every else 1,
    )


def _sum_of_rates(told: list[Rates]) -> Rates | None:
    return pulse.rates_together(told) if told else None


def _sum(numbers: list[int | None]) -> int | None:
    told = [number for number in numbers if number is not None]
    return sum(told) if told else None


def _of_rates(read: Callable[[Rates], Pair]) -> Callable[[Figures], Pair]:
    return lambda one: read(one.rates) if one.rates is not None else (0, 0)


PAIRS: dict[str, Callable[[Figures], Pair]] = {
    "gmv": lambda one: (one.sums.gross, 1),
    "net": lambda one: (one.sums.net, 1),
    "payers": lambda one: (one.sums.payers, one.weeks),
    "daily_payers": lambda one: (one.sums.payer_days, one.days),
    "new_payers": lambda one: (one.sums.new_payers, 1),
    "arppu": lambda one: (one.sums.net, one.sums.payers),
    "aov": lambda one: (one.sums.net, one.sums.purchases),
    "frequency": lambda one: (one.sums.purchases, one.sums.payers),
    "repurchase": _of_rates(lambda told: (told.fresh_back, told.fresh)),
    "daily_repurchase": lambda one: (one.sums.fresh_back, one.sums.fresh),
    "wake": _of_rates(lambda told: (told.woken, told.silent)),
    "discount_rate": lambda one: (one.sums.discount, one.sums.gross),
    "subsidy": lambda one: (one.cost or 0, int(one.cost is not None)),
    "subsidy_rate": lambda one: (one.cost or 0, one.sold or 0),
    "penetration": lambda one: (one.ever, one.households),
    "registered_penetration": lambda one: (one.known, one.households),
}
SUMS, RATES, PAID, CROWDS = "sums", "rates", "paid", "crowds"
# The part of the figures that a metric is told from; the sums where nothing is said.
PARTS = {
    "repurchase": RATES, "wake": RATES, "subsidy": PAID, "subsidy_rate": PAID,
    "penetration": CROWDS, "registered_penetration": CROWDS,
}  # fmt: skip
COUNTED = ("gmv", "net", "new_payers", "subsidy", "payers", "daily_payers")  # whose whole is no number of people


def value(pair: Pair) -> float | None:
    part, whole = pair
    return part / whole if whole else None


def pooled(pairs: Sequence[Pair]) -> float | None:
    whole = sum(one for _part, one in pairs)
    return sum(part for part, _whole in pairs) / whole if whole else None
