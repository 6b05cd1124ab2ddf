"""An incident worked through: taken, looked into, contact paused, people called, watched, closed, opened again."""

import copy
import datetime as dt

import pytest

from campaigns.cases import actions, opening, queries, recovery, rules, sampling
from campaigns.cases.models import Callback, Case, Recovery
from communities.models import StaffAct
from communities.policies import actions as policies
from communities.policies.rules import Policies
from communities.scoping import Scope
from tests import cast
from tests.campaigns import case_world as world
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import SHANGHAI
from users.contact import actions as contact
from users.contact.models import ContactPause, ContactWish
from users.retention import alert_queries
from users.retention.alert_rules import Base, Came
from users.retention.models import RetentionAlert

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(everywhere=True)
NOON = dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def opened(once_a_file: None) -> tuple[Cast, Case]:
    everybody = cast.assemble()
    return everybody, world.make_case(everybody)


@pytest.fixture
def people(opened: tuple[Cast, Case], db: None) -> Cast:
    return copy.deepcopy(opened[0])


@pytest.fixture
def case(people: Cast, opened: tuple[Cast, Case]) -> Case:
    return copy.deepcopy(opened[1])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_whoever_takes_it_is_in_charge_and_it_is_acted_upon(people, case):
    actions.take(case, people.operator)
    actions.take(case, people.operator)
    assert (fresh(case).taken_by, fresh(case).state) == (people.operator, "acting")
    assert StaffAct.objects.filter(thing="case", verb="take").count() == 1
    assert not queries.untaken(EVERYWHERE).exists()


def test_a_finding_is_kept_with_who_and_when_and_phones_are_masked(people, case):
    actions.note_step(case, "goods", "found", "叶菜闷坏了 13812345678", people.operator)
    step = {one.step: one for one in queries.steps(case)}["goods"]
    assert (step.finding, step.evidence, step.by) == ("found", "叶菜闷坏了 138****5678", people.operator)
    assert step.at is not None
    assert fresh(case).state == "acting"


def test_a_pause_stops_contact_and_ends_with_the_case(people, case):
    actions.pause_contact(case, people.operator)
    actions.pause_contact(fresh(case), people.operator)
    pause = ContactPause.objects.get()
    assert (pause.community, pause.ended_at, fresh(case).pause) == (people.cuiping, None, pause)
    actions.close(fresh(case), "packaging", "没有打孔", people.manager)
    assert ContactPause.objects.get().ended_at is not None


def test_a_pause_of_somebody_else_is_not_ended_by_the_case(people, case):
    contact.pause(people.cuiping, "停水", people.manager)
    actions.pause_contact(case, people.operator)
    assert fresh(case).pause is None
    actions.close(case, "packaging", "没有打孔", people.manager)
    assert ContactPause.objects.get().ended_at is None


# -- Callbacks ---------------------------------------------------------------------------------------------------------


def test_the_sample_is_of_those_who_did_not_come_back_and_is_drawn_once(people, case):
    first = sampling.draw(case, people.operator, NOON)
    assert (first.calls, first.affected) == (20, 25)
    drawn = set(Callback.objects.values_list("customer_id", flat=True))
    assert drawn <= set(sampling.affected(case))
    assert sampling.draw(case, people.operator, NOON).calls == 0
    Callback.objects.all().delete()
    sampling.draw(case, people.operator, NOON)
    assert set(Callback.objects.values_list("customer_id", flat=True)) == drawn


def test_the_size_of_the_sample_is_the_policys(people, case):
    policies.change("callback_sample", 3, by=people.manager)
    assert sampling.draw(case, people.operator, NOON).calls == 3


def test_whoever_wishes_no_contact_is_not_called(people, case):
    spared = sampling.affected(case)[:10]
    ContactWish.objects.bulk_create(ContactWish(customer_id=one, do_not_contact=True) for one in spared)
    found = sampling.draw(case, people.operator, NOON)
    assert (found.calls, found.held_back) == (15, {"dnc": 10})
    assert not Callback.objects.filter(customer_id__in=spared).exists()


def test_its_own_pause_does_not_stand_against_its_calls_and_another_does(people, case):
    actions.pause_contact(case, people.operator)
    assert sampling.draw(fresh(case), people.operator, NOON).calls == 20
    Callback.objects.all().delete()
    ContactPause.objects.all().delete()
    contact.pause(people.cuiping, "停水", people.manager)
    ContactPause.objects.update(begins_at=NOON - dt.timedelta(days=1))
    found = sampling.draw(fresh(case), people.operator, NOON)
    assert (found.calls, found.held_back) == (0, {"incident": 25})


