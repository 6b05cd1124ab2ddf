"""Uses as imported orders tell them. The night reads every order with a code again and puts right whatever differs:
new uses, uses whose order was cancelled or refunded, discounts that have changed. Read twice, nothing changes."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from coupons.budgets.actions import Short
from coupons.grants import reading_sql, rules, shares
from opsdesk.lib import sql
from opsdesk.lib.words import N_

UNDONE = N_("its order was cancelled, refunded or changed")


@dataclass
class Read:
    """What a reading came to, in orders. `strange`: codes that are none of ours, left to the shop."""

    told: int = 0
    taken: int = 0
    undone: int = 0
    corrected: int = 0
    refused: int = 0
    strange: int = 0


@transaction.atomic
def read_uses(now: datetime | None = None) -> Read:
    """One transaction. An order names a coupon by its code, or by its batch's number with the order's customer; what
    its discount says is what the use took off. Lock order: grants, holds, budgets."""
    moment = now or timezone.now()
    sql.expect_much()
    for statement in (reading_sql.TOLD, reading_sql.JUDGED, reading_sql.LOCK, *reading_sql.LOCK_MONEY):
        sql.run(statement)
    sql.run(reading_sql.ADOPT)
    found = Read(told=int(sql.value("SELECT count(*) FROM coupon_judged")))
    found.undone = _move(sql.rows(reading_sql.UNDO, now=moment, reason=UNDONE), "unspend")
    found.taken = _move(sql.rows(reading_sql.FROM_OPEN), "spend")
    found.taken += sum(_take_late(grant) for (grant,) in sql.rows(reading_sql.ENDED))
    found.corrected = sum(_correct(*row) for row in sql.rows(reading_sql.CHANGED))
    found.refused = sql.run(reading_sql.REFUSE)
    _keep_unknown(found)
    return found


def _move(rows: list[tuple[Any, ...]], kind: str) -> int:
    """The money of these changes; how many coupons they are."""
    changes = [shares.Change(*row) for row in rows]
    if changes:
        shares.move(changes, kind=kind, key=f"read:{uuid.uuid4()}")
    return sum(change.grants for change in changes)


def _take_late(grant_id: int) -> int:
    """A use of a coupon whose reservation is gone: it expired before its order was told, or its order came back."""
    try:
        with transaction.atomic():
            return _move(sql.rows(reading_sql.FROM_ENDED, grant=grant_id), "spend")
    except Short:
        sql.run(reading_sql.BROKE, grant=grant_id)
        return 0


def _correct(grant: int, batch: int, community: int, station: int | None, discount: int, before: int) -> int:
    """Another discount on the same order; what the budget does not hold stays as it was told first."""
    try:
        with transaction.atomic():
            sql.run(reading_sql.CORRECT, grant=grant, discount=discount)
            kind = "spend" if discount > before else "unspend"
            return _move([(batch, community, station, 1, 0, discount - before)], kind)
    except Short:
        return 0


def _keep_unknown(found: Read) -> None:
    """Codes of ours that no coupon has, and numbers of batches that gave the customer none. Others are the shop's."""
    ours = []
    for code, orders, is_batch in sql.rows(reading_sql.STRANGE):
        if is_batch or rules.is_code(code):
            ours.append(code)
        else:
            found.strange += orders
    found.refused += sql.run(reading_sql.UNKNOWN, codes=ours)
