"""Everybody's ordinary orders."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from opsdesk.demo import baskets, habits, places
from opsdesk.demo.records import Line, Order
from opsdesk.demo.rhythm import Frame, clock, stream
from opsdesk.demo.shoppers import CHANNELS, Shopper

MOOD = (0.94, 1.06)
EAGERNESS = (0.6, 1.5)


def go_shopping(seed: int, frame: Frame, crowd: Sequence[Shopper]) -> None:
    """Fill `orders` of all shoppers, at most one a day each."""
    rng = stream(seed, "shopping")
    moods = [rng.uniform(*MOOD) for _ in range(frame.weeks + 1)]
    eager = [rng.uniform(*EAGERNESS) for _ in range(frame.weeks + 1)]
    loyalty = {plot.code: plot.loyalty for plot in places.PLOTS}
    for shopper in crowd:
        if shopper.first_day is not None:
            factor = loyalty[shopper.community.code] * CHANNELS[shopper.customer.channel][1]
            plan = habits.Shopping(shopper.habit, factor, moods, shopper.returns)
            days = habits.shopping_days(rng, plan, shopper.first_day, frame.days)
            shopper.orders = [_order(rng, frame, shopper, day, eager[day // 7]) for day in days]
            _register_before_the_first(rng, shopper)


def order_on(rng: Random, frame: Frame, shopper: Shopper, day: int, lines: list[Line]) -> Order:
    """A paid order without a coupon."""
    placed_at = datetime.combine(frame.day(day), clock(rng))
    customer = shopper.customer
    return Order(customer, placed_at, customer.home, lines, paid_at=placed_at)


def _order(rng: Random, frame: Frame, shopper: Shopper, day: int, eager: float) -> Order:
    first = day == shopper.first_day
    lines = baskets.basket(rng, shopper.taste, shopper.basket, shopper.leaf if first else None)
    order = order_on(rng, frame, shopper, day, lines)
    coupon = baskets.coupon(rng, order.gross, first, eager)
    if coupon:
        order.coupon = coupon.code
        order.lines = baskets.discounted(lines, baskets.worth(coupon, order.gross))
    return order


def _register_before_the_first(rng: Random, shopper: Shopper) -> None:
    first = shopper.orders[0].placed_at
    if shopper.customer.registered_at >= first:
        opened = datetime.combine(shopper.community.opened_on, time())
        shopper.customer.registered_at = max(first - timedelta(seconds=rng.randint(150, 3000)), opened)
