"""Taking a step: one at a time, from a state that allows it, at the revision that was seen; kept with who and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction

from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches import rules
from coupons.batches.models import Batch, BatchStep, Hand
from opsdesk.lib import sql

THING = "batch"
PATIENCE = "SET LOCAL lock_timeout = '3s'"
_WAITED, _CROSSED = "55P03", "40P01"  # lock_not_available, deadlock_detected


class Conflict(Exception):
    """Somebody was first, or the batch is in no state for it: `batch` as it is now, `step` what was done last."""

    def __init__(self, verb: str, batch: Batch, step: BatchStep | None) -> None:
        super().__init__(f"{verb} of {batch.number} at {batch.state}, revision {batch.revision}")
        self.verb, self.batch, self.step = verb, batch, step


class Busy(Exception):
    """Somebody else is just changing it and took longer than we wait: nothing was done, try again."""


class FourEyes(Exception):
    """Who made or edited a batch does not approve it, and who approved it does not edit it."""


class CommentNeeded(Exception):
    """This step says why; the argument is the verb."""


class NotFrozen(Exception):
    """The audience was not read since the last change: there is nothing to hand in."""


@contextmanager
def in_turn() -> Iterator[None]:
    """One transaction that waits three seconds for others, not for ever. Raises Busy."""
    try:
        with transaction.atomic():
            sql.run(PATIENCE)
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") in (_WAITED, _CROSSED):
            raise Busy from error
        raise


def begin(verb: str, batch_id: int, revision: int | None) -> Batch:
    """The batch with its row locked, if this step may be taken now: the conditions are asked of the row itself, again
    after any wait. Raises Conflict."""
    waiting = Batch.objects.select_for_update(of=("self",)).select_related("coupon", "budget", "strategy_version")
    wanted = {} if revision is None else {"revision": revision}
    batch = waiting.filter(pk=batch_id, state__in=rules.STEPS[verb].before, **wanted).first()
    if batch is None:
        raise Conflict(verb, Batch.objects.get(pk=batch_id), last_step(batch_id))
    return batch


def last_step(batch_id: int) -> BatchStep | None:
    """What was done last, reading the audience left out: that changes nobody's decision."""
    return BatchStep.objects.filter(batch=batch_id).exclude(verb="freeze").select_related("by").last()


def take(
    verb: str, batch: Batch, *, by: StaffMember | None, at: datetime, comment: str = "", state: str = "", **detail: Any
) -> BatchStep:
    """The step's line in the history and in the log, and the state it leads to (or `state`); the row is locked."""
    before = batch.state
    batch.state = state or rules.leads_to(verb, before)
    Batch.objects.filter(pk=batch.pk).update(state=batch.state)
    return note(verb, batch, before, by=by, at=at, comment=comment, **detail)


def note(
    verb: str, batch: Batch, before: str, *, by: StaffMember | None, at: datetime, comment: str = "", **detail: Any
) -> BatchStep:
    write_log(
        staff=by, verb=verb, thing=THING, thing_id=batch.pk, reason=comment,
        detail={"number": batch.number, "revision": batch.revision} | detail,
    )  # fmt: skip
    return BatchStep.objects.create(
        batch=batch, verb=verb, before=before, after=batch.state, revision=batch.revision, by=by, at=at,
        comment=comment[:500], detail=detail,
    )  # fmt: skip


def lend_hand(batch: Batch, staff: StaffMember | None, part: str) -> None:
    """Write down that this person is a maker or an approver of the batch; the unique row decides, also between two
    who try at once. Raises FourEyes when they are the other already."""
    if staff is None:
        return
    Hand.objects.bulk_create([Hand(batch=batch, staff=staff, part=part)], ignore_conflicts=True)
    if not Hand.objects.filter(batch=batch, staff=staff, part=part).exists():
        raise FourEyes(batch.number)


def with_reason(verb: str, comment: str) -> str:
    comment = comment.strip()
    if verb in rules.NEEDS_COMMENT and not comment:
        raise CommentNeeded(verb)
    return comment
