"""Writes of batches: drafted, frozen, edited, handed in, sent back, paused, taken back. Approval stands in approving.

Each is one transaction with the batch's row locked by a conditional read (steps.begin) and leaves a BatchStep and a
line in the log. Lock order everywhere: batch, grants, holds, budgets.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from communities.models import StaffMember
from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.batches import audience as audiences
from coupons.batches import freezing, holds, rules, steps, tiers
from coupons.batches.approving import approve
from coupons.batches.models import Batch, Hand
from coupons.batches.steps import Busy, CommentNeeded, Conflict, FourEyes, NotFrozen
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.strategies.models import StrategyVersion
from opsdesk.lib import sql

__all__ = [
    "Busy", "CommentNeeded", "Conflict", "FourEyes", "NotFrozen", "approve", "draft", "edit", "freeze", "pause",
    "reject", "request_changes", "resume", "revoke", "submit",
]  # fmt: skip

MAKER = Hand.Part.MAKER
# Fields that an edit may change; those of the second row leave the frozen audience as it is.
READS_AGAIN = ("coupon", "audience", "holdout_share", "no_holdout_reason", "message_channel", "send_at", "recipients")
KEEPS = ("name", "budget", "message", "decide_by")
_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('coupons_batch', 'id'))"


def draft(
    *,
    name: str,
    coupon: Coupon,
    budget: Budget,
    scope: Scope,
    by: StaffMember | None,
    origin: str = Batch.Origin.HAND,
    audience: str = "",
    strategy_version: StrategyVersion | None = None,
    due_on: date | None = None,
    message_channel: str = "",
    message: str = "",
    send_at: datetime | None = None,
    decide_by: datetime | None = None,
    quantity: int = 0,
    holdout_share: float | None = None,
    no_holdout_reason: str = "",
    key: str = "",
    digest: str = "",
) -> Batch:
    """A new draft with the next number, not frozen yet. `audience`: words of the customer list's address, read within
    `scope`. The batch of a strategy and due day is drafted once: asked again, the one there is answered."""
    share = policies.for_company().holdout_share if holdout_share is None else holdout_share
    made = Batch(
        name=name, coupon=coupon, budget=budget, origin=origin, audience=audience, strategy_version=strategy_version,
        due_on=due_on, message_channel=message_channel, message=message, send_at=send_at, decide_by=decide_by,
        recipients=quantity, holdout_share=share, no_holdout_reason=no_holdout_reason, scope=audiences.kept(scope),
        made_by=by, key=key, digest=digest,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _drafted(made, by)
    except IntegrityError:
        if strategy_version is None or due_on is None:
            raise
        return Batch.objects.get(strategy_version=strategy_version, due_on=due_on)


def _drafted(batch: Batch, by: StaffMember | None) -> Batch:
    """The number is the id's, which the database gives out once: two who draft at once never meet."""
    batch.pk = sql.value(_NEXT_ID)
    batch.number = f"B-{batch.pk:04d}"
    batch.save(force_insert=True)
    batch.refresh_from_db(fields=["made_at"])
    steps.lend_hand(batch, by, MAKER)
    if batch.strategy_version and batch.strategy_version.made_by != by:
        steps.lend_hand(batch, batch.strategy_version.made_by, MAKER)  # they wrote what it offers to whom
    steps.note("draft", batch, "", by=by, at=batch.made_at)
    return batch


def freeze(batch_id: int, *, at: datetime, by: StaffMember | None, revision: int | None = None) -> Batch:
    """Read the audience and keep it with what becomes of each. Reading again what was frozen makes a new revision:
    whoever looks at the old one approves nothing. It decides nothing, so nobody becomes its maker by it."""
    with steps.in_turn():
        batch = steps.begin("freeze", batch_id, revision)
        batch.revision += batch.frozen_at is not None
        freezing.write(batch, at)
        steps.take(
            "freeze", batch, by=by, at=at, candidates=batch.candidates, held_back=sum(batch.held_back.values()),
            control=batch.control, recipients=batch.recipients,
        )  # fmt: skip
    return batch


