"""The SQL that keeps known customers' own fields what their orders say: the latest name, place and address, the first
channel. `import_people` is a temporary table: one row a customer whose fields are to change."""

TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_people (
    customer_id bigint, name text, community_id bigint, station_id bigint, address text, channel text,
    registered_at timestamptz, building text, unit text, room text, moved boolean) ON COMMIT DELETE ROWS
"""

# Where no order speaks: the file's registration, else what is known. A range of the file's known customers.
_OF_FILE = """
    SELECT c.id, coalesce(nullif(left(p.name, 80), ''), c.name) AS name,
           CASE WHEN p.named_by = 'g' THEN coalesce(p.community_id, made.id) ELSE c.community_id END AS community_id,
           CASE WHEN p.address_by = 'g' THEN left(p.address, 200) ELSE c.address END AS address,
           coalesce(nullif(c.channel, ''), left(p.channel, 40)) AS channel,
           least(c.registered_at, p.registered_at AT TIME ZONE 'Asia/Shanghai') AS registered_at
      FROM {people} p JOIN users_customer c ON c.phone = p.phone
      LEFT JOIN communities_community made ON made.name = nullif(p.new_community, '')
     WHERE p.first_grp > %(lo)s AND p.first_grp <= %(hi)s AND c.first_import_id IS DISTINCT FROM %(file)s
"""

# Where no order speaks: what was known before the file, unless a later import has changed the customer. Some customers.
_BEFORE_FILE = """
    SELECT c.id, coalesce(b.fields ->> 'name', c.name) AS name,
           CASE WHEN b.id IS NULL THEN c.community_id ELSE (b.fields ->> 'community_id')::bigint END AS community_id,
           coalesce(b.fields ->> 'address', c.address) AS address,
           coalesce(b.fields ->> 'channel', c.channel) AS channel,
           CASE WHEN b.id IS NULL THEN c.registered_at ELSE (b.fields ->> 'registered_at')::timestamptz END
               AS registered_at
      FROM users_customer c
      LEFT JOIN users_customerbefore b ON b.file_id = %(file)s AND b.customer_id = c.id
           AND NOT EXISTS (SELECT FROM users_customerbefore later WHERE later.customer_id = c.id AND later.id > b.id)
     WHERE c.id = ANY(%(ids)s)
"""

# Of several orders at one moment the one written last decides, as in purchases.queries.MOVED; a refund that waits for
# its order says nothing about anybody. Who moves away leaves the station behind. Index order_of_a_customer.
_SETTLED = """
INSERT INTO import_people
SELECT id, name, community_id, station_id, address, channel, registered_at, building, unit, room, moved
  FROM (SELECT c.id, coalesce(left(told.name, 80), base.name) AS name, place.community_id,
               CASE WHEN told.station_id IS NOT NULL THEN told.station_id
                    WHEN place.community_id IS NOT DISTINCT FROM c.community_id THEN c.station_id END AS station_id,
               door.address, coalesce(left(told.channel, 40), base.channel) AS channel, base.registered_at,
               c.building, c.unit, c.room,
               door.address <> c.address OR place.community_id IS DISTINCT FROM c.community_id AS moved,
               (c.name::text, c.community_id::bigint, c.station_id::bigint, c.address::text, c.channel::text,
                c.registered_at) AS was
          FROM base JOIN users_customer c ON c.id = base.id
         CROSS JOIN LATERAL (
            SELECT (array_agg(o.name ORDER BY o.placed_at DESC, o.id DESC) FILTER (WHERE o.name <> ''))[1] AS name,
                   (array_agg(o.community_id ORDER BY o.placed_at DESC, o.id DESC)
                       FILTER (WHERE o.community_id IS NOT NULL))[1] AS community_id,
                   (array_agg(o.station_id ORDER BY o.placed_at DESC, o.id DESC)
                       FILTER (WHERE o.station_id IS NOT NULL))[1] AS station_id,
                   (array_agg(o.address ORDER BY o.placed_at DESC, o.id DESC)
                       FILTER (WHERE o.address <> ''))[1] AS address,
                   (array_agg(o.channel ORDER BY o.placed_at, o.id) FILTER (WHERE o.channel <> ''))[1] AS channel
              FROM users_order o WHERE o.customer_id = c.id AND o.state <> 'waiting') told
         CROSS JOIN LATERAL (SELECT coalesce(told.community_id, base.community_id) AS community_id) place
         CROSS JOIN LATERAL (SELECT coalesce(left(told.address, 200), base.address) AS address) door) now
 WHERE (name, community_id::bigint, station_id::bigint, address, channel, registered_at) IS DISTINCT FROM was
"""
CHANGED_BY_FILE = f"WITH base AS ({_OF_FILE}) {_SETTLED}"
CHANGED_BY_UNDO = f"WITH base AS ({_BEFORE_FILE}) {_SETTLED}"

# Addresses whose door has to be read (by addresses.Book, with the ways of writing of the community).
MOVED = """
SELECT m.customer_id, m.address, coalesce(p.name, '')
  FROM import_people m LEFT JOIN communities_community p ON p.id = m.community_id
 WHERE m.moved ORDER BY m.customer_id
"""

DOORS = """
UPDATE import_people m SET building = d.building, unit = d.unit, room = d.room
  FROM unnest(%(ids)s::bigint[], %(buildings)s::text[], %(units)s::text[], %(rooms)s::text[])
       AS d(customer_id, building, unit, room)
 WHERE m.customer_id = d.customer_id
"""

BEFORES = """
INSERT INTO users_customerbefore (file_id, customer_id, fields)
SELECT %(file)s, c.id, jsonb_build_object('name', c.name, 'community_id', c.community_id, 'station_id', c.station_id,
           'address', c.address, 'channel', c.channel, 'registered_at', c.registered_at)
  FROM import_people m JOIN users_customer c ON c.id = m.customer_id
ON CONFLICT (file_id, customer_id) DO NOTHING
"""

WRITE = """
UPDATE users_customer c
   SET name = m.name, community_id = m.community_id, station_id = m.station_id, address = m.address,
       channel = m.channel, registered_at = m.registered_at, building = m.building, unit = m.unit, room = m.room
  FROM import_people m WHERE c.id = m.customer_id
"""

NEXT = """
SELECT max(first_grp) FROM (SELECT first_grp FROM {people} WHERE first_grp > %(lo)s
                             ORDER BY first_grp LIMIT %(size)s) next
"""
