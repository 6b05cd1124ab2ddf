"""The SQL of the commit: set-based, in transactions of so many orders, each with its checkpoint.

Parameters: file and source ids; lo and hi bound the order groups of a chunk (lo < grp <= hi). Moments of the staging
tables are Asia/Shanghai. `import_chunk` is a temporary table: one row an order of the chunk as this file will leave it.
"""

NEW_COMMUNITIES = "SELECT DISTINCT new_community FROM {orders} WHERE new_community <> '' ORDER BY 1"

NAME_COMMUNITIES = """
UPDATE {orders} o SET community_id = c.id, new_community = ''
  FROM communities_community c WHERE o.new_community <> '' AND c.name = o.new_community
"""

CATEGORIES = """
INSERT INTO users_category (name, is_service, first_import_id)
SELECT DISTINCT category, false, %(file)s FROM {lines} l
 WHERE category <> '' AND NOT EXISTS (SELECT 1 FROM users_category c WHERE c.name = l.category)
 ORDER BY category
ON CONFLICT (name) DO NOTHING
"""

# A product's category is the one its last line in this file names. One that staff or an earlier file gave it stays.
PRODUCTS = """
WITH named AS (
    SELECT DISTINCT ON (product) product, category
      FROM (SELECT product, category, max(line) AS line FROM {lines} WHERE product <> '' GROUP BY 1, 2) seen
     ORDER BY product, category = '', line DESC),
 filled AS (
    UPDATE users_product p SET category_id = c.id FROM named n JOIN users_category c ON c.name = n.category
     WHERE p.name = n.product AND p.category_id IS NULL)
INSERT INTO users_product (name, category_id, first_import_id)
SELECT n.product, c.id, %(file)s FROM named n LEFT JOIN users_category c ON c.name = n.category
 WHERE NOT EXISTS (SELECT 1 FROM users_product p WHERE p.name = n.product)
 ORDER BY n.product
ON CONFLICT (name) DO NOTHING
"""

NEXT_CHUNK = """
SELECT max(grp), count(*) FROM (SELECT grp FROM {orders} WHERE grp > %(lo)s ORDER BY grp LIMIT %(size)s) next
"""

CUSTOMERS = """
INSERT INTO users_customer (phone, phone_grams, name, community_id, station_id, address, building, unit, room, channel,
                            registered_at, left_censored, first_import_id)
SELECT p.phone, ARRAY(SELECT substr(p.phone, i, 4)::integer FROM generate_series(1, 8) i), left(p.name, 80),
       named.community_id, station.station_id, left(coalesce(door.address, ''), 200), coalesce(door.building, ''),
       coalesce(door.unit, ''), coalesce(door.room, ''), left(coalesce(channel.channel, ''), 40),
       p.registered_at AT TIME ZONE 'Asia/Shanghai', false, %(file)s
  FROM {people} p
  LEFT JOIN {orders} named ON named.grp = p.named_grp
  LEFT JOIN {orders} station ON station.grp = p.station_grp
  LEFT JOIN {orders} door ON door.grp = p.address_grp
  LEFT JOIN {orders} channel ON channel.grp = p.channel_grp
 WHERE p.first_grp > %(lo)s AND p.first_grp <= %(hi)s
   AND NOT EXISTS (SELECT 1 FROM users_customer c WHERE c.phone = p.phone)
 ORDER BY p.first_grp
ON CONFLICT (phone) DO NOTHING
"""

CHUNK_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_chunk (
    grp bigint, order_id bigint, is_new boolean, sold boolean, sale_changed boolean, refund_changed boolean,
    rows bigint, customer_id bigint, number text, community_id bigint, station_id bigint,
    placed_at timestamptz, day date, delivery_day date, state text, gross bigint, discount bigint, paid bigint,
    told bigint, back bigint,
    service_amount bigint, known boolean, channel text, coupon_code text, name text, address text, address_key text,
    fingerprint uuid, refund_fingerprint uuid) ON COMMIT DELETE ROWS
