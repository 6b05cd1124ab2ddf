"""The SQL of the staging tables: one set a file, unlogged, made again from the file when a crash emptied them.

{lines}: a row of the file that belongs to an order. {heads}: what a piece of an order says about itself. {orders}: one
row an order of the file (kinds s, r) or a registration (kind g), numbered by its first line. {people}: one row a phone.
Moments are naive Asia/Shanghai here; money is fen.
"""

DROP = "DROP TABLE IF EXISTS {lines}, {heads}, {orders}, {people}, {service}"

# kind: s sale, r refund, x an identical line that is dropped. mark: a number that stands for the line's content.
CREATE = """
CREATE UNLOGGED TABLE {lines} (line bigint, grp bigint, kind "char", status "char", product text COLLATE "C",
    category text COLLATE "C", quantity bigint, amount bigint, gross bigint, discount bigint, refund bigint,
    mark bigint, twin boolean);
CREATE UNLOGGED TABLE {heads} (grp bigint, kind "char", number text COLLATE "C", placed_at timestamp,
    refund_number text COLLATE "C", phone text COLLATE "C", name text, address text, channel text, coupon_code text,
    delivery_day date, registered_at timestamp, community_id bigint, new_community text, station_id bigint,
    address_key text, building text, unit text, room text)
"""

# R8 with a negative amount is taken for a refund of 8 by its number alone. Where this shop has an order R8 it is meant.
NAME_REFUNDS = """
UPDATE {heads} r SET number = r.refund_number
 WHERE r.kind = 'r' AND r.refund_number <> ''
   AND (EXISTS (SELECT FROM {heads} s WHERE s.kind = 's' AND s.phone = r.phone AND s.number = r.refund_number)
        OR EXISTS (SELECT FROM users_order o JOIN users_customer c ON c.id = o.customer_id
                    WHERE o.source_id = %(source)s AND o.number = r.refund_number AND c.phone = r.phone
                      AND o.state <> 'waiting'))
"""

# An order whose lines fell into several chunks: its pieces become one, numbered by the first, told by the first sale.
JOIN_PIECES = """
CREATE INDEX ON {lines} (grp);
CREATE TEMPORARY TABLE split ON COMMIT DROP AS
SELECT phone, number, min(grp) AS first, (array_agg(grp ORDER BY kind DESC, grp))[1] AS told
  FROM {heads} WHERE kind <> 'g' GROUP BY phone, number HAVING count(*) > 1;
UPDATE {lines} l SET grp = split.first
  FROM {heads} h JOIN split USING (phone, number)
 WHERE h.kind <> 'g' AND l.grp = h.grp AND h.grp <> split.first;
DELETE FROM {heads} h USING split
 WHERE h.kind <> 'g' AND h.phone = split.phone AND h.number = split.number AND h.grp <> split.told;
UPDATE {heads} h SET grp = split.first FROM split WHERE h.grp = split.told AND split.told <> split.first;
UPDATE {lines} l SET twin = true
  FROM (SELECT line, row_number() OVER (PARTITION BY grp, kind, mark ORDER BY line) AS copy
          FROM {lines} WHERE grp IN (SELECT first FROM split)) c
 WHERE c.line = l.line AND c.copy > 1 AND NOT l.twin;
DROP TABLE split
"""

DROP_IDENTICAL = "UPDATE {lines} SET kind = 'x' WHERE twin"

