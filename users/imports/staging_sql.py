"""The SQL of the staging tables: one set a file, unlogged, made again from the file when a crash emptied them.

{lines}: a row of the file that belongs to an order. {goods}: a product and category in a chunk of the file, numbered by
their first line in it, with their last; {lines} name them by that number. {heads}: what a piece of an order says about
itself. {orders}: one row an order of the file (kinds s, r) or a registration (kind g), numbered by its first line.
{people}: one row a phone. Moments are naive Asia/Shanghai here; money is fen. All but {goods} are cut by lane
(lanes.py): what is written {heads} is a whole table or the part of a lane, as staging.Tables says.
"""

DROP = """
DROP VIEW IF EXISTS {orders}, {orders_even}, {orders_odd};
DROP TABLE IF EXISTS {lines}, {goods}, {heads}, {people}, {service}, {wares}
"""

# lines.kind: s sale, r refund, x an identical line that is dropped; fate: p paid, u unpaid, c cancelled, r refunded;
# mark: a number that stands for the line's content; the money is linesums.of_lines. heads: linesums.SUMS at the end.
# What most lines or heads have is null (pieces.slim). people: `named_by` and `address_by` are the kinds of row that
# name community and address. Each is filled once and analysed then: the vacuum need not come by.
CREATE = """
CREATE TABLE {lines} (odd boolean, line bigint, grp bigint, kind "char", fate "char", good bigint,
    quantity bigint, amount bigint, gross bigint, discount bigint, by_column bigint, gone bigint, back bigint,
    mark bigint, twin boolean) PARTITION BY LIST (odd);
CREATE UNLOGGED TABLE {goods} (good bigint, product text COLLATE "C", category text COLLATE "C", line bigint)
    WITH (autovacuum_enabled = off);
CREATE TABLE {heads} (grp bigint, kind "char", number text COLLATE "C", placed_at timestamp,
    refund_number text COLLATE "C", phone text COLLATE "C", odd boolean, name text, address text, channel text,
    coupon_code text, delivery_day date, registered_at timestamp, community_id bigint, new_community text,
    station_id bigint,
    address_key text, building text, unit text, room text, rows integer, twins integer, sales integer, refunds integer,
    live integer, unpaid integer, cancelled integer, unknown integer, gross bigint, discount bigint, paid bigint,
    by_column bigint, gone bigint, back bigint, sale_high bigint, sale_low bigint, refund_high bigint,
    refund_low bigint) PARTITION BY LIST (odd);
CREATE TABLE {people} (phone text COLLATE "C", odd boolean, first_grp bigint, registrations bigint,
    registered_at timestamp, name text, channel text, named_by "char", community_id bigint, new_community text,
    station_id bigint, address_by "char", address text, building text, unit text, room text) PARTITION BY LIST (odd);
CREATE UNLOGGED TABLE {lines_even} PARTITION OF {lines} FOR VALUES IN (false) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE {lines_odd} PARTITION OF {lines} FOR VALUES IN (true) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE {heads_even} PARTITION OF {heads} FOR VALUES IN (false) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE {heads_odd} PARTITION OF {heads} FOR VALUES IN (true) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE {people_even} PARTITION OF {people} FOR VALUES IN (false) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE {people_odd} PARTITION OF {people} FOR VALUES IN (true) WITH (autovacuum_enabled = off)
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

# An order whose lines fell into several chunks: its pieces become one, numbered by the first, told by the first sale,
# and what its lines come to is added up anew. A line that repeats one of an earlier piece is a twin too. Lines lie in
# the order of the file, and their groups nearly so: the ranges of a BRIN index find a chunk's as well as a tree would.
JOIN_PIECES = """
CREATE INDEX ON {lines} USING brin (grp) WITH (pages_per_range = 16);
CREATE UNIQUE INDEX ON {heads} (grp);
CREATE TEMPORARY TABLE split ON COMMIT DROP AS
WITH apart AS (SELECT phone, number FROM {heads} WHERE kind <> 'g' GROUP BY phone, number HAVING count(*) > 1)
SELECT min(grp) AS first, (array_agg(grp ORDER BY kind DESC, grp))[1] AS told, array_agg(grp) AS pieces
  FROM {heads} JOIN apart USING (phone, number) WHERE kind <> 'g' GROUP BY phone, number;
