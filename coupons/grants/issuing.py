"""The issue of an approved batch: a leased job, so many members in a transaction, each with its checkpoint. Whoever
goes on after a death goes on behind the last checkpoint; `batch.issued` coupons exist, once each, whatever happened.

Members come in the order of their draw. Who may no longer be contacted, or has as many of the coupon as one may have,
is skipped: kept as held back with the reason, and what was reserved for them is released.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from coupons.batches import audience, steps
from coupons.batches.models import Batch, BatchMember, BatchStep
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.grants import issue_sql, messages, shares
from opsdesk.lib import sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import Cancelled, Hold
from opsdesk.lib.runs.models import Job
from users.contact import actions as contact
from users.contact import queries as contact_queries

KIND = "issue_batch"
CHUNK = 10_000  # a chunk takes a second or two of a lease of twenty
TRIES = 5  # of one chunk whose codes, or whose customers' how-manieth, somebody else has just taken
STATES = ("approved", "issuing")


class Stopped(Exception):
    """The batch was paused or taken back between two chunks."""


def queue_due(now: datetime) -> list[Job]:
    """A job for every batch whose moment has come and that nobody is issuing: approved with its send time reached, or
    left behind by a job that ended. What failed waits for a person, who resumes it. Index batch_state."""
    waiting = Batch.objects.filter(state__in=STATES).exclude(state="issuing", origin=Batch.Origin.OPEN)
    due = waiting.exclude(send_at__gt=now).exclude(job__state__in=(*Job.OPEN, Job.State.FAILED)).order_by("id")
    return [queue(batch_id) for batch_id in due.values_list("id", flat=True)]


def queue(batch_id: int) -> Job:
    job = runs.queue(KIND, slot=str(batch_id), payload={"batch": batch_id})
    Batch.objects.filter(pk=batch_id).update(job=job)
    return job


def issue(hold: Hold) -> Mapping[str, Any]:
    """The job's handler; what it answers is kept as its result."""
    batch = Batch.objects.select_related("coupon").get(pk=hold.job.payload["batch"])
    if batch.state not in STATES or (batch.send_at and batch.send_at > timezone.now()):
        return {"issued": batch.issued, "state": batch.state}
    with hold.step("issue") as step, suppress(Stopped, steps.Conflict):  # somebody's pause or revocation stands
        sql.run(issue_sql.LOOK)
        try:
            _begin(batch, hold)
            step.rows_written = _issue_all(batch, hold)
        except Cancelled:
            _step("pause", batch)
            raise
    batch.refresh_from_db()
    return {"issued": batch.issued, "state": batch.state}


@transaction.atomic
def _begin(batch: Batch, hold: Hold) -> None:
    """Approved becomes issuing, and whoever gets nothing has a touch that says so, once."""
    at = timezone.now()
    if _ends_at(batch, at) <= at:
        raise runs.GiveUp(f"the coupon {batch.coupon.code} ended before the batch was issued")
    if batch.state == "approved":
        _step("issue", batch)
    hold.beat(done=batch.issued, total=batch.recipients)
    contact.touch_all(issue_sql.UNTREATED, _said(batch, at))


def _issue_all(batch: Batch, hold: Hold) -> int:
    """Chunk after chunk; the end of a batch with members is `issued`, an open one stays for issue_one."""
    if batch.origin == Batch.Origin.OPEN:
        return 0
    written = 0
    while (done := _chunk(batch, hold)) is not None:
        written += done
    _end(batch)
    return written


def _chunk(batch: Batch, hold: Hold) -> int | None:
    """The next members and the checkpoint, or None when all have theirs. Drawn again when a code is taken."""
    size = int(hold.job.payload.get("chunk", CHUNK))
    for left in range(TRIES - 1, -1, -1):
        try:
            return _write_chunk(batch, hold, size)
        except IntegrityError as error:
            if left == 0 or not issue_sql.is_clash(error):
                raise
    raise AssertionError("not reached")


