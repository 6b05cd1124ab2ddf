"""The SQL of the snapshots is held to users/lifecycle/rules.py on random histories."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communities.models import PolicyChange
from communities.policies import queries as policy_queries
from tests.factories import make_customer
from tests.histories import DAYS, SHANGHAI, START, Person, World, home_of, quickly, row_of, worlds, written
from users.customers.models import Standing
from users.lifecycle import actions, queries, rules
from users.lifecycle.models import LifecycleSnapshot, SnapshotDay
from users.orders.models import Order, Source
from users.purchases import actions as purchases
from users.purchases import dates
from users.purchases import rules as purchase_rules
from users.purchases.rules import OrderFacts

pytestmark = pytest.mark.django_db

thresholds = st.fixed_dictionaries(
    {},
    optional={
        "merge_days": st.integers(1, 4),
        "new_window_days": st.integers(1, 9),
        "silent_after_days": st.integers(1, 20),
    },
)
MONDAY = dt.date(2018, 4, 30)


def facts_of(person: Person, as_of: dt.date, world: World) -> rules.Facts:
    days = purchase_rules.customer_days(person.orders, world.policies()[home_of(person)])
    past = [day for day in days if day.day < as_of]
    facts = rules.facts_as_of([day.day for day in days], as_of, world.policies()[home_of(person)])
    return facts._replace(net=sum(day.net for day in past))


def expected(world: World, as_of: dt.date) -> dict[int, tuple[Any, ...]]:
    policies, monday, found = world.policies(), queries.monday_before(as_of), {}
    for person in world.people:
        since = purchase_rules.known_since(person.registered_at, person.orders)
        if since is None or since >= as_of:
            continue
        mine, facts = policies[home_of(person)], facts_of(person, as_of, world)
        now = rules.class_of(facts, as_of, mine)
        earliest = START + dt.timedelta(weeks=1)  # no Monday before that is computed
        was_known = since < monday and monday >= earliest and world_has_days(world, monday)
        before = rules.class_of(facts_of(person, monday, world), monday, mine) if was_known else ""
        found[person.id] = (home_of(person), now, before, rules.is_recalled(now, before), *facts[1:])
    return found


def world_has_days(world: World, monday: dt.date) -> bool:
    """Mondays are computed from the first week with a counted order on."""
    days = [order.day for person in world.people for order in person.orders if order.counted]
    return bool(days) and monday > min(days)


def found_at(as_of: dt.date) -> dict[int, tuple[Any, ...]]:
    columns = ("community_id", "lifecycle", "before", "recalled", "first_purchase", "last_order", "purchases", "net")
    rows = LifecycleSnapshot.objects.filter(as_of=as_of).values_list("customer_id", *columns)
    return {row[0]: row[1:] for row in rows}


def recompute(as_of: dt.date) -> dates.Computed:
    purchases.rebuild()
    return actions.recompute(as_of, policy_queries.current_version())


@quickly
@given(worlds(thresholds), st.integers(0, DAYS + 10))
def test_snapshots_say_what_the_rules_say(world: World, day: int) -> None:
    as_of = START + dt.timedelta(days=day)
    with written(world):
        recompute(as_of)
        people = expected(world, as_of)
        assert found_at(as_of) == people
        assert recompute(as_of).written == 0
        for lifecycle, count in queries.totals(as_of).items():
            assert count.customers == sum(row[1] == lifecycle for row in people.values())
        assert_every_cell_leads_to_its_people(as_of, people)
        standing = {row.customer_id: (row.community_id or 0, row.lifecycle) for row in Standing.objects.all()}
        assert standing == {person: row[:2] for person, row in people.items()}


def assert_every_cell_leads_to_its_people(as_of: dt.date, people: dict[int, tuple[Any, ...]]) -> None:
    matrix = queries.transitions(as_of)
    cells = {key: cell.customers for key, cell in matrix.cells.items()}
    assert cells == Counter((row[2], row[1]) for row in people.values())
    for (before, after), cell in matrix.cells.items():
        assert queries.movers(as_of, before, after).count() == cell.customers
    assert matrix.total == len(people)
    assert len(list(queries.segments_rows(as_of))) == len(people)


def bought(*days: str) -> Person:
    orders = [OrderFacts(dt.datetime.fromisoformat(day).replace(tzinfo=SHANGHAI), paid=1000) for day in days]
    return Person(1, None, orders)


@pytest.mark.parametrize(("merge_days", "lifecycle"), [(1, "active"), (2, "active"), (3, "silent")])
def test_a_purchase_that_is_merged_away_does_not_make_anybody_active(merge_days: int, lifecycle: str) -> None:
    person = bought("2018-04-21 10:00", "2018-04-23 10:00")
    with written(World(1, [person], {"merge_days": merge_days})):
        recompute(MONDAY)
        assert found_at(MONDAY)[person.id][1] == lifecycle


@pytest.mark.parametrize(("clock", "known"), [("23:59:59", 1), ("00:00:00", 0)])
def test_who_registers_at_midnight_is_known_from_the_next_day_on(clock: str, known: int) -> None:
    day = "2018-04-29" if known else "2018-04-30"
    with written(World(1, [Person(None, dt.datetime.fromisoformat(f"{day}T{clock}+08:00"), [])])):
        assert recompute(MONDAY).customers == known


def test_the_first_run_fills_in_every_monday() -> None:
    with written(World(1, [bought("2018-04-04 10:00")])):
        found = recompute(dt.date(2018, 5, 2))
        assert [day.isoformat() for day in found.days] == [
            "2018-04-09", "2018-04-16", "2018-04-23", "2018-04-30", "2018-05-02",
        ]  # fmt: skip


def test_only_mondays_after_the_touched_day_are_computed_again() -> None:
    person = bought("2018-04-04 10:00")
    with written(World(1, [person])):
        recompute(dt.date(2018, 5, 2))
        late = OrderFacts(dt.datetime(2018, 4, 23, 23, 59, 59, tzinfo=SHANGHAI), paid=500)
        row_of(late, person.id, Source.objects.get(name="worlds").id, "late").save()
        assert [str(day) for day in recompute(dt.date(2018, 5, 3)).days] == ["2018-04-30", "2018-05-03"]
        assert found_at(dt.date(2018, 4, 30))[person.id][1] == "active"


def test_an_old_monday_keeps_the_rules_it_was_computed_with() -> None:
    person = bought("2018-04-02 10:00", "2018-04-12 10:00")
    with written(World(1, [person])):
        recompute(MONDAY)
        assert found_at(dt.date(2018, 4, 23))[person.id][1] == "active"
        PolicyChange.objects.create(key="silent_after_days", value=5)
        PolicyChange.objects.create(key="merge_days", value=20)
        Order.objects.filter(customer_id=person.id).update(net=900, paid=900)  # touches everything
        computed = recompute(dt.date(2018, 5, 7))
        assert dt.date(2018, 4, 23) in computed.days
        snapshot = LifecycleSnapshot.objects.get(as_of=dt.date(2018, 4, 23))
        assert (snapshot.lifecycle, snapshot.purchases, snapshot.net) == ("active", 2, 1800)
        versions = dict(SnapshotDay.objects.values_list("as_of", "policy_version"))
        assert versions[dt.date(2018, 4, 23)] < versions[dt.date(2018, 5, 7)] == policy_queries.current_version()


def test_who_moved_by_a_changed_setting_is_marked() -> None:
    kept, lapsed = bought("2018-04-02 10:00", "2018-04-21 10:00"), bought("2018-04-02 10:00", "2018-04-17 10:00")
    with written(World(1, [kept, lapsed])):
        recompute(dt.date(2018, 4, 23))
        PolicyChange.objects.create(key="silent_after_days", value=7)
        PolicyChange.objects.create(key="new_window_days", value=6)
        recompute(dt.date(2018, 4, 30))
        by_policy = dict(LifecycleSnapshot.objects.filter(as_of=MONDAY).values_list("customer_id", "by_policy"))
        # Under fourteen days both would still be active: the setting moved both.
        assert by_policy == {kept.id: True, lapsed.id: True}
        cell = queries.transitions(MONDAY).cell("active", "silent")
        assert (cell.customers, cell.by_policy) == (2, 2)
        recompute(dt.date(2018, 5, 7))
        assert queries.transitions(dt.date(2018, 5, 7)).by_policy == 0


def test_a_late_registration_corrects_the_mondays_it_missed() -> None:
    with written(World(1, [bought("2018-04-04 10:00")])):
        recompute(MONDAY)
        make_customer(registered_at=dt.datetime(2018, 4, 17, tzinfo=SHANGHAI))
        assert [str(day) for day in recompute(dt.date(2018, 5, 2)).days] == ["2018-04-23", "2018-04-30", "2018-05-02"]
        assert queries.totals(dt.date(2018, 4, 23))["prospect"].customers == 1


def test_other_days_are_let_go_but_for_the_latest_two() -> None:
    with written(World(1, [bought("2018-04-24 10:00")])):
        for day in (1, 2, 3, 4):
            recompute(dt.date(2018, 5, day))
        gone = actions.forget_old_days(dt.date(2018, 5, 4))
        assert sorted(gone) == [dt.date(2018, 5, 1), dt.date(2018, 5, 2)]
        kept = [dt.date(2018, 4, 30), dt.date(2018, 5, 3), dt.date(2018, 5, 4)]
        assert list(SnapshotDay.objects.order_by("as_of").values_list("as_of", flat=True)) == kept
        assert set(LifecycleSnapshot.objects.values_list("as_of", flat=True)) == set(kept)


def test_an_older_date_that_is_asked_for_leaves_the_lists_at_the_newest() -> None:
    with written(World(1, [bought("2018-04-24 10:00")])):
        recompute(dt.date(2018, 5, 7))
        recompute(dt.date(2018, 4, 26))
        assert Standing.objects.get().lifecycle == "silent"
        assert queries.totals(dt.date(2018, 4, 26))["new_paying"].customers == 1


def test_one_community_alone_leaves_the_others_as_they_were() -> None:
    here, there = bought("2018-04-02 10:00"), bought("2018-04-02 10:00")
    there.home = 2
    with written(World(2, [here, there])) as world:
        recompute(MONDAY)
        Order.objects.update(day=dt.date(2018, 4, 28))
        purchases.rebuild()
        actions.recompute(MONDAY, policy_queries.current_version(), [world.ids[1]])
        classes = {row.customer_id: row.lifecycle for row in LifecycleSnapshot.objects.filter(as_of=MONDAY)}
        assert classes == {here.id: "new_paying", there.id: "silent"}


@settings(quickly, max_examples=20)
@given(worlds(thresholds), thresholds)
def test_a_preview_counts_what_the_night_would_write(world: World, values: dict[str, Any]) -> None:
    as_of = START + dt.timedelta(days=DAYS)
    with written(world):
        recompute(as_of)
        supposed = policy_queries.rules.in_force(world.company | values)
        seen = queries.preview(as_of, supposed)
        for key, value in values.items():
            PolicyChange.objects.create(key=key, value=value)
        recompute(as_of)
        assert seen == {name: count.customers for name, count in queries.totals(as_of).items()}
