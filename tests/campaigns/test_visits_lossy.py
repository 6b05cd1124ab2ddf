"""Forty phones on a bad line (C6): three of ten answers are lost after the server has taken what was told, so every
phone tells it again. A thousand outcomes are a thousand rows. With a control that doubles them."""

import http.client
import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from campaigns.drives.models import Task
from campaigns.visits.models import RefusedEvent, Visit
from tests.campaigns import lossy
from tests.campaigns.lossy import Line
from tests.campaigns.visiting import event, make_drive, make_task
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/phone/events/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OUTCOMES = ("no_answer", "ordered", "interested", "not_ordered", "refused", "later", "no_entry")
DEVICES, OUTCOMES_EACH, SHARE = 40, 25, 0.3


class Phone:
    """It keeps every outcome until its answer has come, and tells all it keeps again and again."""

    def __init__(self, line: Line, session: str, seed: int) -> None:
        self.line, self.session, self.dice = line, session, random.Random(seed)
        self.csrf, self.token = "", ""
        self.outbox: list[dict[str, Any]] = []
        self.answers: dict[str, set[str]] = {}

    def ask(self, method: str, body: bytes = b"") -> dict[str, Any] | None:
        """None when the answer was lost."""
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        headers = {"Cookie": cookies, "Content-Type": "application/json", "Accept": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.line.port, timeout=60)
        try:
            connection.request(method, PATH, body, headers | {"X-CSRFToken": self.token})
            answer = connection.getresponse()
            self._keep_cookie(answer.getheader("Set-Cookie") or "")
            said: dict[str, Any] = json.loads(answer.read())
            assert answer.status == 200, said
            return said
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _keep_cookie(self, header: str) -> None:
        name = f"{settings.CSRF_COOKIE_NAME}="
        if header.startswith(name):
            self.csrf = header.removeprefix(name).split(";")[0]

    def hand_over(self) -> None:
        while not self.token:
            self.token = (self.ask("GET") or {"csrf": ""})["csrf"]
        while self.outbox:
            body = json.dumps({"events": self.outbox}).encode()
            for result in (self.ask("POST", body) or {"results": []})["results"]:
                self.answers.setdefault(result["uuid"], set()).add(str(result["status"]))
                self.outbox = [said for said in self.outbox if said["uuid"] != result["uuid"]]

    def visit(self, doors: list[tuple[int, str]]) -> None:
        """A few doors, then all that is kept is handed over: sometimes one, sometimes a staircase."""
        while doors:
            some, doors = doors[: (n := self.dice.randint(1, 6))], doors[n:]
            self.outbox += [event(task, outcome, type="visit") for task, outcome in some]
            self.hand_over()


class Forgetful(Phone):
    """The control: it makes a new number for every try."""

    def ask(self, method: str, body: bytes = b"") -> dict[str, Any] | None:
        for said in self.outbox:
            said["uuid"] = str(uuid4())
        return super().ask(method, json.dumps({"events": self.outbox}).encode() if body else b"")


@pytest.fixture
def doors(people: Cast) -> list[Task]:
    drive = make_drive(started_at=None)
    made = [make_task(station=people.cuiping_station, drive=drive) for _ in range(40)]
    rest = range(DEVICES * OUTCOMES_EACH - len(made))
    first = made[0]
    fields = {"drive": drive, "community_id": first.community_id, "station_id": first.station_id, "channel": "door"}
    made += Task.objects.bulk_create(Task(customer_id=10**6 + number, **fields) for number in rest)
    return made


def session_of(people: Cast, number: int) -> str:
    client = Client()
    client.force_login((people.staff, people.lead)[number % 2], backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def walk(kind: type[Phone], line: Line, people: Cast, doors: list[Task], devices: int, each: int) -> dict[int, str]:
    """Every device goes round its own doors, all at once; what was told by task."""
    dice = random.Random(7)
    told = {task.pk: dice.choice(OUTCOMES) for task in doors[: devices * each]}
    rounds = [list(told.items())[at * each : (at + 1) * each] for at in range(devices)]
    phones = [kind(line, session_of(people, number), number) for number in range(devices)]
    with ThreadPoolExecutor(devices) as pool:
        list(pool.map(lambda pair: pair[0].visit(pair[1]), zip(phones, rounds, strict=True)))
    assert all(statuses == {"200"} for phone in phones for statuses in phone.answers.values())
    return told


@pytest.mark.slow
def test_forty_phones_on_a_line_that_loses_three_of_ten_answers_lose_and_double_nothing(
    people: Cast, doors: list[Task], live_server
) -> None:
    with lossy.line(live_server.thread.port, share=SHARE, seed=3) as line:
        told = walk(Phone, line, people, doors, DEVICES, OUTCOMES_EACH)
    rows = list(Visit.objects.values_list("task", "outcome", "conflict"))
    assert len(rows) == DEVICES * OUTCOMES_EACH == 1000
    assert {task: outcome for task, outcome, _conflict in rows} == told
    assert Counter(Task.objects.values_list("visits", flat=True)) == {1: 1000}
    assert dict(Task.objects.values_list("pk", "outcome")) == told
    assert not RefusedEvent.objects.exists()
    assert not any(conflict for _task, _outcome, conflict in rows)
    assert 0.2 < line.lost / (line.lost + line.passed) < 0.4


def test_phones_that_make_a_new_number_for_every_try_double_what_they_tell(
    people: Cast, doors: list[Task], live_server
) -> None:
    with lossy.line(live_server.thread.port, share=SHARE, seed=3) as line:
        told = walk(Forgetful, line, people, doors, 4, 10)
    assert line.lost
    assert Visit.objects.count() > len(told)


def test_a_line_that_is_cut_lets_nothing_through_and_nothing_is_lost_when_it_is_back(
    people: Cast, doors: list[Task], live_server
) -> None:
    with lossy.line(live_server.thread.port, share=0.0) as line:
        phone = Phone(line, session_of(people, 0), 1)
        phone.hand_over()
        phone.outbox = [event(task, "ordered") for task in doors[:3]]
        line.is_cut = True
        assert phone.ask("POST", json.dumps({"events": phone.outbox}).encode()) is None
        assert Visit.objects.count() == 0
        line.is_cut = False
        phone.hand_over()
    assert Visit.objects.count() == 3
