"""The SQL of the commit: set-based, in transactions of so many orders, each with its checkpoint.

Parameters: file and source ids; lo and hi bound the order groups of a chunk (lo < grp <= hi); the staging tables are
those of a lane (lanes.py), of the whole file where nothing is written. Their moments are Asia/Shanghai. Temporary
tables: `import_goods` (goods_sql); of a chunk that is not all new `import_known`, one row an order and what is here of
it already, and `import_chunk`, one row an order that is to change, as this file will leave it.

What the planner believes of the tables that a commit fills may be long out of date. So it is told anew whenever they
have doubled, statements lead from staged rows outwards by LEFT JOIN, and none looks up what it is about to insert.
"""

NEW_COMMUNITIES = "SELECT DISTINCT new_community FROM {orders} WHERE new_community <> '' ORDER BY 1"

# A glance at some thousand rows; the night looks properly.
GLANCE = """
SET LOCAL default_statistics_target = 10;
ANALYZE users_customer (phone);
ANALYZE users_order (source_id, number);
ANALYZE users_orderline (order_id)
"""

# For statements that join a whole file to whole tables: then looping over one of them is never right.
NO_LOOPS, LOOPS = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop = on"

# The largest order number of the source before anything of the file was written, by the order of its index.
LAST_NUMBER = """
SELECT coalesce((SELECT max(number) FROM users_order WHERE source_id = %(source)s), '')
"""

# The last group of the next chunk, how many they are, and whether their numbers all lie beyond the last one known: then
# nothing of the chunk can be here already. Both sides are compared as the index orders them.
NEXT_CHUNK = """
SELECT max(grp), count(*), bool_and(kind = 'g' OR number COLLATE "default" > %(last_number)s)
  FROM (SELECT grp, kind, number FROM {heads} WHERE grp > %(lo)s ORDER BY grp LIMIT %(size)s) next
"""

CUSTOMERS = """
INSERT INTO users_customer (phone, phone_grams, name, community_id, station_id, address, building, unit, room, channel,
                            registered_at, left_censored, first_import_id)
SELECT p.phone,
       ARRAY[substr(p.phone, 1, 4)::integer, substr(p.phone, 2, 4)::integer, substr(p.phone, 3, 4)::integer,
             substr(p.phone, 4, 4)::integer, substr(p.phone, 5, 4)::integer, substr(p.phone, 6, 4)::integer,
             substr(p.phone, 7, 4)::integer, substr(p.phone, 8, 4)::integer],
       left(p.name, 80), coalesce(p.community_id, made.id), p.station_id, left(p.address, 200), p.building, p.unit,
       p.room, left(p.channel, 40), p.registered_at AT TIME ZONE 'Asia/Shanghai', false, %(file)s
  FROM {people} p
  LEFT JOIN communities_community made ON made.name = nullif(p.new_community, '')
 WHERE p.first_grp > %(lo)s AND p.first_grp <= %(hi)s
 ORDER BY p.first_grp
ON CONFLICT (phone) DO NOTHING
"""

