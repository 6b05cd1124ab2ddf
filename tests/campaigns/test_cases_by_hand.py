"""Incidents that somebody opened before a number fell: one case, filled in when the numbers come."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import actions, by_hand, numbers, opening, queries, recovery, sampling
from campaigns.cases.models import Case
from communities import rules
from communities.access import Desk
from communities.models import Notice, StaffAct
from communities.policies import actions as policies
from opsdesk import waiting_cases
from tests.campaigns import case_world as world
from tests.conftest import TODAY
from users.retention.alert_rules import Base

pytestmark = pytest.mark.django_db
EARLY = world.BAD + dt.timedelta(days=3)
WORDS = "菜闷坏了，13800001234 来电"
EN = {"Accept-Language": "en"}


def opened(people, week: dt.date = world.BAD, as_of: dt.date = EARLY) -> Case:
    case, _is_new = by_hand.open_for(people.cuiping, week, WORDS, as_of, people.operator)
    return case


def fallen_unnoticed(people) -> None:
    """No alert rang, every cohort may be compared with, and orders are in to the end of the week after."""
    policies.change("left_censor_weeks", 0, by=people.manager)
    world.grow(people.cuiping, world.BAD + 2 * world.WEEK, world.MEAT, 7, 0)
    world.fallen(people).delete()


def test_the_alert_of_the_same_week_joins_and_brings_its_numbers(people):
    alert = world.fallen(people)
    case = opened(people)
    assert (case.kind, case.week, case.state, case.split) == ("incident", world.BAD, "open", {})
    assert case.story == "菜闷坏了，138****1234 来电"
    assert len(queries.steps(case)) == 5 and len(sampling.affected(case)) == 25
    assert opening.open_due(TODAY) == opening.Opened(0, 1)
    case = Case.objects.get()
    assert queries.case_of(alert) == case and case.split["whole"]["back"] == 5
    assert case.split["suspects"][0]["name"] == world.LEAF and case.split["evidence"]["path"]


def test_without_an_alert_the_night_brings_the_numbers_once_the_week_after_is_over(people):
    fallen_unnoticed(people)
    case = opened(people)
    opening.open_due(EARLY)
    assert not Case.objects.get().split and recovery.bases_of(case) == {}
    opening.open_due(TODAY)
    case = Case.objects.get()
    assert recovery.bases_of(case) == {1: Base(40, 16, 4)}
    before = case.split
    opening.open_due(TODAY + world.WEEK)
    assert Case.objects.get().split == before


def test_of_a_week_that_came_back_as_ever_nobody_is_suspected(people, as_):
    fallen_unnoticed(people)
    case = opened(people, world.BAD - world.WEEK, TODAY)
    assert case.split["whole"]["difference"] == 0 and case.split["suspects"] == []
    assert "show no fall" in as_("analyst").get(reverse("case", args=[case.number]), headers=EN).content.decode()


def test_a_case_without_a_split_says_why(people, as_):
    """Data begins four weeks before the bad week: whoever was new in those may have bought before."""
    fallen_unnoticed(people)
    policies.change("left_censor_weeks", 4, by=people.manager)
    case = opened(people, as_of=TODAY)
    assert not case.split and numbers.absent(case, TODAY) == numbers.Absent("censored", TODAY - world.WEEK, 30, 5)
    page = as_("analyst").get(reverse("case", args=[case.number]), headers=EN).content.decode()
    assert "may have bought before" in page and "16.7%" in page
    assert "Came back" in as_("analyst").get(reverse("case-people", args=[case.number]), headers=EN).content.decode()
    case.week = world.BAD - world.BASE_WEEKS * world.WEEK
    assert numbers.absent(case, TODAY).why == "first"
    case.week -= world.WEEK
    assert numbers.absent(case, TODAY).why == "empty"


def test_what_is_told_again_stands_in_the_open_case_once(people):
    case = opened(people)
    for words in (WORDS, "又一位客户来电", "又一位客户来电"):
        assert by_hand.open_for(people.cuiping, world.BAD, words, EARLY, people.manager) == (case, False)
    assert Case.objects.count() == 1
    assert [act.verb for act in StaffAct.objects.filter(thing="case").order_by("id")] == ["open", "note"]
    texts = Notice.objects.filter(key=f"case-{case.pk}", recipient=people.manager2)
    assert all("13800001234" not in str(one.params) for one in texts) and texts.exists()


@pytest.mark.parametrize(("ending", "cases"), [("packaging", 1), ("", 2)])
def test_an_alert_joins_the_case_that_told_its_cause_and_no_case_that_was_nothing(ending: str, cases: int, people):
    world.fallen(people)
    case = opened(people)
    if ending:
        actions.close(case, ending, "没有打孔", people.manager)
    else:
        actions.close_as_nothing(case, "误报", people.manager)
    opening.open_due(TODAY)
    assert Case.objects.count() == cases


def test_it_is_opened_from_a_board_and_worked_through_without_numbers(people, as_):
    client, address, today = as_("operator"), reverse("case-new"), timezone.localdate()
    monday = today - dt.timedelta(days=today.weekday())
    form = client.get(address, {"community": "cuiping", "week": monday + dt.timedelta(days=2)}).context["form"]
    assert (form["community"].value(), form["week"].value()) == (people.cuiping.pk, monday)
    said = {"community": people.cuiping.pk, "week": monday.isoformat(), "words": WORDS}
    for wrong in ({"week": "2018-05-01"}, {"week": str(monday + world.WEEK)}, {"words": " "}, {"community": ""}):
        assert client.post(address, said | wrong).status_code == 422
    pages = [client.post(address, said | {"words": words}, follow=True, headers=EN) for words in (WORDS, "再说一次")]
    case = Case.objects.get()
    assert [page.context["case"] for page in pages] == [case, case]
    page = pages[1].content.decode()
    assert all(
        word in page for word in ("138****1234", "Order path and bugs", "再说一次", "when the week after is over")
    )
    people_page = client.get(reverse("case-people", args=[case.number]), headers=EN).content.decode()
    assert "when the week after is over" in people_page and "Came back" not in people_page
    assert "138****1234" in client.get(reverse("cases"), headers=EN).content.decode()
    assert client.post(reverse("case-deed", args=[case.number, "draw"])).status_code == 302
    [item] = waiting_cases.untaken_incidents(Desk.of(people.manager, rules.DESK), timezone.localtime())
    assert case.number in item.note and "菜闷坏了" in item.note


@pytest.mark.parametrize(("person", "status"), [("analyst", 403), ("jinling_analyst", 403), ("staff", 403)])
def test_who_runs_no_cases_opens_none(person: str, status: int, as_, people):
    assert as_(person).get(reverse("case-new")).status_code == status