UPDATE {lines} l SET grp = split.first FROM split CROSS JOIN unnest(pieces) AS piece
 WHERE l.grp = piece AND piece <> split.first;
DELETE FROM {heads} h USING split CROSS JOIN unnest(pieces) AS piece WHERE h.grp = piece AND piece <> split.told;
UPDATE {heads} h SET grp = split.first FROM split WHERE h.grp = split.told AND split.told <> split.first;
UPDATE {lines} l SET twin = true, kind = CASE WHEN %(drop)s THEN 'x' ELSE l.kind END
  FROM (SELECT line, row_number() OVER (PARTITION BY grp, mark ORDER BY line) AS copy
          FROM {lines} WHERE grp IN (SELECT first FROM split)) c
 WHERE c.line = l.line AND c.copy > 1 AND NOT l.twin;
UPDATE {heads} h
   SET rows = s.rows, twins = s.twins, sales = s.sales, refunds = s.refunds, live = s.live, unpaid = s.unpaid,
       cancelled = s.cancelled, unknown = s.unknown, gross = s.gross, discount = s.discount, paid = s.paid,
       by_column = s.by_column, gone = s.gone, back = s.back, sale_high = s.sale_high, sale_low = s.sale_low,
       refund_high = s.refund_high, refund_low = s.refund_low
  FROM (SELECT grp, count(*) AS rows, count(*) FILTER (WHERE twin) AS twins,
               count(*) FILTER (WHERE kind = 's') AS sales,
               count(*) FILTER (WHERE kind = 'r') AS refunds, count(*) FILTER (WHERE kind = 's' AND fate = 'p') AS live,
               count(*) FILTER (WHERE kind = 's' AND fate = 'u') AS unpaid,
               count(*) FILTER (WHERE kind = 's' AND fate = 'c') AS cancelled,
               count(*) FILTER (WHERE kind = 's' AND amount IS NULL) AS unknown,
               coalesce(sum(coalesce(gross, amount)) FILTER (WHERE kind = 's'), 0) AS gross,
               coalesce(sum(discount) FILTER (WHERE kind = 's'), 0) AS discount,
               coalesce(sum(amount) FILTER (WHERE kind = 's'), 0) AS paid,
               coalesce(sum(by_column) FILTER (WHERE kind = 's'), 0) AS by_column,
               coalesce(sum(gone) FILTER (WHERE kind = 's'), 0) AS gone,
               coalesce(sum(back) FILTER (WHERE kind = 'r'), 0) AS back,
               coalesce(sum(mark >> 32 & 4294967295) FILTER (WHERE kind = 's'), 0) AS sale_high,
               coalesce(sum(mark & 4294967295) FILTER (WHERE kind = 's'), 0) AS sale_low,
               coalesce(sum(mark >> 32 & 4294967295) FILTER (WHERE kind = 'r'), 0) AS refund_high,
               coalesce(sum(mark & 4294967295) FILTER (WHERE kind = 'r'), 0) AS refund_low
          FROM {lines} WHERE grp IN (SELECT first FROM split) GROUP BY grp) s
 WHERE h.grp = s.grp;
