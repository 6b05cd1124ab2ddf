"""Outcomes are taken as devices tell them: each once, whoever tells it again; nothing is lost, nothing doubled."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.drives.models import Task
from campaigns.visits import effects, queries, reading, refusals, rules
from campaigns.visits.models import RefusedEvent, Visit
from campaigns.visits.reading import Told, Unread
from campaigns.visits.refusals import Reason
from campaigns.visits.settling import settle
from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib import sql

MOST = 200  # events of one request
_FURTHEST = 2**31 - 1
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%(uuid)s, 0))"


@dataclass(frozen=True)
class Answer:
    """What became of an event. 200: it counts; 404: no such task in reach; 409: something else was told under this
    uuid, or of this event; 422: it cannot be read. All but 200 are kept for a person to look at."""

    uuid: str
    status: int
    text: str
    task_id: int | None = None
    task_state: str = ""
    outcome: str = ""
    event_id: int | None = None
    conflict: bool = False
    coupon: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Teller:
    """Who tells, from where, what is in their reach, and how far their clock is behind ours."""

    by: StaffMember
    scope: Scope
    received_at: datetime
    via: str
    off: timedelta = timedelta()


def take_one(item: Any, teller: Teller) -> Answer:
    """One item as JSON brought it. What cannot be read is kept and holds up none of the others."""
    try:
        told = reading.read(item)
    except Unread as unread:
        return refuse_unread(item, unread, teller)
    return _record(told, teller)


def refuse_unread(item: Any, unread: Unread, teller: Teller) -> Answer:
    uuid = reading.shown(item.get("uuid", ""))[:64] if isinstance(item, dict) else ""
    told = reading.kept(item) | {reading.WHY: [unread.field, unread.message]}
    refusals.keep(told, Reason.UNREAD, by=teller.by, scope=teller.scope, uuid=uuid)
    return Answer(uuid, 422, f"{unread.field}: {_(unread.message)}" if unread.field else _(unread.message))


def record(
    told: Told, by: StaffMember, scope: Scope, received_at: datetime, via: str, *, off: timedelta = timedelta()
) -> Answer:
    """Take one event, or say why not; told again it is answered the same and changes nothing."""
    return _record(told, Teller(by, scope, received_at, via, off))


@transaction.atomic
def _record(told: Told, teller: Teller) -> Answer:
    sql.rows(_ONE_AT_A_TIME, uuid=str(told.uuid))
    if had := queries.answered(told.uuid):
        return _again(had, told, teller)
    task = _held(told.task_id, teller.scope)
    if task is None:
        return _refused(404, Reason.UNKNOWN, told, teller, _("There is no such task here."))
    if told.corrects is None:
        return _taken(task, told, None, teller)
    before = _newest_of(task, told, teller.by)
    if before is None:
        said = _("What this corrects has not arrived. It is done as soon as it has.")
        return _refused(409, Reason.UNKNOWN, told, teller, said, task)
    if Visit.objects.filter(corrects=before).exists():
        said = _("Somebody else has corrected this meanwhile.")
        return _refused(409, Reason.CORRECTED, told, teller, said, task)
    return _taken(task, told, before, teller)


def _held(task_id: int, scope: Scope) -> Task | None:
    """The task, held for this transaction with the customer's others (a wish closes them); None: not in reach."""
    in_reach = Task.objects.filter(scope.condition(), pk=task_id)
    theirs = Task.objects.select_related("drive").select_for_update(no_key=True, of=("self",))
    theirs = theirs.filter(customer__in=in_reach.values("customer")).order_by("id")
    return next((task for task in theirs if task.pk == task_id), None)


def _newest_of(task: Task, told: Told, by: StaffMember) -> Visit | None:
    """The event that is corrected. Whoever corrects again what they corrected themselves means their last word; another
    person's word in between is for them to see first: then the event they named, which is corrected already."""
    told_of_it = list(Visit.objects.filter(task=task))
    after = {event.corrects_id: event for event in told_of_it if event.corrects_id}
    named = next((event for event in told_of_it if event.uuid == told.corrects), None)
    while named and (later := after.get(named.pk)) and later.staff_id == by.pk:
        named = later
    return named


