"""The pages of incidents: read within reach, worked through by those who run cases, refused in words."""

import copy
import datetime as dt
import re

import pytest
from django.urls import reverse

from campaigns.boards.cases import steps
from campaigns.cases import actions, lessons, queries, split
from campaigns.cases.models import Callback, Case, Lesson
from communities.models import Assignment
from coupons.batches.models import Batch
from tests import cast
from tests.campaigns import case_world as world
from tests.cast import Cast
from tests.coupons.worlds import make_budget, make_coupon
from tests.standings import run_done
from users.contact.models import ContactPause

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture(scope="module")
def opened(once_a_file: None) -> tuple[Cast, Case]:
    everybody = cast.assemble()
    run_done()
    return everybody, world.make_case(everybody)


@pytest.fixture
def people(opened: tuple[Cast, Case], db: None) -> Cast:
    return copy.deepcopy(opened[0])


@pytest.fixture
def case(people: Cast, opened: tuple[Cast, Case]) -> Case:
    return copy.deepcopy(opened[1])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def do(client, case: Case, deed: str, **data):
    return client.post(reverse("case-deed", args=[case.number, deed]), data, headers=EN)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def file(answer) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


# -- Looking -----------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_under_way_and_the_library_what_was_closed(people, as_, case):
    client = as_("analyst")
    assert [one.case for one in client.get(reverse("cases")).context["open"]] == [case]
    actions.close(case, "packaging", "蔬菜闷在塑料袋里", people.manager)
    page = client.get(reverse("cases"), {"q": "塑料袋"}, headers=EN)
    assert (page.context["open"], page.context["page"].rows) == ([], [case])
    assert "packaging" in words(page)
    assert client.get(reverse("cases"), {"q": "天气"}).context["page"].rows == []
    assert client.get(reverse("cases"), {"cause": "weather"}).context["page"].rows == []


FOUND_BY = {
    "number": "I-", "community": "翠屏", "week": "w16", "cause": "packag", "suspect": world.LEAF, "story": "塑料袋",
    "kind": "INCIDENT", "finding": "没有打孔", "sent": "一律打孔", "several": "翠屏 塑料袋 packaging",
}  # fmt: skip


@pytest.fixture
def closed(people, case) -> Case:
    actions.note_step(case, "goods", "found", "叶菜没有打孔", people.manager)
    lessons.send(case, "corrective", "打孔包装", "叶菜一律打孔", None, people.manager)
    return actions.close(case, "packaging", "蔬菜闷在塑料袋里", people.manager)


@pytest.mark.parametrize("what", FOUND_BY)
def test_a_closed_case_is_found_by_what_stands_in_it(people, as_, closed, what):
    page = as_("analyst").get(reverse("cases"), {"q": FOUND_BY[what]}, headers=EN)
    assert page.context["page"].rows == [closed]


def test_words_that_are_nowhere_find_nothing_and_the_page_helps(people, as_, case):
    page = as_("analyst").get(reverse("cases"), {"q": f"翠屏 {world.LEAF}"}, headers=EN)
    assert "No closed case fits" in words(page)
    assert f"these words stand in it: {case.number}" in words(page)
    assert "these words" not in words(as_("analyst").get(reverse("cases"), {"q": "翠屏 w17"}, headers=EN))


def test_a_case_says_what_fell_and_who_carries_it(people, as_, case):
    page = as_("analyst").get(reverse("case", args=[case.number]), headers=EN)
    text = words(page)
    assert "5 came back in the next week: 16.7% . Usual is 40.0%" in text
    assert page.context["suspects"][0]["name"] == world.LEAF
    assert page.context["by"] == "category"
    assert "Take charge" not in text