"""

CLEAR = "TRUNCATE import_chunk"

# Sale rows and refund rows each replace what an earlier file told of that kind; the other kind stays as it was.
# `state` is still that of the sale rows here: MONEY decides what refunds make of it. The preview asks the same question
# of customers who do not exist yet; then nothing has an id.
_CHUNK = """
INSERT INTO import_chunk
SELECT s.grp, {order_id}, o.id IS NULL, s.sold,
       s.sold AND (o.id IS NULL OR o.fingerprint IS DISTINCT FROM s.fingerprint
                   OR o.community_id IS DISTINCT FROM s.community_id OR o.station_id IS DISTINCT FROM s.station_id),
       s.refund_fingerprint IS NOT NULL
           AND (o.id IS NULL OR o.refund_fingerprint IS DISTINCT FROM s.refund_fingerprint),
       s.rows, c.id, s.number, told.community_id, told.station_id, told.placed_at,
       (told.placed_at AT TIME ZONE 'Asia/Shanghai')::date, told.delivery_day, told.state, told.gross, told.discount,
       told.paid, told.told,
       CASE WHEN s.refund_fingerprint IS NOT NULL THEN s.back
            WHEN o.refund_fingerprint IS NOT NULL THEN (
                SELECT coalesce(-sum(amount), 0) FROM users_orderline l WHERE l.order_id = o.id AND l.is_refund)
            ELSE 0 END,
       told.service_amount, told.known, told.channel, told.coupon_code, told.name, told.address, told.address_key,
       CASE WHEN s.sold THEN s.fingerprint ELSE o.fingerprint END,
       coalesce(s.refund_fingerprint, o.refund_fingerprint)
  FROM {{orders}} s
  {join} users_customer c ON c.phone = s.phone
  LEFT JOIN users_order o ON o.source_id = %(source)s AND o.number = s.number AND o.customer_id = c.id
 CROSS JOIN LATERAL (
    SELECT s.community_id, s.station_id, s.placed_at AT TIME ZONE 'Asia/Shanghai' AS placed_at, s.delivery_day,
           coalesce(s.state, 'waiting') AS state, s.gross, s.discount, s.paid, s.told, 0 AS service_amount, s.known,
           s.channel, s.coupon_code, s.name, s.address, s.address_key
     WHERE s.sold OR o.id IS NULL
    UNION ALL
    SELECT o.community_id, o.station_id, o.placed_at, o.delivery_day,
           CASE WHEN o.state = 'refunded' AND o.paid > 0 THEN 'paid' ELSE o.state END,
           o.gross, o.discount, o.paid, o.refund_told, o.service_amount, o.amount_known,
           o.channel, o.coupon_code, o.name, o.address, o.address_key
     WHERE NOT s.sold AND o.id IS NOT NULL) told
 WHERE s.kind <> 'g' AND s.grp > %(lo)s AND s.grp <= %(hi)s
 ORDER BY s.grp
"""
CHUNK = _CHUNK.format(order_id="coalesce(o.id, nextval('users_order_id_seq'))", join="JOIN")
PREVIEW = _CHUNK.format(order_id="o.id", join="LEFT JOIN")

UNCHANGED = "DELETE FROM import_chunk WHERE NOT is_new AND NOT sale_changed AND NOT refund_changed"

# Full refunds, T+1 where the file names no delivery day (purchases.rules.delivery_day), and the sum of service lines.
MONEY = """
UPDATE import_chunk k
   SET state = CASE WHEN k.state = 'paid' AND k.told + k.back > 0 AND k.told + k.back >= k.paid
                         AND (k.known OR k.paid > 0) THEN 'refunded' ELSE k.state END,
       delivery_day = CASE WHEN k.delivery_day IS NOT NULL OR k.state = 'waiting' THEN k.delivery_day
           ELSE k.day + CASE WHEN (k.placed_at AT TIME ZONE 'Asia/Shanghai')::time < coalesce(p.order_cutoff, '23:00')
                             THEN 1 ELSE 2 END END,
       service_amount = CASE WHEN k.sold THEN coalesce(s.amount, 0) ELSE k.service_amount END
  FROM import_chunk other
  LEFT JOIN users_customer c ON c.id = other.customer_id
  LEFT JOIN communities_community p ON p.id = coalesce(other.community_id, c.community_id)
  LEFT JOIN (SELECT l.grp, sum(l.amount) AS amount
               FROM {lines} l
               LEFT JOIN users_category named ON named.name = l.category
               LEFT JOIN users_product product ON product.name = l.product AND l.category = ''
               JOIN users_category kind ON kind.id = coalesce(named.id, product.category_id) AND kind.is_service
              WHERE l.kind = 's' AND l.grp > %(lo)s AND l.grp <= %(hi)s
              GROUP BY l.grp) s ON s.grp = other.grp
 WHERE k.grp = other.grp
"""

BEFORES = """
INSERT INTO users_orderbefore (file_id, order_id, "order", lines)
SELECT %(file)s, o.id, to_jsonb(o),
       coalesce((SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM users_orderline l WHERE l.order_id = o.id), '[]')
  FROM import_chunk k JOIN users_order o ON o.id = k.order_id
 WHERE NOT k.is_new
