"""Phones hand over their events: each answered for itself, whatever stands beside it; signed out is 401, no page."""

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.cuesheets.models import Cue, CueSheet, Tick
from campaigns.drives.models import Task
from campaigns.visits.models import RefusedEvent, Visit
from communities.models import StaffMember
from tests.campaigns.visiting import event, make_drive, make_task
from tests.cast import Cast
from tests.factories import make_customer

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def task(people: Cast) -> Task:
    return make_task(station=people.cuiping_station, drive=make_drive(started_at=None))


def post(client: Client, *events: Any, raw: bytes | None = None, **more: Any) -> HttpResponse:
    body = raw if raw is not None else json.dumps({"events": events} | more).encode()
    return client.post(reverse("phone-events"), body, content_type="application/json")


def results(answer: HttpResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def statuses(answer: HttpResponse) -> list[int]:
    return [result["status"] for result in results(answer)]


def test_an_event_is_answered_with_what_the_task_is_now(as_, task: Task) -> None:
    said = event(task, "ordered", type="visit", amount=100)
    answer = post(as_("staff"), said)
    (result,) = results(answer)
    visit = Visit.objects.get()
    assert result == {
        "uuid": said["uuid"], "status": 200, "text": result["text"], "task_id": task.pk, "task_state": "done",
        "outcome": "ordered", "event_id": visit.pk, "conflict": False, "coupon": "",
    }  # fmt: skip
    assert (visit.via, visit.skewed, answer.json()["csrf"] != "") == ("phone", False, True)
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_a_phone_whose_clock_is_an_hour_behind_is_put_right(as_, task: Task) -> None:
    behind = timezone.now() - dt.timedelta(hours=1)
    at_the_door = behind - dt.timedelta(minutes=30)
    post(as_("staff"), event(task, device_at=at_the_door.isoformat()), sent_at=behind.isoformat())
    visit = Visit.objects.get()
    assert (visit.skewed, visit.device_at) == (True, at_the_door)
    assert abs(visit.at - at_the_door - dt.timedelta(hours=1)) < dt.timedelta(seconds=10)


HOSTILE = {
    "no object": "ordered",
    "nothing": None,
    "a list": [[]],
    "no uuid": {"uuid": None},
    "a short uuid": {"uuid": "abc"},
    "a number for a uuid": {"uuid": 12},
    "a uuid in pieces": {"uuid": "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"},
    "no task": {"task_id": None},
    "a huge task": {"task_id": 2**63},
    "a task below one": {"task_id": -1},
    "a task as text": {"task_id": "1"},
    "a task as a fraction": {"task_id": 1.5},
    "a task that is true": {"task_id": True},
    "an unknown outcome": {"outcome": "burnt"},
    "an outcome as a list": {"outcome": ["ordered"]},
    "an outcome of a megabyte": {"outcome": "x" * 100_000},
    "no outcome": {"outcome": None},
    "an undo of nothing": {"outcome": None, "undoes": True},
    "an undo with an outcome": {"undoes": True, "corrects": str(uuid4())},
    "an undo that is a word": {"undoes": "yes"},
    "a NUL in a note": {"note": "a\0b"},
    "half a sign in a note": {"note": "a\ud800b"},
    "a long note": {"note": "长" * 301},
    "a note as an object": {"note": {"a": 1}},
    "a long product": {"product": "x" * 121},
    "an amount of nobody's": {"amount": 10**9 + 1},
    "an amount below nothing": {"amount": -1},
    "an amount as text": {"amount": "12.5"},
    "an amount without an order": {"outcome": "refused", "amount": 5},
    "a coupon with a refusal": {"outcome": "refused", "give_coupon": True},
    "a later that is none": {"later_at": "2018-05-07T10:00:00+08:00"},
    "a moment that is none": {"device_at": "yesterday"},
    "a moment of year one": {"device_at": "0001-01-01T00:00:00+14:00"},
    "the last moment": {"device_at": "9999-12-31T23:59:59-14:00"},
    "a moment as a number": {"device_at": 1525687200},
    "a field nobody knows": {"colour": "red"},
    "a field of a megabyte": {"x" * 50_000: "y"},
    "an unknown type": {"type": "visit", "on": True},
}


@pytest.mark.parametrize("wrong", HOSTILE)
def test_what_cannot_be_read_is_refused_in_words_and_holds_up_nothing(as_, task: Task, wrong: str) -> None:
    said = HOSTILE[wrong]
    broken = event(task, "ordered") | said if isinstance(said, dict) else said
    other = make_task(station=task.drive.tasks.get().customer.station)
    answer = post(as_("staff"), event(task), broken, event(other, "refused"))
    assert statuses(answer) == [200, 422, 200]
    assert len(results(answer)[1]["text"]) > 5
    assert (Visit.objects.count(), RefusedEvent.objects.get().reason) == (2, "unread")


def test_numbers_of_any_length_and_what_is_no_number_are_refused_for_themselves(as_, task: Task) -> None:
    good, bad = json.dumps(event(task)), json.dumps(event(task, "ordered") | {"amount": 424242})
    numbers = "9" * 5000, "-" + "9" * 400, "1e999", "NaN", "Infinity", "9" * 18 + "." + "9" * 3000
    uuid = json.loads(bad)["uuid"]
    wrong = [bad.replace(": 424242", f": {number}").replace(uuid, str(uuid4())) for number in numbers]
    answer = post(as_("staff"), raw=f'{{"events": [{", ".join([*wrong, good])}]}}'.encode())
    assert statuses(answer) == [422] * len(numbers) + [200]
    assert RefusedEvent.objects.count() == len(numbers)


def test_what_is_kept_of_the_unreadable_shows_no_phone(as_, task: Task) -> None:
    wrong = {"note": "13812345678 " * 40, "13812345678": 13812345678, "task_id": 13912345678, "deep": {"a": []}}
    post(as_("staff"), event(task) | wrong, "13812345678", [13812345678])
    kept = json.dumps([one.told for one in RefusedEvent.objects.all()])
    assert "13812345678" not in kept
    assert "13912345678" not in kept
    assert "138****5678" in kept


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"null", b"[]", b'{"events": {}}', b'{"events": null}', b"\xff\xfe", b"[" * 100_000,
        b'{"events": [' + b"1," * 200 + b"1]}",
    ],
)  # fmt: skip
def test_what_is_no_list_of_events_is_refused_whole(as_, raw: bytes) -> None:
    assert post(as_("staff"), raw=raw).status_code == 400
    assert not RefusedEvent.objects.exists()


