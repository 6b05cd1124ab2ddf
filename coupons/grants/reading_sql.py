"""What imported orders say of coupons, judged set by set. Held to rules.refusal and definitions.rules by a test."""

# A code as rules.normal keeps it.
NORMAL = "translate(upper(btrim(o.coupon_code)), 'ILO- ', '110')"

# One row an order whose code is a coupon's, or a batch's number with a coupon of its customer: what the rules ask of
# it. `state` is the coupon's as this order sees it: its own use is `own`; a coupon that is void because this very
# order was cancelled, or was known from the API before the import, is the order's still. Orders are few hundred
# thousand with a code at most: one pass over them, then indexes grant_code_once, grant_once_a_batch_and_customer,
# line_of_an_order and order_of_a_customer.
TOLD = f"""
DROP TABLE IF EXISTS pg_temp.coupon_told;
CREATE TEMPORARY TABLE coupon_told ON COMMIT DROP AS
WITH coded AS MATERIALIZED (
    SELECT o.*, {NORMAL} AS code, upper(btrim(o.coupon_code)) AS batch_number
      FROM users_order o WHERE o.coupon_code <> '' AND o.state <> 'waiting'),
matched AS (
    SELECT coded.*, g.id AS grant_id FROM coded JOIN coupons_grant g ON g.code = coded.code
     UNION
    SELECT coded.*, g.id FROM coded
      JOIN coupons_batch b ON b.number = coded.batch_number
      JOIN coupons_grant g ON g.batch_id = b.id AND g.customer_id = coded.customer_id),
keyed AS (
    SELECT m.*, 'order:' || m.id || ':' || m.grant_id AS key FROM matched m)
SELECT k.id AS order_id, k.number, k.customer_id, k.placed_at AS at, k.discount, k.coupon_code, k.key, k.counted,
       g.id AS grant_id, g.batch_id, g.community_id, g.station_id, g.coupon_id, g.customer_id AS holder_id,
       g.valid_from, g.expires_at, g.reserved, g.state AS was, g.discount AS was_discount,
       CASE WHEN g.state = 'used' AND g.order_id = k.id THEN 'own'
            WHEN g.state = 'used' AND g.order_id IS NULL AND g.order_number = k.number THEN 'own'
            WHEN g.state = 'void' AND u.undone_at IS NOT NULL AND NOT EXISTS (
                 SELECT FROM coupons_grant h WHERE h.customer_id = g.customer_id AND h.coupon_id = g.coupon_id
                    AND h.nth = g.nth AND h.state <> 'void') THEN 'undone'
            ELSE g.state END AS state,
       r.id AS kept_id, r.taken AS kept_taken, r.undone_at IS NOT NULL AS kept_undone,
       c.kind, c.threshold, c.amount_off, c.percent_off, c.cap, c.regular_price - c.price AS price_off,
       cats.n AS categories, k.gross, COALESCE(l.lines, 0) AS lines, COALESCE(l.mine, 0) AS mine,
       COALESCE(l.has_mine, FALSE) AS has_mine,
       NOT EXISTS (SELECT FROM users_order e WHERE e.customer_id = k.customer_id AND e.counted
                      AND (e.placed_at, e.id) < (k.placed_at, k.id)) AS is_first
  FROM keyed k
  JOIN coupons_grant g ON g.id = k.grant_id
  JOIN coupons_coupon c ON c.id = g.coupon_id
  LEFT JOIN coupons_redemption r ON r.key = k.key
  LEFT JOIN LATERAL (SELECT max(undone_at) AS undone_at FROM coupons_redemption
                      WHERE grant_id = g.id AND taken AND order_number = k.number) u ON TRUE
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM coupons_coupon_categories WHERE coupon_id = c.id) cats
  LEFT JOIN LATERAL (
       SELECT sum(amount) AS lines, sum(amount) FILTER (WHERE is_mine) AS mine, bool_or(is_mine) AS has_mine
         FROM (SELECT amount, CASE WHEN c.kind = 'new_price' THEN product_id IS NOT DISTINCT FROM c.product_id
                                   ELSE category_id IN (SELECT category_id FROM coupons_coupon_categories
                                                         WHERE coupon_id = c.id) END AS is_mine
                 FROM users_orderline WHERE order_id = k.id AND NOT is_refund) one) l ON TRUE
"""

# What an order's discount left of its lines is put to the coupon's goods: exports tell lines after the discount.
_GOODS = """
CASE WHEN kind = 'new_price' OR categories > 0
     THEN CASE WHEN has_mine THEN mine + greatest(gross - lines, 0) ELSE 0 END
     ELSE lines + greatest(gross - lines, 0) END
"""

