"""Cards nobody has taken up and lessons that stations are late with, on the Today page: each leads where it is done."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import actions, lessons, practices
from campaigns.cases.models import Case, Lesson
from communities import rules
from communities.access import Desk
from communities.models import StaffMember
from opsdesk import waiting
from opsdesk.waiting_lines import Item
from tests.campaigns.practice_world import make_case
from tests.cast import Cast


def told(who: StaffMember, icon: str) -> list[Item]:
    found = waiting.for_desk(Desk.of(who, rules.DESK), timezone.localtime())
    return [item for item in found if item.icon == icon]


def test_a_card_waits_until_somebody_takes_it_up(people: Cast) -> None:
    case = make_case(people.cuiping)
    [item] = told(people.manager, "star")
    assert (item.href, item.note) == (reverse("case", args=[case.number]), "P-0001：75.0% 回来复购，平时 40.0%")
    assert told(people.analyst, "star") == []
    actions.take(case, people.operator)
    assert told(people.manager, "star") == []


@pytest.mark.parametrize("deed", ["words", "share"])
def test_a_card_that_somebody_worked_at_waits_no_more(deed: str, people: Cast) -> None:
    case = make_case(people.cuiping)
    if deed == "words":
        practices.tell_story(case, "上门时当面加微信", people.manager)
    else:
        practices.share(case, "当面加微信", "…", None, people.manager)
    assert told(people.manager, "star") == []


def sent(case: Case, days: int | None, by: StaffMember) -> Lesson:
    due = None if days is None else timezone.localdate() + dt.timedelta(days=days)
    return lessons.send(case, "corrective", f"蔬菜打孔包装 {days}", "…", due, by)


def test_a_lesson_is_told_of_from_the_day_after_its_last_until_all_have_read_it(people: Cast) -> None:
    case = make_case(people.cuiping)
    late, *_others = [sent(case, days, people.manager) for days in (-1, 0, 7, None)]
    lessons.read(late, people.staff)
    [item] = told(people.manager, "book-2")
    assert (item.href, item.title, item.note) == (
        reverse("lesson", args=[late.pk]), "蔬菜打孔包装 -1：2 个站点逾期未读", "还有 2 人未读"
    )  # fmt: skip
    lessons.read(late, people.lead)
    StaffMember.objects.filter(pk=people.other_staff.pk).update(is_active=False)
    assert told(people.manager, "book-2") == []
