"""What Celery runs of the project itself: the tick that finds waiting work, and the night."""

from celery import shared_task
from django.utils import timezone

from opsdesk import work
from opsdesk.lib.runs import actions as runs


@shared_task
def tick() -> int:
    """Do whatever waits, also work whose wake-up was lost or whose worker died."""
    return runs.work(work.HANDLERS)


@shared_task
def wake(job_id: int) -> int:
    return runs.work(work.HANDLERS, job_id)


@shared_task
def nightly() -> int:
    """Queue tonight's run (as of today, Asia/Shanghai) unless it is done, and do it."""
    work.queue_nightly(as_of=timezone.localdate())
    return runs.work(work.HANDLERS)