@transaction.atomic
def _write_chunk(batch: Batch, hold: Hold, size: int) -> int | None:
    """One transaction: judge, grant, skip, touch, write to, checkpoint. The batch's row is locked first, so a pause
    waits for the chunk and the next chunk finds it paused. Lock order: batch, grants, holds, budgets."""
    sql.expect_much()
    if not Batch.objects.select_for_update().filter(pk=batch.pk, state="issuing", issued=batch.issued).exists():
        raise Stopped(batch.pk)
    at = timezone.now()
    said = _said(batch, at) | {"after": _place(batch), "size": size}
    judged, given = _judge(batch, at, said)
    if not judged:
        return None
    sql.run(issue_sql.GRANTS, **said)
    messages.write(batch, at, said, audience.is_by_class(batch))
    contact.touch_all(issue_sql.TOUCHES, said)
    if given < judged:
        _skip(batch, said)
    _checkpoint(batch, given, hold)
    return given


def _judge(batch: Batch, at: datetime, said: dict[str, Any]) -> tuple[int, int]:
    """The chunk's own table, each member with "" or the reason against it; how many, and how many get theirs."""
    gate, params = contact_queries.gate(
        "SELECT customer_id FROM next", said, channel="coupon", at=at, by_class=audience.is_by_class(batch)
    )
    sql.run(issue_sql.CHUNK.format(gate=gate), **params)
    judged, given = sql.rows(issue_sql.COUNTS)[0]
    return int(judged), int(given)


def _place(batch: Batch) -> list[int]:
    """(draw, customer) behind which the next chunk begins: the members before it are exactly those with a coupon."""
    if not batch.issued:
        return [-(2**31), 0]
    last = BatchMember.objects.filter(batch=batch, fate="send").order_by("draw", "customer_id")
    return list(last.values_list("draw", "customer_id")[batch.issued - 1])


def _skip(batch: Batch, said: dict[str, Any]) -> None:
    """Fates, counts and money of those who get none after all."""
    reasons = dict(sql.rows(issue_sql.SKIPPED_REASONS))
    skipped = [shares.Change(*row) for row in sql.rows(issue_sql.SKIPPED_MONEY, **said)]
    sql.run(issue_sql.SKIP, **said)
    batch.refresh_from_db(fields=["held_back", "recipients", "issued"])
    batch.held_back = {key: batch.held_back.get(key, 0) + reasons.get(key, 0) for key in batch.held_back | reasons}
    Batch.objects.filter(pk=batch.pk).update(
        held_back=batch.held_back, recipients=F("recipients") - sum(reasons.values())
    )
    shares.move(skipped, kind="release", key=f"skip:{batch.pk}:{batch.issued}:{batch.recipients}")
    batch.refresh_from_db(fields=["recipients"])


def _checkpoint(batch: Batch, given: int, hold: Hold) -> None:
    Batch.objects.filter(pk=batch.pk).update(issued=F("issued") + given)
    batch.issued += given
    hold.beat(done=batch.issued, total=batch.recipients)


@transaction.atomic
def _end(batch: Batch) -> None:
    _step("finish", batch)
    Batch.objects.filter(pk=batch.pk, issued_at=None).update(issued_at=Now())


def _step(verb: str, batch: Batch) -> None:
    """A change of state with its line in the history. Raises Conflict when somebody else changed it meanwhile."""
    with steps.in_turn():
        taken = steps.begin(verb, batch.pk, None)
        steps.take(verb, taken, by=None, at=timezone.now())
        batch.state = taken.state


def _ends_at(batch: Batch, at: datetime) -> datetime:
    return definitions.ends_at(templates.terms_of(batch.coupon), at)


def _said(batch: Batch, at: datetime) -> dict[str, Any]:
    """What every statement of a chunk may name; validity is computed once, by the rule."""
    coupon = batch.coupon
    valid_from = definitions.starts_at(templates.terms_of(coupon), at)
    return {
        "batch": batch.pk, "coupon": coupon.pk, "per_customer": coupon.per_customer, "most_off": coupon.most_off,
        "at": at, "valid_from": valid_from, "expires_at": _ends_at(batch, at),
        "as_of": batch.as_of, "policy_version": batch.policy_version, "version": batch.strategy_version_id,
        "operator": batch.made_by_id,
        "approval": BatchStep.objects.filter(batch=batch, verb="approve").values_list("id", flat=True).first(),
    }  # fmt: skip
