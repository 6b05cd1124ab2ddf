"""The spoiled vegetables of the demo: one incident in the right community, with the right goods among the first
suspects; looked into as told, and an older one in the library."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command

from campaigns.cases import opening, queries, recovery
from campaigns.cases.models import Callback, Case, CaseStep, Receipt
from communities.scoping import Scope
from opsdesk import trust
from opsdesk.demo import case_story, goods, places, world

UNTIL = dt.date(2026, 3, 2)
CUSTOMERS, WEEKS = 4000, 16
BAD_WEEK = UNTIL - dt.timedelta(weeks=6)


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """The world's orders by the very command, then this story and what the night after it does."""
    with django_db_blocker.unblock():
        call_command("seed_demo", customers=CUSTOMERS, weeks=WEEKS, until=UNTIL, orders_only=True, stdout=StringIO())
        case_story.plant(world.build(customers=CUSTOMERS, weeks=WEEKS, seed=7, until=UNTIL), lambda text: None)
        recovery.check_recoveries(UNTIL)
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def incident(city, db) -> Case:
    return queries.open_ones(Scope(everywhere=True), kind="incident").get()


def test_the_spoiled_week_raises_exactly_one_incident_in_the_right_community(incident: Case) -> None:
    assert (incident.community.code, incident.week) == (places.BAD_VEGETABLES, BAD_WEEK)
    assert {one.alert.cohort for one in incident.alerts.select_related("alert")} == {BAD_WEEK}
    assert opening.open_due(UNTIL) == opening.Opened(0, 0)


def test_the_right_category_is_among_the_first_three_suspects(incident: Case) -> None:
    named = [(one["dimension"], one["name"]) for one in incident.split["suspects"][:3]]
    assert ("goods", goods.LEAF) in named


def test_it_has_been_looked_into_and_its_measure_is_watched(incident: Case) -> None:
    assert (incident.state, str(incident.taken_by)) == ("watching", "林若溪")
    found = dict(CaseStep.objects.filter(case=incident).values_list("step", "finding"))
    assert found == {step: finding for step, _days, finding, _words in case_story.LOOKED}
    states = set(Callback.objects.filter(case=incident).values_list("state", flat=True))
    assert states == {"open", "done", "missed", "refused"}
    read = Receipt.objects.filter(lesson__case=incident, lesson__kind="corrective")
    assert read.filter(read_at=None).exists() and read.exclude(read_at=None).exists()


def test_the_cohorts_after_the_measure_came_back_as_usual(incident: Case) -> None:
    assert queries.recoveries(incident)[0].cohort == BAD_WEEK + case_story.WATCHED_AFTER
    assert queries.has_recovered(incident)


def test_the_library_holds_a_closed_one_with_its_cause(incident: Case) -> None:
    [closed] = queries.library(Scope(everywhere=True), words="暴雨")
    assert (closed.state, closed.cause) == ("closed", "weather")
    assert closed.closed_at is not None and closed.closed_at.date() < UNTIL
    assert closed.alerts.get().alert.closed_at is not None


def test_all_invariants_hold(incident: Case) -> None:
    assert [check.name for check in trust.check_all(UNTIL) if not check.holds] == []
