import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import lesson_queries, lessons, practice_queries
from campaigns.cases.models import Lesson, Receipt
from communities.models import Assignment, Notice, StaffAct, StaffMember
from communities.scoping import Scope
from tests.campaigns.practice_world import make_case
from tests.cast import Cast
from tests.conftest import TODAY

EVERYWHERE = Scope(everywhere=True)
DUE = TODAY + dt.timedelta(days=7)
TEXT = "蔬菜要打孔包装，\n送货时提醒客户开袋。"


@pytest.fixture
def lesson(people: Cast) -> Lesson:
    case = make_case(people.cuiping, "incident")
    return lessons.send(case, "corrective", "蔬菜打孔包装", TEXT, DUE, people.manager)


def readers(lesson: Lesson) -> set[str]:
    return set(lesson.receipts.exclude(read_at=None).values_list("staff__username", flat=True))


def test_everybody_at_an_open_station_is_told_once(people: Cast, lesson: Lesson) -> None:
    assert set(lesson.receipts.values_list("staff__username", "station__name")) == {
        ("lead", "翠屏站"), ("staff", "翠屏站"), ("other_staff", "金陵站")
    }  # fmt: skip
    assert Notice.objects.filter(key=f"lesson-{lesson.pk}").count() == 3
    assert StaffAct.objects.get(verb="send", thing="lesson").detail["people"] == 3


def test_the_same_lesson_is_sent_once(people: Cast, lesson: Lesson) -> None:
    again = lessons.send(lesson.case, "corrective", " 蔬菜打孔包装 ", "something else", None, people.manager)
    assert (again.pk, again.text) == (lesson.pk, TEXT)
    assert (Lesson.objects.count(), Receipt.objects.count()) == (1, 3)


def test_who_has_left_or_works_at_a_closed_station_is_not_told(people: Cast) -> None:
    people.jinling_station.is_active = False
    people.jinling_station.save()
    StaffMember.objects.filter(pk=people.staff.pk).update(is_active=False)
    sent = lessons.send(make_case(people.cuiping), "training", "主动催单", "…", None, None)
    assert [one.staff.username for one in sent.receipts.all()] == ["lead"]


def test_somebody_of_two_stations_has_one_receipt(people: Cast) -> None:
    Assignment.objects.create(staff=people.staff, role="station_staff", station=people.jinling_station)
    sent = lessons.send(make_case(people.cuiping), "training", "主动催单", "…", None, None)
    assert sent.receipts.filter(staff=people.staff).count() == 1


def test_it_is_read_once_and_by_those_who_were_told_only(people: Cast, lesson: Lesson) -> None:
    assert [lessons.read(lesson, one) for one in (people.staff, people.staff, people.analyst)] == [True, False, False]
    assert readers(lesson) == {"staff"}


def test_stations_show_who_has_read_and_who_is_late(people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    rows = lesson_queries.of_stations(EVERYWHERE, lesson, DUE)
    assert {(row.station, row.people, row.read, row.overdue) for row in rows} == {
        ("翠屏站", 2, 1, 0),
        ("金陵站", 1, 0, 0),
    }
    late = lesson_queries.of_stations(EVERYWHERE, lesson, DUE + dt.timedelta(days=1))
    assert {(row.station, row.overdue) for row in late} == {("翠屏站", 1), ("金陵站", 1)}


def test_who_left_without_reading_it_is_asked_for_no_more(people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    StaffMember.objects.filter(pk__in=(people.staff.pk, people.lead.pk)).update(is_active=False)
    rows = lesson_queries.of_stations(EVERYWHERE, lesson, DUE)
    assert {(row.station, row.people, row.read) for row in rows} == {("翠屏站", 1, 1), ("金陵站", 1, 0)}
    assert [(one.people, one.readers) for one in lesson_queries.lessons(EVERYWHERE)] == [(2, 1)]
    assert practice_queries.readers(lesson, timezone.localdate() + dt.timedelta(days=1)) == {people.cuiping.pk}
    assert lessons.remind_overdue(DUE + dt.timedelta(days=1)) == 1


def test_receipts_of_another_community_are_not_counted(people: Cast, lesson: Lesson) -> None:
    jinling = Scope(communities=frozenset({people.jinling.pk}))
    assert [(one.people, one.readers) for one in lesson_queries.lessons(jinling)] == [(1, 0)]
    assert [one.staff.username for one in lesson_queries.receipts(jinling, lesson)] == ["other_staff"]
    assert [row.station for row in lesson_queries.of_stations(jinling, lesson, TODAY)] == ["金陵站"]


def test_who_is_late_is_reminded_once(people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    assert lessons.remind_overdue(DUE) == 0
    assert [lessons.remind_overdue(DUE + dt.timedelta(days=n)) for n in (1, 2)] == [2, 0]
    assert Notice.objects.get(recipient=people.lead, key=f"lesson-{lesson.pk}").occasion == "overdue"


def test_the_desk_reminds_those_in_reach_once_a_day(people: Cast, lesson: Lesson) -> None:
    lessons.read(lesson, people.staff)
    there = lesson_queries.receipts(EVERYWHERE, lesson)
    told = [lessons.remind(lesson, there, day, people.manager) for day in (TODAY, TODAY, TODAY + dt.timedelta(days=1))]
    assert told == [2, 0, 2]


# -- On the phone ------------------------------------------------------------------------------------------------------


def test_the_phone_shows_it_and_one_press_reads_it(as_, people: Cast, lesson: Lesson) -> None:
    client = as_("staff")
    assert "蔬菜打孔包装" in client.get(reverse("phone-lessons")).content.decode()
    html = client.get(reverse("phone-lesson", args=[lesson.pk])).content.decode()
    assert "提醒客户开袋" in html and "我已读完" in html
    html = client.post(reverse("phone-lesson-read", args=[lesson.pk]), follow=True).content.decode()
    assert readers(lesson) == {"staff"} and reverse("phone-lesson-unread", args=[lesson.pk]) in html
    assert "我已读完" not in client.get(reverse("phone-lesson", args=[lesson.pk])).content.decode()
    client.post(reverse("phone-lesson-unread", args=[lesson.pk]))
    assert readers(lesson) == set()


def test_a_lesson_that_somebody_was_not_told_is_not_there(as_, people: Cast, lesson: Lesson) -> None:
    lesson.receipts.filter(staff=people.other_staff).delete()
    assert as_("other_staff").get(reverse("phone-lesson", args=[lesson.pk])).status_code == 404
    assert as_("other_staff").post(reverse("phone-lesson-read", args=[lesson.pk])).status_code == 404
