"""Drives, tasks and visits over the API: in reach alone, masked, page by page; outcomes told two hundred at once."""

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from campaigns.drives.models import Candidate, Drive, Task
from campaigns.visits.models import RefusedEvent, Visit
from tests.campaigns.visiting import event, make_drive, make_offer, make_task, tell
from tests.cast import Cast
from tests.tokens import Caller, caller
from users.contact.models import ContactPause, ContactWish


@pytest.fixture
def drive(db: None) -> Drive:
    """Under way today: the API asks the clock."""
    today = timezone.localdate()
    return make_drive(begins_on=today, ends_on=today + dt.timedelta(days=3), started_at=None)


@pytest.fixture
def task(people: Cast, drive: Drive) -> Task:
    return make_task(station=people.cuiping_station, drive=drive)


def told(mine: Caller, *events: Any, raw: str = "") -> HttpResponse:
    body = raw or json.dumps({"visits": events})
    return mine.client.post(reverse("api_visits"), body, content_type="application/json")


def test_outcomes_told_over_the_api_are_counted_once_however_often_they_are_told(people: Cast, task: Task) -> None:
    mine, said = caller(people.staff, "record:visits"), event(task, "ordered", amount=500)
    first = told(mine, said, event(task, "no_answer"))
    assert [one["status"] for one in first.json()["results"]] == [200, 200]
    assert told(mine, said).json()["results"][0]["event_id"] == first.json()["results"][0]["event_id"]
    assert (Visit.objects.count(), Visit.objects.first().via) == (2, "api")


def test_a_broken_event_is_refused_for_itself(people: Cast, task: Task) -> None:
    mine, good = caller(people.staff, "record:visits"), event(task)
    wrong = [{"uuid": str(uuid4())}, "x", event(task) | {"task_id": 2**64}, event(task) | {"note": "a\0"}]
    answer = told(mine, *wrong, good)
    assert [one["status"] for one in answer.json()["results"]] == [422] * 4 + [200]
    long = json.dumps({"visits": [good | {"uuid": str(uuid4()), "amount": 424242}, good]})
    answer = told(mine, raw=long.replace("424242", "9" * 6000))
    assert [one["status"] for one in answer.json()["results"]] == [422, 200]


@pytest.mark.parametrize("raw", ["{", "[]", "null", '{"visits": 1}', "[" * 5000, json.dumps({"visits": [1] * 201})])
def test_what_is_no_list_of_outcomes_is_refused_whole(people: Cast, raw: str) -> None:
    answer = told(caller(people.staff), raw=raw)
    assert (answer.status_code, "code" in answer.json()) == (400, True)
    assert not RefusedEvent.objects.exists()


def test_another_stations_task_cannot_be_told_of(people: Cast, task: Task) -> None:
    first, second = told(caller(people.other_staff), event(task), event(10**9)).json()["results"]
    assert (first["status"], second["status"], first["text"] == second["text"]) == (404, 404, True)
    assert told(caller(people.manager), event(task)).status_code == 403


def test_visits_come_page_by_page_within_reach(people: Cast, task: Task, drive: Drive) -> None:
    for outcome in ("no_answer", "later", "ordered"):
        tell(people.staff, event(task, outcome, note="打 13812345678"))
    other = make_task(station=people.jinling_station, drive=drive)
    tell(people.other_staff, event(other, "refused"))
    mine = caller(people.lead, "read:field")
    first = mine.get("api_visits", {"limit": 2}).json()
    second = mine.get("api_visits", {"limit": 2, "after": first["next_after"]}).json()
    rows = first["visits"] + second["visits"]
    assert ([row["outcome"] for row in rows], second["next_after"]) == (["no_answer", "later", "ordered"], None)
    assert (rows[0]["community"], rows[0]["station"], rows[0]["staff"]) == ("cuiping", task.station_id, "staff")
    assert "13812345678" not in json.dumps(rows)
    assert len(caller(people.manager).get("api_visits").json()["visits"]) == 4
    assert caller(people.jinling_analyst).get("api_visits").json()["visits"][0]["task"] == other.pk


def test_visits_are_narrowed_by_every_word(people: Cast, task: Task) -> None:
    first = event(task, "refused")
    tell(people.staff, first)
    tell(people.staff, event(task, "ordered", corrects=first["uuid"]))
    mine = caller(people.manager)

    def many(**words: Any) -> int:
        return len(mine.get("api_visits", words).json()["visits"])

    assert [many(live="true"), many(live="false"), many(task=task.pk), many(task=10**9)] == [1, 1, 2, 0]
    assert [many(day_from="2018-05-07", day_to="2018-05-07"), many(day_from="2018-05-08")] == [2, 0]
    assert [many(community="cuiping"), many(community="jinling")] == [2, 0]
    assert mine.get("api_visits", {"day_from": "soon"}).status_code == 400


def test_my_tasks_are_mine_and_my_stations_that_nobody_has_masked(people: Cast, task: Task, drive: Drive) -> None:
    make_offer(drive=drive, script="好久不见", product="排骨", price=2990)
    make_task(station=people.cuiping_station, drive=drive, assignee=people.lead)
    make_task(station=people.jinling_station, drive=drive)
    done = make_task(station=people.cuiping_station, drive=drive, assignee=people.staff)
    wish = make_task(station=people.cuiping_station, drive=drive, assignee=people.staff)
    tell(people.staff, event(done, "ordered"))
    ContactWish.objects.create(customer=wish.customer, do_not_contact=True)
    (one,) = caller(people.staff, "record:visits").get("api_tasks").json()["tasks"]
    assert (one["id"], one["is_mine"], one["drive"], one["price"]) == (task.pk, False, drive.number, 2990)
    assert (one["name"], one["phone"]) == ("王**", f"{task.customer.phone[:3]}****{task.customer.phone[-4:]}")
    ContactPause.objects.create(community=people.cuiping, reason="x")
    assert caller(people.staff).get("api_tasks").json()["tasks"] == []


def test_tasks_come_page_by_page_and_a_longer_page_takes_no_more_queries(
    people: Cast, drive: Drive, django_assert_num_queries
) -> None:
    made = [make_task(station=people.cuiping_station, drive=drive, assignee=people.staff) for _ in range(5)]
    mine = caller(people.staff)
    page = mine.get("api_tasks", {"limit": 3}).json()
    rest = mine.get("api_tasks", {"limit": 3, "after": page["next_after"]}).json()
    assert [one["id"] for one in page["tasks"] + rest["tasks"]] == [task.pk for task in made]
    for limit in (1, 5):
        with django_assert_num_queries(10):
            assert len(mine.get("api_tasks", {"limit": limit}).json()["tasks"]) == limit


def test_drives_count_the_tasks_in_reach(people: Cast, task: Task, drive: Drive) -> None:
    tell(people.staff, event(task, "ordered"))
    make_task(station=people.jinling_station, drive=drive)
    (whole,) = caller(people.manager, "read:field").get("api_drives").json()["drives"]
    assert (whole["number"], whole["tasks"]) == (drive.number, {"open": 1, "done": 1, "closed": 0})


def test_a_lead_finds_in_a_drive_what_stands_at_their_station(people: Cast, task: Task, drive: Drive) -> None:
    make_task(station=people.jinling_station, drive=drive)
    Candidate.objects.create(
        drive=drive, customer_id=task.customer_id, community_id=task.community_id, station_id=task.station_id,
        fate="task", draw=1,
    )  # fmt: skip
    make_drive()
    (one,) = caller(people.lead, "read:field").get("api_drives").json()["drives"]
    assert one["tasks"] == {"open": 1, "done": 0, "closed": 0}