@pytest.mark.parametrize("by", split.DIMENSIONS)
def test_every_dimension_is_drawn_and_its_numbers_are_lists_as_long(people, as_, case, by):
    client = as_("manager")
    page = client.get(reverse("case", args=[case.number]), {"by": by})
    bars = page.context["bars"]
    assert page.context["by"] == by
    for bar in bars:
        assert 0 <= bar.rate_x <= 100
        assert bar.rate_x + bar.rate_width <= 100.01
        assert bar.mix_x >= 0
        assert bar.mix_x + bar.mix_width <= 100.01
        if bar.href and bar.n:
            assert client.get(bar.href).context["all"] == bar.n
    assert f'href="{reverse("metrics")}#retention"' in page.content.decode()


def test_the_people_lead_to_the_customer_list_of_as_many(people, as_, case):
    page = as_("manager").get(reverse("case-people", args=[case.number]), {"who": "missing"}, headers=EN)
    assert (page.context["all"], page.context["missing"], len(page.context["people"])) == (30, 25, 25)
    assert len(page.context["ids"].split(",")) == 25
    assert "139****" in page.content.decode()


def test_another_communitys_case_does_not_exist(people, as_, case):
    client = as_("jinling_analyst")
    assert client.get(reverse("cases")).context["open"] == []
    for name in ("case", "case-people", "case-split-csv", "case-callbacks-csv"):
        assert client.get(reverse(name, args=[case.number])).status_code == 404
    assert client.get(reverse("case", args=["I-9999"])).status_code == 404


def test_who_sees_one_community_does_not_see_how_the_others_fell(people, as_, case):
    Assignment.objects.filter(staff=people.analyst).update(community=people.cuiping)
    client = as_("analyst")
    page = client.get(reverse("case", args=[case.number]), {"by": "community"}, headers=EN)
    assert page.context["by"] != "community"
    assert "金陵" not in page.content.decode()
    assert "金陵" not in file(client.get(reverse("case-split-csv", args=[case.number]), headers=EN))


def test_a_case_is_read_with_few_queries(people, as_, case, django_assert_max_num_queries):
    client = as_("manager")
    client.get(reverse("case", args=[case.number]))
    with django_assert_max_num_queries(32):
        client.get(reverse("case", args=[case.number]))


# -- Working through ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", steps.DEEDS)
def test_only_those_who_run_cases_there_do_anything(people, as_, case, deed):
    assert do(as_("analyst"), case, deed).status_code == 403
    Assignment.objects.filter(staff=people.operator).update(community=people.jinling)
    assert do(as_("operator"), case, deed).status_code == 404
    assert fresh(case).state == "open"


def test_a_deed_that_is_none_does_not_exist(people, as_, case):
    assert do(as_("operator"), case, "dance").status_code == 404


def test_from_taking_charge_to_the_library(people, as_, case):
    client = as_("operator")
    assert do(client, case, "take").status_code == 302
    assert do(client, case, "step", step="goods", finding="found", evidence="叶菜闷坏了").url.endswith("#step-goods")
    do(client, case, "draw")
    do(client, case, "correct", title="打孔包装", text="叶菜一律打孔", due_on="2018-05-20")
    do(client, case, "watch", day="2018-04-23")
    page = client.get(reverse("case", args=[case.number]), headers=EN)
    assert page.content.decode().count("btn-primary") == 1
    assert "Watched from" in words(page)
    assert "叶菜闷坏了" in words(page)
    do(client, case, "close", cause="packaging", story="没有打孔")
    assert (fresh(case).state, fresh(case).cause) == ("closed", "packaging")
    assert Callback.objects.filter(case=case).count() == 20
    assert Lesson.objects.get(case=case).receipts.count() == 3
    done = [line for _act, line in client.get(reverse("case", args=[case.number]), headers=EN).context["history"]]
    assert done == [
        "opened it: new payers of the week of 16 Apr 2018, week 1", "took charge", "noted at “Goods”: something found",
        "drew customers to call back: 20", "sent “打孔包装” to all stations, people told: 3",
        "said that the measure is in place from 23 Apr 2018", "closed it, cause: packaging",
    ]  # fmt: skip
    do(client, case, "reopen")
    assert fresh(case).state == "watching"


