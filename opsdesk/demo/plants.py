"""The single people of the planted truths: each function picks its people, reserves them and names them."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple

from opsdesk.demo import addresses, baskets, goods, places, recount, stories
from opsdesk.demo.periods import periods
from opsdesk.demo.records import Community, Line, Order
from opsdesk.demo.rhythm import Frame, moment
from opsdesk.demo.shoppers import Shopper
from opsdesk.demo.shopping import order_on

MARATHON_ORDERS = 41


class Town(NamedTuple):
    frame: Frame
    communities: Sequence[Community]
    crowd: Sequence[Shopper]


class Plant(NamedTuple):
    """How many: a share of all customers, at least `least`."""

    name: str
    share: float
    least: int
    sow: Callable[[Random, Town, list[Shopper]], list[str]]
    suits: Callable[[Town, Shopper], bool]


def sow(rng: Random, town: Town) -> dict[str, list[str]]:
    """Every plant in turn; nobody plays in two. Returns who plays where."""
    planted = {}
    for plant in PLANTS:
        free = [one for one in town.crowd if not one.reserved and plant.suits(town, one)]
        many = max(plant.least, round(plant.share * len(town.crowd)))
        chosen = rng.sample(free, min(many, len(free)))
        for shopper in chosen:
            shopper.reserved = True
        planted[plant.name] = plant.sow(rng, town, chosen)
    return planted


def _bought(least: int) -> Callable[[Town, Shopper], bool]:
    return lambda town, shopper: len(shopper.orders) >= least


def _quiet(town: Town, shopper: Shopper, least: int) -> bool:
    """First bought before any story began, so that a change of community changes no story."""
    week = shopper.first_week
    return week is not None and week < town.frame.week_back(stories.BAD_WEEK_BACK) and len(shopper.orders) >= least


def _phones(chosen: Sequence[Shopper]) -> list[str]:
    return [shopper.customer.phone for shopper in chosen]


def _a_later_order(rng: Random, shopper: Shopper) -> Order:
    return rng.choice(shopper.orders[1:])


def _marathon(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    for shopper in chosen:
        first = shopper.first_day or 0
        days = [first, *sorted(rng.sample(range(first + 1, town.frame.days), MARATHON_ORDERS - 1))]
        shopper.orders = [shopper.orders[0]] + [
            order_on(rng, town.frame, shopper, day, baskets.basket(rng, "", "small")) for day in days[1:]
        ]
    return _phones(chosen)


def _midnight(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """The last second of a Sunday and the first of the Monday after: two days, two weeks."""
    monday = datetime.combine(town.frame.day(town.frame.weeks // 2 * 7), time())
    for shopper in chosen:
        pair = [_at(rng, shopper, monday - timedelta(seconds=1)), _at(rng, shopper, monday)]
        days = {order.day for order in pair}
        shopper.orders = [order for order in shopper.orders if order.day not in days] + pair
    return _phones(chosen)


def _at(rng: Random, shopper: Shopper, placed_at: datetime) -> Order:
    lines = baskets.basket(rng, shopper.taste, shopper.basket)
    return Order(shopper.customer, placed_at, shopper.customer.home, lines, paid_at=placed_at)


def _doubles(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    for shopper in chosen:
        day = _a_later_order(rng, shopper).day
        shopper.orders.append(_at(rng, shopper, moment(rng, day)))
    return _phones(chosen)


def _service(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """The first of them pays exactly the amount from which an order counts as a service order."""
    dear = [product for product in goods.BY_CATEGORY[goods.SERVICE] if product.fen >= recount.SERVICE_FROM]
    exact = [product for product in dear if product.fen == recount.SERVICE_FROM]
    for place, shopper in enumerate(chosen):
        lines = [baskets.line(rng.choice(dear if place else exact))]
        _replace(_a_later_order(rng, shopper), lines + (_some_goods(rng) if place % 4 == 3 else []))
    return _phones(chosen)


def _near_service(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    cheap = [product for product in goods.BY_CATEGORY[goods.SERVICE] if product.fen < recount.SERVICE_FROM]
    for place, shopper in enumerate(chosen):
        goods_too = _some_goods(rng) if place % 2 else []
        _replace(_a_later_order(rng, shopper), [baskets.line(rng.choice(cheap)), *goods_too])
    return _phones(chosen)


def _some_goods(rng: Random) -> list[Line]:
    return baskets.basket(rng, "", "usual")


def _replace(order: Order, lines: list[Line]) -> None:
    order.lines, order.coupon = lines, ""


def _proxies(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    for shopper in chosen:
        homes = [shopper.customer.home]
        for _ in range(rng.randint(2, 4)):
            homes.append(addresses.another_door(rng, homes))
        for place, order in enumerate(shopper.orders):
            order.home = homes[place % len(homes)]
    return _phones(chosen)


def _movers(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    for shopper in chosen:
        moved = rng.randrange(1, len(shopper.orders))
        day = shopper.orders[moved].day
        open_then = [place for place in town.communities if place.opened_on < day and _may_move_to(shopper, place)]
        shopper.customer.home = addresses.home(rng, rng.choice(open_then))
        for order in shopper.orders[moved:]:
            order.home = shopper.customer.home
    return _phones(chosen)


def _may_move_to(shopper: Shopper, place: Community) -> bool:
    return place.code not in (places.BAD_VEGETABLES, places.STAR, shopper.community.code)


def _late_starters(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    for shopper in chosen:
        longest = (shopper.orders[0].day - shopper.community.opened_on).days
        waited = rng.randint(recount.LATE_START_DAYS + 1, min(longest, 150))
        day = shopper.orders[0].day - timedelta(days=waited)
        shopper.customer.registered_at = datetime.combine(day, shopper.customer.registered_at.time())
    return _phones(chosen)


def _may_start_late(town: Town, shopper: Shopper) -> bool:
    """Not of the first weeks, whose people may have bought before."""
    if (shopper.first_week or 0) < 5:
        return False
    return (shopper.orders[0].day - shopper.community.opened_on).days > recount.LATE_START_DAYS + 10


def _nowhere(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """They collect their goods: no order of theirs names a community or an address."""
    for shopper in chosen:
        shopper.customer.home = addresses.NOWHERE
        for order in shopper.orders:
            order.home = addresses.NOWHERE
    return _phones(chosen)


def _given_away(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """A coupon paid for everything: amount 0."""
    for shopper in chosen:
        order = _a_later_order(rng, shopper)
        line = baskets.line(baskets.any_of(rng, "豆制品"))
        order.lines, order.coupon = [line._replace(discount=line.gross)], "MD-0"
    return _phones(chosen)


def _twin_lines(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """Two identical lines in one order: two lines, not one."""
    for shopper in chosen:
        line = baskets.line(baskets.any_of(rng, "蔬菜"))
        _replace(_a_later_order(rng, shopper), [line, line])
    return _phones(chosen)


def _paid_after_midnight(rng: Random, town: Town, chosen: list[Shopper]) -> list[str]:
    """Ordered just before a file was drawn, paid just after: unpaid in one file, paid in the next."""
    cuts = [span.drawn_at for span in periods(town.frame)[:-1]]
    for shopper, cut in zip(chosen, reversed(cuts), strict=False):
        shopper.orders = [order for order in shopper.orders if order.day != (cut - timedelta(days=1)).date()]
        order = _at(rng, shopper, cut - timedelta(seconds=rng.randint(20, 200)))
        order.paid_at = cut + timedelta(seconds=rng.randint(20, 200))
        shopper.orders.append(order)
    return _phones(chosen)


def _long_here(town: Town, shopper: Shopper) -> bool:
    return (shopper.first_week or 0) < 3 and len(shopper.orders) >= 2


PLANTS = (
    Plant("marathon", 0, 1, _marathon, _long_here),
    Plant("midnight", 0, 1, _midnight, _long_here),
    Plant("paid_after_midnight", 0, 4, _paid_after_midnight, _long_here),
    Plant("proxies", 0.003, 3, _proxies, _bought(6)),
    Plant("movers", 0.005, 4, _movers, lambda town, one: _quiet(town, one, 4)),
    Plant("nowhere", 0.001, 2, _nowhere, lambda town, one: _quiet(town, one, 2)),
    Plant("service", 0.008, 5, _service, _bought(2)),
    Plant("near_service", 0.002, 4, _near_service, _bought(2)),
    Plant("doubles", 0.004, 5, _doubles, _bought(2)),
    Plant("late_starters", 0.006, 4, _late_starters, _may_start_late),
    Plant("given_away", 0.0005, 3, _given_away, _bought(2)),
    Plant("twin_lines", 0.0008, 3, _twin_lines, _bought(2)),
)
