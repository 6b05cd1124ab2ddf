import datetime as dt

import pytest
from django.urls import reverse

from campaigns.cases import lessons, practices
from campaigns.cases.models import Lesson
from tests.campaigns.practice_world import COHORT, make_alert
from tests.campaigns.test_practices_cards import make_cues
from tests.cast import Cast
from tests.conftest import TODAY
from tests.tokens import caller


@pytest.fixture
def lesson(people: Cast) -> Lesson:
    day = COHORT + dt.timedelta(days=3)
    make_cues(people.cuiping_station, day, [["told"]] * 24 + [[]], people.staff)
    make_cues(people.jinling_station, day, [["told"]] * 6 + [[]] * 24, people.other_staff)
    case, _is_new = practices.open_for(make_alert(people.cuiping), TODAY)
    sent = practices.share(case, "主动催单", "到期前提醒", TODAY, people.manager)
    lessons.read(sent, people.staff)
    return sent


def test_lessons_say_how_many_have_read_them(people: Cast, lesson: Lesson) -> None:
    told = caller(people.analyst, "read:insight").get("api_lessons").json()
    (one,) = told["lessons"]
    assert (one["title"], one["people"], one["readers"], one["case"]) == ("主动催单", 3, 1, lesson.case.number)
    assert told["next_after"] is None
    told = caller(people.analyst, "read:insight").get("api_lesson", lesson_id=lesson.pk).json()
    assert {(row["station"], row["people"], row["read"]) for row in told["stations"]} == {
        ("翠屏站", 2, 1),
        ("金陵站", 1, 0),
    }


def test_a_lesson_shows_the_stations_in_reach_only(people: Cast, lesson: Lesson) -> None:
    mine = caller(people.jinling_analyst, "read:insight")
    told = mine.get("api_lesson", lesson_id=lesson.pk).json()
    assert [row["station"] for row in told["stations"]] == ["金陵站"] and told["people"] == 1
    assert mine.get("api_case_processes", number=lesson.case.number).status_code == 404


def test_a_card_tells_its_process_numbers(people: Cast, lesson: Lesson) -> None:
    told = caller(people.analyst, "read:insight").get("api_case_processes", number=lesson.case.number).json()
    assert told["measures"][0] == {
        "measure": "told", "part": 24, "whole": 25, "others_part": 6, "others_whole": 30, "stands_out": True
    }  # fmt: skip
    assert reverse("api_case_processes", args=[lesson.case.number]).endswith("/processes/")
