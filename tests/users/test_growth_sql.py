"""Growth on random histories: every week adds up in any choice of places, and a list is as long as its number."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.models import Community
from communities.scoping import Scope
from tests.histories import DAYS, START, World, home_of, quickly, worlds, written
from users.directory import queries as directory
from users.directory.filters import Filters
from users.growth import queries, rules
from users.purchases import actions
from users.purchases import rules as purchases

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WEEKS = [START + dt.timedelta(weeks=n) for n in range(DAYS // 7 + 2)]
EVERYWHERE = Scope(everywhere=True)
thresholds = st.fixed_dictionaries({}, optional={"merge_days": st.integers(1, 4)})


@quickly
@given(worlds(thresholds), st.data())
def test_every_week_adds_up_in_any_places(world: World, data: st.DataObject) -> None:
    with written(world):
        actions.rebuild()
        every = [0, *world.ids.values()]
        places = data.draw(st.none() | st.lists(st.sampled_from(every), unique=True))
        flows = queries.flows(places, WEEKS[0], WEEKS[-1])
        assert set(flows) <= set(every if places is None else places)
        told = rules.total(flows, WEEKS)
        assert rules.breaks(told) == []
        for one in flows.values():
            assert rules.breaks({week: one.get(week, rules.NOTHING) for week in WEEKS}) == []


@quickly
@given(worlds(thresholds))
def test_a_flows_list_is_as_long_as_its_number(world: World) -> None:
    with written(world):
        actions.rebuild()
        codes = dict(Community.objects.values_list("id", "code"))
        flows = queries.flows(None, WEEKS[0], WEEKS[-1])
        for place, week in [(place, week) for place in flows for week in WEEKS]:
            flow = flows[place].get(week, rules.NOTHING)
            for name in rules.FLOWS:
                place_words = {"community": codes[place]} if place else {"unassigned": True}
                asked = Filters(week=week, flow=(name,), **place_words)
                assert directory.people(EVERYWHERE, asked).count() == getattr(flow, name)


@quickly
@given(worlds(thresholds), st.integers(7, DAYS))
def test_the_levers_count_purchases_and_payers_by_the_rules(world: World, day: int) -> None:
    until = START + dt.timedelta(days=day)
    with written(world):
        actions.rebuild()
        found = queries.levers(None, WEEKS[1:3], until)
        policies = world.policies()
        for place in {home_of(person) for person in world.people}:
            days = [
                [one for one in purchases.customer_days(person.orders, policies[place]) if one.day < until]
                for person in world.people
                if home_of(person) == place
            ]
            began = [one[0].day for one in days if one]
            if not began:
                assert place not in found
                continue
            assert found[place].payers_ever == len(began)
            assert found[place].payers == {
                week: sum(first < week + rules.WEEK for first in began) for week in WEEKS[1:3]
            }
            assert found[place].purchases == {
                week: sum(one.starts_purchase and week <= one.day < week + rules.WEEK for his in days for one in his)
                for week in WEEKS[1:3]
            }
