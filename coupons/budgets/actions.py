"""Budgets: set up, changed, closed. Money in them moves by `apply` alone; every change stands in the ledger."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from coupons.budgets.models import Budget, BudgetEntry
from coupons.budgets.moves import Move, Short, apply

__all__ = ["Move", "Short", "TooLow", "apply", "change", "create", "set_closed"]

THING = "budget"
_SHOWN = ("name", "community", "station", "begins_on", "ends_on", "amount")


class TooLow(Exception):
    """The amount would be less than what is reserved and spent: `least` fen."""

    def __init__(self, least: int) -> None:
        super().__init__(f"at least {least} fen")
        self.least = least


@transaction.atomic
def create(budget: Budget, *, by: StaffMember | None) -> Budget:
    """Save a new budget with its first entry. The database refuses a second one of a place for the same days."""
    budget.made_by, budget.reserved, budget.spent = by, 0, 0
    budget.save(force_insert=True)
    _enter(budget, budget.amount, by, "")
    _log(by, "create", budget, amount=budget.amount)
    return budget


@transaction.atomic
def change(budget: Budget, *, by: StaffMember | None, note: str = "") -> bool:
    """Name, days and amount as its form left them; False when nothing had changed. What is reserved and spent is the
    row's own, read under its lock; raises TooLow when the amount is less than that."""
    before = Budget.objects.select_for_update(of=("self",)).get(pk=budget.pk)
    changes = _changes(before, budget)
    if not changes:
        return False
    if budget.amount < before.reserved + before.spent:
        raise TooLow(before.reserved + before.spent)
    budget.save(update_fields=["name", "begins_on", "ends_on", "amount"])
    if budget.amount != before.amount:
        _enter(budget, budget.amount - before.amount, by, note)
    _log(by, "change", budget, changes=changes)
    return True


@transaction.atomic
def set_closed(budget_id: int, *, closed: bool, by: StaffMember | None, at: datetime) -> bool:
    """A closed budget reserves nothing more; what it holds is spent or released as before. False when it was so
    already. Opening it again is refused by the database when its place has another one by now."""
    asked = Budget.objects.filter(pk=budget_id, closed_at__isnull=closed)
    done = bool(asked.update(closed_at=at if closed else None))
    if done:
        _log(by, "close" if closed else "reopen", Budget.objects.get(pk=budget_id))
    return done


def _enter(budget: Budget, amount: int, by: StaffMember | None, note: str) -> None:
    key = f"amount:{budget.pk}:{uuid.uuid4()}"
    kind = BudgetEntry.Kind.AMOUNT
    BudgetEntry.objects.create(budget=budget, kind=kind, amount=amount, key=key, by=by, note=note)


def _changes(before: Budget, after: Budget) -> dict[str, list[str]]:
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in _SHOWN}
    return {name: [str(old), str(new)] for name, (old, new) in pairs.items() if old != new}


def _log(by: StaffMember | None, verb: str, budget: Budget, **detail: Any) -> None:
    community = budget.community_id or (budget.station.community_id if budget.station else None)
    told = {"name": budget.name} | detail
    write_log(staff=by, verb=verb, thing=THING, thing_id=budget.pk, community_id=community, detail=told)
