"""The SQL that writes registrations and referrals, whole files at once."""

NEW_CUSTOMERS = """
INSERT INTO users_customer (phone, phone_grams, registered_at, name, channel, community_id, address, building, unit,
                            room, left_censored)
SELECT p.phone,
       ARRAY[substr(p.phone, 1, 4)::integer, substr(p.phone, 2, 4)::integer, substr(p.phone, 3, 4)::integer,
             substr(p.phone, 4, 4)::integer, substr(p.phone, 5, 4)::integer, substr(p.phone, 6, 4)::integer,
             substr(p.phone, 7, 4)::integer, substr(p.phone, 8, 4)::integer],
       p.registered_at, p.name, left(p.channel, 40), p.community_id, p.address, p.building, p.unit, p.room, false
  FROM unnest(%(phones)s::text[], %(registered_at)s::timestamptz[], %(name)s::text[], %(channel)s::text[],
              %(community_id)s::int[], %(address)s::text[], %(building)s::text[], %(unit)s::text[], %(room)s::text[])
       AS p(phone, registered_at, name, channel, community_id, address, building, unit, room)
ON CONFLICT (phone) DO NOTHING RETURNING phone, id
"""

KNOWN_CUSTOMERS = """
UPDATE users_customer c
   SET registered_at = p.registered_at, name = p.name, channel = left(p.channel, 40), community_id = p.community_id,
       address = p.address, building = p.building, unit = p.unit, room = p.room
  FROM unnest(%(ids)s::bigint[], %(registered_at)s::timestamptz[], %(name)s::text[], %(channel)s::text[],
              %(community_id)s::int[], %(address)s::text[], %(building)s::text[], %(unit)s::text[], %(room)s::text[])
       AS p(id, registered_at, name, channel, community_id, address, building, unit, room)
 WHERE c.id = p.id
"""

# Who was made by an earlier file stays made by a file.
REGISTRATIONS = """
INSERT INTO users_registration AS r (customer_id, at, channel, file_id, made_customer)
SELECT p.id, p.at, left(p.channel, 40), %(file)s, p.made
  FROM unnest(%(ids)s::bigint[], %(at)s::timestamptz[], %(channel)s::text[], %(made)s::boolean[])
       AS p(id, at, channel, made)
ON CONFLICT (customer_id) DO UPDATE SET at = EXCLUDED.at, channel = EXCLUDED.channel, file_id = EXCLUDED.file_id
"""

REFERRALS = """
INSERT INTO users_referral AS r (referred_id, referrer_id, at, file_id)
SELECT p.referred, p.referrer, p.at, %(file)s
  FROM unnest(%(referred)s::bigint[], %(referrer)s::bigint[], %(at)s::timestamptz[]) AS p(referred, referrer, at)
ON CONFLICT (referred_id) DO UPDATE SET at = EXCLUDED.at
"""

# Customers with business days whose community was filled in: their days move with them.
WITH_DAYS = "SELECT DISTINCT customer_id FROM users_customerday WHERE customer_id = ANY(%(ids)s)"

# -- Taking back -------------------------------------------------------------------------------------------------------

# One row a registration of the file: whose it is, and whether the file made them.
OF_FILE = "SELECT customer_id, made_customer FROM users_registration WHERE file_id = %(file)s"

# Registrations as they were before the file, where their file is still in.
TOLD_BEFORE = """
INSERT INTO users_registration (customer_id, at, channel, file_id, made_customer)
SELECT p.id, p.at, p.channel, p.file, p.made
  FROM unnest(%(ids)s::bigint[], %(at)s::timestamptz[], %(channel)s::text[], %(files)s::bigint[], %(made)s::boolean[])
       AS p(id, at, channel, file, made)
  JOIN users_signupimport f ON f.id = p.file AND f.state = 'done'
"""
TOLD_NOW = """
SELECT customer_id, at, channel, file_id, made_customer FROM users_registration WHERE customer_id = ANY(%(ids)s)
"""
WITH_ORDERS = "SELECT DISTINCT customer_id FROM users_order WHERE customer_id = ANY(%(ids)s)"
REMOVE_CUSTOMERS = """
WITH standing AS (DELETE FROM users_standing WHERE customer_id = ANY(%(ids)s)),
     stage AS (DELETE FROM users_stage WHERE customer_id = ANY(%(ids)s)),
     tags AS (DELETE FROM users_tagging WHERE customer_id = ANY(%(ids)s))
DELETE FROM users_customer WHERE id = ANY(%(ids)s)
"""
