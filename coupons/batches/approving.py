"""Saying yes to a batch: never by its maker, never to something else than was seen, never beyond what budgets hold."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from communities.models import StaffMember
from communities.policies import queries as policies
from coupons.batches import audience, fairness, holds, steps, tiers
from coupons.batches.audience import Drift
from coupons.batches.models import Batch, BatchStep, Hand
from coupons.batches.steps import CommentNeeded, Conflict
from coupons.budgets.actions import Short
from coupons.budgets.models import Budget
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from opsdesk.lib import figures
from opsdesk.lib.reasons import Reason
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.words import N_

ISSUE = "issue_batch"  # the kind of job that coupons.grants.issuing handles


class Refused(Exception):
    """What no longer holds, as reasons for people."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


class Stale(Exception):
    """The audience has changed by more than is allowed since it was frozen: freeze it again, look, decide."""

    def __init__(self, drift: Drift, allowed: float) -> None:
        super().__init__(f"{drift.share:.3f} of {drift.frozen} changed, {allowed} allowed")
        self.drift, self.allowed = drift, allowed


def approve(batch_id: int, revision: int, by: StaffMember, comment: str, at: datetime) -> Batch:
    """One approval; with the last one needed the batch is approved, its money reserved and its issue queued.

    Raises Conflict, FourEyes, Busy, Stale, Refused, and CommentNeeded when the prices are not fair to loyal customers
    and nobody says why they may be so. The audience is read again before the row is locked: the revision tells
    whether it is still the one read.
    """
    seen = _seen(batch_id, revision)
    reason = comment.strip()
    told = _prices_told(seen, reason, at)
    refuse_stale(seen, at)
    with steps.in_turn():
        batch = steps.begin("approve", batch_id, revision)
        steps.lend_hand(batch, by, Hand.Part.APPROVER)
        if reasons := faults(batch, at):
            raise Refused(reasons)
        batch.approvals_needed = max(batch.approvals_needed, tiers.needed(batch, at))
        if _is_last(batch, by):
            _say_yes(batch, by, at)
            steps.take("approve", batch, by=by, at=at, comment=reason, **told)
        else:
            steps.take("approve", batch, by=by, at=at, comment=reason, state=batch.state, **told)
        batch.save(update_fields=["approvals_needed", "approved_at", "job"])
    return batch


def _seen(batch_id: int, revision: int) -> Batch:
    batch = Batch.objects.select_related("coupon", "budget", "strategy_version").get(pk=batch_id)
    if batch.state != "submitted" or batch.revision != revision:
        raise Conflict("approve", batch, steps.last_step(batch_id))
    return batch


def _prices_told(batch: Batch, reason: str, at: datetime) -> dict[str, Any]:
    """What the step keeps of the comparison of prices: the basis of the decision."""
    found = fairness.of(batch, timezone.localtime(at).date())
    if not found.passes and not reason:
        raise CommentNeeded("approve")
    return {"basket": found.basket, "gap": found.worst, "fair": found.passes}


def refuse_stale(batch: Batch, at: datetime) -> None:
    found, allowed = audience.drift(batch, at), policies.for_company().stale_audience
    if found.share > allowed:
        raise Stale(found, allowed)


def faults(batch: Batch, at: datetime) -> list[Reason]:
    """Why this batch cannot be given out now, whoever approves it."""
    found = []
    moment = max(batch.send_at or at, at)
    day = holds.issue_day(batch, at)
    if not batch.recipients:
        found.append(Reason(N_("Nobody would get it."), {}))
    if batch.coupon.retired_at:
        found.append(Reason(N_("The coupon %(coupon)s is retired."), {"coupon": str(batch.coupon)}))
    elif definitions.ends_at(templates.terms_of(batch.coupon), moment) <= moment:
        found.append(Reason(N_("The coupon %(coupon)s ends before it is issued."), {"coupon": str(batch.coupon)}))
    if batch.budget.closed_at:
        found.append(Reason(N_("The budget %(budget)s is closed."), {"budget": batch.budget.name}))
    elif not batch.budget.begins_on <= day <= batch.budget.ends_on:
        found.append(Reason(N_("The budget %(budget)s is for other days."), {"budget": batch.budget.name}))
    return found + [short(budget, missing) for budget, missing in holds.lacking(holds.planned(batch, at))]


def short(budget: Budget, missing: int) -> Reason:
    return Reason(
        N_("The budget %(budget)s is %(missing)s short."), {"budget": budget.name, "missing": figures.yuan(missing)}
    )


def _is_last(batch: Batch, by: StaffMember) -> bool:
    """Whether this approval completes them. Raises Conflict when this person gave theirs already."""
    given = BatchStep.objects.filter(batch=batch, verb="approve", revision=batch.revision).select_related("by")
    if mine := given.filter(by=by).first():
        raise Conflict("approve", batch, mine)
    return given.count() + 1 >= batch.approvals_needed


def _say_yes(batch: Batch, by: StaffMember, at: datetime) -> None:
    try:
        holds.place(batch, at, by)
    except Short as lacks:
        raise Refused([short(lacks.budget, lacks.missing)]) from lacks
    batch.approved_at = at
    if batch.send_at is None or batch.send_at <= at:
        batch.job = runs.queue(ISSUE, slot=str(batch.pk), payload={"batch": batch.pk}, by=by)
        wake.on_commit(batch.job)
