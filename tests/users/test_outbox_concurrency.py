"""Workers at once, and workers killed (-9) anywhere: no message twice. Each promise has a control that breaks it."""

import datetime as dt
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib.runs.models import Job
from opsdesk.lib.sms import providing
from opsdesk.lib.sms.providing import Receipt, Text
from tests.factories import make_customer
from tests.users.outbox_world import NOON, Provider, held, queued
from users.outbox import actions, handing, sending, sorting
from users.outbox.models import HandOff, Message

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


class Slow(Provider):
    """Takes a moment, so that two workers meet."""

    def send(self, message: Text) -> Receipt:
        time.sleep(0.01)
        return super().send(message)


def two_workers(provider: Provider) -> None:
    jobs = [Job.objects.create(kind=actions.SEND, slot=str(n), state="running", fence=1) for n in range(2)]
    ready = threading.Barrier(2)

    def work(job: Job) -> None:
        try:
            ready.wait()
            sending.drain(provider, sending.Hold(job), lambda: NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_at_once_hand_over_each_message_once() -> None:
    queued(*(make_customer() for _ in range(PEOPLE)))
    provider = Slow()
    two_workers(provider)
    assert sorted(one.reference for one in provider.taken) == sorted(str(one.pk) for one in Message.objects.all())
    assert {one.state for one in Message.objects.all()} == {"sent"}


def test_two_workers_who_only_look_hand_over_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same without the conditional UPDATE."""
    queued(*(make_customer() for _ in range(PEOPLE)))
    monkeypatch.setattr(actions, "begin", lambda message, name, at: message.state == "waiting")
    monkeypatch.setattr(actions, "end", lambda message, *_: Message.objects.filter(pk=message.pk).update(state="sent"))
    provider = Slow()
    two_workers(provider)
    assert len(provider.taken) > PEOPLE


def two_files(staff: StaffMember) -> list[HandOff]:
    """Two people make a file in the same moment."""
    ready = threading.Barrier(2)

    def make() -> None:
        try:
            ready.wait()
            handing.hand_off("sms", Scope(everywhere=True), "texts", staff, NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(HandOff.objects.all())


def slow_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked before either has written."""
    ready = sorting.ready

    def slow(*asked: Any) -> list[Message]:
        found = ready(*asked)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(sorting, "ready", slow)


def test_two_files_made_at_once_hold_no_message_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    queued(*(make_customer() for _ in range(PEOPLE)))
    slow_ready(monkeypatch)
    files = two_files(StaffMember.objects.create_user(username="manager"))
    assert sum(file.messages.count() for file in files) == PEOPLE


def test_two_files_made_without_locks_hold_every_message_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same rows read without FOR UPDATE."""
    queued(*(make_customer() for _ in range(PEOPLE)))
    slow_ready(monkeypatch)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda found, **_options: found)
    files = two_files(StaffMember.objects.create_user(username="manager"))
    assert sum(file.messages.count() for file in files) == 2 * PEOPLE


# -- kill -9 ---------------------------------------------------------------------------------------------------------


class OnPaper:
    """Writes down what it takes where no rolled back transaction can reach, and dies with its worker when told to."""

    name = "aliyun"

    def __init__(self, paper: Path, dies_at: int = 0) -> None:
        self.paper, self.dies_at = paper, dies_at

    def send(self, message: Text) -> Receipt:
        with self.paper.open("a") as paper:
            paper.write(f"{message.reference}\n")
        if self.dies_at and len(self.taken()) >= self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return providing.taken(message.reference)

    def taken(self) -> list[str]:
        return self.paper.read_text().split() if self.paper.exists() else []

    def deliveries(self, report: object) -> list[providing.Delivery]:
        raise NotImplementedError


def worked_in_a_process(provider: OnPaper, at: dt.datetime, statements: int = 10**6) -> bool:
    """Whether a worker in a process of its own, killed before its so-manieth statement, was killed indeed."""
    job_id = held().job.pk
    connection.close()
    child = os.fork()
    if child == 0:
        _work(provider, job_id, at, statements)
    _pid, status = os.waitpid(child, 0)
    Job.objects.filter(pk=job_id).update(state="done", finished_at=at)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _work(provider: OnPaper, job_id: int, at: dt.datetime, statements: int) -> None:
    left = iter(range(statements))

    def count(execute, *arguments):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    try:
        with connection.execute_wrapper(count):
            sending.drain(provider, sending.Hold(Job.objects.get(pk=job_id)), lambda: at)
    finally:
        os._exit(0)


def test_a_worker_killed_before_any_statement_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    provider, at, deaths = OnPaper(tmp_path / "taken"), NOON, 0
    messages = queued(*(make_customer() for _ in range(PEOPLE)))
    for statements in range(1, 60):
        at += dt.timedelta(minutes=6)  # whoever died is silent for long by now
        if not worked_in_a_process(provider, at, statements):
            break
        deaths += 1
    worked_in_a_process(provider, at + dt.timedelta(minutes=6))
    assert deaths > PEOPLE
    assert len(provider.taken()) == len(set(provider.taken()))
    states = dict(Message.objects.values_list("pk", "state"))
    assert set(states.values()) <= {"sent", "unknown"}
    never = {str(one.pk) for one in messages} - set(provider.taken())
    assert {states[int(pk)] for pk in never} <= {"unknown"}  # a person is asked, nobody is forgotten


def test_a_worker_killed_right_after_the_provider_took_it_leaves_one_unknown(tmp_path: Path) -> None:
    messages = queued(*(make_customer() for _ in range(PEOPLE)))
    assert worked_in_a_process(OnPaper(tmp_path / "taken", dies_at=3), NOON)
    provider = OnPaper(tmp_path / "taken")
    assert not worked_in_a_process(provider, NOON + dt.timedelta(minutes=6))
    assert sorted(provider.taken()) == sorted(str(one.pk) for one in messages)
    states = [Message.objects.get(pk=one.pk).state for one in messages]
    assert states == ["sent", "sent", "unknown", "sent", "sent", "sent"]


def test_a_worker_that_notes_it_only_afterwards_sends_twice_when_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the state is written after the provider has taken the message, not before."""
    monkeypatch.setattr(actions, "begin", lambda message, name, at: True)
    monkeypatch.setattr(actions, "end", lambda message, *_: Message.objects.filter(pk=message.pk).update(state="sent"))
    queued(*(make_customer() for _ in range(PEOPLE)))
    assert worked_in_a_process(OnPaper(tmp_path / "taken", dies_at=3), NOON)
    provider = OnPaper(tmp_path / "taken")
    worked_in_a_process(provider, NOON + dt.timedelta(minutes=6))
    assert len(provider.taken()) == PEOPLE + 1
