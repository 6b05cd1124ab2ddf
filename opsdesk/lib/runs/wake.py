"""Tell a worker that a job waits. A message that cannot be sent is no loss: the tick finds the job within seconds."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

from opsdesk.lib.runs.models import Job

TASK = "opsdesk.tasks.wake"
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
log = logging.getLogger(__name__)


def on_commit(job: Job) -> None:
    """Wake a worker for `job` once the transaction that queued it is committed. Never raises."""
    transaction.on_commit(partial(send, job.pk))


def send(job_id: int) -> bool:
    """Whether the broker took the message. A page calls this, so it does not wait for a broker that is away."""
    try:
        with current_app.connection_for_write(transport_options=ONE_TRY) as connection:
            current_app.send_task(TASK, [job_id], ignore_result=True, retry=False, connection=connection)
    except (KombuError, OSError) as error:
        log.warning("job %s was not announced (%s); the tick will find it", job_id, error)
        return False
    return True