# Each with its worth and the first reason against it, '' for none, in the order of rules.REFUSALS; of several orders
# that could use one coupon, the one that has it, else the earliest.
JUDGED = f"""
DROP TABLE IF EXISTS pg_temp.coupon_judged;
CREATE TEMPORARY TABLE coupon_judged ON COMMIT DROP AS
WITH goods AS (SELECT t.*, {_GOODS} AS goods, lines + greatest(gross - lines, 0) AS whole FROM coupon_told t),
valued AS (
    SELECT g.*,
           CASE WHEN NOT counted THEN 'not_counted'
                WHEN kind = 'new_price' AND NOT is_first THEN 'not_first'
                WHEN goods <= 0 AND (categories > 0 OR kind = 'new_price') THEN 'goods'
                WHEN goods <= 0 OR (CASE kind WHEN 'new_price' THEN whole ELSE goods END) < threshold THEN 'threshold'
                ELSE '' END AS why_not,
           CASE kind WHEN 'percent' THEN least((2 * goods * percent_off + 100) / 200, cap, goods)
                     WHEN 'new_price' THEN least(price_off, goods)
                     ELSE least(amount_off, goods) END AS most
      FROM goods g),
judged AS (
    SELECT v.*,
           CASE WHEN customer_id <> holder_id THEN 'holder'
                WHEN at < valid_from THEN 'early'
                WHEN at >= expires_at THEN 'expired'
                WHEN state = 'used' THEN 'used'
                WHEN state = 'void' THEN 'void'
                WHEN why_not IN ('threshold', 'goods') THEN why_not
                WHEN NOT counted THEN 'not_counted'
                WHEN why_not <> '' THEN why_not
                WHEN discount > most THEN 'too_much'
                ELSE '' END AS reason
      FROM valued v)
SELECT j.*, reason = '' AND row_number() OVER (PARTITION BY grant_id, reason = ''
                                               ORDER BY state <> 'own', at, order_id) = 1 AS wins
  FROM judged j
"""

# Coupons that this run changes, locked in the order of ids before anything is written.
LOCK = """
SELECT g.id FROM coupons_grant g
 WHERE g.id IN (SELECT grant_id FROM coupon_judged WHERE wins OR state = 'own')
    OR g.id IN (SELECT r.grant_id FROM coupons_redemption r
                 WHERE r.taken AND r.undone_at IS NULL AND r.order_id IS NOT NULL)
 ORDER BY g.id FOR UPDATE
"""
# All money that may move, so that it moves several times in one transaction and nobody waits in a circle.
_BATCHES = """
SELECT batch_id FROM coupon_judged
 UNION SELECT g.batch_id FROM coupons_grant g JOIN coupons_redemption r ON r.grant_id = g.id
        WHERE r.taken AND r.undone_at IS NULL AND r.order_id IS NOT NULL
"""
LOCK_MONEY = (
    f"SELECT id FROM coupons_hold WHERE batch_id IN ({_BATCHES}) ORDER BY id FOR UPDATE",
    f"""SELECT id FROM coupons_budget WHERE id IN (SELECT budget_id FROM coupons_hold WHERE batch_id IN ({_BATCHES}))
         ORDER BY id FOR UPDATE""",
)

# An order known from the API has come by import: from now on the import speaks of it.
ADOPT = """
WITH met AS (
    UPDATE coupons_grant g SET order_id = j.order_id FROM coupon_judged j
     WHERE g.id = j.grant_id AND j.state = 'own' AND g.state = 'used' AND g.order_id IS NULL
    RETURNING g.id, j.order_id)
UPDATE coupons_redemption r SET order_id = met.order_id FROM met
 WHERE r.grant_id = met.id AND r.taken AND r.undone_at IS NULL
"""

# Uses whose order is gone, counts no more, or says something that the rules refuse: one row a place, for shares.move.
UNDO = """
WITH lost AS MATERIALIZED (
    SELECT r.id, r.grant_id FROM coupons_redemption r
     WHERE r.taken AND r.undone_at IS NULL AND r.order_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM coupon_judged j
                        WHERE j.grant_id = r.grant_id AND j.order_id = r.order_id AND j.wins)),
undone AS (UPDATE coupons_redemption r SET undone_at = %(now)s FROM lost WHERE r.id = lost.id),
before AS MATERIALIZED (SELECT g.id, g.batch_id, g.community_id, g.station_id, g.discount
                          FROM coupons_grant g JOIN lost ON lost.grant_id = g.id WHERE g.state = 'used'),
voided AS (
    UPDATE coupons_grant g SET state = 'void', discount = 0, order_id = NULL, ended_at = %(now)s,
           void_reason = %(reason)s
      FROM before WHERE g.id = before.id)
SELECT batch_id, community_id, station_id, count(*)::int, 0, -sum(discount)::bigint
  FROM before GROUP BY batch_id, community_id, station_id
"""