def _taken(task: Task, told: Told, before: Visit | None, teller: Teller) -> Answer:
    visit = _add(task, told, before, teller)
    if before is not None:
        Visit.objects.filter(pk=before.pk).update(live=False)
        effects.unwish(before, teller.by)
    effects.wish(visit, teller.by)
    live = settle(task)
    effects.touch(task, live)
    visit.conflict = any(one.conflict for one in live if one.pk == visit.pk)
    for waiting in _said_too_early(visit):
        refusals.mark_seen(waiting, by=teller.by)
        _record(reading.read(waiting.told), teller)
        task.refresh_from_db()
    return _answer(visit, task)


def _add(task: Task, told: Told, before: Visit | None, teller: Teller) -> Visit:
    """A correction took place when the visit did that it corrects."""
    at = before.at if before else _took_place(task, told, teller)
    grant, no_coupon = effects.give(task, teller.by, teller.received_at) if told.give_coupon else (None, "")
    seconds = round(teller.off.total_seconds())
    return Visit.objects.create(
        uuid=told.uuid, digest=told.digest, task=task, customer_id=task.customer_id, drive_id=task.drive_id,
        community_id=task.community_id, station_id=task.station_id, channel=task.channel, building=task.building,
        staff=teller.by, outcome=told.outcome, undoes=told.undoes, corrects=before, live=not told.undoes,
        note=told.note, product=told.product, amount=told.amount, grant=grant, no_coupon=no_coupon,
        later_at=told.later_at, at=at, day=timezone.localtime(at).date(), device_at=told.device_at,
        received_at=teller.received_at, skew_seconds=max(-_FURTHEST, min(seconds, _FURTHEST)),
        skewed=abs(teller.off) > rules.SKEWED_FROM, many=told.many, via=teller.via,
    )  # fmt: skip


def _took_place(task: Task, told: Told, teller: Teller) -> datetime:
    """By our clock, and not before the drive began: no phone's clock is believed that far."""
    at = rules.took_place(told.device_at, teller.off, teller.received_at)
    began = task.drive.started_at
    return min(max(at, began), teller.received_at) if began else at


# -- Answers ---------------------------------------------------------------------------------------------------------


def _answer(visit: Visit, task: Task) -> Answer:
    text = _("Taken back.") if visit.undoes else _("Recorded.")
    return Answer(
        str(visit.uuid), 200, text, task.pk, task.state, task.outcome, visit.pk, visit.conflict, _coupon(visit)
    )


def _coupon(visit: Visit) -> str:
    if visit.grant:
        return _("Coupon %(code)s is theirs.") % {"code": visit.grant.code}
    if visit.no_coupon:
        return _("No coupon: %(why)s.") % {"why": _(rules.NO_COUPON[visit.no_coupon])}
    return ""


def _again(had: Visit, told: Told, teller: Teller) -> Answer:
    """Told before: the same answer. Other words under its uuid are refused; so is somebody else's out of reach."""
    if had.staff_id != teller.by.pk and not Task.objects.filter(teller.scope.condition(), pk=had.task_id).exists():
        return _refused(404, Reason.UNKNOWN, told, teller, _("There is no such task here."))
    if had.digest == told.digest:
        return _answer(had, had.task)
    said = _("Something else was told under this number before. What came first counts.")
    return _refused(409, Reason.CHANGED, told, teller, said, had.task)


def _refused(status: int, reason: str, told: Told, teller: Teller, text: str, task: Task | None = None) -> Answer:
    uuid = str(told.uuid)
    refusals.keep(told.as_data(), reason, by=teller.by, scope=teller.scope, uuid=uuid, task=task)
    return Answer(uuid, status, text, told.task_id, task.state if task else "", task.outcome if task else "")


# -- Heard in the wrong order ------------------------------------------------------------------------------------------


def _said_too_early(visit: Visit) -> list[RefusedEvent]:
    """Corrections by the same person that came before what they correct, in the order in which they came."""
    waiting = RefusedEvent.objects.filter(
        task=visit.task_id, staff=visit.staff_id, reason=Reason.UNKNOWN, told__corrects=str(visit.uuid)
    )
    return list(waiting.order_by("id"))
