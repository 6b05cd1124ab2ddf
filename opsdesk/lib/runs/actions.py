"""Queue, take, hold and end long work. Every step is a conditional UPDATE on the job's row, by the database's clock."""

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from opsdesk.lib.runs.models import Job, Step

LEASE = timedelta(seconds=20)
TRIES = 3


class Lost(Exception):
    """The lease ran out and somebody else holds the job now: write nothing more."""


class Cancelled(Exception):
    """Whoever started the job asked it to stop."""


class GiveUp(Exception):
    """The job cannot succeed however often it is tried; the text is for people."""


def queue(
    kind: str, *, slot: str = "", payload: Mapping[str, Any] | None = None, by: Any = None, total: int = 0
) -> Job:
    """A new job, or the one already open for the same kind and slot."""
    try:
        with transaction.atomic():
            return Job.objects.create(kind=kind, slot=slot, payload=dict(payload or {}), created_by=by, total=total)
    except IntegrityError:
        return Job.objects.get(kind=kind, slot=slot, state__in=Job.OPEN)


def request_cancel(job_id: int) -> bool:
    """Ask a job to stop: a queued one stops now, a running one at its next beat. False: it had ended."""
    if Job.objects.filter(id=job_id, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, cancel_requested=True, finished_at=Now()
    ):
        return True
    return bool(Job.objects.filter(id=job_id, state=Job.State.RUNNING).update(cancel_requested=True))


_TAKE = """
UPDATE runs_job SET state = 'running', fence = fence + 1, attempts = attempts + 1, error = '',
       lease_until = now() + make_interval(secs => %(lease)s), heartbeat_at = now(),
       started_at = COALESCE(started_at, now())
 WHERE id = (SELECT id FROM runs_job
              WHERE finished_at IS NULL AND kind = ANY(%(kinds)s) AND (%(job)s IS NULL OR id = %(job)s)
                AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
              ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING id
"""


def take(kinds: list[str], job_id: int | None = None) -> "Hold | None":
    """Lease the oldest job that waits or whose holder died (index job_open); None when there is nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"kinds": kinds, "job": job_id, "lease": LEASE.total_seconds()})
        row = cursor.fetchone()
    return Hold(Job.objects.get(id=row[0])) if row else None


class Hold:
    """A worker's grip on a job. `beat` inside the transaction of a chunk makes chunk and checkpoint one."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._beaten = 0.0

    def beat(self, *, done: int | None = None, total: int | None = None, note: str | None = None) -> None:
        """Renew the lease and say how far it is. Raises Lost or Cancelled: then write nothing and leave."""
        news = {"done": done, "total": total, "note": note}
        told = {key: value for key, value in news.items() if value is not None}
        if not self._mine().update(lease_until=Now() + LEASE, heartbeat_at=Now(), **told):
            raise Lost(self.job.pk)
        if Job.objects.filter(id=self.job.pk, cancel_requested=True).exists():
            raise Cancelled(self.job.pk)
        self._beaten = time.monotonic()

    def beat_sometimes(self, **news: Any) -> None:
        """`beat`, but at most once a second: for inner loops that write nothing by themselves."""
        if time.monotonic() - self._beaten >= 1:
            self.beat(**news)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Record one step in the run log, redone steps in place; a failure is kept with its step."""
        self.beat(note=name)
        step, _ = Step.objects.update_or_create(
            job=self.job, name=name, defaults={"state": Job.State.RUNNING, "error": "", "seconds": None}
        )
        began = time.monotonic()
        try:
            yield step
        except BaseException as error:
            step.error, step.state = str(error) or type(error).__name__, Job.State.FAILED
            step.seconds = time.monotonic() - began
            step.save(update_fields=["error", "state", "seconds"])
            raise
        step.state, step.seconds = Job.State.DONE, time.monotonic() - began
        step.save()

    def end(self, state: str, *, error: str = "", result: Mapping[str, Any] | None = None) -> None:
        self._mine().update(state=state, error=error, result=dict(result or {}), finished_at=Now(), lease_until=None)

    def put_back(self, error: str) -> None:
        """Wait for another try; the lease keeps others away for a moment, longer each time."""
        pause = LEASE * self.job.attempts
        self._mine().update(error=error, lease_until=Now() + pause)

    def _mine(self) -> Any:
        return Job.objects.filter(id=self.job.pk, fence=self.job.fence, state=Job.State.RUNNING)


Handler = Callable[[Hold], Mapping[str, Any] | None]


def work(handlers: Mapping[str, Handler], job_id: int | None = None) -> int:
    """Take and do jobs until none waits; how many were done. What a handler raises ends only its own job."""
    count = 0
    while hold := take(list(handlers), job_id):
        _do(hold, handlers[hold.job.kind])
        count += 1
    return count


def _do(hold: Hold, handler: Handler) -> None:
    try:
        result = handler(hold)
    except Lost:
        return
    except Cancelled:
        hold.end(Job.State.CANCELLED)
    except GiveUp as error:
        hold.end(Job.State.FAILED, error=str(error))
    except Exception as error:
        _fail(hold, error)
    else:
        hold.end(Job.State.DONE, result=result)


def _fail(hold: Hold, error: Exception) -> None:
    told = f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-5)}"
    if hold.job.attempts < TRIES:
        hold.put_back(told)
    else:
        hold.end(Job.State.FAILED, error=told)
