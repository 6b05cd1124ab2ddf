"""Random small worlds of customers and orders, as plain values and as rows: what holds the SQL to the rules."""

import datetime as dt
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from communities.models import Community, PolicyChange
from communities.policies.rules import Policies
from users.customers.models import Customer
from users.orders.models import Order, Source
from users.purchases import queries, rules
from users.purchases.rules import OrderFacts

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = dt.date(2018, 3, 26)  # a Monday
DAYS = 24
quickly = settings(
    deadline=None,
    max_examples=int(os.environ.get("OPSDESK_EXAMPLES", "25")),  # many more in a quiet hour
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass
class Person:
    home: int | None
    registered_at: dt.datetime | None
    orders: list[OrderFacts]
    id: int = 0


@dataclass
class World:
    """communities are numbered 1..n here; `ids` translates to the database once the world is written."""

    communities: int
    people: list[Person]
    company: dict[str, Any] = field(default_factory=dict)
    own: dict[int, dict[str, Any]] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)

    def policies(self) -> dict[int, Policies]:
        return queries.policies_by_place()


TIMES = [dt.time(0, 0), dt.time(23, 59, 59), dt.time(12, 30)]
AMOUNTS = [0, 100, 1000, 1000, 2500, 9999, 10000, 30000]


def _moment(day: int, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(START + dt.timedelta(days=day), time, tzinfo=SHANGHAI)


# Days close together: windows, merges and moments meet on their edges.
days = st.sampled_from([0, 1, 2, 3, 8, 9, 10, 11]) | st.integers(0, DAYS - 1)
moments = st.builds(_moment, days, st.sampled_from(TIMES))


@st.composite
def orders(draw: st.DrawFn, communities: int) -> OrderFacts:
    paid = draw(st.sampled_from(AMOUNTS))
    return OrderFacts(
        placed_at=draw(moments),
        state=draw(st.sampled_from(["paid"] * 8 + ["cancelled", "unpaid", "refunded", "waiting"])),
        gross=paid + draw(st.sampled_from([0, 0, 500])),
        discount=draw(st.sampled_from([0, 0, 500])),
        paid=paid,
        refunded=draw(st.sampled_from([0, 0, 0, paid // 2, paid])),
        service_amount=draw(st.sampled_from([0, 0, 0, 9999, 10000, 30000])),
        address_key=draw(st.sampled_from(["", "", "1-1-101", "1-1-102", "2-3-502", "5-1-201"])),
        community_id=draw(st.sampled_from([None, None, None, *range(1, communities + 1)])),
    )


@st.composite
def worlds(draw: st.DrawFn, thresholds: st.SearchStrategy[dict[str, Any]], most: int = 10) -> World:
    communities = draw(st.integers(1, 3))
    homes = st.sampled_from([None, *range(1, communities + 1)])
    registered = st.none() | moments
    people = st.builds(Person, homes, registered, st.lists(orders(communities), max_size=7))
    return World(
        communities,
        draw(st.lists(people, max_size=most)),
        draw(thresholds),
        {1: draw(thresholds)} if draw(st.booleans()) else {},
    )


_serial = itertools.count(1)


@contextmanager
def written(world: World) -> Iterator[World]:
    """The world in the database, gone again afterwards."""
    with transaction.atomic():
        write(world)
        yield world
        transaction.set_rollback(True)


def write(world: World) -> None:
    serial = next(_serial)
    places = Community.objects.bulk_create(
        Community(code=f"c{serial}-{n}", name=f"c{serial}-{n}") for n in range(1, world.communities + 1)
    )
    world.ids = {n: place.id for n, place in enumerate(places, start=1)}
    PolicyChange.objects.bulk_create(
        PolicyChange(key=key, value=value, community_id=place and world.ids[place])
        for place, values in [(None, world.company), *world.own.items()]
        for key, value in values.items()
    )
    made = Customer.objects.unscoped("tests make customers").bulk_create(
        Customer(
            phone=str(13000000000 + serial * 1000 + n),
            community_id=person.home and world.ids[person.home],
            registered_at=person.registered_at,
        )
        for n, person in enumerate(world.people)
    )
    for person, row in zip(world.people, made, strict=True):
        person.id = row.id
        person.home = person.home and world.ids[person.home]
        person.orders = [
            replace(order, community_id=order.community_id and world.ids[order.community_id]) for order in person.orders
        ]
    source, _ = Source.objects.get_or_create(name="worlds")
    Order.objects.bulk_create(
        row_of(order, person.id, source.id, f"{serial}-{person.id}-{n}")
        for person in world.people
        for n, order in enumerate(person.orders)
    )


def row_of(order: OrderFacts, customer_id: int, source_id: int, number: str) -> Order:
    return Order(
        source_id=source_id,
        number=number,
        customer_id=customer_id,
        community_id=order.community_id,
        placed_at=order.placed_at,
        day=order.day,
        state=order.state,
        counted=order.counted,
        gross=order.gross,
        discount=order.discount,
        paid=order.paid,
        refunded=order.refunded,
        net=order.net,
        service_amount=order.service_amount,
        address_key=order.address_key,
        first_import_id=1,
        import_id=1,
    )


def home_of(person: Person) -> int:
    """The place a person ends up in; 0: unassigned."""
    return rules.community_of(person.orders, person.home) or 0