CHUNK_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_known (
    grp bigint, rows bigint, customer_id bigint, home_id bigint, order_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS import_chunk (
    grp bigint, order_id bigint, is_new boolean, sale_changed boolean, refund_changed boolean, rows bigint,
    customer_id bigint, number text, community_id bigint, station_id bigint, placed_at timestamptz, day date,
    delivery_day date, state text, gross bigint, discount bigint, paid bigint, refunded bigint, told bigint,
    service_amount bigint, known boolean, channel text, coupon_code text, name text, address text, address_key text,
    fingerprint bigint, refund_fingerprint bigint) ON COMMIT DELETE ROWS
"""
CLEAR = "TRUNCATE import_chunk, import_known"

# Before the commit, customers may not be here yet.
KNOWN = """
INSERT INTO import_known
SELECT s.grp, s.rows, c.id, c.community_id, o.id FROM {heads} s
  LEFT JOIN users_customer c ON c.phone = s.phone
  LEFT JOIN users_order o ON o.source_id = %(source)s AND o.number = s.number AND o.customer_id = c.id
 WHERE s.kind <> 'g' AND s.grp > %(lo)s AND s.grp <= %(hi)s;
ANALYZE import_known
"""

# Grain: one row an order that is new or not as the file tells it (orders.rules holds the definition). Sale rows and
# refund rows each replace what an earlier file told of that kind; the other kind stays as it was. `told`: what the sale
# rows say, of this file or of an earlier one; `refund`: what refund rows give back; `money`: what becomes of both. T+1
# (purchases.rules.delivery_day) where the file names no delivery day. OFFSET keeps the planner from computing a
# fingerprint wherever it is mentioned.
_AS_TOLD = """
SELECT s.grp, o.id AS order_id, o.id IS NULL AS is_new, change.sale AS sale_changed, change.refund AS refund_changed,
       s.rows, known.customer_id, s.number, told.community_id, told.station_id, told.placed_at, told.day,
       coalesce(told.delivery_day, CASE WHEN money.state <> 'waiting' THEN told.day + CASE
           WHEN told.clock < coalesce(home.order_cutoff, '23:00') THEN 1 ELSE 2 END END) AS delivery_day,
       money.state, told.gross, told.discount, told.paid,
       CASE WHEN money.state = 'waiting' THEN refund.back
            ELSE least(told.paid, told.told + refund.back) END AS refunded,
       told.told, told.service_amount, told.known, told.channel, told.coupon_code, told.name, told.address,
       told.address_key, CASE WHEN s.sold THEN s.fingerprint ELSE o.fingerprint END AS fingerprint,
       coalesce(s.refund_fingerprint, o.refund_fingerprint) AS refund_fingerprint
  FROM (SELECT * FROM {{orders}} WHERE kind <> 'g' AND grp > %(lo)s AND grp <= %(hi)s OFFSET 0) s
  {known}
  {order}
  LEFT JOIN communities_community made ON made.name = nullif(s.new_community, '')
  LEFT JOIN {{service}} service ON service.grp = s.grp
 CROSS JOIN LATERAL (
    SELECT s.sold AND (o.id IS NULL OR o.fingerprint IS DISTINCT FROM s.fingerprint
                       OR o.community_id IS DISTINCT FROM coalesce(s.community_id, made.id)
                       OR o.station_id IS DISTINCT FROM s.station_id) AS sale,
           s.refund_fingerprint IS NOT NULL
               AND (o.id IS NULL OR o.refund_fingerprint IS DISTINCT FROM s.refund_fingerprint) AS refund) change
 CROSS JOIN LATERAL (
    SELECT coalesce(s.community_id, made.id) AS community_id, s.station_id,
           s.placed_at AT TIME ZONE 'Asia/Shanghai' AS placed_at, s.placed_at::date AS day, s.placed_at::time AS clock,
           s.delivery_day,
           coalesce(s.state, 'waiting') AS state, s.gross, s.discount, s.paid, s.told,
           coalesce(service.amount, 0) AS service_amount, s.known, s.channel, s.coupon_code, s.name, s.address,
           s.address_key
    {or_before}) told
 CROSS JOIN LATERAL (
    SELECT CASE WHEN s.refund_fingerprint IS NOT NULL THEN s.back
                WHEN o.refund_fingerprint IS NOT NULL THEN (
                    SELECT coalesce(-sum(amount), 0)::bigint FROM users_orderline l
                     WHERE l.order_id = o.id AND l.is_refund)
                ELSE 0 END AS back) refund
 CROSS JOIN LATERAL (
    SELECT CASE WHEN told.state = 'paid' AND told.told + refund.back > 0 AND told.told + refund.back >= told.paid
                     AND (told.known OR told.paid > 0) THEN 'refunded' ELSE told.state END AS state) money
  LEFT JOIN communities_community home ON home.id = coalesce(told.community_id, known.home_id)
 WHERE {only}
"""
_OR_BEFORE = """
     WHERE s.sold OR o.id IS NULL
    UNION ALL
    SELECT o.community_id, o.station_id, o.placed_at, o.day, (o.placed_at AT TIME ZONE 'Asia/Shanghai')::time,
           o.delivery_day, CASE WHEN o.state = 'refunded' AND o.paid > 0 THEN 'paid' ELSE o.state END,
           o.gross, o.discount, o.paid, o.refund_told, o.service_amount, o.amount_known, o.channel, o.coupon_code,
           o.name, o.address, o.address_key
     WHERE NOT s.sold AND o.id IS NOT NULL"""
_BEFORE = {
    "known": "JOIN import_known known ON known.grp = s.grp",
    "order": "LEFT JOIN users_order o ON o.id = known.order_id",
    "or_before": _OR_BEFORE,
}
# What a commit would do: nothing new has an id.
_ANY = _AS_TOLD.format(**_BEFORE, only="(known.order_id IS NULL OR change.sale OR change.refund)")
PREVIEW = f"""
INSERT INTO import_chunk {_ANY};
ANALYZE import_chunk (grp, order_id, customer_id, is_new)
"""
_DIFFERENT = _AS_TOLD.format(**_BEFORE, only="known.order_id IS NOT NULL AND (change.sale OR change.refund)")
CHANGED = f"""
INSERT INTO import_chunk {_DIFFERENT};
ANALYZE import_chunk (grp, order_id)
"""
# Of a new order nothing was there before: the planner folds the null record away.
_NOTHING = {"order": "CROSS JOIN (SELECT (NULL::users_order).*) o", "or_before": ""}
_NEW = _AS_TOLD.format(**_NOTHING, known=_BEFORE["known"], only="known.order_id IS NULL")
# In a chunk whose orders cannot be here (NEXT_CHUNK) each is new: no table is made of what is known.
_CUSTOMERS = """LEFT JOIN (SELECT phone, id AS customer_id, community_id AS home_id FROM users_customer) known
    ON known.phone = s.phone"""
_ALL_NEW = _AS_TOLD.format(**_NOTHING, known=_CUSTOMERS, only="true")

BEFORES = """
INSERT INTO users_orderbefore (file_id, order_id, "order", lines)
SELECT %(file)s, o.id, to_jsonb(o),
       coalesce((SELECT jsonb_agg(to_jsonb(l) ORDER BY l.id) FROM users_orderline l WHERE l.order_id = o.id), '[]')
  FROM import_chunk k JOIN users_order o ON o.id = k.order_id
ON CONFLICT (file_id, order_id) DO NOTHING
"""

OLD_LINES = """
DELETE FROM users_orderline l USING import_chunk k
 WHERE l.order_id = k.order_id AND (k.sale_changed AND NOT l.is_refund OR k.refund_changed AND l.is_refund)
"""

_NET = "CASE WHEN k.state = 'paid' THEN k.paid - k.refunded ELSE 0 END"

CHANGED_ORDERS = f"""
UPDATE users_order o
   SET community_id = k.community_id, station_id = k.station_id, placed_at = k.placed_at, day = k.day,
       delivery_day = k.delivery_day, state = k.state, counted = k.state = 'paid', gross = k.gross,
       discount = k.discount, paid = k.paid, refunded = k.refunded, refund_told = k.told, net = {_NET},
       service_amount = k.service_amount, amount_known = k.known, channel = k.channel, coupon_code = k.coupon_code,
       name = k.name, address = k.address, address_key = k.address_key, fingerprint = k.fingerprint,
       refund_fingerprint = k.refund_fingerprint, import_id = %(file)s
  FROM import_chunk k WHERE o.id = k.order_id
"""

_LINES = """
INSERT INTO users_orderline ({id}order_id, product_id, category_id, quantity, amount, is_refund)
SELECT {ids}, w.product_id, w.category_id, l.quantity, coalesce(l.amount, 0), l.kind = 'r'
  FROM {{lines}} l
  {join}
  LEFT JOIN {{wares}} w ON w.good = l.good
 WHERE l.grp > %(lo)s AND l.grp <= %(hi)s AND l.kind <> 'x' {order}
"""
CHANGED_LINES = _LINES.format(
    id="",
    ids="k.order_id",
    join="""JOIN import_chunk k
    ON k.grp = l.grp AND (l.kind = 's' AND k.sale_changed OR l.kind = 'r' AND k.refund_changed)""",
    order="ORDER BY l.line",
)

# Blocks of ids for the orders and the lines of a file: id = base + grp, line_base + line, the odd lane's `last` and
# `last_line` higher. Ids follow the file within a lane, whatever the planner does; nothing is sorted or drawn from a
# sequence for it. A lane fills leaves of its own: between one another's keys every full leaf is split in the middle.
ID_BLOCKS = """
SELECT setval('users_order_id_seq', nextval('users_order_id_seq') + 2 * last) - 2 * last,
       setval('users_orderline_id_seq', nextval('users_orderline_id_seq') + 2 * last_line) - 2 * last_line,
       last, last_line
  FROM (SELECT coalesce(max(grp), 0) AS last FROM {heads}) of_heads,
       (SELECT coalesce(max(line), 0) AS last_line FROM import_goods) of_lines
"""

_ORDERS = f"""
INSERT INTO users_order (id, source_id, number, customer_id, community_id, station_id, placed_at, day, delivery_day,
    state, counted, gross, discount, paid, refunded, refund_told, net, service_amount, amount_known, channel,
    coupon_code, name, address, address_key, fingerprint, refund_fingerprint, first_import_id, import_id)
SELECT %(base)s + k.grp, %(source)s, k.number, k.customer_id, k.community_id, k.station_id, k.placed_at, k.day,
       k.delivery_day, k.state, k.state = 'paid', k.gross, k.discount, k.paid, k.refunded, k.told, {_NET},
       k.service_amount, k.known, k.channel, k.coupon_code, k.name, k.address, k.address_key, k.fingerprint,
       k.refund_fingerprint, %(file)s, %(file)s
  FROM ({{new}}) k
"""
NEW_ORDERS, ALL_NEW_ORDERS = _ORDERS.format(new=_NEW), _ORDERS.format(new=_ALL_NEW)
_IDS = {"id": "id, ", "ids": "%(line_base)s + l.line, %(base)s + l.grp", "order": ""}
NEW_LINES = _LINES.format(**_IDS, join="JOIN import_known known ON known.grp = l.grp AND known.order_id IS NULL")
ALL_NEW_LINES = _LINES.format(**_IDS, join="")

# One row: file rows and orders by what became of them. Rows of unchanged orders are the rest of the chunk's rows.
COUNTS = """
SELECT coalesce(sum(known.rows), 0)::bigint,
       coalesce(sum(known.rows) FILTER (WHERE known.order_id IS NULL), 0)::bigint,
       coalesce(sum(known.rows) FILTER (WHERE k.grp IS NOT NULL), 0)::bigint,
       count(*) FILTER (WHERE known.order_id IS NULL), count(k.grp)
  FROM import_known known LEFT JOIN import_chunk k ON k.grp = known.grp
"""
ALL_NEW_COUNTS = """
SELECT coalesce(sum(rows), 0)::bigint, coalesce(sum(rows), 0)::bigint, 0, count(*), 0
  FROM {heads} WHERE kind <> 'g' AND grp > %(lo)s AND grp <= %(hi)s
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