ON CONFLICT (file_id, order_id) DO NOTHING
"""

OLD_LINES = """
DELETE FROM users_orderline l USING import_chunk k
 WHERE l.order_id = k.order_id AND NOT k.is_new
   AND (k.sale_changed AND NOT l.is_refund OR k.refund_changed AND l.is_refund)
"""

_REFUNDED = "CASE WHEN k.state = 'waiting' THEN k.back ELSE least(k.paid, k.told + k.back) END"
_NET = f"CASE WHEN k.state = 'paid' THEN k.paid - {_REFUNDED} ELSE 0 END"

CHANGED_ORDERS = f"""
UPDATE users_order o
   SET community_id = k.community_id, station_id = k.station_id, placed_at = k.placed_at, day = k.day,
       delivery_day = k.delivery_day, state = k.state, counted = k.state = 'paid', gross = k.gross,
       discount = k.discount, paid = k.paid, refunded = {_REFUNDED}, refund_told = k.told, net = {_NET},
       service_amount = k.service_amount,
       amount_known = k.known, channel = k.channel, coupon_code = k.coupon_code, name = k.name, address = k.address,
       address_key = k.address_key, fingerprint = k.fingerprint, refund_fingerprint = k.refund_fingerprint,
       import_id = %(file)s
  FROM import_chunk k WHERE o.id = k.order_id AND NOT k.is_new
"""

NEW_ORDERS = f"""
INSERT INTO users_order (id, source_id, number, customer_id, community_id, station_id, placed_at, day, delivery_day,
    state, counted, gross, discount, paid, refunded, refund_told, net, service_amount, amount_known, channel,
    coupon_code, name, address, address_key, fingerprint, refund_fingerprint, first_import_id, import_id)
SELECT k.order_id, %(source)s, k.number, k.customer_id, k.community_id, k.station_id, k.placed_at, k.day,
       k.delivery_day, k.state, k.state = 'paid', k.gross, k.discount, k.paid, {_REFUNDED}, k.told, {_NET},
       k.service_amount, k.known, k.channel, k.coupon_code, k.name, k.address, k.address_key, k.fingerprint,
       k.refund_fingerprint, %(file)s, %(file)s
  FROM import_chunk k WHERE k.is_new
 ORDER BY k.grp
"""

NEW_LINES = """
INSERT INTO users_orderline (order_id, product_id, category_id, quantity, amount, is_refund)
SELECT k.order_id, p.id, coalesce(c.id, p.category_id), l.quantity, coalesce(l.amount, 0), l.kind = 'r'
  FROM import_chunk k
  JOIN {lines} l ON l.grp = k.grp AND (l.kind = 's' AND k.sale_changed OR l.kind = 'r' AND k.refund_changed)
  LEFT JOIN users_product p ON p.name = l.product
  LEFT JOIN users_category c ON c.name = l.category
 WHERE l.grp > %(lo)s AND l.grp <= %(hi)s
 ORDER BY l.line
"""

# One row: file rows and orders by what became of them. Rows of unchanged orders are the rest of the chunk's rows.
COUNTS = """
SELECT coalesce(sum(rows) FILTER (WHERE is_new), 0)::bigint, coalesce(sum(rows) FILTER (WHERE NOT is_new), 0)::bigint,
       count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new)
  FROM import_chunk
"""

CHUNK_ROWS = """
SELECT coalesce(sum(rows) FILTER (WHERE kind <> 'g'), 0)::bigint FROM {orders} WHERE grp > %(lo)s AND grp <= %(hi)s
"""

# Rows that only register somebody share the fate of their customer: new, changed by this file, or known already.
REGISTRATIONS = """
SELECT coalesce(sum(p.registrations) FILTER (WHERE c.first_import_id = %(file)s), 0)::bigint,
       coalesce(sum(p.registrations) FILTER (WHERE b.id IS NOT NULL), 0)::bigint,
       coalesce(sum(p.registrations), 0)::bigint
  FROM {people} p JOIN users_customer c ON c.phone = p.phone
  LEFT JOIN users_customerbefore b ON b.file_id = %(file)s AND b.customer_id = c.id
 WHERE p.registrations > 0
"""

# Customers whose customer-days may differ: those with an order that the file wrote, and those it moved.
TOUCHED = """
SELECT customer_id FROM users_order WHERE import_id = %(file)s
 UNION SELECT customer_id FROM users_customerbefore WHERE file_id = %(file)s
 ORDER BY 1
"""

LEFT_PLACES = """
SELECT DISTINCT coalesce((fields ->> 'community_id')::integer, 0) FROM users_customerbefore WHERE file_id = %(file)s
"""
