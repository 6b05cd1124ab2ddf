"""Drives and tasks end: by a person, by their last day, by an order, by a wish. Each again: nothing more."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.drives import actions as tasks
from campaigns.drives.models import Drive, Task
from campaigns.recall import turns
from campaigns.visits.models import Visit
from communities.models import StaffMember
from users.contact.models import ContactWish
from users.orders.models import Order
from users.outbox import actions as outbox


class HasVisits(Exception):
    """Somebody was visited: the drive may end, but not vanish. For changes make a new one."""


def end(drive: Drive, by: StaffMember | None, at: datetime) -> Drive:
    """What is still to do is closed. Raises Changed when it does not run."""
    return _stop(drive, ("running",), "ended", by, at)


def call_off(drive: Drive, by: StaffMember | None, at: datetime | None = None) -> Drive:
    """As if it had never been. Raises Changed when it has ended, HasVisits."""
    with turns.in_turn():
        stopped = _stop(drive, ("draft", "running"), "off", by, at or timezone.now())
        if Visit.objects.filter(drive_id=drive.pk).exists():  # after its tasks are closed: none can come any more
            raise HasVisits(drive.number)
    return stopped


def _stop(drive: Drive, before: tuple[str, ...], state: str, by: StaffMember | None, at: datetime) -> Drive:
    with turns.in_turn():
        locked = turns.begin(drive, *before)
        locked.state, locked.ended_at = state, at
        locked.save(update_fields=["state", "ended_at"])
        closed = tasks.close(Q(drive=locked), "end", at)
        call_off_texts()
        turns.log("end" if state == "ended" else "call_off", locked, by, closed=closed)
    return locked


def end_due(day: date, at: datetime | None = None) -> int:
    """Drives whose last day lies before this one; how many (drive_state)."""
    due = list(Drive.objects.filter(state="running", ends_on__lt=day).order_by("pk"))
    for drive in due:
        end(drive, None, at or timezone.now())
    return len(due)


def close_by_orders(at: datetime) -> int:
    """Tasks whose customer has a counted order placed since the drive started; how many. An open task of a drive
    that runs (task_of_a_station) looks for its customer's orders (order_of_a_customer)."""
    since = OuterRef("drive__started_at")
    placed = Order.objects.filter(customer=OuterRef("customer"), counted=True, placed_at__gt=since, placed_at__lte=at)
    return _close(Q(Exists(placed), drive__state="running"), "order", at)


def close_by_wishes(at: datetime | None = None) -> int:
    """Tasks whose customer is not to be contacted, or not by the task's channel; how many."""
    wish = ContactWish.objects.filter(customer=OuterRef("customer"))
    unwanted = wish.filter(Q(do_not_contact=True) | Q(refused__contains=[OuterRef("channel")]))
    return _close(Q(Exists(unwanted)), "wish", at or timezone.now())


def _close(which: Q, why: str, at: datetime) -> int:
    with turns.in_turn():
        closed = tasks.close(Q(pk__in=Task.objects.filter(which, state="open").values("pk")), why, at)
        call_off_texts()
    return closed


def call_off_texts() -> int:
    """Messages of drives that wait although their task is no longer to do; how many."""
    open_ = Task.objects.filter(drive=OuterRef("thing_id"), customer=OuterRef("customer"), state="open")
    return outbox.call_off(Q(~Exists(open_), thing=turns.THING), "off")
