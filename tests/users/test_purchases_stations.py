"""Which station serves a door: the rule as a table, and the SQL held to it."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from communities.models import Community, ServiceStation
from tests import factories
from tests.histories import START, quickly
from users.customers.models import Customer
from users.orders.models import Order
from users.purchases import actions, rules
from users.purchases.rules import StationFacts

HERE, ELSEWHERE = 1, 2


@pytest.mark.parametrize(
    ("community", "building", "told", "stations", "serving"),
    [
        (HERE, "12", None, [StationFacts(1, HERE, ("11", "12"))], 1),
        (HERE, "13", None, [StationFacts(1, HERE, ("11", "12"))], None),
        (HERE, "13", None, [StationFacts(1, HERE, ("12",)), StationFacts(2, HERE)], 2),
        (HERE, "12", None, [StationFacts(1, HERE, ("12",)), StationFacts(2, HERE)], 1),
        (HERE, "", None, [StationFacts(1, HERE)], 1),
        (HERE, "", None, [StationFacts(1, HERE), StationFacts(2, HERE)], None),  # nobody knows which
        (HERE, "12", None, [StationFacts(2, HERE, ("12",)), StationFacts(1, HERE, ("12",))], 1),
        (HERE, "12", 2, [StationFacts(1, HERE, ("12",)), StationFacts(2, HERE)], 2),  # the order says so
        (HERE, "12", 3, [StationFacts(1, HERE, ("12",)), StationFacts(3, ELSEWHERE)], 1),  # of where they lived
        (None, "12", None, [StationFacts(1, HERE, ("12",))], None),
    ],
)
def test_a_station_serves_a_door(
    community: int | None, building: str, told: int | None, stations: list[StationFacts], serving: int | None
) -> None:
    assert rules.station_of(community, building, told, stations) == serving


buildings = st.sampled_from(["", "1", "2", "3"])
station = st.tuples(
    st.integers(0, 1), st.lists(st.sampled_from(["1", "2", "3"]), max_size=2, unique=True), st.booleans()
)
customer = st.tuples(st.sampled_from([None, 0, 1]), buildings, st.integers(-1, 4))


@pytest.mark.django_db
@quickly
@given(st.lists(station, max_size=5), st.lists(customer, max_size=8))
def test_the_sql_of_stations_agrees_with_the_rule(stations: list, customers: list) -> None:
    with transaction.atomic():
        places = [Community.objects.create(code=f"p{n}", name=f"p{n}") for n in range(2)]
        made = [
            ServiceStation.objects.create(name=f"s{n}", community=places[place], buildings=listed, is_active=active)
            for n, (place, listed, active) in enumerate(stations)
        ]
        open_ones = [StationFacts(s.id, s.community_id, tuple(s.buildings)) for s in made if s.is_active]
        wanted = {}
        for place, building, told_index in customers:
            home = None if place is None else places[place]
            row = factories.make_customer(community=home, building=building)
            told = made[told_index].id if 0 <= told_index < len(made) else None
            moment = dt.datetime.combine(START, dt.time(12)).isoformat()
            factories.make_order(customer=row, at=moment, station_id=told)
            wanted[row.id] = rules.station_of(row.community_id, building, told, open_ones)
        actions.assign_stations()
        everybody = Customer.objects.unscoped("tests compare").values_list("id", "station_id")
        assert dict(everybody) == wanted
        assert actions.assign_stations() == 0
        transaction.set_rollback(True)


def test_the_latest_order_that_names_a_station_decides(db: None) -> None:
    place = Community.objects.create(code="p", name="p")
    one, two = (ServiceStation.objects.create(name=name, community=place, buildings=["9"]) for name in "ab")
    row = factories.make_customer(community=place)
    factories.make_order(customer=row, at="2018-05-01", station_id=one.id)
    factories.make_order(customer=row, at="2018-05-03", station_id=two.id)
    factories.make_order(customer=row, at="2018-05-04")
    waiting = factories.make_order(customer=row, at="2018-05-05", station_id=one.id)
    Order.objects.filter(id=waiting.id).update(state="waiting", counted=False, net=0)
    actions.assign_stations()
    assert Customer.objects.unscoped("tests look").get().station_id == two.id
