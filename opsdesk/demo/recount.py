"""Counting the made-up city by brute force, one customer after the other, with nothing borrowed from the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from opsdesk.demo import addresses, goods
from opsdesk.demo.records import Customer, Order, World

SERVICE_FROM = 10_000
MOST_ADDRESSES = 2
NEW_DAYS = 7
SILENT_AFTER_DAYS = 14
LATE_START_DAYS = 60
LEFT_CENSOR_WEEKS = 4


class Cohort(NamedTuple):
    """Customers of one community whose first purchase fell in the ISO week from `monday` on,
    and how many of them bought in the week after."""

    community: str
    monday: date
    size: int
    returned: int

    @property
    def rate(self) -> float:
        return self.returned / self.size if self.size else 0.0


History = Mapping[str, list[Order]]


def histories(world: World) -> dict[str, list[Order]]:
    """Counted orders by phone, oldest first; only of customers who have one."""
    found: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        if order.counts:
            found[order.customer.phone].append(order)
    return dict(found)


def homes(world: World) -> dict[str, str | None]:
    """Community of each customer: of the latest order that names one, else of the registration."""
    found = {customer.phone: _registered_in(customer) for customer in world.customers}
    for order in world.orders:
        if order.community:
            found[order.customer.phone] = order.community
    return found


def cohorts(world: World, paid: History) -> list[Cohort]:
    """All cohorts whose week after is over, by community and week."""
    here = homes(world)
    sizes: Counter[tuple[str, date]] = Counter()
    returned: Counter[tuple[str, date]] = Counter()
    for phone, orders in paid.items():
        monday = _monday(orders[0].day)
        key = (here[phone] or "", monday)
        sizes[key] += 1
        returned[key] += bought_in(orders, monday + timedelta(weeks=1))
    over = [key for key in sizes if key[1] + timedelta(weeks=2) <= world.until]
    return [Cohort(*key, sizes[key], returned[key]) for key in sorted(over)]


def bought_in(orders: Iterable[Order], monday: date) -> bool:
    return any(_monday(order.day) == monday for order in orders)


def lifecycle(world: World, paid: History) -> dict[str, int]:
    """How many customers of each class as of `until`."""
    classes = Counter(_class(paid.get(customer.phone, []), world.until) for customer in world.customers)
    return {name: classes[name] for name in ("prospect", "new_paying", "active", "silent")}


def service_orders(paid: History) -> list[Order]:
    return [order for orders in paid.values() for order in orders if service_fen(order) >= SERVICE_FROM]


def near_service_orders(paid: History) -> list[Order]:
    return [order for orders in paid.values() for order in orders if 0 < service_fen(order) < SERVICE_FROM]


def service_fen(order: Order) -> int:
    return sum(line.paid for line in order.lines if line.product.category == goods.SERVICE)


def proxies(paid: History) -> dict[str, int]:
    """Phone -> distinct doors, where there are more than two."""
    doors = {phone: {order.home[:4] for order in orders if order.address} for phone, orders in paid.items()}
    return {phone: len(found) for phone, found in doors.items() if len(found) > MOST_ADDRESSES}


def doubles(paid: History) -> list[tuple[str, date]]:
    """Phone and day of all days with more than one counted order."""
    days = Counter((phone, order.day) for phone, orders in paid.items() for order in orders)
    return sorted(key for key, many in days.items() if many > 1)


def moves(paid: History) -> list[tuple[str, str, str, date]]:
    """Phone, from, to, and the day of the first order from the new community."""
    found = []
    for phone, orders in paid.items():
        named = [order for order in orders if order.community]
        for before, after in pairwise(named):
            if before.community != after.community:
                found.append((phone, before.community or "", after.community or "", after.day))
    return found


def late_starters(world: World, paid: History) -> list[str]:
    """Registered at least sixty days before the first purchase; those of the first four weeks left out."""
    since = world.start + timedelta(weeks=LEFT_CENSOR_WEEKS)
    return [phone for phone, orders in paid.items() if orders[0].day >= since and _waited(orders[0]) >= LATE_START_DAYS]


def unread_addresses(world: World) -> dict[str, set[str]]:
    """Phone -> the addresses of it that no usual parser reads."""
    found: dict[str, set[str]] = defaultdict(set)
    for order in world.orders:
        if order.home.writing == addresses.UNREAD:
            found[order.customer.phone].add(order.address)
    return dict(found)


def _registered_in(customer: Customer) -> str | None:
    return customer.home.community.code if customer.home.community else None


def _waited(order: Order) -> int:
    return (order.day - order.customer.registered_at.date()).days


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _class(orders: list[Order], as_of: date) -> str:
    if not orders:
        return "prospect"
    if orders[0].day >= as_of - timedelta(days=NEW_DAYS):
        return "new_paying"
    days = {order.day for order in orders}
    recent = orders[-1].day >= as_of - timedelta(days=SILENT_AFTER_DAYS)
    return "active" if recent and len(days) > 1 else "silent"
