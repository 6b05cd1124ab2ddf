"""Reminders over the API: told once, taken back, within reach."""

import pytest
from django.utils import timezone

from communities.models import Assignment
from coupons.reminders.models import Reminder
from tests.coupons.reminding import make_reminder
from tests.factories import make_customer
from tests.tokens import caller


@pytest.fixture
def reminder(people) -> Reminder:
    customer = make_customer(
        community=people.cuiping, station=people.cuiping_station, building="6", phone="13811112222", name="李雷雷"
    )
    return make_reminder(customer)


def test_a_day_of_a_station_is_listed_masked(reminder, people) -> None:
    mine = caller(people.operator, "read:coupons")
    told = mine.get("api_reminders", {"station": people.cuiping_station.pk}).json()
    assert (told["day"], told["total"]) == (str(timezone.localdate()), 1)
    [one] = told["reminders"]
    assert (one["name"], one["phone"], one["building"], one["said"]) == ("李**", "138****2222", "6", "")
    assert "李雷雷" not in one["say"]
    assert mine.get("api_reminders", {"station": people.jinling_station.pk}).json()["total"] == 0
    assert mine.get("api_reminders", {"day": "2018-05-07"}).json()["total"] == 0


def test_it_is_told_once_and_taken_back(reminder, people) -> None:
    mine = caller(people.operator, "mark:reminders")
    for said in ("told", "away"):
        answer = mine.post("api_reminder_said", {"said": said}, reminder_id=reminder.pk)
        assert (answer.status_code, answer.json()["said"]) == (200, "told")
    assert mine.post("api_reminder_said", {"said": "undo"}, reminder_id=reminder.pk).json()["said_at"] is None
    assert mine.post("api_reminder_said", {"said": "sold"}, reminder_id=reminder.pk).status_code == 400


def test_another_communitys_reminder_does_not_exist(reminder, people) -> None:
    Assignment.objects.filter(staff=people.operator).update(community=people.jinling)
    mine = caller(people.operator)
    assert mine.get("api_reminders").json()["total"] == 0
    assert mine.post("api_reminder_said", reminder_id=reminder.pk).status_code == 404
    assert not Reminder.objects.exclude(done_at=None).exists()
