"""Reserve, spend, give back: the one way in which money of a budget moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from communities.models import StaffMember
from coupons.budgets.models import Budget
from opsdesk.lib import sql

# All entries at once, in the order of their keys: two who bring the same keys wait for one another instead of
# crossing. A key that stands already writes nothing and is not answered.
ENTER = """
INSERT INTO coupons_budgetentry
       (budget_id, kind, amount, reserved, spent, thing, thing_id, grants, key, note, by_id)
SELECT budget_id, kind, 0, reserved, spent, thing, thing_id, grants, key, note, by_id
  FROM unnest(%(budget_id)s::bigint[], %(kind)s::text[], %(reserved)s::bigint[], %(spent)s::bigint[],
              %(thing)s::text[], %(thing_id)s::bigint[], %(grants)s::int[], %(key)s::text[], %(note)s::text[],
              %(by_id)s::bigint[])
       AS m(budget_id, kind, reserved, spent, thing, thing_id, grants, key, note, by_id)
 ORDER BY key
    ON CONFLICT (key) DO NOTHING
RETURNING key, id
"""

# One row or none. It waits for whoever holds the row and then looks again, so nobody spends what is gone; a closed
# budget gives nothing more out, and takes back what it gave.
MOVE = """
UPDATE coupons_budget
   SET reserved = reserved + %(reserved)s, spent = spent + %(spent)s
 WHERE id = %(id)s
   AND amount >= reserved + spent + %(reserved)s + %(spent)s
   AND (closed_at IS NULL OR %(reserved)s + %(spent)s <= 0)
"""


@dataclass(frozen=True)
class Move:
    """One change of one budget, in fen: reserve (+r), release (-r), spend (-r, +s: what was reserved for the coupon
    goes, what it took off comes), give back (-s). `key` names it for ever: the same key moves nothing again."""

    budget_id: int
    reserved: int
    spent: int
    kind: str
    grants: int = 0
    key: str = ""
    thing: str = ""
    thing_id: int | None = None
    by: StaffMember | None = field(default=None, compare=False)
    note: str = ""


class Short(Exception):
    """The budget does not hold that much: `missing` fen. Nothing of the whole list was written."""

    def __init__(self, budget: Budget, missing: int) -> None:
        super().__init__(f"{budget.name} is {missing} fen short")
        self.budget, self.missing = budget, missing


@transaction.atomic
def apply(moves: Sequence[Move]) -> list[int]:
    """The id of each move's ledger entry, 0 where its key stood already. All of them or none: Short names the first
    budget that does not hold its part. Budgets are taken in the order of their ids, moves of one budget together.

    Call it once a transaction: whoever calls it twice takes budgets out of order and may wait in a circle.
    """
    if any(not move.key for move in moves):
        raise ValueError("a move without a key could happen twice")
    once = {move.key: move for move in reversed(moves)}  # of two moves with one key the first counts
    entered = _enter(list(once.values()))
    for budget_id, reserved, spent in _sums(move for key, move in once.items() if key in entered):
        if not sql.run(MOVE, id=budget_id, reserved=reserved, spent=spent):
            raise Short(*_missing(budget_id, reserved + spent))
    return [entered.pop(move.key, 0) for move in moves]


def _enter(moves: Sequence[Move]) -> dict[str, int]:
    """Ids of the new entries by key."""
    names = ("budget_id", "kind", "reserved", "spent", "thing", "thing_id", "grants", "key")
    columns = {name: [getattr(move, name) for move in moves] for name in names}
    columns["note"] = [move.note[:200] for move in moves]
    columns["by_id"] = [move.by.pk if move.by else None for move in moves]
    return dict(sql.rows(ENTER, **columns))


def _sums(moves: Iterable[Move]) -> list[tuple[int, int, int]]:
    """(budget, reserved, spent), in the order of ids."""
    sums: dict[int, tuple[int, int]] = {}
    for move in moves:
        reserved, spent = sums.get(move.budget_id, (0, 0))
        sums[move.budget_id] = (reserved + move.reserved, spent + move.spent)
    return [(budget_id, *sums[budget_id]) for budget_id in sorted(sums)]


def _missing(budget_id: int, wanted: int) -> tuple[Budget, int]:
    budget = Budget.objects.get(pk=budget_id)
    return budget, wanted if budget.closed_at else wanted - budget.left
