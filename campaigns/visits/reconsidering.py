"""A refused event is looked at by a person: marked as seen, or taken after all, as a correction of what counts now."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from campaigns.visits import actions, queries, reading, refusals
from campaigns.visits.actions import Answer
from campaigns.visits.models import RefusedEvent, Visit
from campaigns.visits.reading import Unread
from campaigns.visits.refusals import Reason
from communities.models import StaffMember
from communities.scoping import Scope

TAKEABLE = (Reason.CHANGED, Reason.CORRECTED)


def mark_seen(ids: Collection[int], *, by: StaffMember, scope: Scope) -> int:
    """How many of these, in reach, nobody had looked at before."""
    found = queries.refused(scope).filter(pk__in=ids, seen_at=None)
    return sum(refusals.mark_seen(one, by=by) for one in found)


def may_take(refused: RefusedEvent) -> bool:
    return refused.seen_at is None and refused.reason in TAKEABLE and refused.task_id is not None


@transaction.atomic
def take(refused: RefusedEvent, *, by: StaffMember, scope: Scope, at: datetime) -> Answer | None:
    """What it said counts from now on, told by `by` as a correction of the event that counts, which stays in the
    history. None: it cannot be taken (any more). Again: the same answer."""
    told, before = _told(refused), _counts_now(refused)
    if told is None or before is None or refused.reason not in TAKEABLE:
        return None
    mine = replace(told, uuid=uuid5(NAMESPACE_URL, f"refused:{refused.pk}"), corrects=before.uuid)
    answer = actions.record(mine, by, scope, at, Visit.Via.FORM)
    if answer.status == 200:
        refusals.mark_seen(refused, by=by)
    return answer


def _told(refused: RefusedEvent) -> reading.Told | None:
    try:
        return reading.read(refused.told)
    except Unread:
        return None


def _counts_now(refused: RefusedEvent) -> Visit | None:
    """The last of the events that put one another right, from the one under the same number, or from the one that the
    refused event wished to correct; but not what taking it made of it already."""
    own = uuid5(NAMESPACE_URL, f"refused:{refused.pk}")
    named = refused.uuid if refused.reason == Reason.CHANGED else refused.told.get("corrects")
    event = Visit.objects.filter(task=refused.task_id, uuid=UUID(str(named))).first() if named else None
    while event and (later := Visit.objects.filter(corrects=event).exclude(uuid=own).first()):
        event = later
    return event
