"""What must be true of coupons and their money. As invariants.py says of the rest."""

from opsdesk.invariant import Invariant
from opsdesk.lib.words import N_

COUPONS = N_("Coupons and budgets")
BUDGETS = N_("budgets")
WEEKS = N_("weeks")

_LEDGER = """
SELECT b.id AS budget_id, b.name, b.amount, b.reserved, b.spent, COALESCE(e.amount, 0)::bigint AS told_amount,
       COALESCE(e.reserved, 0)::bigint AS told_reserved, COALESCE(e.spent, 0)::bigint AS told_spent
  FROM coupons_budget b
  LEFT JOIN (SELECT budget_id, sum(amount) AS amount, sum(reserved) AS reserved, sum(spent) AS spent
               FROM coupons_budgetentry GROUP BY budget_id) e ON e.budget_id = b.id
"""

BUDGET_LEDGER = f"""
SELECT budget_id, name, concat_ws(' / ', amount, reserved, spent) AS kept,
       concat_ws(' / ', told_amount, told_reserved, told_spent) AS counted
  FROM ({_LEDGER}) l
 WHERE (amount, reserved, spent) IS DISTINCT FROM (told_amount, told_reserved, told_spent)
"""

BUDGET_HELD = """
SELECT id AS budget_id, name, amount AS kept, reserved + spent AS counted
  FROM coupons_budget WHERE reserved < 0 OR spent < 0 OR reserved + spent > amount
"""

SUBSIDY_TOTALS = """
SELECT week, community_id, t.cost AS kept, c.cost AS counted
  FROM coupons_subsidytotal t
  FULL JOIN (SELECT week, community_id, sum(gross)::bigint AS gross, sum(cost)::bigint AS cost
               FROM coupons_subsidyweek GROUP BY 1, 2) c USING (week, community_id)
 WHERE (t.gross, t.cost) IS DISTINCT FROM (c.gross, c.cost)
"""

_COUNT_BUDGETS = "SELECT count(*) FROM coupons_budget"

COUPON_INVARIANTS = (
    Invariant(
        "budget_ledger", COUPONS, N_("A budget's columns are the sums of its ledger"),
        N_("Money moved without an entry, or an entry without its money: the table was changed by hand."),
        BUDGETS, _COUNT_BUDGETS, BUDGET_LEDGER,
    ),
    Invariant(
        "budget_held", COUPONS, N_("Reserved + spent never exceeds a budget"),
        N_("More was promised than there is. Stop issuing from these budgets and look who took the check away."),
        BUDGETS, _COUNT_BUDGETS, BUDGET_HELD,
    ),
    Invariant(
        "subsidy_totals", COUPONS, N_("A week's subsidies are the sums of those of its classes"),
        N_("The dashboard's subsidy rate is off in these weeks. Run now."),
        WEEKS, "SELECT count(*) FROM coupons_subsidytotal", SUBSIDY_TOTALS,
    ),
)  # fmt: skip
