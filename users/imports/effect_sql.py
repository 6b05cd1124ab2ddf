"""The SQL of "what this file changes": the same questions to what a file would do and to what it has done.

`change`: one row an order that the file makes or alters, as it is after the file and as it was (null: not there).
"""

# After PREVIEW: import_chunk holds the orders that would be written; nothing has been.
_WOULD = """
    SELECT k.is_new, k.day, k.state = 'paid' AS counted, k.gross,
           CASE WHEN k.state = 'waiting' THEN 0 ELSE k.refunded END AS refunded,
           k.state = 'waiting' AS waiting,
           o.day AS day_was, o.counted AS counted_was, o.gross AS gross_was, o.refunded AS refunded_was
      FROM import_chunk k
      LEFT JOIN users_order o ON o.id = k.order_id
"""

# Afterwards: orders that the file wrote last (order_of_an_import), with what it found.
_DID = """
    SELECT o.first_import_id = %(file)s AS is_new, o.day, o.counted, o.gross,
           CASE WHEN o.state = 'waiting' THEN 0 ELSE o.refunded END AS refunded, o.state = 'waiting' AS waiting,
           (b."order" ->> 'day')::date AS day_was, (b."order" ->> 'counted')::boolean AS counted_was,
           (b."order" ->> 'gross')::bigint AS gross_was, (b."order" ->> 'refunded')::bigint AS refunded_was
      FROM users_order o
      LEFT JOIN users_orderbefore b ON b.file_id = %(file)s AND b.order_id = o.id
     WHERE o.import_id = %(file)s
"""

# One row a pair of days on which orders count and counted before (null: they do or did not): orders new and altered;
# orders whose refunds grew and by how much (fen); refunds that wait for their order; GMV now and then (fen).
_DAYS = """
SELECT CASE WHEN counted THEN day END, CASE WHEN counted_was THEN day_was END,
       count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),
       count(*) FILTER (WHERE refunded > coalesce(refunded_was, 0)),
       coalesce(sum(refunded - coalesce(refunded_was, 0))
           FILTER (WHERE refunded > coalesce(refunded_was, 0)), 0)::bigint,
       count(*) FILTER (WHERE waiting), coalesce(sum(gross), 0)::bigint, coalesce(sum(gross_was), 0)::bigint
  FROM change GROUP BY 1, 2
"""
WOULD, DID = f"WITH change AS ({_WOULD}) {_DAYS}", f"WITH change AS ({_DID}) {_DAYS}"

# Known customers with new orders: how many.
WOULD_RETURN = "SELECT count(DISTINCT customer_id) FROM import_chunk WHERE is_new"
DID_RETURN = """
SELECT count(*) FROM users_customer c
 WHERE c.first_import_id IS DISTINCT FROM %(file)s
   AND EXISTS (SELECT FROM users_order o
                WHERE o.customer_id = c.id AND o.import_id = %(file)s AND o.first_import_id = %(file)s)
"""

NEW_CUSTOMERS = """
SELECT count(*) FROM {people} p WHERE NOT EXISTS (SELECT FROM users_customer c WHERE c.phone = p.phone)
"""
MADE_CUSTOMERS = "SELECT count(*) FROM users_customer WHERE first_import_id = %(file)s"
NEW_GOODS = """
SELECT count(*) FROM (SELECT DISTINCT product FROM {goods} WHERE product <> '') l
 WHERE NOT EXISTS (SELECT FROM users_product p WHERE p.name = l.product)
"""
MADE_GOODS = "SELECT count(*) FROM users_product WHERE first_import_id = %(file)s"

# One row a pair of (first, last) business days with a counted order before as_of, as they are and as they would be, in
# a community, of customers whom the file concerns: how many. `known`: the customer is there already.
DAYS = """
WITH concerned AS (
    SELECT p.phone, c.id, coalesce(c.community_id, p.community_id) AS community_id
      FROM {people} p LEFT JOIN users_customer c ON c.phone = p.phone),
 was AS (
    SELECT d.customer_id, min(d.day) AS first, max(d.day) AS last FROM users_customerday d
     WHERE d.day < %(as_of)s AND d.customer_id IN (SELECT id FROM concerned) GROUP BY d.customer_id),
 counted AS (
    SELECT s.phone, k.day FROM import_chunk k JOIN {orders} s ON s.grp = k.grp WHERE k.state = 'paid'
     UNION ALL
    SELECT c.phone, o.day FROM concerned c JOIN users_order o ON o.customer_id = c.id
     WHERE o.counted AND NOT EXISTS (SELECT FROM import_chunk k WHERE k.order_id = o.id)),
 now AS (SELECT phone, min(day) AS first, max(day) AS last FROM counted WHERE day < %(as_of)s GROUP BY phone)
SELECT c.id IS NOT NULL AS known, c.community_id, was.first, was.last, now.first, now.last, count(*)
  FROM concerned c LEFT JOIN was ON was.customer_id = c.id LEFT JOIN now ON now.phone = c.phone
 GROUP BY 1, 2, 3, 4, 5, 6
"""
