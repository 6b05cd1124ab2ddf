"""The people and places of the demo world, and the rhythm in which they order."""

import re
from collections import Counter, defaultdict
from datetime import date, time, timedelta
from statistics import mean

import pytest

from communities.rules import ROLES
from opsdesk.demo import crew, world

UNTIL = date(2026, 3, 2)


@pytest.fixture(scope="module")
def city() -> world.World:
    return world.build(until=UNTIL, customers=3_000, weeks=16)


def test_there_are_as_many_customers_as_asked_for_each_with_a_phone_of_their_own(city):
    phones = {customer.phone for customer in city.customers}
    assert len(phones) == len(city.customers) == 3_000
    assert all(re.fullmatch(r"1[3-9]\d{9}", phone) for phone in phones)


def test_phones_have_prefixes_that_nobody_was_given(city):
    assert {customer.phone[:3] for customer in city.customers} == {
        "154",
        "160",
        "163",
        "164",
        "168",
        "169",
        "179",
        "194",
    }


def test_nobody_registers_before_the_community_opened_or_after_the_first_order(city):
    firsts: dict[str, object] = {}
    for order in city.orders:
        firsts.setdefault(order.customer.phone, order)
        assert order.customer.registered_at <= order.placed_at
    at_home = [one for one in firsts.values() if one.home.community]
    assert all(one.customer.registered_at.date() >= one.home.community.opened_on for one in at_home)


def test_orders_fall_into_the_weeks_asked_for(city):
    days = [order.day for order in city.orders]
    assert UNTIL - timedelta(weeks=16) == city.start <= min(days)
    assert max(days) == UNTIL - timedelta(days=1)


def test_products_cover_a_dozen_categories_with_one_of_services(city):
    assert len(city.products) >= 120
    assert [one.name for one in city.categories if one.service] == ["家政"]
    assert len(city.categories) >= 12
    assert len({product.name for product in city.products}) == len(city.products)


def test_ten_communities_open_one_after_the_other_and_one_has_a_very_long_name(city):
    assert len(city.communities) == 10
    assert any(place.opened_on > city.start for place in city.communities)
    assert 30 <= max(len(place.name) for place in city.communities) <= 80


def test_every_building_has_one_station(city):
    for place in city.communities:
        served = [
            building
            for station in world.stations_of(city, place.code)
            for building in range(station.first_building, station.last_building + 1)
        ]
        assert served == list(range(1, place.buildings + 1))
    assert Counter(station.community for station in city.stations).most_common(1) == [("hexi", 2)]


def test_nobody_lives_outside_the_buildings(city):
    for order in city.orders:
        home, place = order.home, order.home.community
        if place:
            assert home.building <= place.buildings and home.unit <= place.units
            assert home.room // 100 <= place.floors and home.room % 100 <= place.doors


def test_every_role_has_a_sign_in_with_a_password_long_enough(city):
    assert {role for role, _, _ in crew.sign_ins()} == set(ROLES)
    assert all(len(password) >= 12 for _, _, password in crew.sign_ins())
    assert {"manager", "manager2", "staff", "staff2"} <= {username for _, username, _ in crew.sign_ins()}


def test_whoever_signs_in_is_on_the_staff_in_that_role_and_stations_are_real(city):
    staff = {member.username: member for member in crew.staff(city)}
    assert len(staff) == len(crew.staff(city))
    assert all(staff[username].role == role for role, username, _ in crew.sign_ins())
    assert {code for member in staff.values() for code in member.stations} == {one.code for one in city.stations}
    assert not set(staff["staff"].stations) & set(staff["staff2"].stations)


def test_weekends_are_busier_than_the_days_after_them(city):
    weekdays = Counter(order.day.weekday() for order in city.orders)
    assert weekdays[5] > weekdays[6] > weekdays[4] > max(weekdays[day] for day in range(4))


def test_a_day_has_a_peak_before_noon_and_one_in_the_evening(city):
    hours = Counter(order.placed_at.hour for order in city.orders)
    assert hours[20] > hours[10] > hours[14] > hours[3]


def test_some_orders_come_after_the_cut_off_and_are_delivered_a_day_later(city):
    late = [order for order in city.orders if order.placed_at.time() >= time(23)]
    early = [order for order in city.orders if order.placed_at.time() < time(22)]
    assert late and all(order.delivered_on - order.day == timedelta(days=2) for order in late if order.home.community)
    assert all(order.delivered_on - order.day == timedelta(days=1) for order in early)


def test_business_grows(city):
    weeks = Counter((order.day - city.start).days // 7 for order in city.orders)
    assert mean(weeks[week] for week in range(12, 16)) > 1.3 * mean(weeks[week] for week in range(4))


def test_all_eight_classes_of_value_have_people(city):
    rows = defaultdict(list)
    for order in city.orders:
        if order.counts:
            rows[order.customer.phone].append(order)
    values = [
        (mine[-1].day.toordinal(), len({o.day for o in mine}), sum(o.net for o in mine)) for mine in rows.values()
    ]
    middles = [sorted(column)[len(values) // 2] for column in zip(*values, strict=True)]
    classes = Counter(tuple(value > middle for value, middle in zip(row, middles, strict=True)) for row in values)
    assert len(classes) == 8
    assert min(classes.values()) >= 20


def test_a_share_of_customers_has_a_taste(city):
    spent: dict[str, Counter[str]] = defaultdict(Counter)
    for order in city.orders:
        spent[order.customer.phone].update({line.product.category: line.paid for line in order.lines})
    tasty = [phone for phone, shelf in spent.items() if max(shelf.values()) >= 0.4 * shelf.total() > 0]
    assert len(tasty) / len(spent) >= 0.25


def test_coupons_take_something_off_but_not_too_much(city):
    rate = sum(order.discount for order in city.orders) / sum(order.gross for order in city.orders)
    assert 0.02 <= rate <= 0.10


@pytest.mark.parametrize("arguments", [{"customers": 299}, {"weeks": 9}])
def test_a_world_too_small_for_its_stories_is_refused(arguments):
    with pytest.raises(ValueError, match="the stories need at least"):
        world.build(until=UNTIL, **arguments)
