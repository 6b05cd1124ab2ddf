"""What an outcome does beyond its task: a wish holds at once and everywhere, a coupon is given, a touch is written."""

from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Q

from campaigns.drives import actions as drives
from campaigns.drives import queries as drive_queries
from campaigns.drives.models import Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits import rules, settling
from campaigns.visits.models import Visit
from communities.models import StaffMember
from communities.policies import queries as policies
from coupons.budgets.actions import Short
from coupons.grants import giving
from coupons.grants.giving import MayNot, NotMeant, SoldOut
from coupons.grants.models import Grant
from users.contact import actions as contact
from users.contact.models import Touch, WishChange
from users.customers.models import Customer

THING = "drive"

# For contact.actions.touch_all: the visit at which a customer of a drive was first spoken to.
_TOUCH = """
SELECT t.customer_id, t.community_id, %(at)s, t.channel, 'drive', t.drive_id, 'done', '', t.lifecycle, t.rfm_class,
       d.as_of, d.policy_version, NULL, %(cost)s, %(by)s, NULL
  FROM campaigns_task t JOIN campaigns_drive d ON d.id = t.drive_id WHERE t.id = %(task)s
"""


# -- Coupons ---------------------------------------------------------------------------------------------------------


def give(task: Task, by: StaffMember, at: datetime) -> tuple[Grant | None, str]:
    """The coupon of the task's offer, or why there is none, a key of rules.NO_COUPON; undoes nothing around it."""
    offer = drive_queries.offer_of(task)
    if offer is None or offer.batch_id is None:
        return None, "none"
    try:
        with transaction.atomic():
            return giving.issue_one(offer.batch_id, task.customer_id, by=by, at=at), ""
    except MayNot as refusal:
        return None, refusal.reason
    except SoldOut:
        return None, "sold_out"
    except NotMeant:
        return None, "not_meant"
    except Short:
        return None, "budget"
    except DatabaseError:  # somebody else holds the batch: the outcome counts all the same
        return None, "busy"


# -- Wishes ----------------------------------------------------------------------------------------------------------


def wish(visit: Visit, by: StaffMember) -> None:
    """ "Do not disturb": from this moment by no channel, and no task of theirs is to do. The line of the ledger ends
    in the number of the visit, by which it is found again."""
    if visit.outcome != "dnc":
        return
    note = f"{visit.note[:180]} {_mark(visit)}".strip()
    customer = Customer.objects.unscoped("the customer of a task in reach").get(pk=visit.customer_id)
    contact.change_wish(
        customer=customer, subject=WishChange.Subject.DO_NOT_CONTACT, allowed=False, way=WishChange.Way.DOOR,
        note=note, by=by,
    )  # fmt: skip
    drives.close(Q(customer=visit.customer_id) & ~Q(pk=visit.task_id), "wish", visit.received_at)


def unwish(visit: Visit, by: StaffMember) -> None:
    """The visit is undone or put right: what it said of the customer's wish is taken back, unless more was said since;
    the tasks it closed are as they were."""
    if visit.outcome != "dnc":
        return
    said = WishChange.objects.filter(customer=visit.customer_id, subject="dnc", note__endswith=_mark(visit)).first()
    if said is None or contact.take_back(said, by) is None:
        return
    closed = Task.objects.filter(customer=visit.customer_id, closed_by="wish", ended_at=visit.received_at)
    for task in closed.exclude(pk=visit.task_id).select_related("drive").order_by("id"):
        task.state, task.closed_by = "done", ""
        task.ended_at = None
        settling.settle(task)


def _mark(visit: Visit) -> str:
    return f"#{visit.pk}"


# -- Touches ---------------------------------------------------------------------------------------------------------


def touch(task: Task, live: Sequence[Visit]) -> None:
    """One touch a customer, drive and channel from the first visit at which somebody answered; when that is taken
    back, it did not reach them after all. Its cost is the staff's time."""
    reached = next((visit for visit in live if OUTCOMES[visit.outcome].opened), None)
    mine = Touch.objects.filter(
        customer=task.customer_id, thing=THING, thing_id=task.drive_id, channel=task.channel,
        blocked_by__in=("", "off"),
    )  # fmt: skip
    if reached is None:
        mine.filter(state="done").update(state="blocked", blocked_by="off")
    elif not mine.update(state="done", blocked_by="", at=reached.at):
        said = {"at": reached.at, "cost": _cost(task), "by": reached.staff_id, "task": task.pk}
        contact.touch_all(_TOUCH, said)


def _cost(task: Task) -> int:
    """Fen."""
    values = policies.for_community(task.community_id or None)
    return round(rules.minutes_of(task.channel, values) * values.staff_hour_cost / 60)
