import datetime as dt
import re

import pytest
from django.urls import reverse

from campaigns.cases import lessons, practices
from campaigns.cases.models import Case, Lesson
from communities.models import Notice
from tests.campaigns import doors
from tests.campaigns.practice_world import COHORT, make_alert, make_case
from tests.campaigns.test_practices_cards import make_cohort, make_cues
from tests.cast import Cast
from tests.conftest import TODAY

DAY = COHORT + dt.timedelta(days=3)


@pytest.fixture
def card(people: Cast) -> Case:
    make_cues(people.cuiping_station, DAY, [["told", "wechat"]] * 24 + [[]], people.staff)
    make_cues(people.jinling_station, DAY, [["told"]] * 6 + [[]] * 24, people.other_staff)
    case, _is_new = practices.open_for(make_alert(people.cuiping), TODAY)
    return case


def page_of(client, case: Case, **asked: str) -> str:
    return client.get(reverse("case", args=[case.number]), asked).content.decode()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def do(client, case: Case, deed: str, **fields: str):
    return client.post(reverse("practice-deed", args=[case.number, deed]), fields, follow=True)


def test_the_card_says_what_is_different_there(as_, card: Case) -> None:
    text = plain(page_of(as_("manager"), card))
    assert "送货时加了微信" in text and "96.0%" in text and "+96.0" in text
    assert "送货时当面说了话术的客户" in text and "20.0%" in text
    assert "客服" not in text


def test_a_number_is_shown_station_by_station(as_, card: Case) -> None:
    text = plain(page_of(as_("analyst"), card, measure="told"))
    assert "翠屏站 翠屏花园 96.0% 24 / 25" in text and "金陵站 金陵名苑 20.0% 6 / 30" in text


def test_places_out_of_reach_are_in_no_total(as_, people: Cast, card: Case) -> None:
    assert as_("jinling_analyst").get(reverse("case", args=[card.number])).status_code == 404
    own, _is_new = practices.open_for(make_alert(people.jinling), TODAY)
    text = plain(page_of(as_("jinling_analyst"), own, measure="told"))
    assert "翠屏站" not in text and "金陵站" in text and "24 / 25" not in text


def test_the_draft_of_the_training_says_what_stands_out(as_, people: Cast, card: Case) -> None:
    client = as_("manager")
    client.post(reverse("case-deed", args=[card.number, "take"]))
    html = page_of(client, card)
    assert "翠屏花园是怎么做的" in html and "每位新付费用户都问一声" in html and "发给 3 人" in plain(html)


def test_words_are_kept_shared_and_the_card_goes_into_the_library(as_, people: Cast, card: Case) -> None:
    client = as_("operator")
    assert "先写下" in do(client, card, "close").content.decode()
    do(client, card, "story", story="客服主动催单")
    answer = do(client, card, "share", title="主动催单", text="到期前三天提醒", due_on="2018-05-14")
    assert "已发给站点 3 人" in plain(answer.content.decode())
    assert "0/3" in plain(answer.content.decode()).replace(" ", "")
    do(client, card, "close")
    card.refresh_from_db()
    assert card.state == "closed" and "客服主动催单" in page_of(client, card)
    do(client, card, "share", title="x", text="y")
    assert Lesson.objects.count() == 1


def test_what_is_missing_is_said_beside_its_field(as_, card: Case) -> None:
    answer = do(as_("manager"), card, "share", title="", text="…")
    assert answer.status_code == 422 and not Lesson.objects.exists()


@pytest.mark.parametrize("person", ["analyst", "lead", "staff"])
def test_only_who_runs_cases_may_do_it(person: str, as_, card: Case) -> None:
    assert do(as_(person), card, "story", story="x").status_code == 403


def test_an_incident_is_no_card(as_, people: Cast) -> None:
    incident = make_case(people.cuiping, "incident")
    assert do(as_("manager"), incident, "story", story="x").status_code == 404


def test_whether_others_improve_is_told_group_by_group(as_, people: Cast, card: Case) -> None:
    lesson = practices.share(card, "主动催单", "…", None, people.manager)
    assert "今晚" in plain(page_of(as_("analyst"), card))
    Lesson.objects.filter(pk=lesson.pk).update(sent_at=doors.at(DAY))
    make_cohort(people.jinling.pk, COHORT - dt.timedelta(weeks=2), 200, 80)
    make_cohort(people.jinling.pk, TODAY - dt.timedelta(weeks=2), 200, 120)
    practices.follow_due(TODAY)
    text = plain(page_of(as_("analyst"), card))
    assert "第二周回来 未全员阅读 40.0% n=200 60.0% n=200 +20.0" in text


def test_the_numbers_go_out_as_a_file(as_, card: Case) -> None:
    answer = as_("analyst").get(reverse("practice-csv", args=[card.number]))
    written = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "送货时当面说了话术的客户,金陵名苑,金陵站,6,30" in written


# -- Lessons on the desk -----------------------------------------------------------------------------------------------


@pytest.fixture
def lesson(people: Cast, card: Case) -> Lesson:
    return practices.share(card, "主动催单", "到期前三天提醒", TODAY, people.manager)


def test_the_list_and_the_lesson_say_who_has_read(as_, people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    page, case = as_("analyst").get(reverse("lessons")).content.decode(), reverse("case", args=[lesson.case.number])
    assert "主动催单" in page and f'href="{case}"' in page and f'href="{reverse("cases")}"' in page
    text = plain(as_("analyst").get(reverse("lesson", args=[lesson.pk])).content.decode())
    assert "翠屏站 2 1 1" in text and "金陵站 1 0 1" in text and "到期前三天提醒" in text


def test_those_who_have_not_read_it_are_reminded(as_, people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    client = as_("manager")
    said = [client.post(reverse("lesson-remind", args=[lesson.pk]), follow=True).content.decode() for _n in range(2)]
    assert "已提醒 2 人" in plain(said[0]) and "今天都已提醒过" in plain(said[1])
    assert Notice.objects.filter(
        recipient=people.lead, key=f"lesson-{lesson.pk}", occasion__startswith="asked"
    ).exists()


def test_somebody_of_one_community_sees_its_receipts_only(as_, people: Cast, lesson: Lesson) -> None:
    text = plain(as_("jinling_analyst").get(reverse("lesson", args=[lesson.pk])).content.decode())
    assert "金陵站" in text and "翠屏站" not in text
    case = reverse("case", args=[lesson.case.number])
    assert f'href="{case}"' not in as_("jinling_analyst").get(reverse("lessons")).content.decode()
    lesson.receipts.filter(staff=people.other_staff).delete()
    assert as_("jinling_analyst").get(reverse("lesson", args=[lesson.pk])).status_code == 404


def test_receipts_go_out_as_a_file(as_, people: Cast, lesson: Lesson) -> None:
    answer = as_("manager").get(reverse("lesson-csv", args=[lesson.pk]))
    assert f"金陵站,other_staff,{TODAY}," in b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize(("name", "most"), [("case", 24), ("lesson", 17), ("lessons", 15)])
def test_pages_ask_little_however_much_there_is(
    name: str, most: int, as_, people: Cast, lesson: Lesson, django_assert_max_num_queries
) -> None:
    practices.follow_due(TODAY)
    args = {"case": [lesson.case.number], "lesson": [lesson.pk], "lessons": []}[name]
    client = as_("manager")
    client.get(reverse(name, args=args))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name, args=args)).status_code == 200