DROP TABLE split;
SET LOCAL default_statistics_target = 10;
ANALYZE {lines} (grp, good);
ANALYZE {heads} (grp, kind, phone, number)
"""

# Grain: one row an order or registration; as SQL what orders.rules.told says. `told` is the refund that the sale rows
# tell, `back` that of refund rows. An order whose rows do not all share one fate is a paid one; its other rows are
# money told back. The fingerprints add up the marks: the order of lines does not matter, their number does.
ORDERS = """
CREATE VIEW {orders} AS
SELECT h.*, sales > 0 AS sold, unknown = 0 AS known, state.state,
       CASE WHEN state.state IN ('unpaid', 'cancelled') THEN by_column ELSE gone END AS told,
       CASE WHEN sales > 0 THEN hash_record_extended(ROW(placed_at, name, address, channel, coupon_code, delivery_day,
                                                         sales, sale_high, sale_low), 0) END AS fingerprint,
       CASE WHEN refunds > 0 THEN hash_record_extended(ROW(refunds, refund_high, refund_low), 0)
       END AS refund_fingerprint
  FROM (SELECT grp, kind, number, placed_at, phone, name, address, channel, coupon_code, delivery_day, community_id,
               new_community, station_id, address_key, rows, sales, paid, sale_high, sale_low,
               coalesce(twins, 0) AS twins, coalesce(refunds, 0) AS refunds, coalesce(live, sales) AS live,
               coalesce(unpaid, 0) AS unpaid, coalesce(cancelled, 0) AS cancelled, coalesce(unknown, 0) AS unknown,
               coalesce(gross, paid) AS gross, coalesce(discount, 0) AS discount, coalesce(by_column, 0) AS by_column,
               coalesce(gone, 0) AS gone, coalesce(back, 0) AS back, coalesce(refund_high, 0) AS refund_high,
               coalesce(refund_low, 0) AS refund_low
          FROM {heads}) h
 CROSS JOIN LATERAL (SELECT CASE WHEN live > 0 THEN 'paid' WHEN sales = 0 THEN NULL WHEN unpaid = sales THEN 'unpaid'
                                 WHEN cancelled > 0 THEN 'cancelled' ELSE 'refunded' END AS state) state
"""

# Grain: one row a phone. The latest order wins over refunds without their order, and both over registrations; the
# channel is the first order's. Phones are sorted as numbers: most begin alike, and texts are told apart by how they
# begin. The planner takes them for two hundred then, so it may not loop.
PEOPLE = """
SET LOCAL enable_nestloop = off;
INSERT INTO {people}
SELECT p.number::text AS phone, p.odd, p.first_grp, p.registrations, p.registered_at, coalesce(p.name, '') AS name,
       coalesce(p.sale_channels[array_upper(p.sale_channels, 1)], p.channel, '') AS channel, p.named_by,
       p.community_id, coalesce(p.new_community, '') AS new_community, p.station_id,
       door.kind AS address_by, coalesce(door.address, '') AS address, coalesce(door.building, '') AS building,
       coalesce(door.unit, '') AS unit, coalesce(door.room, '') AS room
  FROM (
    SELECT number, bool_or(odd) AS odd, min(grp) AS first_grp, count(*) FILTER (WHERE kind = 'g') AS registrations,
           min(registered_at) AS registered_at, (array_agg(name) FILTER (WHERE name <> ''))[1] AS name,
           array_agg(channel) FILTER (WHERE channel <> '' AND kind = 's') AS sale_channels,
           (array_agg(channel) FILTER (WHERE channel <> ''))[1] AS channel,
           (array_agg(kind) FILTER (WHERE is_named))[1] AS named_by,
           (array_agg(community_id) FILTER (WHERE is_named))[1] AS community_id,
           (array_agg(new_community) FILTER (WHERE is_named))[1] AS new_community,
           (array_agg(station_id) FILTER (WHERE station_id IS NOT NULL))[1] AS station_id,
           (array_agg(grp) FILTER (WHERE has_address))[1] AS address_grp
      FROM (SELECT phone::bigint AS number, odd, grp, kind, registered_at, name, channel, community_id,
                   new_community, station_id, community_id IS NOT NULL OR new_community <> '' AS is_named,
                   address <> '' AS has_address
              FROM {heads}
             ORDER BY number, CASE kind WHEN 's' THEN 0 WHEN 'r' THEN 1 ELSE 2 END, placed_at DESC, grp DESC) h
     GROUP BY number) p
  LEFT JOIN {heads} door ON door.grp = p.address_grp
 ORDER BY p.first_grp;
SET LOCAL enable_nestloop = on;
ANALYZE {people}
"""
PEOPLE_INDEXES = """
CREATE UNIQUE INDEX ON {people} (phone);
CREATE INDEX ON {people} (first_grp)
"""

COUNTS = """
SELECT (SELECT count(*) FROM {lines}), (SELECT count(*) FROM {heads}), (SELECT count(*) FROM {people})
"""

FACTS = """
SELECT count(*) FILTER (WHERE kind <> 'g'), count(*) FILTER (WHERE kind = 'g'), coalesce(sum(twins), 0)::bigint,
       coalesce(sum(refunds), 0)::bigint, coalesce(sum(rows), 0)::bigint
  FROM {heads}
"""
