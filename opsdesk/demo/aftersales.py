"""Orders that went wrong: never paid, cancelled, given back in part or in full."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from opsdesk.demo import baskets
from opsdesk.demo.periods import Period, file_of, periods, shown_in
from opsdesk.demo.records import Order, Refund
from opsdesk.demo.rhythm import Frame, stream
from opsdesk.demo.shoppers import Shopper
from opsdesk.demo.shopping import order_on

UNPAID = 0.016
CANCELLED = 0.012
NEVER_CLOSED = 0.2
REFUNDED = 0.022

# how a refund shows in an export: (share, does it give everything back?)
STATUS = "status"  # the whole order again, with a status that says so
COLUMN = "column"  # the order again, part of a line in the refund column
COLUMN_FULL = "column_full"  # the order again, everything in the refund column, status unchanged
NEGATIVE = "negative"  # the order again, with one more line of a negative amount
ALONE = "alone"  # only a line of a negative amount, without the order's other lines
WAYS = {STATUS: (38, True), COLUMN: (38, False), COLUMN_FULL: (6, True), NEGATIVE: (18, False)}
LEAST_PAID_BACK = 200


def go_wrong(seed: int, frame: Frame, crowd: Sequence[Shopper]) -> None:
    """Spoil a share of orders of people who play in no story; never a first order."""
    rng = stream(seed, "aftersales")
    spans = periods(frame)
    for shopper in crowd:
        if shopper.reserved:
            continue
        for order in shopper.orders[1:]:
            if rng.random() < REFUNDED:
                order.refund = _refund(rng, frame, spans, order)
        _abandon(rng, frame, shopper)


def _refund(rng: Random, frame: Frame, spans: Sequence[Period], order: Order) -> Refund | None:
    """None where it would fall after the end of the world, or there is nothing to give back."""
    late = rng.random() < 0.35
    day = order.day + timedelta(days=rng.randint(8, 30) if late else rng.randint(1, 3))
    at = datetime.combine(day, time(rng.randint(9, 20), rng.randrange(60)))
    how = rng.choices(list(WAYS), weights=[share for share, _ in WAYS.values()])[0]
    if day >= frame.until or order.paid < LEAST_PAID_BACK:
        return None
    if WAYS[how][1]:
        return Refund(at, how, None, order.paid)
    if how == NEGATIVE and late and file_of(spans, day) not in shown_in(spans, order.day):
        how = ALONE
    return _part(rng, order, at, how)


def _part(rng: Random, order: Order, at: datetime, how: str) -> Refund | None:
    """Half a line, or all of it where other lines keep the order alive."""
    line = rng.randrange(len(order.lines))
    paid = order.lines[line].paid
    whole = paid < order.paid and rng.random() < 0.6
    fen = paid if whole else paid // 2
    return Refund(at, how, line, fen) if fen else None


def _abandon(rng: Random, frame: Frame, shopper: Shopper) -> None:
    """Orders that never became one, on days without another order, by people who only look as well."""
    tries = len(shopper.orders) + 1
    for share, spoil in ((UNPAID, _leave_unpaid), (CANCELLED, _cancel)):
        if rng.random() < share * tries:
            order = _another(rng, frame, shopper)
            if order:
                spoil(rng, order)
                shopper.orders.append(order)


def _another(rng: Random, frame: Frame, shopper: Shopper) -> Order | None:
    """None if the day drawn is taken."""
    earliest = max(0, (shopper.customer.registered_at.date() - frame.start).days + 1)
    if earliest >= frame.days - 1:
        return None
    day = rng.randrange(earliest, frame.days - 1)
    if frame.day(day) in {order.day for order in shopper.orders}:
        return None
    return order_on(rng, frame, shopper, day, baskets.basket(rng, shopper.taste, shopper.basket))


def _leave_unpaid(rng: Random, order: Order) -> None:
    order.paid_at = None
    if rng.random() >= NEVER_CLOSED:
        order.closed_at = order.placed_at + timedelta(minutes=30)


def _cancel(rng: Random, order: Order) -> None:
    order.closed_at = order.placed_at + timedelta(minutes=rng.randint(2, 240))
