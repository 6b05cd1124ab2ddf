import datetime as dt
import threading
import time

import pytest
from django.db import connection

from opsdesk import nightly, work
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job, Step
from opsdesk.nightly import Done, Night, Progress
from tests import factories
from users.customers.models import Customer
from users.lifecycle import queries as lifecycle
from users.lifecycle.models import LifecycleSnapshot, SnapshotDay
from users.purchases import actions as purchases
from users.rfm import actions as rfm
from users.rfm.models import RfmDay, RfmScore

MONDAY = dt.date(2018, 5, 7)


@pytest.fixture
def customer(db: None) -> Customer:
    row = factories.make_customer()
    factories.make_order(customer=row, at="2018-04-25 12:00")
    return row


def one_night(as_of: dt.date = MONDAY, again: bool = False) -> Job:
    job = work.queue_nightly(as_of, again=again)
    assert job is not None
    runs.work(work.HANDLERS, job.id)
    job.refresh_from_db()
    return job


def test_a_night_does_every_step_in_order_and_says_what_it_wrote(customer: Customer) -> None:
    job = one_night()
    steps = list(job.steps.values_list("name", "state"))
    assert (job.state, steps) == ("done", [(name, "done") for name, _ in nightly.STEPS])
    assert job.steps.get(name="purchases").facts == {"customer_days": 1, "moved": 0}
    assert job.steps.get(name="lifecycle").facts["silent"] == 1
    assert lifecycle.latest_as_of() == MONDAY


def test_the_same_night_again_writes_nothing(customer: Customer) -> None:
    one_night()
    again = one_night(again=True)
    assert list(again.steps.values_list("rows_written", flat=True)) == [0] * len(nightly.STEPS)


def test_an_empty_database_has_a_quiet_night(db: None) -> None:
    assert one_night().state == "done"
    assert SnapshotDay.objects.get().customers == 0


def test_a_night_that_is_done_is_left_alone_until_something_changed(customer: Customer) -> None:
    one_night()
    assert work.queue_nightly(MONDAY) is None
    factories.make_order(customer=customer, at="2018-05-02 12:00")
    purchases.refresh([customer.id])
    assert work.queue_nightly(MONDAY) is not None


def test_an_import_after_the_night_makes_it_worth_doing_again(transactional_db: None) -> None:
    one_night()
    done = runs.queue("import_commit")
    runs.work({"import_commit": lambda hold: None}, done.id)
    assert work.queue_nightly(MONDAY) is not None


def test_after_an_import_is_written_or_taken_back_the_night_is_queued(db: None) -> None:
    handlers = {"import_commit": work.then_the_night(lambda hold: {"rows": 1})}
    runs.work(handlers, runs.queue("import_commit").id)
    assert Job.objects.get(kind=work.NIGHTLY).state == "queued"
    assert set(work.HANDLERS) == {
        *("import_check", "import_commit", "import_undo"),
        *("nightly", "plant_demo", "recompute", "trust", "send_messages", "issue_batch", "call_shop"),
    }


def test_a_night_asked_for_while_one_runs_is_queued_behind_it(customer: Customer) -> None:
    first = work.queue_nightly(MONDAY)
    assert first is not None
    assert work.queue_nightly(MONDAY, again=True) == first  # still waiting: it will see the news
    runs.take([work.NIGHTLY], first.id)
    behind = work.queue_nightly(MONDAY, again=True)
    assert behind not in (first, None)
    assert work.queue_nightly(MONDAY, again=True) == behind


def test_missed_mondays_are_caught_up(customer: Customer) -> None:
    one_night(dt.date(2018, 5, 1))
    one_night(dt.date(2018, 5, 23))
    wanted = ["2018-04-30", "2018-05-01", "2018-05-07", "2018-05-14", "2018-05-21", "2018-05-23"]
    for days in (SnapshotDay, RfmDay):
        assert [str(day) for day in days.objects.order_by("as_of").values_list("as_of", flat=True)] == wanted


def test_years_without_orders_are_not_filled_with_mondays(customer: Customer) -> None:
    job = one_night(dt.date(2026, 5, 7))
    assert job.steps.get(name="lifecycle").facts["days"] < 30
    assert lifecycle.transitions(dt.date(2026, 5, 4)).cell("silent", "silent").customers == 1


def test_a_failed_step_is_kept_in_the_log_and_redone(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(rfm, "recompute", _fail)
        job = one_night()
    step = job.steps.get(name="rfm")
    assert (step.state, step.error) == ("failed", "out of paper")
    assert not job.steps.filter(name="tastes").exists()
    Job.objects.update(lease_until=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))  # the pause is over
    runs.work(work.HANDLERS, job.id)
    job.refresh_from_db()
    assert (job.state, set(job.steps.values_list("state", flat=True))) == ("done", {"done"})


def _fail(*args: object) -> None:
    raise OSError("out of paper")


def test_a_step_that_dies_leaves_what_was_served_before(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    one_night()
    before = [list(model.objects.order_by("pk").values()) for model in (LifecycleSnapshot, RfmScore)]
    factories.make_order(customer=customer, at="2018-05-02 12:00")
    with monkeypatch.context() as broken:
        broken.setattr("users.lifecycle.actions._remember", _fail)
        one_night(again=True)
    assert [list(model.objects.order_by("pk").values()) for model in (LifecycleSnapshot, RfmScore)] == before
    assert one_night(again=True)
    assert list(LifecycleSnapshot.objects.order_by("pk").values()) != before[0]


def test_a_night_can_be_stopped_between_two_parts(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(night: Night, progress: Progress) -> Done:
        runs.request_cancel(Job.objects.get(state="running").id)
        progress(1, 2)
        raise AssertionError("went on after it was asked to stop")

    monkeypatch.setattr(nightly, "STEPS", (("purchases", stopped),))
    assert one_night().state == "cancelled"
    assert Step.objects.get().state == "failed"


class Watched:
    """A step that takes a moment, and remembers how many were inside at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.gate = threading.Lock()

    def __call__(self, night: Night, progress: Progress) -> Done:
        with self.gate:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.3)
        with self.gate:
            self.inside -= 1
        return Done()


def most_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """Three workers, three nights; how many were in a step at the same time."""
    watched = Watched()
    monkeypatch.setattr(nightly, "STEPS", (("purchases", watched),))
    monkeypatch.setattr(nightly, "_PAUSE", 0.05)
    jobs = [
        runs.queue(work.NIGHTLY, slot=day, payload={"as_of": day}) for day in ("2018-05-07", "2018-05-08", "2018-05-09")
    ]
    workers = [threading.Thread(target=_work_alone, args=(job.id,)) for job in jobs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    return watched.most


def _work_alone(job_id: int) -> None:
    try:
        runs.work(work.HANDLERS, job_id)
    finally:
        connection.close()


def test_two_nights_exclude_each_other(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_at_once(monkeypatch) == 1


def test_without_the_lock_they_would_not(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "_try_lock", lambda: True)
    assert most_at_once(monkeypatch) > 1


def test_a_long_statement_keeps_its_lease(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    beats = []

    def silent_for_long(night: Night, progress: Progress) -> Done:
        for _ in range(4):
            time.sleep(0.1)
            beats.append(Job.objects.get().heartbeat_at)
        return Done()

    monkeypatch.setattr(nightly, "STEPS", (("purchases", silent_for_long),))
    monkeypatch.setattr("users.imports.keepalive._PAUSE", 0.05)
    assert one_night().state == "done"
    assert beats[0] < beats[-1]
