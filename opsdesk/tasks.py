"""What Celery runs of the project itself: the tick that finds waiting work, and the night."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from campaigns.cuesheets import actions as cuesheets
from coupons.grants import actions as grants
from coupons.grants import issuing
from coupons.handover import calling
from coupons.handover import queries as parcels
from coupons.reminders import actions as reminders
from opsdesk import work
from opsdesk.lib.runs import actions as runs
from users.outbox import actions as outbox
from users.outbox import queries as outbox_queries


@shared_task
def tick() -> int:
    """Do whatever waits, also work whose wake-up was lost or whose worker died, and batches whose hour has come."""
    issuing.queue_due(timezone.now())
    return runs.work(work.HANDLERS)


@shared_task
def wake(job_id: int) -> int:
    return runs.work(work.HANDLERS, job_id)


@shared_task
def nightly() -> int:
    """Queue tonight's run (as of today, Asia/Shanghai) unless it is done, and do it."""
    work.queue_nightly(as_of=timezone.localdate())
    return runs.work(work.HANDLERS)


@shared_task
def send_messages() -> int:
    """Hand over whatever is due; without anything to do no run is written down."""
    if outbox_queries.has_work(timezone.now(), settings.SMS.provider is not None):
        outbox.queue_sending()
    return runs.work(work.HANDLERS)


@shared_task
def call_shop() -> int:
    """Hand waiting parcels to the shop; without anything to do no run is written down."""
    if parcels.has_work(timezone.now()):
        calling.queue()
    return runs.work(work.HANDLERS)


@shared_task
def remind() -> int:
    """Tell whoever has a coupon that ends soon; in quiet hours, and again on the same day, nobody."""
    return reminders.remind(timezone.localdate(), timezone.now()).reminders


@shared_task
def expire_coupons() -> int:
    """Coupons that have ended give back what was reserved for them."""
    return grants.expire(timezone.now())


@shared_task
def draw_cues(ahead: int = 1) -> int:
    """Cue sheets of the deliveries so many days ahead, with whatever was ordered by now."""
    return cuesheets.draw(timezone.localdate() + timedelta(days=ahead), timezone.now())
