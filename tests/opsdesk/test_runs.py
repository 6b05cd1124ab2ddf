import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from opsdesk.lib.runs import actions
from opsdesk.lib.runs.models import Job, Step

pytestmark = pytest.mark.django_db


def expire(job: Job) -> None:
    Job.objects.filter(id=job.id).update(lease_until=Now() - timedelta(seconds=1))


def test_two_jobs_of_one_slot_are_one_while_it_is_open() -> None:
    first = actions.queue("recount", slot="2018-05-07")

    assert actions.queue("recount", slot="2018-05-07") == first
    assert actions.queue("recount", slot="2018-05-14") != first


def test_a_slot_is_free_again_when_its_job_has_ended() -> None:
    first = actions.queue("recount", slot="2018-05-07")
    actions.work({"recount": lambda hold: None})

    assert actions.queue("recount", slot="2018-05-07") != first


def test_work_done_keeps_its_result_and_steps() -> None:
    def handler(hold: actions.Hold) -> dict[str, int]:
        with hold.step("count") as step:
            step.rows_read = 7
        return {"counted": 7}

    job = actions.queue("recount")
    assert actions.work({"recount": handler}) == 1

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"counted": 7}, 1)
    assert Step.objects.get(job=job).rows_read == 7


def test_a_job_whose_worker_died_is_taken_again_after_its_lease_and_not_before() -> None:
    job = actions.queue("recount")
    assert actions.take(["recount"]) is not None
    assert actions.take(["recount"]) is None

    expire(job)
    assert actions.take(["recount"]) is not None


def test_a_worker_thought_dead_may_write_nothing_more() -> None:
    job = actions.queue("recount")
    ghost = actions.take(["recount"])
    expire(job)
    heir = actions.take(["recount"])

    with pytest.raises(actions.Lost):
        ghost.beat(done=3)
    ghost.end(Job.State.FAILED, error="too late")
    heir.beat(done=5)

    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 5)


def test_a_running_job_stops_at_its_next_beat_when_asked() -> None:
    job = actions.queue("recount")

    def handler(hold: actions.Hold) -> None:
        assert actions.request_cancel(hold.job.id)
        hold.beat()
        raise AssertionError("went on after the cancel")

    actions.work({"recount": handler})
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_queued_job_is_cancelled_at_once_and_an_ended_one_not_at_all() -> None:
    job = actions.queue("recount")

    assert actions.request_cancel(job.id)
    assert not actions.request_cancel(job.id)
    assert actions.work({"recount": lambda hold: None}) == 0


def test_a_poisoned_job_is_tried_three_times_then_failed_and_the_queue_moves_on() -> None:
    poisoned, sound = actions.queue("recount", slot="a"), actions.queue("recount", slot="b")

    def handler(hold: actions.Hold) -> None:
        if hold.job.id == poisoned.id:
            raise ValueError("row 7 of nothing")

    for _ in range(actions.TRIES):
        actions.work({"recount": handler})
        expire(poisoned)
    poisoned.refresh_from_db()
    sound.refresh_from_db()
    assert (poisoned.state, poisoned.attempts, sound.state) == ("failed", 3, "done")
    assert "row 7 of nothing" in poisoned.error


def test_what_cannot_succeed_is_not_tried_again() -> None:
    def handler(hold: actions.Hold) -> None:
        raise actions.GiveUp("the file is gone")

    job = actions.queue("recount")
    actions.work({"recount": handler})
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 1, "the file is gone")


def test_a_failed_step_keeps_its_reason_and_is_redone_in_place() -> None:
    def handler(hold: actions.Hold) -> None:
        with hold.step("count"):
            if hold.job.attempts == 1:
                raise ValueError("no disk")

    job = actions.queue("recount")
    actions.work({"recount": handler})
    assert Step.objects.get(job=job).error == "no disk"

    expire(job)
    actions.work({"recount": handler})
    assert Step.objects.get(job=job).state == "done"


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_every_job_exactly_once() -> None:
    for number in range(30):
        actions.queue("recount", slot=str(number))
    done: list[str] = []

    def worker() -> None:
        actions.work({"recount": lambda hold: done.append(hold.job.slot)})
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done, key=int) == [str(number) for number in range(30)]
