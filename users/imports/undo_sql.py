"""The SQL that takes an import back. Every statement finds only what is still to be done, so that a killed run goes on.

Orders that a later import changed stay: its OrderBefore rows, which hold this file's version, then get the one before.
"""

# Who and where is touched, fixed at the start: rows vanish on the way. A logged table: it must outlive a crash.
TOUCHED = """
CREATE TABLE IF NOT EXISTS {undo} (customer_id bigint PRIMARY KEY, community_id integer NOT NULL);
INSERT INTO {undo}
SELECT c.id, coalesce(c.community_id, 0) FROM users_customer c
 WHERE c.first_import_id = %(file)s
    OR c.id IN (SELECT customer_id FROM users_order WHERE import_id = %(file)s)
    OR c.id IN (SELECT o.customer_id FROM users_orderbefore b JOIN users_order o ON o.id = b.order_id
                 WHERE b.file_id = %(file)s)
    OR c.id IN (SELECT customer_id FROM users_customerbefore WHERE file_id = %(file)s)
ON CONFLICT DO NOTHING
"""
PEOPLE = "SELECT customer_id FROM {undo} ORDER BY 1"
PLACES = """
SELECT community_id FROM {undo}
 UNION SELECT coalesce((fields ->> 'community_id')::integer, 0) FROM users_customerbefore WHERE file_id = %(file)s
"""
DROP = "DROP TABLE IF EXISTS {undo}"

# Orders that this file made and nobody changed since (order_of_an_import).
_MADE = """
    SELECT o.id FROM users_order o
     WHERE o.import_id = %(file)s AND o.first_import_id = %(file)s
       AND NOT EXISTS (SELECT FROM users_orderbefore b WHERE b.file_id = %(file)s AND b.order_id = o.id)
     ORDER BY o.id LIMIT %(size)s
"""
REMOVE_ORDERS = f"""
WITH made AS ({_MADE}),
     lines AS (DELETE FROM users_orderline l USING made WHERE l.order_id = made.id)
DELETE FROM users_order o USING made WHERE o.id = made.id
"""

# Orders that this file changed last, with what they were. Statements in this order: lines come back under their ids.
CHANGED = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_changed (before_id bigint, order_id bigint, was jsonb, lines jsonb)
    ON COMMIT DELETE ROWS;
TRUNCATE import_changed;
INSERT INTO import_changed
SELECT b.id, b.order_id, b."order", b.lines FROM users_orderbefore b JOIN users_order o ON o.id = b.order_id
 WHERE b.file_id = %(file)s AND o.import_id = %(file)s ORDER BY b.order_id LIMIT %(size)s
"""
RESTORE_ORDERS = """
DELETE FROM users_orderline l USING import_changed c WHERE l.order_id = c.order_id;
INSERT INTO users_orderline (id, order_id, product_id, category_id, quantity, amount, is_refund)
SELECT r.id, r.order_id, r.product_id, r.category_id, r.quantity, r.amount, r.is_refund
  FROM import_changed c CROSS JOIN LATERAL jsonb_populate_recordset(NULL::users_orderline, c.lines) r;
UPDATE users_order o
   SET community_id = w.community_id, station_id = w.station_id, placed_at = w.placed_at, day = w.day,
       delivery_day = w.delivery_day, state = w.state, counted = w.counted, gross = w.gross, discount = w.discount,
       paid = w.paid, refunded = w.refunded, refund_told = w.refund_told, net = w.net,
       service_amount = w.service_amount, amount_known = w.amount_known, channel = w.channel,
       coupon_code = w.coupon_code, name = w.name, address = w.address, address_key = w.address_key,
       fingerprint = w.fingerprint, refund_fingerprint = w.refund_fingerprint, import_id = w.import_id
  FROM import_changed c CROSS JOIN LATERAL jsonb_populate_record(NULL::users_order, c.was) w
 WHERE o.id = c.order_id;
DELETE FROM users_orderbefore b USING import_changed c WHERE b.id = c.before_id
"""

# One row an order of this file that a later import changed: its number, and that import.
KEPT_ORDERS = """
SELECT o.number, later.file_id
  FROM users_orderbefore later JOIN users_order o ON o.id = later.order_id
 WHERE later."order" ->> 'import_id' = %(file)s::text ORDER BY o.id LIMIT %(size)s
"""
COUNT_KEPT = """SELECT count(*) FROM users_orderbefore WHERE "order" ->> 'import_id' = %(file)s::text"""
HAND_BEFORES_DOWN = """
WITH mine AS (DELETE FROM users_orderbefore WHERE file_id = %(file)s RETURNING order_id, "order", lines)
UPDATE users_orderbefore later SET "order" = mine."order", lines = mine.lines
  FROM mine WHERE later.order_id = mine.order_id AND later."order" ->> 'import_id' = %(file)s::text
"""
# An order that this file made belongs from now on to the import that changed it first.
HAND_ORDERS_DOWN = """
WITH later AS (DELETE FROM users_orderbefore WHERE "order" ->> 'import_id' = %(file)s::text RETURNING order_id, file_id)
UPDATE users_order o SET first_import_id = later.file_id FROM later WHERE o.id = later.order_id
"""

CUSTOMER_BEFORES_DOWN = """
WITH mine AS (DELETE FROM users_customerbefore WHERE file_id = %(file)s RETURNING id, customer_id, fields)
UPDATE users_customerbefore later SET fields = mine.fields
  FROM mine
 WHERE later.id = (SELECT min(b.id) FROM users_customerbefore b
                    WHERE b.customer_id = mine.customer_id AND b.id > mine.id)
"""

# Customers that this file brought and who have no order left.
ORPHANS = """
SELECT c.id FROM users_customer c
 WHERE c.first_import_id = %(file)s AND NOT EXISTS (SELECT FROM users_order o WHERE o.customer_id = c.id)
 ORDER BY c.id
"""
REMOVE_CUSTOMERS = """
WITH standing AS (DELETE FROM users_standing WHERE customer_id = ANY(%(ids)s)),
     tags AS (DELETE FROM users_tagging WHERE customer_id = ANY(%(ids)s))
DELETE FROM users_customer WHERE id = ANY(%(ids)s)
"""
# Who stays belongs from now on to the import of their first order, or to none.
HAND_CUSTOMERS_DOWN = """
UPDATE users_customer c
   SET first_import_id = (SELECT min(o.first_import_id) FROM users_order o WHERE o.customer_id = c.id)
 WHERE c.first_import_id = %(file)s
"""

REMOVE_PRODUCTS = """
DELETE FROM users_product p WHERE p.first_import_id = %(file)s
   AND NOT EXISTS (SELECT FROM users_orderline l WHERE l.product_id = p.id)
"""
REMOVE_CATEGORIES = """
DELETE FROM users_category c WHERE c.first_import_id = %(file)s AND NOT c.is_service AND c.taste_id IS NULL
   AND NOT EXISTS (SELECT FROM users_product p WHERE p.category_id = c.id)
   AND NOT EXISTS (SELECT FROM users_orderline l WHERE l.category_id = c.id)
"""