# The kept use of a coupon that was open: its reservation pays for it. {which} narrows; one row a place.
TAKE = """
WITH taken AS (
    UPDATE coupons_grant g
       SET state = 'used', used_at = j.at, ended_at = j.at, order_id = j.order_id, order_number = j.number,
           discount = j.discount, void_reason = ''
      FROM coupon_judged j
     WHERE g.id = j.grant_id AND j.wins AND g.state = j.was AND {which}
    RETURNING g.id, g.batch_id, g.community_id, g.station_id, g.reserved, g.discount, j.order_id),
kept AS (
    INSERT INTO coupons_redemption (grant_id, code, customer_id, order_id, order_number, at, discount, taken, reason,
                                    told_by, key, digest)
    SELECT j.grant_id, j.coupon_code, j.customer_id, j.order_id, j.number, j.at, j.discount, TRUE, '', 'import', j.key,
           ''
      FROM coupon_judged j JOIN taken ON taken.id = j.grant_id AND taken.order_id = j.order_id
        ON CONFLICT (key) DO UPDATE SET taken = TRUE, reason = '', undone_at = NULL, at = EXCLUDED.at,
           discount = EXCLUDED.discount)
SELECT batch_id, community_id, station_id, count(*)::int, {held}, sum(discount)::bigint
  FROM taken GROUP BY batch_id, community_id, station_id
"""
FROM_OPEN = TAKE.format(which="j.state = 'open'", held="-sum(reserved)::bigint")
FROM_ENDED = TAKE.format(which="j.state IN ('expired', 'undone') AND j.grant_id = %(grant)s", held="0")

# Uses that need money which is not reserved, one at a time: late ones, and those whose discount has changed.
ENDED = "SELECT grant_id FROM coupon_judged WHERE wins AND state IN ('expired', 'undone') ORDER BY at, order_id"
CHANGED = """
SELECT j.grant_id, j.batch_id, j.community_id, j.station_id, j.discount, g.discount
  FROM coupon_judged j JOIN coupons_grant g ON g.id = j.grant_id
 WHERE j.wins AND j.state = 'own' AND g.state = 'used' AND g.discount <> j.discount ORDER BY j.grant_id
"""
CORRECT = """
WITH changed AS (UPDATE coupons_grant SET discount = %(discount)s WHERE id = %(grant)s)
UPDATE coupons_redemption SET discount = %(discount)s WHERE grant_id = %(grant)s AND taken AND undone_at IS NULL
"""
BROKE = "UPDATE coupon_judged SET reason = 'budget', wins = FALSE WHERE grant_id = %(grant)s AND wins"

# What is refused is kept once, with the first reason; a later run takes it when nothing is against it any more.
REFUSE = """
INSERT INTO coupons_redemption (grant_id, code, customer_id, order_id, order_number, at, discount, taken, reason,
                                told_by, key, digest)
SELECT grant_id, coupon_code, customer_id, order_id, number, at, discount, FALSE,
       CASE WHEN reason = '' THEN 'used' ELSE reason END, 'import', key, ''
  FROM coupon_judged WHERE NOT wins AND kept_id IS NULL
    ON CONFLICT (key) DO NOTHING
"""

# Orders whose code is no coupon's: one row a normal code, how many orders carry it, whether a batch has that number.
STRANGE = f"""
SELECT {NORMAL} AS code, count(*)::int, bool_or(EXISTS (
       SELECT FROM coupons_batch b WHERE b.number = upper(btrim(o.coupon_code))))
  FROM users_order o
 WHERE o.coupon_code <> '' AND o.state <> 'waiting'
   AND NOT EXISTS (SELECT FROM coupon_told t WHERE t.order_id = o.id)
 GROUP BY 1
"""
UNKNOWN = f"""
INSERT INTO coupons_redemption (code, customer_id, order_id, order_number, at, discount, taken, reason, told_by, key,
                                digest)
SELECT o.coupon_code, o.customer_id, o.id, o.number, o.placed_at, o.discount, FALSE, 'unknown', 'import',
       'order:' || o.id || ':0', ''
  FROM users_order o
 WHERE o.coupon_code <> '' AND o.state <> 'waiting' AND {NORMAL} = ANY(%(codes)s)
   AND NOT EXISTS (SELECT FROM coupon_told t WHERE t.order_id = o.id)
    ON CONFLICT (key) DO NOTHING
"""
