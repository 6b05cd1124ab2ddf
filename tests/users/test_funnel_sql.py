"""The SQL of the stages is held to users/funnel/rules.py on random histories."""

import datetime as dt
from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.policies import queries as policy_queries
from tests.histories import DAYS, START, Person, World, home_of, quickly, worlds, written
from users.acquisition.models import Referral, SignupImport
from users.customers.models import Standing
from users.funnel import actions, queries, rules
from users.funnel.models import FunnelCell, Stage
from users.funnel.rules import Facts, Purchase
from users.lifecycle import actions as lifecycle
from users.purchases import actions as purchases
from users.purchases import queries as purchase_queries
from users.purchases import rules as purchase_rules
from users.purchases.rules import business_day, monday_of
from users.rfm import actions as rfm

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

thresholds = st.fixed_dictionaries(
    {},
    optional={
        "merge_days": st.integers(1, 4),
        "activation_days": st.integers(1, 10),
        "second_purchase_days": st.integers(1, 12),
        "revenue_min_purchase": st.sampled_from([1000, 2500, 10000, 100000]),
    },
)
as_ofs = st.integers(0, DAYS + 20).map(lambda days: START + dt.timedelta(days=days))


def bring(world: World, data: st.DataObject) -> dict[int, int]:
    """Some were brought by others: referrer by referred."""
    ids = [person.id for person in world.people]
    pairs = data.draw(st.dictionaries(st.sampled_from(ids), st.sampled_from(ids), max_size=4)) if ids else {}
    brought = {referred: referrer for referred, referrer in pairs.items() if referred != referrer}
    file = SignupImport.objects.create(kind="referrals", name="brought.csv", digest="")
    Referral.objects.bulk_create(
        Referral(referred_id=referred, referrer_id=referrer, file=file) for referred, referrer in brought.items()
    )
    return brought


def purchases_of(person: Person, world: World, as_of: dt.date) -> list[Purchase]:
    made: list[Purchase] = []
    for day in purchase_rules.customer_days(person.orders, world.policies()[home_of(person)]):
        if day.day >= as_of:
            break
        if day.starts_purchase:
            made.append(Purchase(day.day, day.net))
        else:
            made[-1] = Purchase(made[-1].day, made[-1].net + day.net)
    return made


def expected(world: World, brought: dict[int, int], as_of: dt.date) -> dict[int, tuple[int, dt.date, int]]:
    scored = Standing.objects.filter(frequency__isnull=False)
    monetary = {one.customer_id: one.monetary or 0 for one in scored}
    by_home: dict[int, list[int]] = {}
    for person in world.people:
        by_home.setdefault(home_of(person), []).extend([monetary[person.id]] if person.id in monetary else [])
    registered = {
        person.id: business_day(person.registered_at)
        for person in world.people
        if person.registered_at and business_day(person.registered_at) < as_of
    }
    found = {}
    for person in world.people:
        if person.id not in registered:
            continue
        home = home_of(person)
        facts = Facts(
            registered[person.id],
            purchases_of(person, world, as_of),
            monetary.get(person.id),
            median(by_home[home]) if by_home[home] else None,
            sum(referrer == person.id and referred in registered for referred, referrer in brought.items()),
        )
        found[person.id] = (home, monday_of(facts.registered), rules.stages(facts, world.policies()[home], as_of))
    return found


@quickly
@given(worlds(thresholds), as_ofs, st.data())
def test_the_stages_are_what_the_rules_say_and_a_second_run_writes_nothing(
    world: World, as_of: dt.date, data: st.DataObject
) -> None:
    with written(world):
        brought = bring(world, data)
        purchases.rebuild()
        version = policy_queries.current_version()
        lifecycle.recompute(as_of, version)
        rfm.recompute(as_of, version)
        actions.recompute(as_of)
        rows = Stage.objects.values_list("customer_id", "community_id", "week", "stages")
        wanted = expected(world, brought, as_of)
        assert {row[0]: row[1:] for row in rows} == wanted
        cells = FunnelCell.objects.values_list("community_id", "week", "stages", "customers")
        assert {row[:3]: row[3] for row in cells} == Counter(wanted.values())
        totals = {(week, stages): n for week, stages, n in queries.cells(None, "week")}
        assert totals == Counter((week, stages) for _home, week, stages in wanted.values())
        assert actions.recompute(as_of).written == 0
        told = queries.cells_as_of(as_of, purchase_queries.policies_by_place(), None, "week")
        assert {row[:2]: row[2] for row in told} == totals