def edit(batch_id: int, revision: int, by: StaffMember | None, *, at: datetime, **changes: Any) -> Batch:
    """Change what it says: a new revision and a draft again, whoever has it open. Unless only its name, budget, text
    or date of decision changed, its audience must be frozen anew. Who approved it cannot edit it (FourEyes)."""
    unknown = set(changes) - {*READS_AGAIN, *KEEPS}
    if unknown:
        raise TypeError(f"not a batch's to edit: {sorted(unknown)}")
    with steps.in_turn():
        batch = steps.begin("edit", batch_id, revision)
        steps.lend_hand(batch, by, MAKER)
        told = rules.difference([(name, getattr(batch, name)) for name in changes], changes)
        for name, value in changes.items():
            setattr(batch, name, value)
        batch.revision += 1
        batch.frozen_at = None if set(told) & set(READS_AGAIN) else batch.frozen_at
        batch.save(update_fields=[*changes, "revision", "frozen_at"])
        steps.take("edit", batch, by=by, at=at, fields=sorted(told))
    return batch


def submit(batch_id: int, revision: int, by: StaffMember | None, at: datetime) -> Batch:
    """Hand it in for approval, with the number of approvals that it needs. Raises NotFrozen."""
    with steps.in_turn():
        batch = steps.begin("submit", batch_id, revision)
        if batch.frozen_at is None:
            raise NotFrozen(batch.number)
        steps.lend_hand(batch, by, MAKER)
        batch.submitted_at = at
        batch.approvals_needed = tiers.needed(batch, at)
        batch.save(update_fields=["submitted_at", "approvals_needed"])
        steps.take("submit", batch, by=by, at=at, most_cost=batch.most_cost, approvals=batch.approvals_needed)
    return batch


def request_changes(batch_id: int, revision: int, by: StaffMember, comment: str, at: datetime) -> Batch:
    return _decide("request_changes", batch_id, revision, by, comment, at)


def reject(batch_id: int, revision: int, by: StaffMember, comment: str, at: datetime) -> Batch:
    return _decide("reject", batch_id, revision, by, comment, at)


def pause(batch_id: int, by: StaffMember, at: datetime, comment: str = "", revision: int | None = None) -> Batch:
    """No further coupon: the issuing job finds the state before its next chunk and stops there."""
    return _decide("pause", batch_id, revision, by, comment, at)


def resume(batch_id: int, by: StaffMember, at: datetime, comment: str = "", revision: int | None = None) -> Batch:
    """Approved again; the tick queues a job that goes on behind the last coupon."""
    return _decide("resume", batch_id, revision, by, comment, at, job=None)


def _decide(
    verb: str, batch_id: int, revision: int | None, by: StaffMember, comment: str, at: datetime, **values: Any
) -> Batch:
    comment = steps.with_reason(verb, comment)
    with steps.in_turn():
        batch = steps.begin(verb, batch_id, revision)
        steps.take(verb, batch, by=by, at=at, comment=comment)
        if values:
            Batch.objects.filter(pk=batch.pk).update(**values)
    return batch


Void = Callable[[Batch, StaffMember, str, datetime], int]


def revoke(
    batch_id: int, by: StaffMember, comment: str, at: datetime, void: Void, revision: int | None = None
) -> Batch:
    """Take an approved batch back: its open coupons are void, what was not used is released, used ones stay used.

    `void` is the grants' own: it voids the batch's open coupons, moves no money, and answers how many they were.
    """
    comment = steps.with_reason("revoke", comment)
    with steps.in_turn():
        batch = steps.begin("revoke", batch_id, revision)
        voided = void(batch, by, comment, at)
        released = holds.release(batch, by)
        batch.ended_at = at
        batch.save(update_fields=["ended_at"])
        steps.take("revoke", batch, by=by, at=at, comment=comment, voided=voided, released=released)
    return batch
