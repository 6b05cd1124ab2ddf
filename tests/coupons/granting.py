"""Approved batches for tests of what comes after approval: members, holds and reservations as approval leaves them."""

import itertools
from collections.abc import Sequence
from typing import Any

from coupons.batches.models import Batch, BatchMember, Hold
from coupons.budgets import actions as budgets
from coupons.budgets.actions import Move
from coupons.budgets.models import Budget
from coupons.definitions.models import Coupon
from coupons.grants import issuing
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.models import Job
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer
from users.customers.models import Customer

HANDLERS = {issuing.KIND: issuing.issue}
_numbers = itertools.count(1)


def customers(many: int, **fields: Any) -> list[Customer]:
    return [make_customer(**fields) for _ in range(many)]


def approved(
    *,
    gets: Sequence[Customer] = (),
    control: Sequence[Customer] = (),
    held: Sequence[Customer] = (),
    coupon: Coupon | None = None,
    budget: Budget | None = None,
    places: Sequence[Budget] = (),
    quantity: int = 0,
    state: str = "approved",
    **fields: Any,
) -> Batch:
    """`quantity`: an open batch of so many. `places`: budgets of communities and stations that its coupons count
    against. What it may cost is reserved."""
    coupon = coupon or make_coupon()
    batch = Batch.objects.create(
        number=f"B-{next(_numbers):04d}", name="批次", coupon=coupon, budget=budget or make_budget(), state=state,
        origin="open" if quantity else "hand", candidates=len(gets) + len(control) + len(held),
        recipients=quantity or len(gets), control=len(control), held_back={"cap": len(held)} if held else {},
        most_cost=(quantity or len(gets)) * coupon.most_off, **fields,
    )  # fmt: skip
    fates = {"send": gets, "control": control, "held": held}
    BatchMember.objects.bulk_create(
        BatchMember(
            batch=batch, customer_id=one.pk, community_id=one.community_id or 0, station_id=one.station_id, fate=fate,
            reason="cap" if fate == "held" else "", draw=one.pk * 7919 % 1_000_003, lifecycle="silent",
        )
        for fate, people in fates.items() for one in people
    )  # fmt: skip
    reserve(batch, [batch.budget, *places])
    return batch


def reserve(batch: Batch, held_budgets: Sequence[Budget]) -> None:
    moves = []
    for budget in held_budgets:
        counted = batch.recipients
        if budget.community_id or budget.station_id:
            inside = BatchMember.objects.filter(batch=batch, fate="send")
            place = {"community_id": budget.community_id} if budget.community_id else {"station_id": budget.station_id}
            counted = inside.filter(**place).count()
        sum_ = counted * batch.coupon.most_off
        Hold.objects.create(
            batch=batch, budget=budget, community_id=budget.community_id, station_id=budget.station_id, reserved=sum_
        )
        moves.append(Move(budget.pk, sum_, 0, "reserve", counted, key=f"approve:{batch.pk}:{budget.pk}"))
    budgets.apply(moves)


def issued(batch: Batch, **payload: Any) -> Job:
    """The job of its issue, worked off."""
    job = issuing.queue(batch.pk)
    job.payload |= payload
    job.save(update_fields=["payload"])
    runs.work(HANDLERS, job.pk)
    job.refresh_from_db()
    assert job.state != Job.State.RUNNING, job.error
    batch.refresh_from_db()
    return job