def test_a_case_is_not_closed_without_a_story(people, as_, case):
    answer = do(as_("operator"), case, "close", cause="packaging", story="")
    assert answer.status_code == 422
    assert "What happened, and what was done: This field is required." in words(answer)
    assert fresh(case).state == "open"


def test_what_was_found_says_whether_it_was(people, as_, case):
    answer = do(as_("operator"), case, "step", step="goods", finding="open", evidence="叶菜闷坏了")
    assert (answer.status_code, "Say whether something was found." in words(answer)) == (422, True)


def test_contact_is_paused_and_goes_on(people, as_, case):
    client = as_("operator")
    do(client, case, "pause")
    assert "paused" in words(client.get(reverse("case", args=[case.number]), headers=EN))
    do(client, case, "resume")
    assert ContactPause.objects.get().ended_at is not None


def test_a_compensation_is_drafted_once_for_those_who_did_not_come_back(people, as_, case):
    coupon = make_coupon()
    budget = make_budget(begins_on=world.BAD, ends_on=world.BAD.replace(year=2099))
    client = as_("operator")
    for _time in range(2):
        do(client, case, "compensate", coupon=coupon.pk, budget=budget.pk, whom="missing")
    batch = Batch.objects.get()
    assert (batch.state, batch.candidates, batch.control) == ("draft", 25, 0)
    assert (batch.made_by, batch.no_holdout_reason) == (people.operator, batch.name)
    assert fresh(case).batch == batch
    address, link = reverse("batch-case", args=[batch.pk]), reverse("case", args=[case.number])
    assert address in client.get(reverse("batch", args=[batch.pk])).content.decode()
    line = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'href="{link}#measures"' in line and client.get(address).url == f"{link}#measures"
    assert as_("jinling_analyst").get(address).status_code == 404


def test_what_was_closed_meanwhile_is_left_alone(people, as_, case):
    actions.close_as_nothing(case, "节假日", people.manager)
    for deed, said in (("take", {}), ("correct", {"title": "x", "text": "y"}), ("watch", {"day": "2018-05-07"})):
        assert do(as_("operator"), case, deed, **said).status_code == 302
    assert (fresh(case).state, Lesson.objects.count()) == ("nothing", 0)


# -- Files -------------------------------------------------------------------------------------------------------------


def test_the_list_is_a_file_of_what_is_looked_at(people, as_, case):
    rows = [file(as_("manager").get(reverse("cases-csv"), asked)) for asked in ({}, {"q": world.LEAF}, {"q": "没有"})]
    assert [case.number in text and world.LEAF in text for text in rows] == [True, True, False]
    assert case.number not in file(as_("manager").get(reverse("cases-csv"), {"community": "jinling"}))


def test_the_split_and_the_callbacks_are_files_with_masked_phones(people, as_, case):
    client = as_("manager")
    do(client, case, "draw")
    rows = file(client.get(reverse("case-split-csv", args=[case.number]), headers=EN))
    assert f"First category,{world.LEAF},20,1,20,8," in rows
    calls = file(client.get(reverse("case-callbacks-csv", args=[case.number]), headers=EN))
    assert calls.count("139****") == 20
    assert not re.search(r"139\d{8}", calls)
    assert as_("lead").get(reverse("case-split-csv", args=[case.number])).status_code == 403


# -- From an alert -----------------------------------------------------------------------------------------------------


def test_no_case_is_made_of_a_closed_alert(people, as_, case):
    closed = world.make_alert(people.cuiping, k=2, closed_at=dt.datetime(2018, 5, 6, tzinfo=dt.UTC))
    assert as_("operator").post(reverse("case-open", args=[closed.pk])).url == reverse("alert", args=[closed.pk])
    assert queries.case_of(closed) is None
