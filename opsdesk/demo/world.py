"""Builds the made-up city: places, people, forty weeks of orders, and the truths planted among them."""

from collections.abc import Sequence
from datetime import date

from opsdesk.demo import addresses, aftersales, casting, crew, dirt, goods, places, plants, shoppers, shopping
from opsdesk.demo.records import Community, Customer, Order, Station, World
from opsdesk.demo.rhythm import Frame, stream
from opsdesk.demo.shoppers import Shopper

OTHER_WRITING = 0.05
COMMUNITY_LEFT_OUT = 0.005
LEAST_CUSTOMERS = 300


def build(*, until: date, customers: int = 20_000, seed: int = 7, weeks: int = 40) -> World:
    """Everything placed in the `weeks` whole ISO weeks before the week of `until`, and in that week before `until`.

    Raises ValueError below 300 customers or 10 weeks, where the stories have no room.
    """
    if customers < LEAST_CUSTOMERS:
        raise ValueError(f"the stories need at least {LEAST_CUSTOMERS} customers, got {customers}")
    frame = Frame.ending(until, weeks)
    communities = places.communities(frame, customers)
    crowd = shoppers.everybody(seed, frame, communities, customers)
    planted = _live(seed, frame, communities, crowd)
    return _world(seed, frame, communities, crowd, planted)


def _live(seed: int, frame: Frame, communities: Sequence[Community], crowd: list[Shopper]) -> dict[str, list[str]]:
    casting.cast(stream(seed, "cast"), frame, crowd)
    shopping.go_shopping(seed, frame, crowd)
    planted = plants.sow(stream(seed, "plants"), plants.Town(frame, communities, crowd))
    aftersales.go_wrong(seed, frame, crowd)
    _write_addresses(seed, crowd)
    return planted


def _world(
    seed: int,
    frame: Frame,
    communities: tuple[Community, ...],
    crowd: Sequence[Shopper],
    planted: dict[str, list[str]],
) -> World:
    stations = tuple(station for place in communities for station in places.stations_of(place))
    orders = _numbered(crowd)
    return World(
        seed=seed, start=frame.start, until=frame.until, weeks=frame.weeks,
        categories=goods.CATEGORIES, products=goods.PRODUCTS,
        communities=communities, stations=stations, staff=crew.staff_of(stations),
        customers=_customers(crowd), orders=orders,
        dirt=dirt.dirty_rows(seed, frame, communities, {one.customer.phone for one in crowd}),
        odd_cells=dirt.odd_cells(seed, orders), planted=planted,
    )  # fmt: skip


def stations_of(world: World, community: str) -> list[Station]:
    return [station for station in world.stations if station.community == community]


def _customers(crowd: Sequence[Shopper]) -> list[Customer]:
    people = [shopper.customer for shopper in crowd]
    return sorted(people, key=lambda customer: (customer.registered_at, customer.phone))


def _numbered(crowd: Sequence[Shopper]) -> list[Order]:
    """All orders by time, each with a number of its own."""
    orders = [order for shopper in crowd for order in shopper.orders]
    orders.sort(key=lambda order: (order.placed_at, order.customer.phone))
    for place, order in enumerate(orders, start=1):
        order.number = f"NJ{order.placed_at:%Y%m%d}{place:07d}"
    return orders


def _write_addresses(seed: int, crowd: Sequence[Shopper]) -> None:
    """People without a part in a story now and then write their door differently, or leave the community out."""
    rng = stream(seed, "addresses")
    for shopper in crowd:
        for place, order in enumerate(shopper.orders):
            order.address = addresses.written(order.home)
            if shopper.reserved:
                continue
            if rng.random() < OTHER_WRITING:
                order.address = addresses.written_otherwise(order.home)
            order.names_community = place == 0 or rng.random() >= COMMUNITY_LEFT_OUT
