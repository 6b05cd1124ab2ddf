"""The split's SQL is held to the purchases of random histories: who belongs to a cohort, and who of it came back."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.cases import split, split_queries
from campaigns.cases.split import Count, Pair
from campaigns.cases.split_queries import Fall
from tests.histories import START, World, home_of, quickly, worlds, written
from users.purchases import actions, rules

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

thresholds = st.fixed_dictionaries({}, optional={"merge_days": st.integers(1, 4)})


def expected(world: World, home: int, fall: Fall) -> Pair:
    """The cohort and its base of one community, by the rules."""
    policies, now, base = world.policies(), Count(), Count()
    for person in world.people:
        days = rules.customer_days(person.orders, policies[home_of(person)])
        if home_of(person) != home or not days:
            continue
        cohort = rules.monday_of(days[0].day)
        week = cohort + dt.timedelta(weeks=fall.k)
        back = any(day.starts_purchase and rules.monday_of(day.day) == week for day in days)
        if cohort == fall.cohort:
            now += Count(1, back)
        elif fall.cohort - fall.base_weeks * split_queries.WEEK <= cohort < fall.cohort:
            base += Count(1, back)
    return Pair(now, base)


@quickly
@given(worlds(thresholds), st.integers(0, 3), st.integers(1, 2), st.integers(1, 3))
def test_members_and_returns_are_those_of_the_rules(world: World, week: int, k: int, base_weeks: int) -> None:
    with written(world):
        actions.rebuild()
        actions.refresh_origins()
        cohort = START + week * split_queries.WEEK
        homes = {home_of(person) for person in world.people}
        for home in homes:
            fall = Fall(home, cohort, k, base_weeks)
            whole = expected(world, home, fall)
            pairs = split_queries.pairs_of(fall)
            assert [split.whole_of(pairs[by].values()) for by in split.PARTED] == [whole] * len(split.PARTED)
            assert len(split_queries.people(fall)) == whole.now.n
            if whole.now.n or whole.base.n:
                assert split_queries.communities_of(fall)[str(home)] == whole
