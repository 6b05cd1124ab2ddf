"""The SQL of the roll-ups is held to users/purchases/rules.py on random histories."""

import dataclasses
import datetime as dt
from collections import defaultdict
from dataclasses import astuple, replace
from typing import Any

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from tests.histories import Person, World, home_of, quickly, row_of, worlds, written
from users.customers.models import Customer
from users.orders.models import Order, Source
from users.purchases import actions, queries, rules
from users.purchases.models import CohortCell, CommunityDay, CustomerDay, DaysChanged, FlowWeek

pytestmark = pytest.mark.django_db

thresholds = st.fixed_dictionaries(
    {}, optional={"merge_days": st.integers(1, 4), "service_order_min_amount": st.sampled_from([0, 9999, 10000])}
)


def expected_days(world: World) -> dict[tuple[int, int, dt.date], tuple[Any, ...]]:
    policies = world.policies()
    return {
        (home_of(person), person.id, day.day): astuple(day)[1:]
        for person in world.people
        for day in rules.customer_days(person.orders, policies[home_of(person)])
    }


def found_days() -> dict[tuple[int, int, dt.date], tuple[Any, ...]]:
    told = [field.name for field in dataclasses.fields(rules.Day)]
    rows = CustomerDay.objects.values_list("community_id", "customer_id", *told)
    return {row[:3]: row[3:] for row in rows}


def test_a_changed_address_is_a_change_of_the_day() -> None:
    person = Person(1, None, [rules.OrderFacts(at("2018-05-02"), paid=1000, address_key="1-1-101")])
    with written(World(1, [person])):
        actions.rebuild()
        assert CustomerDay.objects.filter(door_low=F("door_high")).count() == 1
        Order.objects.update(address_key="1-1-102")
        assert actions.refresh([person.id]).differing == 1


def histories(world: World) -> list[tuple[int, list[rules.Day]]]:
    """(home, days) of everybody, by the rules."""
    policies = world.policies()
    told = [(home_of(one), rules.customer_days(one.orders, policies[home_of(one)])) for one in world.people]
    return [(home, days) for home, days in told if days]


def expected_community_days(world: World) -> dict[tuple[int, dt.date], list[int]]:
    found = defaultdict(lambda: [0] * 10)
    for home, days in histories(world):
        first = days[0].day
        for day in days:
            back = first < day.day <= first + dt.timedelta(days=7)
            more = [day.orders, day.starts_purchase, day.gross, day.discount, day.net, 1, day.day == first, 0, 0, back]
            found[home, day.day] = [old + new for old, new in zip(found[home, day.day], more, strict=True)]
    for home, day in found:
        buyers = [{one.day for one in days} for place, days in histories(world) if place == home]
        for column, start in ((7, rules.monday_of(day)), (8, day.replace(day=1))):
            found[home, day][column] = sum(any(start <= one <= day for one in his) for his in buyers)
    return dict(found)


def weeks_of(days: list[rules.Day]) -> list[dt.date]:
    """The Mondays of the weeks in which a purchase starts, each once, in order."""
    return sorted({rules.monday_of(day.day) for day in days if day.starts_purchase})


def expected_cells(world: World) -> dict[tuple[int, dt.date, dt.date], list[int]]:
    found = defaultdict(lambda: [0] * 7)
    for home, days in histories(world):
        cohort, bought = rules.monday_of(days[0].day), weeks_of(days)
        for week in {rules.monday_of(day.day) for day in days}:
            inside = [day for day in days if rules.monday_of(day.day) == week]
            purchases = sum(day.starts_purchase for day in inside)
            earlier = [one for one in bought if one < week]
            every = len(earlier) == (week - cohort).days // 7
            recalled = bool(earlier) and earlier[-1] < week - dt.timedelta(days=7)
            more = [purchases > 0, purchases, sum(day.net for day in inside), sum(day.gross for day in inside)]
            more += [purchases > 0 and every, purchases > 0 and recalled, week == bought[-1]]
            key = home, cohort, week
            found[key] = [old + new for old, new in zip(found[key], more, strict=True)]
    return dict(found)


def expected_flows(world: World) -> dict[tuple[int, dt.date], list[int]]:
    week_long, found = dt.timedelta(days=7), defaultdict(lambda: [0] * 5)
    for home, days in histories(world):
        bought = weeks_of(days)
        for n, week in enumerate(bought):
            kept = week - week_long in bought
            for column, counts in enumerate([True, n == 0, kept, n > 0 and not kept]):
                found[home, week][column] += counts
            if week + week_long not in bought:
                found[home, week + week_long][4] += 1
    return dict(found)


