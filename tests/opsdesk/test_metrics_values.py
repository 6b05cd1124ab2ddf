"""What only whole communities tell: growth and cohorts held to customer-days, funnel and spend to worked examples."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.insight import values
from tests.factories import make_customer
from tests.histories import START, World, quickly, worlds, written
from tests.settled import WEEK, settle
from tests.standings import bought
from users.acquisition.models import Spend
from users.funnel.models import FunnelCell
from users.purchases import actions as purchases
from users.purchases import rules as purchase_rules
from users.purchases.models import UNASSIGNED, CustomerDay

pytestmark = pytest.mark.django_db

thresholds = st.fixed_dictionaries({}, optional={"merge_days": st.integers(1, 3)})


def weeks_of_purchases(place: int) -> dict[int, set[dt.date]]:
    found: dict[int, set[dt.date]] = {}
    for one in CustomerDay.objects.filter(community_id=place, starts_purchase=True):
        found.setdefault(one.customer_id, set()).add(purchase_rules.monday_of(one.day))
    return found


@quickly
@given(worlds(thresholds), st.integers(0, 3), st.integers(1, 3))
def test_growth_and_retention_are_those_of_the_purchases(world: World, first: int, count: int) -> None:
    start, end = START + first * WEEK, START + (first + count) * WEEK
    weeks = [start + n * WEEK for n in range(count)]
    with written(world):
        settle(world)
        places = [*world.ids.values(), UNASSIGNED]
        told = {key: values.of_units(key, "community", start, end, places)
                for key in ("retention", "churn", "recall", "active", "retained", "lost", "quick_ratio")}  # fmt: skip
        for place in places:
            each = weeks_of_purchases(place).values()
            size = sum(min(his) + WEEK in weeks for his in each)
            back = sum(min(his) + WEEK in weeks and min(his) + WEEK in his for his in each)
            active = sum(week in his for his in each for week in weeks)
            kept = sum(week in his and week - WEEK in his for his in each for week in weeks)
            lost = sum(week not in his and week - WEEK in his for his in each for week in weeks)
            away = [(his, week) for his in each for week in weeks if min(his) < week and week - WEEK not in his]
            recalled = sum(week in his for his, week in away)
            assert told["retention"][place] == (back, size)
            assert told["churn"][place] == (size - back, size)
            assert told["recall"][place] == (recalled, len(away))
            assert [told[key][place] for key in ("active", "retained", "lost")] == [
                (active, count), (kept, count), (lost, count),
            ]  # fmt: skip
            assert told["quick_ratio"][place] == (active - kept, lost)


def test_a_stage_of_the_funnel_counts_those_whose_window_is_over(people) -> None:
    monday, place = START, people.cuiping.id
    for stages, customers in ((0, 5), (1, 3), (1 | 2, 2), (16, 4), (1 | 32, 1)):
        FunnelCell.objects.create(community_id=place, channel="", week=monday, stages=stages, customers=customers)
    told = {
        key: values.of_units(key, "community", monday, monday + WEEK, [place])[place]
        for key in ("registered", "activation", "funnel_retained")
    }
    assert told == {"registered": (15, 1), "activation": (6, 11), "funnel_retained": (2, 5)}
    assert values.of_units("registered", "community", monday + WEEK, monday + 2 * WEEK, [place]) == {place: (0, 1)}


def test_a_new_payer_costs_what_the_sheet_says_and_nothing_where_it_says_nothing(people) -> None:
    places = [people.cuiping.id, people.jinling.id]
    for community in (people.cuiping, people.jinling):
        for _n in range(4):
            bought(make_customer(community=community), START)
    purchases.refresh_rollups(places)
    Spend.objects.create(channel="地推", community=people.cuiping, week=START, fen=9_000)
    Spend.objects.create(channel="地推", community=people.cuiping, week=START, fen=10_000)  # the newest holds
    Spend.objects.create(channel="传单", community=None, week=START, fen=5_000)  # the company's is no place's
    cost = values.of_units("cost_per_new", "community", START, START + WEEK, places)
    assert cost == {people.cuiping.id: (10_000, 4), people.jinling.id: (0, 0)}
    assert values.of_units("spend", "community", START, START + WEEK, places)[people.jinling.id] == (0, 0)
