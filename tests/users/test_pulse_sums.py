"""The sums and rates of places and spans are held to customer-days and snapshots, counted one by one."""

import datetime as dt

import pytest
from django.db.models import Count
from hypothesis import given
from hypothesis import strategies as st

from communities.models import Community
from communities.policies import queries as policy_queries
from tests.histories import DAYS, START, World, quickly, worlds, written
from tests.settled import WEEK, counted, settle, starts
from users.lifecycle import actions as lifecycle
from users.lifecycle.models import LifecycleSnapshot
from users.pulse import actions, crowd_queries, queries
from users.pulse.models import WeekRates
from users.pulse.rules import Rates, Span, Sums
from users.pulse.step_rules import EVERYBODY
from users.purchases.models import UNASSIGNED, CommunityPeriod, CustomerDay

pytestmark = pytest.mark.django_db

thresholds = st.fixed_dictionaries(
    {}, optional={"merge_days": st.integers(1, 3), "silent_after_days": st.integers(1, 9)}
)


def span_of(grain: str, day: int, length: int) -> tuple[str, Span]:
    first = START + dt.timedelta(days=day)
    return grain, Span(starts(grain, first), first + dt.timedelta(days=length))


LENGTHS = {"week": 7, "month": 31}
grains = st.sampled_from(["day", "week", "month"])
spans = st.builds(span_of, grains, st.integers(-8, DAYS + 8), st.integers(1, 16))


@quickly
@given(worlds(thresholds), st.lists(spans, min_size=1, max_size=3))
def test_every_sum_equals_a_count_of_customer_days(world: World, asked: list[tuple[str, Span]]) -> None:
    with written(world):
        station_of = settle(world)
        rows = list(CustomerDay.objects.all())
        for grain in {grain for grain, _span in asked}:
            these = [span for one, span in asked if one == grain]
            for unit, home in (
                ("community", lambda one: one.community_id),
                ("station", lambda one: station_of.get(one.customer_id)),
            ):
                places = sorted({home(one) for one in rows} - {None})
                told = queries.sums(unit, grain, these, places)
                for span, found in zip(these, told, strict=True):
                    for place in places:
                        wanted = counted([one for one in rows if home(one) == place], grain, span)
                        assert found.get(place, Sums()) == wanted, (unit, grain, span)


@quickly
@given(worlds(thresholds))
def test_every_week_and_month_of_the_roll_up_equals_a_count_of_customer_days(world: World) -> None:
    with written(world):
        settle(world)
        rows = list(CustomerDay.objects.all())
        found = {(one.grain, one.start, one.community_id): one for one in CommunityPeriod.objects.all()}
        assert found.keys() >= {(grain, starts(grain, one.day), one.community_id) for one in rows for grain in LENGTHS}
        for (grain, start, place), told in found.items():
            span = Span(start, starts(grain, start + dt.timedelta(days=LENGTHS[grain])))
            wanted = counted([one for one in rows if one.community_id == place], grain, span)
            assert Sums(*(getattr(told, name) for name in Sums._fields)) == wanted


@quickly
@given(worlds(thresholds), st.lists(st.integers(-3, DAYS + 3), min_size=1, max_size=4))
def test_everybody_who_ever_paid_is_counted_once(world: World, asked: list[int]) -> None:
    ends = sorted({START + dt.timedelta(days=n) for n in asked})
    with written(world):
        settle(world)
        Community.objects.filter(id__in=world.ids.values()).update(households=40)
        places = [*world.ids.values(), UNASSIGNED]
        found = crowd_queries.crowds(ends, ends[:2], places)
        for n, end in enumerate(ends):
            days = CustomerDay.objects.filter(community_id__in=world.ids.values(), day__lt=end)
            payers = dict(days.order_by().values_list("community_id").annotate(n=Count("customer_id", distinct=True)))
            assert found.at(end, EVERYBODY) == (sum(payers.values()), 0, 40 * len(world.ids))
            for place in world.ids.values():
                assert found.at(end, place)[0] == (payers.get(place, 0) if n < 2 else 0)


@quickly
@given(worlds(thresholds), st.integers(8, DAYS + 10))
def test_weekly_rates_are_those_of_the_snapshots(world: World, day: int) -> None:
    as_of = START + dt.timedelta(days=day)
    with written(world):
        station_of = settle(world)
        lifecycle.recompute(as_of, policy_queries.current_version())
        actions.refresh_rates(as_of)
        assert {row.pk: (row.fresh, row.fresh_back, row.silent, row.woken) for row in WeekRates.objects.all()} == (
            expected_rates(as_of, station_of)
        )
        assert actions.refresh_rates(as_of) == 0


def expected_rates(as_of: dt.date, station_of: dict[int, int]) -> dict[tuple[str, int, dt.date], tuple[int, ...]]:
    found: dict[tuple[str, int, dt.date], list[int]] = {}
    for row in LifecycleSnapshot.objects.filter(as_of__lt=as_of, lifecycle__in=["new_paying", "silent"]):
        if row.as_of.weekday():
            continue
        back = CustomerDay.objects.filter(
            customer_id=row.customer_id, day__gte=row.as_of, day__lt=row.as_of + WEEK, starts_purchase=True
        ).exists()
        column = 0 if row.lifecycle == "new_paying" else 2
        for place in (("community", row.community_id), ("station", station_of.get(row.customer_id))):
            if place[1] is not None:
                counts = found.setdefault((*place, row.as_of), [0] * 4)
                counts[column] += 1
                counts[column + 1] += back
    return {key: tuple(counts) for key, counts in found.items()}


def test_a_night_of_one_community_leaves_the_others_alone(people) -> None:
    monday = dt.date(2018, 4, 30)
    for community in (people.cuiping, people.jinling):
        WeekRates.objects.create(
            kind="community", place_id=community.id, monday=monday, fresh=9, fresh_back=9, silent=0, woken=0
        )
    assert actions.refresh_rates(dt.date(2018, 5, 7), [people.cuiping.id]) == 1
    assert [row.place_id for row in WeekRates.objects.all()] == [people.jinling.id]
    assert queries.rates("community", [monday], [people.jinling.id]) == {monday: {people.jinling.id: Rates(9, 9, 0, 0)}}
