"""The SQL of the scores is held to users/rfm/rules.py on random histories."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communities.models import PolicyChange
from communities.policies import queries as policy_queries
from tests.histories import DAYS, SHANGHAI, START, Person, World, home_of, quickly, row_of, worlds, written
from users.customers.models import Standing
from users.lifecycle import actions as lifecycle
from users.orders.models import Source
from users.purchases import actions as purchases
from users.purchases import dates
from users.purchases import rules as purchase_rules
from users.purchases.rules import Cleaned, OrderFacts
from users.rfm import actions, queries, rules
from users.rfm.models import RfmCut, RfmDay, RfmScore
from users.rfm.rules import COMPANY, Cuts, Values

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

points = st.lists(st.integers(1, 20), min_size=4, max_size=4).map(sorted)
thresholds = st.fixed_dictionaries(
    {"rfm_min_customers": st.sampled_from([1, 2, 3, 50])},
    optional={
        "merge_days": st.integers(1, 4),
        "service_order_min_amount": st.sampled_from([0, 9999, 10000]),
        "max_addresses": st.integers(1, 3),
        "rfm_window_days": st.sampled_from([7, 14, 365]),
        "rfm_scope": st.sampled_from(["community", "company"]),
        "rfm_scoring": st.sampled_from(["quantile", "fixed"]),
        "rfm_cuts_r": st.none() | points,
        "rfm_cuts_f": points,
        "rfm_cut": st.sampled_from(["mean_score", "fixed_score"]),
        "rfm_fixed_score": st.integers(1, 4),
    },
)


def cleaned(world: World, as_of: dt.date) -> dict[int, Cleaned]:
    policies = world.policies()
    return {
        person.id: purchase_rules.cleaned(person.orders, as_of, policies[home_of(person)]) for person in world.people
    }


def expected(world: World, as_of: dt.date) -> tuple[dict[int, rules.Scored], dict[int, Cuts]]:
    homes = {person.id: home_of(person) for person in world.people}
    values = {
        customer: (homes[customer], Values((as_of - one.last_day).days, one.purchases, one.net))
        for customer, one in cleaned(world, as_of).items()
        if one.last_day
    }
    policies = world.policies()
    return rules.score_everybody(values, policies | {COMPANY: policies[0]})


def expected_cleaning(world: World, as_of: dt.date) -> queries.Cleaning:
    total = queries.Cleaning()
    for person, one in zip(world.people, cleaned(world, as_of).values(), strict=True):
        ever = any(order.counted and order.day < as_of for order in person.orders)
        mine = queries.Cleaning(
            one.orders,
            one.service_orders,
            one.service_orders > 0,
            one.proxy_orders,
            one.is_proxy,
            one.merged_orders,
            one.purchases,
            ever and not one.is_proxy and one.purchases == 0,
        )
        total = queries.Cleaning(*(sum(pair) for pair in zip(total, mine, strict=True)))
    return total


def found_scores(as_of: dt.date) -> dict[int, rules.Scored]:
    rows = RfmScore.objects.filter(as_of=as_of)
    return {
        row.customer_id: rules.Scored(rules.Scores(row.r_score, row.f_score, row.m_score), row.rfm_class)
        for row in rows
    }


def recompute(as_of: dt.date) -> dates.Computed:
    purchases.rebuild()
    version = policy_queries.current_version()
    lifecycle.recompute(as_of, version)
    return actions.recompute(as_of, version)


@quickly
@given(worlds(thresholds, most=16), st.integers(0, DAYS + 10))
def test_scores_cuts_classes_and_cleaning_are_what_the_rules_say(world: World, day: int) -> None:
    as_of = START + dt.timedelta(days=day)
    with written(world):
        recompute(as_of)
        scores, cuts = expected(world, as_of)
        assert found_scores(as_of) == scores
        assert {place: queries.as_cuts(row) for place, row in queries.cuts_in_use(as_of).items()} == cuts
        steps = queries.cleaning(as_of)
        assert steps == expected_cleaning(world, as_of)
        assert steps.orders == steps.service_orders + steps.proxy_orders + steps.merged_orders + steps.purchases
        assert_standings_follow(world, as_of, scores)
        assert recompute(as_of).written == 0


def assert_standings_follow(world: World, as_of: dt.date, scores: dict[int, rules.Scored]) -> None:
    steps = cleaned(world, as_of)
    for row in Standing.objects.all():
        mine, one = scores.get(row.customer_id), steps[row.customer_id]
        assert row.rfm_class == (mine.rfm_class if mine else "")
        assert (row.frequency, row.monetary, row.rfm_last_day) == (
            (one.purchases, one.net, one.last_day) if mine else (None, None, None)
        )
        assert (row.is_service, row.is_proxy) == (one.service_orders > 0, one.is_proxy)
    classes = Counter(one.rfm_class for one in scores.values())
    assert {row.rfm_class: row.customers for row in queries.board(as_of)} == {c: classes[c] for c in rules.CLASSES}
    assert len(list(queries.rfm_rows(as_of))) == len(scores)


@settings(quickly, max_examples=20)
@given(worlds(thresholds), thresholds)
def test_a_preview_shows_what_the_night_would_write(world: World, values: dict[str, Any]) -> None:
    as_of = START + dt.timedelta(days=DAYS)
    with written(world):
        recompute(as_of)
        seen = queries.preview(as_of, policy_queries.rules.in_force(world.company | values))
        for key, value in values.items():
            PolicyChange.objects.create(key=key, value=value)
        recompute(as_of)
        counts = {row.rfm_class: (row.customers, row.monetary) for row in queries.board(as_of)}
        assert (seen.classes, seen.cleaning) == (counts, queries.cleaning(as_of))


MONDAY = dt.date(2018, 4, 30)


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)


def bought(*days: str, paid: int = 1000, home: int | None = 1) -> Person:
    return Person(home, None, [OrderFacts(at(day), paid=paid) for day in days])


def add_order(person: Person, day: str, paid: int) -> None:
    order = OrderFacts(at(day), paid=paid)
    row_of(order, person.id, Source.objects.get(name="worlds").id, f"{person.id} {day}").save()


def test_frozen_cut_points_stay_while_the_customers_change() -> None:
    people = [bought("2018-04-20", paid=paid) for paid in (100, 200, 300, 400, 500)]
    with written(World(1, people, {"rfm_min_customers": 1})) as world:
        recompute(MONDAY)
        before = queries.as_cuts(queries.cut_of(MONDAY, world.ids[1]))
        PolicyChange.objects.create(key="rfm_frozen", value=True)
        for person in people:
            add_order(person, "2018-05-01", paid=9000)
        recompute(dt.date(2018, 5, 7))
        after = queries.as_cuts(queries.cut_of(dt.date(2018, 5, 7), world.ids[1]))
        assert (after.origin, after.r, after.m, after.sums) == ("frozen", before.r, before.m, before.sums)
        assert recompute(dt.date(2018, 5, 7)).written == 0


def test_the_addresses_of_service_orders_do_not_make_a_proxy_buyer() -> None:
    person = bought("2018-04-20")
    person.orders += [
        OrderFacts(at("2018-04-21"), paid=1000, address_key=door, service_amount=service)
        for door, service in [("1-1-101", 0), ("1-1-102", 0), ("1-1-103", 20000)]
    ]
    with written(World(1, [person])):
        recompute(MONDAY)
        assert (queries.cleaning(MONDAY).proxy_customers, queries.cleaning(MONDAY).service_customers) == (0, 1)


def test_a_purchase_belongs_to_the_window_it_starts_in() -> None:
    person = bought("2018-04-22", "2018-04-23", "2018-04-28")
    with written(World(1, [person], {"merge_days": 3, "rfm_window_days": 7})):
        recompute(MONDAY)  # the window begins on the 23rd, inside the first purchase
        score = RfmScore.objects.get(as_of=MONDAY)
        assert (score.frequency, score.monetary, score.last_day) == (1, 1000, dt.date(2018, 4, 28))
        assert queries.cleaning(MONDAY).merged_orders == 1


def test_the_unassigned_are_a_group_of_their_own() -> None:
    people = [bought("2018-04-20", home=None) for _ in range(3)] + [bought("2018-04-20") for _ in range(3)]
    with written(World(1, people, {"rfm_min_customers": 1})) as world:
        recompute(MONDAY)
        assert set(queries.cuts_in_use(MONDAY)) == {0, world.ids[1], COMPANY}
        assert queries.members(MONDAY, places=[0]).count() == 3


def test_an_old_monday_keeps_the_cleaning_it_was_computed_with() -> None:
    person = bought("2018-04-17", "2018-04-18", "2018-04-19")
    with written(World(1, [person])):
        recompute(MONDAY)
        PolicyChange.objects.create(key="merge_days", value=3)
        computed = recompute(dt.date(2018, 5, 7))  # the merge touched every day, so Mondays are computed again
        assert dt.date(2018, 4, 23) in computed.days
        frequency = dict(RfmScore.objects.values_list("as_of", "frequency"))
        assert frequency == {dt.date(2018, 4, 23): 3, MONDAY: 3, dt.date(2018, 5, 7): 1}


def test_one_community_alone_leaves_the_others_as_they_were() -> None:
    here, there = bought("2018-04-02"), bought("2018-04-02", home=2)
    with written(World(2, [here, there])) as world:
        recompute(MONDAY)
        cuts = queries.as_cuts(queries.cut_of(MONDAY, COMPANY))
        for person in (here, there):
            add_order(person, "2018-04-28", paid=5000)
        purchases.rebuild()
        actions.recompute(MONDAY, policy_queries.current_version(), [world.ids[1]])
        frequency = dict(RfmScore.objects.filter(as_of=MONDAY).values_list("customer_id", "frequency"))
        assert frequency == {here.id: 2, there.id: 1}
        assert queries.as_cuts(queries.cut_of(MONDAY, COMPANY)) == cuts


def test_other_days_are_let_go_but_for_the_latest_two() -> None:
    with written(World(1, [bought("2018-04-24")])):
        for day in (1, 2, 3):
            recompute(dt.date(2018, 5, day))
        actions.forget_old_days(dt.date(2018, 5, 3))
        kept = {MONDAY, dt.date(2018, 5, 2), dt.date(2018, 5, 3)}
        assert set(RfmDay.objects.values_list("as_of", flat=True)) == kept
        assert set(RfmScore.objects.values_list("as_of", flat=True)) == kept
        assert set(RfmCut.objects.values_list("as_of", flat=True)) == kept
