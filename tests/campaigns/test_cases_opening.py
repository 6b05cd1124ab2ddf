"""Falls become incidents: one trouble one case, its split frozen, its people found again."""

import datetime as dt

import pytest
from django.urls import reverse

from campaigns.cases import actions, opening, practices, queries, split, split_queries
from campaigns.cases.models import Case, CaseStep
from communities.models import Notice
from tests.campaigns import case_world as world
from tests.conftest import TODAY
from users.orders.models import Category

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_without_any_case_the_list_says_when_one_opens(people, as_):
    page = as_("analyst").get(reverse("cases"), headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing is under way" in page
    assert "Nothing is closed yet" in page


def test_a_fall_opens_one_incident_with_the_five_steps_in_their_order(people):
    alert = world.fallen(people)
    assert opening.open_due(TODAY) == opening.Opened(1, 0)
    case = Case.objects.get()
    assert (case.kind, case.community, case.week, case.state) == ("incident", people.cuiping, world.BAD, "open")
    assert case.number == f"I-{case.pk:04d}"
    assert [one.step for one in queries.steps(case)] == ["path", "acquisition", "goods", "station", "callbacks"]
    assert queries.case_of(alert) == case


def test_opening_again_changes_nothing(people):
    world.fallen(people)
    opening.open_due(TODAY)
    assert opening.open_due(TODAY) == opening.Opened(0, 0)
    assert (Case.objects.count(), CaseStep.objects.count()) == (1, 5)


def test_a_second_alert_of_the_community_joins_the_open_case(people):
    world.fallen(people)
    world.make_alert(people.cuiping, k=2)
    world.make_alert(people.cuiping, cohort=world.BAD + world.WEEK)
    assert opening.open_due(TODAY) == opening.Opened(1, 2)
    assert Case.objects.get().alerts.count() == 3


def test_the_second_week_of_a_cohort_whose_case_is_closed_opens_no_other(people):
    case = world.make_case(people)
    actions.close(case, "goods", "没有打孔", people.manager)
    world.make_alert(people.cuiping, k=2)
    assert opening.open_due(TODAY) == opening.Opened(0, 1)
    assert Case.objects.get().state == "closed"


def test_a_rise_a_closed_alert_and_another_community_are_no_part_of_it(people):
    world.fallen(people)
    world.make_alert(people.cuiping, k=2, direction="rise")
    world.make_alert(people.jinling, k=2, closed_at=dt.datetime(2018, 5, 6, tzinfo=dt.UTC))
    world.make_alert(people.jinling)
    assert opening.open_due(TODAY) == opening.Opened(2, 0)
    assert set(Case.objects.values_list("community__code", flat=True)) == {"cuiping", "jinling"}


SNOOZED = {
    "never put off": ({}, 1),
    "put off until tomorrow": ({"snoozed_until": TODAY + DAY}, 0),
    "put off until today": ({"snoozed_until": TODAY}, 1),
    "put off until yesterday": ({"snoozed_until": TODAY - DAY}, 1),
    "put off, and back to the usual meanwhile": ({"snoozed_until": TODAY - DAY, "recovered_on": TODAY - DAY}, 0),
    "back to the usual, and never put off": ({"recovered_on": TODAY - DAY}, 1),
    "put off, and closed meanwhile": (
        {"snoozed_until": TODAY, "closed_at": dt.datetime(2018, 5, 6, tzinfo=dt.UTC)}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("direction", ["fall", "rise"])
@pytest.mark.parametrize("name", SNOOZED)
def test_an_alert_that_was_put_off_opens_no_case_before_its_day(name: str, direction: str, people):
    fields, cases = SNOOZED[name]
    world.make_alert(people.cuiping, direction=direction, **fields)
    opened = (opening if direction == "fall" else practices).open_due(TODAY)
    assert (opened.cases, Case.objects.count()) == (cases, cases)


def test_one_put_off_joins_the_open_case_of_its_community_no_sooner(people):
    world.make_case(people)
    later = world.make_alert(people.cuiping, k=2, snoozed_until=TODAY + DAY)
    assert opening.open_due(TODAY) == opening.Opened(0, 0)
    assert opening.open_due(TODAY + DAY) == opening.Opened(0, 1)
    assert queries.case_of(later) is not None


@pytest.mark.parametrize(("direction", "kind"), [("fall", "incident"), ("rise", "practice")])
def test_an_alert_that_was_put_off_is_made_a_case_of_by_hand(people, as_, direction, kind):
    world.fallen(people).delete()
    alert = world.make_alert(people.cuiping, direction=direction, snoozed_until=dt.date(2099, 1, 1))
    client, open_it = as_("operator"), reverse("case-open", args=[alert.pk])
    assert open_it in client.get(reverse("alert", args=[alert.pk])).content.decode()
    assert as_("analyst").post(open_it).status_code == 403
    for _time in range(2):
        assert client.post(open_it).url == reverse("case", args=[Case.objects.get().number])
    assert Case.objects.get().kind == kind
    alert.refresh_from_db()
    assert alert.snoozed_until is None


def test_the_split_names_the_leaf_vegetables_first_and_adds_up(people):
    case = world.make_case(people)
    frozen = case.split
    assert frozen["whole"] == {
        "n": 30, "back": 5, "base_n": 40, "base_back": 16, "difference": pytest.approx(5 / 30 - 0.4),
    }  # fmt: skip
    leaf = str(Category.objects.get(name=world.LEAF).pk)
    assert [one["dimension"] for one in frozen["suspects"]] == ["category", "goods", "product"]
    assert all(one["name"].startswith(world.LEAF) for one in frozen["suspects"])
    for dimension in split.PARTED:
        parts = frozen["dimensions"][dimension]
        assert sum(one["rate"] + one["mix"] for one in parts) == pytest.approx(frozen["whole"]["difference"])
    [shown] = [one for one in frozen["dimensions"]["category"] if one["key"] == leaf]
    assert (shown["n"], shown["back"], shown["base_n"], shown["base_back"], shown["missing"]) == (20, 1, 20, 8, 7.0)


def test_the_companys_number_is_split_by_community(people):
    parts = {one["name"]: one for one in world.make_case(people).split["dimensions"]["community"]}
    assert (parts["翠屏花园"]["n"], parts["翠屏花园"]["back"]) == (30, 5)
    assert (parts["金陵名苑"]["n"], parts["金陵名苑"]["base_n"]) == (6, 24)


def test_the_people_of_a_part_are_as_many_as_its_number(people):
    case = world.make_case(people)
    fall = queries.fall_of(case)
    for dimension in (*split.PARTED, *split.BASKETS):
        for part in case.split["dimensions"][dimension]:
            found = split_queries.people(fall, dimension, part["key"])
            assert (len(found), sum(back for _customer, back in found)) == (part["n"], part["back"])


def test_evidence_stands_beside_the_steps(people):
    found = world.make_case(people).split["evidence"]
    cancelled = found["path"][0]
    assert (cancelled["key"], cancelled["now"][0], cancelled["base"][0]) == ("cancelled", 0, 0)
    assert cancelled["now"][1] > 30
    assert next(one["name"] for one in found["goods"] if one["key"] == "had") == world.LEAF
    [channel] = [one for one in found["acquisition"] if one["key"] == "channel"]
    assert (channel["name"], channel["now"], channel["base"]) == ("地推", [30, 30], [40, 40])


def test_those_who_run_cases_are_told_once(people):
    world.make_case(people)
    opening.open_due(TODAY)
    told = Notice.objects.filter(kind="Incident")
    assert set(told.values_list("recipient__username", flat=True)) == {"manager", "manager2", "operator"}
    assert told.count() == 3
