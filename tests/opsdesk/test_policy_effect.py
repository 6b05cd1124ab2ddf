"""The effect that is shown before a threshold is saved is what the next run does."""

import copy
import datetime as dt
from collections import Counter

import pytest
from django.db import transaction

from communities.policies import actions, queries
from opsdesk import policy_effect
from tests import cast
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer, make_order
from users.lifecycle import actions as lifecycle
from users.lifecycle.models import LifecycleSnapshot
from users.purchases import actions as purchases
from users.rfm import actions as rfm
from users.rfm.models import RfmScore

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(once_a_file: None) -> Cast:
    people = cast.assemble()
    _settle(people)
    return people


@pytest.fixture
def people(world: Cast, db: None) -> Cast:
    return copy.deepcopy(world)


@pytest.fixture
def town(people: Cast, today: dt.date) -> dt.date:
    return today


def _settle(people: Cast) -> None:
    """Thirty buyers in each of two communities and among the unassigned, of every recency, frequency and amount."""
    for place, community in enumerate((people.cuiping, people.jinling, None)):
        for number in range(30):
            customer = make_customer(community=community)
            for purchase in range(1 + number % 4):
                day = TODAY - dt.timedelta(days=1 + (number * 7 + purchase * 3 + place) % 60)
                make_order(customer=customer, at=day.isoformat(), net=500 * (1 + (number * 3 + purchase) % 11),
                           is_service=number % 5 == 0)  # fmt: skip
    run(TODAY)


def run(today: dt.date) -> None:
    version = queries.current_version()
    purchases.rebuild()
    lifecycle.recompute(today, version)
    rfm.recompute(today, version)


def classes(today: dt.date) -> dict[int, tuple[str, str]]:
    scores = dict(RfmScore.objects.filter(as_of=today).values_list("customer_id", "rfm_class"))
    known = LifecycleSnapshot.objects.filter(as_of=today).values_list("customer_id", "lifecycle")
    return {customer: (kept, scores.get(customer, "")) for customer, kept in known}


DRAFTS = [
    ("silent_after_days", 3, False),
    ("silent_after_days", 40, True),
    ("new_window_days", 30, False),
    ("merge_days", 20, False),
    ("max_addresses", 1, False),
    ("service_order_min_amount", 100, True),
    ("rfm_window_days", 20, False),
    ("rfm_scope", "company", False),
    ("rfm_cut", "fixed_score", True),
    ("rfm_fixed_score", 1, False),
    ("rfm_min_customers", 1, False),
    ("rfm_cuts_m", [100, 200, 300, 5000], False),
    ("tag_min_purchases", 9, False),
    ("alert_p", 0.05, False),
]


def test_the_effect_is_what_the_next_run_does(town: dt.date, people) -> None:
    """One town, put right again after each draft: making it takes longer than a run."""
    before = classes(town)
    for key, value, in_cuiping in DRAFTS:
        place = people.cuiping if in_cuiping else None
        effect = policy_effect.of_drafts(queries.drafted(key, value, place.pk if place else None))
        assert classes(town) == before, key
        with transaction.atomic():
            actions.change(key, value, by=people.manager, community=place)
            run(town)
            after = classes(town)
            transaction.set_rollback(True)
        for number, system in enumerate(("lifecycle", "rfm")):
            pairs = [(before[customer][number], after[customer][number]) for customer in before]
            moved = Counter(pair for pair in pairs if pair[0] != pair[1])
            assert {(was, now): n for was, now, n in effect.by_move(system)} == dict(moved), key
            assert effect.moved(system) == sum(moved.values()), key


def test_the_value_in_force_moves_nobody(town: dt.date) -> None:
    for key in ("silent_after_days", "merge_days", "rfm_window_days", "rfm_scope"):
        in_force = getattr(queries.for_company(), key)
        effect = policy_effect.of_drafts(queries.drafted(key, in_force, None))
        assert (effect.as_of, effect.customers, list(effect.shifts)) == (town, 90, []), key


def test_a_draft_of_one_community_moves_only_its_people(town: dt.date, people) -> None:
    effect = policy_effect.of_drafts(queries.drafted("silent_after_days", 2, people.jinling.pk))
    assert {shift.community_id for shift in effect.shifts if shift.system == "lifecycle"} == {people.jinling.pk}


def test_frozen_cut_points_do_not_make_a_draft_move_anybody(town: dt.date, people) -> None:
    actions.change("rfm_frozen", True, by=people.manager)
    run(town)
    for customer in range(5):
        make_order(customer=make_customer(community=people.cuiping), at="2018-05-06", net=90000 + customer)
    run(town)
    effect = policy_effect.of_drafts(queries.drafted("alert_p", 0.05, None))
    assert list(effect.shifts) == []


def test_before_the_first_run_there_is_no_effect_to_show(nothing_yet) -> None:
    assert policy_effect.of_drafts(queries.drafted("silent_after_days", 3, None)) is None


def test_the_page_shows_how_many_change_class_before_it_saves(town: dt.date, people, as_) -> None:
    answer = as_("manager").post("/policies/silent_after_days/", {"value": "3", "version": 0})
    effect = answer.context["effect"]
    assert effect.moved("lifecycle") > 0
    assert sum(lifecycle for _name, lifecycle, _rfm in answer.context["places"]) == effect.moved("lifecycle")
    assert "金陵名苑" in answer.content.decode()
