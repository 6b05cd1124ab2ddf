"""The statements of one chunk of an issue. Its table `issue_chunk` lives as long as its transaction."""

from django.db import IntegrityError

from coupons.grants import codes

_CLASHES = ("grant_code_once", "grant_nth_of_a_coupon")

# Members were written a moment ago: a planner that takes them for a handful joins each of them with all of them.
LOOK = "ANALYZE coupons_batchmember, coupons_grant, users_touch"

# The smallest how-manieth of the coupon that the customer has not got; null: none left. Index grant_nth_of_a_coupon.
NTH = """
SELECT min(n) FROM generate_series(1, %(per_customer)s) n
 WHERE NOT EXISTS (SELECT FROM coupons_grant g WHERE g.customer_id = next.customer_id
                      AND g.coupon_id = %(coupon)s AND g.nth = n AND g.state <> 'void')
"""

# The next members in the order of their draw, each judged. Indexes batch_member_fate, grant_nth_of_a_coupon and the
# gate's.
CHUNK = f"""
DROP TABLE IF EXISTS pg_temp.issue_chunk;
CREATE TEMPORARY TABLE issue_chunk ON COMMIT DROP AS
WITH next AS MATERIALIZED (
    SELECT customer_id, community_id, station_id, lifecycle, rfm_class, draw
      FROM coupons_batchmember
     WHERE batch_id = %(batch)s AND fate = 'send'
       AND (draw, customer_id) > ((%(after)s::bigint[])[1], (%(after)s::bigint[])[2])
     ORDER BY draw, customer_id LIMIT %(size)s),
numbered AS MATERIALIZED (SELECT next.*, ({NTH}) AS nth FROM next)
SELECT numbered.*, {codes.DICE} AS dice,
       CASE WHEN gate.reason <> '' THEN gate.reason
            WHEN gate.reason IS NULL THEN 'dnc'
            WHEN nth IS NULL THEN 'limit' ELSE '' END AS reason
  FROM numbered LEFT JOIN ({{gate}}) gate USING (customer_id)
"""


COUNTS = "SELECT count(*), count(*) FILTER (WHERE reason = '') FROM issue_chunk"

# In the order of customers, in which three of the indexes of each table are filled from left to right.
GRANTS = f"""
INSERT INTO coupons_grant (batch_id, coupon_id, customer_id, nth, code, community_id, station_id, reserved, issued_at,
                           valid_from, expires_at, state, order_number, discount, void_reason)
SELECT %(batch)s, %(coupon)s, customer_id, nth, {codes.CODE}, community_id, station_id, %(most_off)s, %(at)s,
       %(valid_from)s, %(expires_at)s, 'open', '', 0, ''
  FROM issue_chunk WHERE reason = '' ORDER BY customer_id
"""

# The same for one customer; no row: none left. Its id.
ONE_GRANT = f"""
INSERT INTO coupons_grant (batch_id, coupon_id, customer_id, nth, code, community_id, station_id, reserved, issued_at,
                           valid_from, expires_at, state, order_number, discount, void_reason)
SELECT %(batch)s, %(coupon)s, customer_id, nth, {codes.CODE}, community_id, station_id, %(most_off)s, %(at)s,
       %(valid_from)s, %(expires_at)s, 'open', '', 0, ''
  FROM (SELECT next.*, ({NTH}) AS nth, {codes.DICE} AS dice
          FROM (SELECT id AS customer_id, COALESCE(community_id, 0) AS community_id, station_id
                  FROM users_customer WHERE id = %(customer)s) next) one
 WHERE nth IS NOT NULL
RETURNING id
"""

# For contact.actions.touch_all. The cost of a coupon is what its use takes off: the grant knows it.
_TOUCH = """
SELECT customer_id, community_id, %(at)s, 'coupon', 'batch', %(batch)s, {state}, {blocked_by}, lifecycle, rfm_class,
       %(as_of)s, %(policy_version)s, %(version)s, 0, %(operator)s, %(approval)s
"""
TOUCHES = (
    _TOUCH.format(state="CASE reason WHEN '' THEN 'done' ELSE 'blocked' END", blocked_by="reason")
    + " FROM issue_chunk ORDER BY customer_id"
)
UNTREATED = (
    _TOUCH.format(state="CASE fate WHEN 'control' THEN 'control' ELSE 'blocked' END", blocked_by="reason")
    + " FROM coupons_batchmember WHERE batch_id = %(batch)s AND fate <> 'send'"
)

SKIPPED_REASONS = "SELECT reason, count(*)::int FROM issue_chunk WHERE reason <> '' GROUP BY reason"

# One row a place: columns of shares.Change.
SKIPPED_MONEY = """
SELECT %(batch)s, community_id, station_id, count(*)::int, -count(*) * %(most_off)s, 0
  FROM issue_chunk WHERE reason <> '' GROUP BY community_id, station_id
"""

SKIP = """
UPDATE coupons_batchmember m SET fate = 'held', reason = c.reason
  FROM issue_chunk c WHERE m.batch_id = %(batch)s AND m.customer_id = c.customer_id AND c.reason <> ''
"""


def is_clash(error: IntegrityError) -> bool:
    """Whether somebody took the code, or the customer's how-manieth, a moment ago: drawing again helps."""
    return any(name in str(error) for name in _CLASHES)
