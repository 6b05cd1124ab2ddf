import logging

import pytest
from celery import current_app
from django.conf import settings

from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake

NOBODY = "redis+socket:///nowhere/redis.sock?virtual_host=0"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    messages: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: messages.append((name, args)))
    return messages


def test_every_process_knows_the_broker() -> None:
    assert current_app.conf.broker_url == settings.CELERY_BROKER_URL


@pytest.mark.django_db
def test_the_worker_is_woken_when_the_job_is_committed_and_not_before(
    sent: list[tuple[str, list[int]]], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = runs.queue("tests")
        wake.on_commit(job)
        assert sent == []
    assert sent == [("opsdesk.tasks.wake", [job.pk])]


def test_a_broker_that_is_away_costs_a_line_in_the_log_and_no_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", NOBODY)
    with caplog.at_level(logging.WARNING):
        assert wake.send(7) is False
    assert "job 7 was not announced" in caplog.text
