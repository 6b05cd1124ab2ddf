"""How the city answers a batch of coupons: orders that would not have been, or that would have been anyway.

Shares are met exactly, by counting off, so that what was planted is known to the last purchase.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from opsdesk.demo import addresses, baskets, goods
from opsdesk.demo.records import Customer, Line, Order
from opsdesk.demo.rhythm import clock, stream

DAYS = 6  # an answer comes on one of the days after the issue
PAID_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Terms:
    """What the batch's coupon takes off, in fen, from which sum on, of which categories (none: all)."""

    threshold: int
    off: int
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class Answer:
    """`extra`: share of the treated who buy once more because of it, with the coupon; `anyway`: share of treated and
    held out alike who buy once more whatever happens, the treated with the coupon."""

    extra: float
    anyway: float


@dataclass(frozen=True)
class Batch:
    """An issued batch as the shop sees it: codes by phone of those who hold one, phones of those held out."""

    number: str
    issued_on: date
    terms: Terms
    codes: Mapping[str, str]
    held_out: Sequence[str]


def orders(
    seed: int, batch: Batch, answer: Answer, people: Mapping[str, Customer], busy: Mapping[str, Set[date]]
) -> list[Order]:
    """One order for each who answers, on a day on which they bought nothing else (`busy`: days by phone)."""
    rng = stream(seed, f"answers/{batch.number}")
    takers = _counted_off(rng, sorted(batch.codes), answer.extra + answer.anyway, batch, busy)
    others = _counted_off(rng, sorted(batch.held_out), answer.anyway, batch, busy)
    with_coupon = [_order(rng, batch, people[phone], day, batch.codes[phone]) for phone, day in takers]
    return with_coupon + [_order(rng, batch, people[phone], day, "") for phone, day in others]


def _counted_off(
    rng: Random, phones: Sequence[str], share: float, batch: Batch, busy: Mapping[str, Set[date]]
) -> list[tuple[str, date]]:
    """That share of them, among those with a day on which they bought nothing, and the day."""
    days = [batch.issued_on + timedelta(days=after) for after in range(1, DAYS + 1)]
    free = {phone: [day for day in days if day not in busy.get(phone, set())] for phone in phones}
    able = [phone for phone in phones if free[phone]]
    return [(phone, rng.choice(free[phone])) for phone in rng.sample(able, round(share * len(phones)))]


def _order(rng: Random, batch: Batch, customer: Customer, day: date, code: str) -> Order:
    """With a code the coupon is taken off."""
    placed_at = datetime.combine(day, clock(rng))
    lines = _filled(rng, batch.terms)
    return Order(
        customer, placed_at, customer.home, baskets.discounted(lines, batch.terms.off) if code else lines,
        coupon=code, paid_at=placed_at + PAID_AFTER, address=addresses.written(customer.home),
    )  # fmt: skip


def _filled(rng: Random, terms: Terms) -> list[Line]:
    """A usual basket, filled up with what the coupon is for to the sum that it asks for."""
    lines, wanted = baskets.basket(rng, "", "usual"), terms.categories or goods.GOODS
    while sum(line.gross for line in lines if line.product.category in wanted) < max(terms.threshold, terms.off):
        lines.append(baskets.line(baskets.any_of(rng, rng.choice(wanted))))
    return lines


def numbered(found: list[Order], batch: Batch) -> list[Order]:
    """By time, each with a number of its own."""
    found.sort(key=lambda order: (order.placed_at, order.customer.phone))
    for place, order in enumerate(found, start=1):
        order.number = f"NJ{order.placed_at:%Y%m%d}{batch.number.replace('-', '')}{place:05d}"
    return found
