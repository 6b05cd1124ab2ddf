"""Thirty phones seen within an hour: the log keeps an alarm, and it waits on Today for who looks after staff."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from communities import rates, rules
from communities.access import Desk
from communities.models import Assignment, StaffAct, StaffMember
from opsdesk import waiting
from opsdesk.lib import limits
from tests import factories
from tests.cast import Cast
from users.directory import actions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def seen(people: Cast, times: int) -> None:
    customer = factories.make_customer(community=people.cuiping)
    for _ in range(times):
        actions.reveal(customer, by=people.lead, reason="visit")


def alarms() -> list[StaffAct]:
    return list(StaffAct.objects.filter(verb="alarm"))


def waits_for(person: StaffMember) -> list[waiting.Item]:
    desk = Desk.of(person, rules.DESK)
    return [item for item in waiting.for_desk(desk, timezone.now()) if item.kind == "Alarm"]


def test_the_thirtieth_raises_one_alarm_and_the_sixtieth_is_the_last(people: Cast) -> None:
    seen(people, limits.REVEALS_ALARM - 1)
    assert alarms() == []
    seen(people, 31)
    [alarm] = alarms()
    assert (alarm.staff, alarm.thing, alarm.thing_id) == (people.lead, "staff", str(people.lead.pk))
    assert alarm.detail == {"reveals": 30}
    with pytest.raises(rates.TooMany):
        seen(people, 1)


def test_thirty_over_a_whole_day_raise_none(people: Cast) -> None:
    seen(people, 20)
    StaffAct.objects.update(at=timezone.now() - dt.timedelta(hours=2))
    seen(people, 20)
    assert alarms() == []


def test_a_second_alarm_within_the_hour_would_say_nothing_new(people: Cast) -> None:
    seen(people, 30)
    StaffAct.objects.filter(verb="reveal", pk__in=StaffAct.objects.filter(verb="reveal")[:5]).delete()
    seen(people, 5)
    assert len(alarms()) == 1


def test_it_waits_for_who_looks_after_staff_and_leads_to_what_was_seen(people: Cast) -> None:
    seen(people, 30)
    [item] = waits_for(people.manager)
    assert (item.title, item.urgent) == ("lead saw 30 phone numbers within an hour", True)
    assert item.href == f"{reverse('trail')}?staff={people.lead.pk}&verb=reveal"
    [item] = waits_for(people.data_admin)
    assert item.href == reverse("staff_member", args=[people.lead.pk])
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    others = [people.operator, people.analyst, people.auditor, people.newcomer]
    assert [waits_for(person) for person in others] == [[]] * len(others)


def test_after_three_days_it_asks_no_more(people: Cast) -> None:
    seen(people, 30)
    StaffAct.objects.filter(verb="alarm").update(at=timezone.now() - dt.timedelta(days=3, minutes=1))
    assert waits_for(people.manager) == []


def test_the_page_of_today_and_the_trail_show_it(people: Cast, as_) -> None:
    seen(people, 30)
    home = as_("manager").get(reverse("home"), headers={"accept-language": "en"}).content.decode()
    assert "lead saw 30 phone numbers within an hour" in home
    trail = as_("manager").get(reverse("trail") + "?verb=alarm", headers={"accept-language": "en"}).content.decode()
    assert "raised an alarm" in trail and "phone numbers seen within an hour" in trail