def test_events_nested_as_deep_as_json_goes_break_nothing(as_, task: Task) -> None:
    deep = b'{"uuid": ' + b"[" * 800 + b"]" * 800 + b"}"
    assert statuses(post(as_("staff"), raw=b'{"events": [' + deep + b"]}")) == [422]


def test_a_body_of_many_megabytes_is_refused_and_not_a_failure(as_) -> None:
    assert post(as_("staff"), raw=b'{"events": ["' + b"x" * 6_000_000 + b'"]}').status_code == 400


def test_two_hundred_events_are_taken_in_one_post(as_, task: Task) -> None:
    assert statuses(post(as_("staff"), *[event(task) for _ in range(200)])) == [200] * 200
    assert Visit.objects.count() == 200


def test_another_stations_task_is_not_there(as_, task: Task) -> None:
    answer = post(as_("other_staff"), event(task), event(10**6))
    assert statuses(answer) == [404, 404]
    first, second = results(answer)
    assert first["text"] == second["text"]
    assert (first["task_state"], first["outcome"], first["event_id"]) == ("", "", None)


# -- Ticks -----------------------------------------------------------------------------------------------------------


def test_ticks_go_to_the_cue_sheet_with_their_own_checks(as_, people: Cast) -> None:
    tick = {"type": "tick", "uuid": str(uuid4()), "cue_id": 1, "what": "told", "on": True}
    answer = post(as_("staff"), tick, tick | {"on": "yes"}, tick | {"cue_id": 2**70}, tick | {"what": ["told"]})
    assert statuses(answer) == [404, 422, 422, 422]
    assert results(answer)[0]["uuid"] == tick["uuid"]


def test_ticks_that_are_not_taken_are_kept_once_for_a_person_to_look_at(as_, people: Cast) -> None:
    """Of a door that is not on the sheet, and one told again with other words."""
    sheet = CueSheet.objects.create(
        day=timezone.localdate(), community=people.cuiping, station=people.cuiping_station, drawn_at=timezone.now()
    )
    where = {"community_id": people.cuiping.pk, "station_id": people.cuiping_station.pk}
    home = make_customer(community=people.cuiping, station=people.cuiping_station)
    cue = Cue.objects.create(sheet=sheet, customer=home, orders=1, say="new", **where)
    unknown = {"type": "tick", "uuid": str(uuid4()), "cue_id": 1 << 40, "what": "told", "on": True}
    taken = unknown | {"uuid": str(uuid4()), "cue_id": cue.pk}
    client = as_("staff")
    for _again in range(2):
        assert statuses(post(client, unknown, taken, taken | {"on": False})) == [404, 200, 409]
    assert Tick.objects.count() == 1
    kept = RefusedEvent.objects.order_by("id").values_list("reason", "staff__username", "station_id")
    assert list(kept) == [(reason, "staff", people.cuiping_station.pk) for reason in ("unknown", "changed")]
    html = as_("lead").get(reverse("refused-events")).content.decode()
    assert html.count('<span class="quiet">勾选</span> 已告知') == 2


# -- Doors -----------------------------------------------------------------------------------------------------------


def test_signed_out_in_the_middle_is_401_in_json_and_nothing_is_lost(as_, people: Cast, task: Task) -> None:
    client, said = as_("staff"), event(task, "ordered")
    client.logout()
    answer = post(client, said)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
    assert not Visit.objects.exists()
    client.force_login(people.staff, backend=BACKEND)
    assert statuses(post(client, said)) == [200]


def test_a_password_that_a_colleague_knows_opens_nothing(as_, people: Cast, task: Task) -> None:
    StaffMember.objects.filter(pk=people.staff.pk).update(password_is_temporary=True)
    assert post(as_("staff"), event(task)).status_code == 401
    assert not Visit.objects.exists()


def test_an_old_forgery_token_is_told_with_a_fresh_one_that_works(people: Cast, task: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.staff, backend=BACKEND)
    refused = post(client, event(task))
    assert refused.status_code == 403
    assert not Visit.objects.exists()
    again = client.post(
        reverse("phone-events"), json.dumps({"events": [event(task)]}), content_type="application/json",
        headers={"X-CSRFToken": refused.json()["csrf"]},
    )  # fmt: skip
    assert statuses(again) == [200]


def test_signed_out_is_told_before_an_old_token_is(db: None) -> None:
    assert post(Client(enforce_csrf_checks=True)).status_code == 401


def test_a_program_gets_a_fresh_token_and_a_browser_the_sign_in(as_, client: Client) -> None:
    assert as_("lead").get(reverse("phone-events")).json()["csrf"]
    assert client.get(reverse("phone-events")).status_code == 302
    assert client.get(reverse("phone-events"), headers={"Accept": "application/json"}).status_code == 401


def test_whoever_does_not_work_at_a_station_tells_nothing(as_, task: Task) -> None:
    assert [post(as_(person), event(task)).status_code for person in ("manager", "analyst", "newcomer")] == [403] * 3
    assert not Visit.objects.exists()