# Grain: one row an order or registration; as SQL what orders.rules.told says. `told` is the refund that the sale rows
# tell, `back` that of refund rows. An order whose rows do not all share one fate is a paid one; its cancelled and
# refunded lines are money told back.
# The fingerprints add up the marks: the order of lines does not matter, their number does.
ORDERS = """
CREATE UNLOGGED TABLE {orders} AS
SELECT h.*, coalesce(s.rows, 1) AS rows, coalesce(s.twins, 0) AS twins, coalesce(s.refunds, 0) AS refunds,
       coalesce(s.sales, 0) > 0 AS sold, s.state, coalesce(s.known, true) AS known,
       coalesce(s.gross, 0) AS gross, coalesce(s.discount, 0) AS discount, coalesce(s.paid, 0) AS paid,
       CASE WHEN s.state IN ('unpaid', 'cancelled') THEN s.told_by_column ELSE coalesce(s.told, 0) END AS told,
       coalesce(s.back, 0) AS back,
       CASE WHEN s.sales > 0 THEN md5(concat_ws(chr(31), h.placed_at, h.name, h.address, h.channel, h.coupon_code,
                                                coalesce(h.delivery_day::text, ''), s.sales, s.sale_marks))::uuid
       END AS fingerprint,
       CASE WHEN s.refunds > 0 THEN md5(concat_ws(chr(31), s.refunds, s.refund_marks))::uuid END AS refund_fingerprint
  FROM {heads} h
  LEFT JOIN (
    SELECT grp, count(*) AS rows, count(*) FILTER (WHERE twin) AS twins, count(*) FILTER (WHERE kind = 's') AS sales,
           count(*) FILTER (WHERE kind = 'r') AS refunds,
           CASE WHEN bool_or(status = 'p') FILTER (WHERE kind = 's') THEN 'paid'
                WHEN bool_and(status = 'u') FILTER (WHERE kind = 's') THEN 'unpaid'
                WHEN bool_or(status = 'c') FILTER (WHERE kind = 's') THEN 'cancelled'
                WHEN bool_or(kind = 's') THEN 'refunded' END AS state,
           bool_and(amount IS NOT NULL) FILTER (WHERE kind = 's') AS known,
           sum(coalesce(gross, amount + coalesce(discount, 0), 0)) FILTER (WHERE kind = 's')::bigint AS gross,
           sum(coalesce(discount, greatest(gross - amount, 0), 0)) FILTER (WHERE kind = 's')::bigint AS discount,
           sum(amount) FILTER (WHERE kind = 's')::bigint AS paid,
           sum(coalesce(refund, 0)) FILTER (WHERE kind = 's')::bigint AS told_by_column,
           sum(CASE status WHEN 'p' THEN coalesce(refund, 0)
                           ELSE greatest(amount, refund, 0) END) FILTER (WHERE kind = 's')::bigint AS told,
           -sum(coalesce(amount, gross, 0)) FILTER (WHERE kind = 'r')::bigint AS back,
           sum(mark) FILTER (WHERE kind = 's') AS sale_marks, sum(mark) FILTER (WHERE kind = 'r') AS refund_marks
      FROM {lines} GROUP BY grp
  ) s USING (grp)
 ORDER BY grp;
CREATE UNIQUE INDEX ON {orders} (grp);
DROP TABLE {heads};
ANALYZE {lines};
ANALYZE {orders}
"""

# Grain: one row a phone. The latest order wins over refunds without their order, and both over registrations;
# `named_by` and `address_by` are the kinds of row that name the community and the address.
PEOPLE = """
CREATE UNLOGGED TABLE {people} AS
SELECT p.phone, p.first_grp, p.registrations, p.registered_at, p.name, coalesce(channel.channel, '') AS channel,
       named.kind AS named_by, named.community_id, coalesce(named.new_community, '') AS new_community,
       station.station_id, door.kind AS address_by, coalesce(door.address, '') AS address,
       coalesce(door.building, '') AS building, coalesce(door.unit, '') AS unit, coalesce(door.room, '') AS room
  FROM (
    SELECT phone, min(grp) AS first_grp, count(*) FILTER (WHERE kind = 'g') AS registrations,
           min(registered_at) AS registered_at,
           coalesce((array_agg(name) FILTER (WHERE name <> ''))[1], '') AS name,
           (array_agg(grp) FILTER (WHERE community_id IS NOT NULL OR new_community <> ''))[1] AS named_grp,
           (array_agg(grp) FILTER (WHERE station_id IS NOT NULL))[1] AS station_grp,
           (array_agg(grp) FILTER (WHERE address <> ''))[1] AS address_grp,
           (array_agg(grp ORDER BY placed_at, grp) FILTER (WHERE channel <> ''))[1] AS channel_grp
      FROM (SELECT phone, grp, kind, registered_at, name, community_id, new_community, station_id, address, channel,
                   placed_at
              FROM {orders}
             ORDER BY phone, CASE kind WHEN 's' THEN 0 WHEN 'r' THEN 1 ELSE 2 END, placed_at DESC, grp DESC) o
     GROUP BY phone) p
  LEFT JOIN {orders} named ON named.grp = p.named_grp
  LEFT JOIN {orders} station ON station.grp = p.station_grp
  LEFT JOIN {orders} door ON door.grp = p.address_grp
  LEFT JOIN {orders} channel ON channel.grp = p.channel_grp
 ORDER BY p.first_grp;
CREATE UNIQUE INDEX ON {people} (phone);
CREATE INDEX ON {people} (first_grp);
ANALYZE {people}
"""

COUNTS = """
SELECT (SELECT count(*) FROM {lines}), (SELECT count(*) FROM {orders}), (SELECT count(*) FROM {people})
"""

FACTS = """
SELECT count(*) FILTER (WHERE kind <> 'g'), count(*) FILTER (WHERE kind = 'g'), coalesce(sum(twins), 0)::bigint,
       coalesce(sum(refunds), 0)::bigint, coalesce(sum(rows), 0)::bigint
  FROM {orders}
"""
