"""What coupons count against: every hold of their batch whose place is empty or their own. Grants move money only
through here."""

from collections.abc import Sequence
from dataclasses import dataclass

from communities.models import StaffMember
from coupons.budgets import actions as budgets
from coupons.budgets.actions import Move
from opsdesk.lib import sql


@dataclass(frozen=True)
class Change:
    """What became of some coupons of one batch and place. Fen; negative is given back."""

    batch_id: int
    community_id: int
    station_id: int | None
    grants: int
    reserved: int
    spent: int


# One row a hold that the changes touch, locked in the order of their ids. Index hold_once.
_HOLDS = """
WITH changed AS (
    SELECT h.id, sum(c.grants)::int AS grants, sum(c.reserved)::bigint AS reserved, sum(c.spent)::bigint AS spent
      FROM unnest(%(batch_id)s::bigint[], %(community_id)s::int[], %(station_id)s::int[], %(grants)s::int[],
                  %(reserved)s::bigint[], %(spent)s::bigint[])
           AS c(batch_id, community_id, station_id, grants, reserved, spent)
      JOIN coupons_hold h ON h.batch_id = c.batch_id
       AND (NOT %(only_places)s OR h.community_id IS NOT NULL OR h.station_id IS NOT NULL)
   AND (h.community_id IS NULL OR h.community_id = c.community_id)
       AND (h.station_id IS NULL OR h.station_id = c.station_id)
     GROUP BY h.id)
SELECT h.id, h.budget_id, h.batch_id, c.grants, c.reserved, c.spent
  FROM coupons_hold h JOIN changed c USING (id) ORDER BY h.id FOR UPDATE OF h
"""

_MOVE = "UPDATE coupons_hold SET reserved = reserved + %(reserved)s, spent = spent + %(spent)s WHERE id = %(id)s"


def move(
    changes: Sequence[Change],
    *,
    kind: str,
    key: str,
    by: StaffMember | None = None,
    note: str = "",
    only_places: bool = False,
) -> None:
    """All of it or nothing: budgets.actions.Short when a budget does not hold that much. Call it last in its
    transaction, once. `key` names the event; whoever calls has made sure that it happens once. `only_places`: the
    batch's own budget has it reserved already."""
    columns = {
        name: [getattr(change, name) for change in changes]
        for name in ("batch_id", "community_id", "station_id", "grants", "reserved", "spent")
    }
    moves = []
    for hold, budget, batch, grants, reserved, spent in sql.rows(_HOLDS, only_places=only_places, **columns):
        sql.run(_MOVE, id=hold, reserved=reserved, spent=spent)
        moves.append(
            Move(budget, reserved, spent, kind, grants, f"{key}:{hold}", thing="batch", thing_id=batch, by=by,
                 note=note)
        )  # fmt: skip
    budgets.apply(moves)