# -- Did it help -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("watched_from", "first", "told"),
    [
        ("2018-04-23", "2018-04-23", "2018-05-07"),
        ("2018-04-24", "2018-04-30", "2018-05-14"),
        ("2018-04-29", "2018-04-30", "2018-05-14"),
    ],
)
def test_the_first_cohort_after_the_action_began_wholly_after_it(watched_from, first, told):
    assert rules.first_told(dt.date.fromisoformat(watched_from)) == dt.date.fromisoformat(told)
    cohorts = rules.watched_cohorts(dt.date.fromisoformat(watched_from))
    assert cohorts[0] == dt.date.fromisoformat(first)
    assert cohorts[1] - cohorts[0] == dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("returned", "customers", "again"),
    [(8, 20, True), (5, 20, True), (2, 40, False), (38, 40, True), (0, 19, None), (19, 19, None)],
)
def test_a_rate_is_usual_again_when_the_test_that_rang_would_not_ring(returned, customers, again):
    limits = alert_queries.limits_of(Policies())
    assert rules.is_usual_again(Came(customers, returned), Base(40, 16, 4), limits) is again


def test_cohorts_after_the_action_are_looked_at_once_and_the_case_stays_open(people, case):
    world.grow(people.cuiping, world.BAD + world.WEEK, world.LEAF, 20, 8)
    world.grow(people.cuiping, TODAY - world.WEEK, world.MEAT, 7, 0)  # so that the last week is known to be whole
    world.count()
    assert recovery.check_recoveries(TODAY) == recovery.Looked(0, 0)
    actions.watch(case, world.BAD + world.WEEK, people.operator)
    assert recovery.check_recoveries(TODAY) == recovery.Looked(1, 1)
    assert recovery.check_recoveries(TODAY) == recovery.Looked(0, 0)
    row = Recovery.objects.get()
    assert (row.cohort, row.k, row.customers, row.returned, row.usual) == (world.BAD + world.WEEK, 1, 20, 8, 0.4)
    assert queries.has_recovered(fresh(case))
    assert fresh(case).state == "watching"


def test_a_cohort_that_still_stays_away_is_no_recovery(people, case):
    world.grow(people.cuiping, world.BAD + world.WEEK, world.LEAF, 40, 2)
    world.grow(people.cuiping, TODAY - world.WEEK, world.MEAT, 7, 0)  # so that the last week is known to be whole
    world.count()
    actions.watch(case, world.BAD + world.WEEK, people.operator)
    assert recovery.check_recoveries(TODAY) == recovery.Looked(1, 0)
    assert not queries.has_recovered(case)


# -- Closed ------------------------------------------------------------------------------------------------------------


def test_a_closed_case_needs_a_cause_and_a_story_and_is_found_by_its_words(people, case):
    with pytest.raises(actions.StoryNeeded):
        actions.close(case, "packaging", " ", people.manager)
    with pytest.raises(actions.StoryNeeded):
        actions.close(case, "moon", "没有打孔", people.manager)
    actions.close(case, "packaging", "蔬菜闷在塑料袋里", people.manager)
    assert list(queries.library(EVERYWHERE, words="塑料袋 翠屏")) == [case]
    assert list(queries.library(EVERYWHERE, words="塑料袋", cause="packaging")) == [case]
    assert not queries.library(EVERYWHERE, words="塑料袋 金陵").exists()
    assert not queries.library(EVERYWHERE, cause="weather").exists()
    assert not queries.open_ones(EVERYWHERE).exists()


def test_what_is_closed_can_only_be_opened_again(people, case):
    actions.close_as_nothing(case, "节假日", people.manager)
    for deed in (actions.take, actions.pause_contact):
        with pytest.raises(actions.Finished):
            deed(case, people.operator)
    actions.reopen(case, people.manager)
    assert (fresh(case).state, fresh(case).closed_at) == ("acting", None)
    with pytest.raises(actions.Finished):
        actions.reopen(case, people.manager)


def test_its_alerts_close_and_open_with_the_case(people, case):
    other = world.make_alert(people.cuiping, k=2)
    opening.open_due(TODAY)
    actions.close(case, "packaging", "没有打孔", people.manager)
    other.refresh_from_db()
    assert (other.closed_by, other.verdict) == (people.manager, f"{case.number} 没有打孔")
    actions.reopen(case, people.manager)
    assert not RetentionAlert.objects.exclude(closed_at=None).exists()


def test_no_two_incidents_of_a_community_are_open_at_once(people, case):
    actions.close_as_nothing(case, "节假日", people.manager)
    other, _is_new = opening.open_for(world.make_alert(people.cuiping, world.BAD + world.WEEK), TODAY)
    with pytest.raises(actions.AnotherOpen):
        actions.reopen(case, people.manager)
    assert other.state == "open"