def assert_as_defined(world: World) -> None:
    assert found_days() == expected_days(world)
    days = CommunityDay.objects.values_list(*actions.COMMUNITY_DAYS.key, *actions.COMMUNITY_DAYS.values)
    assert {row[:2]: list(row[2:]) for row in days} == expected_community_days(world)
    cells = CohortCell.objects.values_list(*actions.COHORT_CELLS.key, *actions.COHORT_CELLS.values)
    assert {row[:3]: list(row[3:]) for row in cells} == expected_cells(world)
    flows = FlowWeek.objects.values_list(*actions.FLOW_WEEKS.key, *actions.FLOW_WEEKS.values)
    assert {row[:2]: list(row[2:]) for row in flows} == expected_flows(world)
    homes = Customer.objects.unscoped("tests compare").values_list("id", "community_id")
    assert dict(homes) == {person.id: home_of(person) or None for person in world.people}


@quickly
@given(worlds(thresholds))
def test_a_rebuild_gives_what_the_rules_say_and_a_second_one_writes_nothing(world: World) -> None:
    with written(world):
        actions.rebuild()
        assert_as_defined(world)
        assert actions.rebuild().differing == 0


@quickly
@given(worlds(thresholds), st.data())
def test_a_refresh_of_the_touched_equals_a_rebuild(world: World, data: st.DataObject) -> None:
    with written(world):
        actions.rebuild()
        touched = data.draw(st.lists(st.sampled_from(world.people), unique_by=id)) if world.people else []
        for person in touched:
            change(person, world, data)
        actions.refresh([person.id for person in touched])
        assert_as_defined(world)
        assert actions.rebuild().differing == 0


def change(person: Person, world: World, data: st.DataObject) -> None:
    """Some orders gone, the others moved, refunded, or of another community."""
    keep = data.draw(st.integers(0, len(person.orders)))
    shift = dt.timedelta(days=data.draw(st.integers(-9, 9)))
    place = data.draw(st.sampled_from([None, *world.ids.values()]))
    person.orders = [
        replace(order, placed_at=order.placed_at + shift, community_id=place, refunded=order.paid // 2)
        for order in person.orders[:keep]
    ]
    person.home = Customer.objects.unscoped("tests look where the rebuild put them").get(id=person.id).community_id
    Order.objects.filter(customer_id=person.id).delete()
    source = Source.objects.get(name="worlds")
    Order.objects.bulk_create(
        row_of(o, person.id, source.id, f"again-{person.id}-{n}") for n, o in enumerate(person.orders)
    )


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T12:00+08:00")


def add_order(person: Person, day: str) -> None:
    order = rules.OrderFacts(at(day), paid=1000)
    person.orders.append(order)
    source, _ = Source.objects.get_or_create(name="worlds")
    row_of(order, person.id, source.id, day).save()


def cells() -> list[tuple[str, str, int]]:
    return [
        (str(c), str(w), n) for c, w, n in CohortCell.objects.order_by("pk").values_list("cohort", "week", "customers")
    ]


def test_a_back_dated_order_moves_the_first_week() -> None:
    person = Person(1, None, [rules.OrderFacts(at("2018-05-02"), paid=1000)])
    with written(World(1, [person])):
        actions.rebuild()
        assert cells() == [("2018-04-30", "2018-04-30", 1)]
        add_order(person, "2018-04-20")
        actions.refresh([person.id])
        assert cells() == [("2018-04-16", "2018-04-16", 1), ("2018-04-16", "2018-04-30", 1)]


def test_of_two_orders_at_one_moment_the_one_written_last_names_the_community() -> None:
    both = [rules.OrderFacts(at("2018-05-02"), paid=1000, community_id=place) for place in (2, 1)]
    with written(World(2, [Person(None, None, both)])) as world:
        assert actions.rebuild().moved == 1
        assert Customer.objects.unscoped("tests look").get().community_id == world.ids[1]


def test_a_change_is_noted_with_its_earliest_day_and_silence_is_not() -> None:
    person = Person(1, None, [rules.OrderFacts(at("2018-05-02"), paid=1000)])
    with written(World(1, [person])):
        actions.rebuild()
        before = queries.newest_change()
        actions.refresh([person.id])
        assert queries.newest_change() == before
        add_order(person, "2018-04-20")
        actions.refresh([person.id])
        assert DaysChanged.objects.latest("id").first_day == dt.date(2018, 4, 20)
        assert DaysChanged.objects.count() == 2


def test_days_of_customers_who_are_gone_go_too() -> None:
    person = Person(1, None, [rules.OrderFacts(at("2018-05-02"), paid=1000)])
    with written(World(1, [person])):
        actions.rebuild()
        Order.objects.all().delete()
        Customer.objects.unscoped("tests").all().delete()
        actions.refresh([person.id])
        assert (CustomerDay.objects.count(), CommunityDay.objects.count(), CohortCell.objects.count()) == (0, 0, 0)


def test_customers_of_the_first_weeks_are_flagged() -> None:
    early, late = (
        Person(1, None, [rules.OrderFacts(at("2018-05-02"))]),
        Person(1, None, [rules.OrderFacts(at("2018-05-28"))]),
    )
    with written(World(1, [early, late])):
        actions.rebuild()
        flags = dict(Customer.objects.unscoped("tests").values_list("id", "left_censored"))
        assert flags == {early.id: True, late.id: False}  # the four ISO weeks from 2018-04-30
