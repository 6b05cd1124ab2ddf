"""What must be true of coupons and their money, as the statements of invariants.py: one row an offender."""

from opsdesk.coupon_invariants import COUPONS
from opsdesk.invariant import Invariant
from opsdesk.lib.words import N_

# b.issued is the checkpoint; grants are counted. A batch whose issue has ended gave one to every recipient.
GRANTS = """
SELECT b.id AS batch_id, b.number, b.issued AS kept, g.n AS counted
  FROM coupons_batch b
 CROSS JOIN LATERAL (SELECT count(*)::int AS n,
                            count(*) FILTER (WHERE state IN ('used', 'open', 'expired', 'void'))::int AS known
                       FROM coupons_grant WHERE batch_id = b.id) g
 WHERE b.issued <> g.n OR g.n <> g.known OR (b.state = 'issued' AND b.issued <> b.recipients)
"""

# A hold keeps the open coupons of its place, and while the batch is being issued those still to come.
HOLDS = """
WITH open AS (
    SELECT h.id, COALESCE(sum(g.reserved) FILTER (WHERE g.state = 'open'), 0) AS reserved,
           COALESCE(sum(g.discount) FILTER (WHERE g.state = 'used'), 0) AS spent
      FROM coupons_hold h
      LEFT JOIN coupons_grant g ON g.batch_id = h.batch_id
       AND (h.community_id IS NULL OR h.community_id = g.community_id)
       AND (h.station_id IS NULL OR h.station_id = g.station_id)
     GROUP BY h.id),
waiting AS (
    SELECT h.id, count(m.customer_id) * max(c.amount) AS reserved
      FROM coupons_hold h JOIN coupons_batch b ON b.id = h.batch_id AND b.state IN ('approved', 'issuing', 'paused')
      JOIN LATERAL (SELECT CASE kind WHEN 'percent' THEN cap WHEN 'new_price' THEN regular_price - price
                                     ELSE amount_off END AS amount
                      FROM coupons_coupon WHERE id = b.coupon_id) c ON TRUE
      JOIN coupons_batchmember m ON m.batch_id = b.id AND m.fate = 'send'
       AND (h.community_id IS NULL OR h.community_id = m.community_id)
       AND (h.station_id IS NULL OR h.station_id = m.station_id)
     WHERE NOT EXISTS (SELECT FROM coupons_grant g WHERE g.batch_id = b.id AND g.customer_id = m.customer_id)
     GROUP BY h.id),
unhanded AS (
    SELECT h.id, (b.recipients - b.issued) * (b.most_cost / greatest(b.recipients, 1)) AS reserved
      FROM coupons_hold h JOIN coupons_batch b ON b.id = h.batch_id
     WHERE b.origin = 'open' AND b.state IN ('approved', 'issuing', 'paused')
       AND h.community_id IS NULL AND h.station_id IS NULL)
SELECT h.batch_id, h.budget_id, concat_ws(' / ', h.reserved, h.spent) AS kept,
       concat_ws(' / ', t.reserved, o.spent) AS counted
  FROM coupons_hold h JOIN open o USING (id)
  LEFT JOIN waiting w USING (id) LEFT JOIN unhanded u USING (id)
 CROSS JOIN LATERAL (SELECT o.reserved + COALESCE(w.reserved, 0) + COALESCE(u.reserved, 0) AS reserved) t
 WHERE h.reserved <> t.reserved OR h.spent <> o.spent
"""

BUDGETS = """
SELECT b.id AS budget_id, b.name, concat_ws(' / ', b.reserved, b.spent) AS kept,
       concat_ws(' / ', h.reserved, h.spent) AS counted
  FROM coupons_budget b
 CROSS JOIN LATERAL (SELECT COALESCE(sum(reserved), 0)::bigint AS reserved, COALESCE(sum(spent), 0)::bigint AS spent
                       FROM coupons_hold WHERE budget_id = b.id) h
 WHERE (b.reserved, b.spent) <> (h.reserved, h.spent)
"""

_HOLDS = N_("holds")

GRANT_INVARIANTS = (
    Invariant(
        "coupon_fates", COUPONS, N_("Issued = used + open + expired + void, for every batch"),
        N_("A coupon got lost or was given twice. Look at the run that issued the batch."),
        N_("coupons"), "SELECT count(*) FROM coupons_grant", GRANTS,
    ),
    Invariant(
        "holds", COUPONS, N_("What a batch holds of a budget equals the sum over its coupons"),
        N_("Money of a batch is off. Open the batch and compare it with the budget’s ledger."),
        _HOLDS, "SELECT count(*) FROM coupons_hold", HOLDS,
    ),
    Invariant(
        "budget_holds", COUPONS, N_("A budget equals what its batches hold of it"),
        N_("A budget was changed by hand. Its ledger tells every change that was meant."),
        _HOLDS, "SELECT count(*) FROM coupons_hold", BUDGETS,
    ),
)  # fmt: skip
