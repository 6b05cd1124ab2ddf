"""The lifecycle definition of rules.py as set-based SQL."""

# One row a customer: the first day we knew of them, registered or ordered (rules known_since of purchases).
KNOWN = """
CREATE TEMPORARY TABLE known AS
SELECT c.id AS customer_id, COALESCE(c.community_id, 0) AS community_id,
       LEAST((c.registered_at AT TIME ZONE 'Asia/Shanghai')::date, o.first) AS since
  FROM users_customer c
  LEFT JOIN (SELECT customer_id, min(day) AS first FROM users_order WHERE state <> 'waiting' GROUP BY customer_id) o
         ON o.customer_id = c.id
 WHERE c.registered_at IS NOT NULL OR o.first IS NOT NULL
"""

# Snapshots that hold other people than are known by now: a registration came late, or somebody is gone or moved.
MISCOUNTED = """
SELECT DISTINCT as_of
  FROM (SELECT s.as_of, k.community_id, sum(k.n) AS n
          FROM users_snapshotday s
          JOIN (SELECT community_id, since, count(*) AS n FROM known GROUP BY 1, 2) k ON k.since < s.as_of
         GROUP BY 1, 2) there
  FULL JOIN (SELECT as_of, community_id, sum(customers) AS n
               FROM users_lifecyclecount GROUP BY 1, 2) counted USING (as_of, community_id)
 WHERE there.n IS DISTINCT FROM counted.n AND as_of IN (SELECT as_of FROM users_snapshotday)
"""

# The class under one set of policies. Two purchases are told from the first and the last day (rules.has_repurchased).
_CLASS = """
CASE WHEN d.first_purchase IS NULL THEN 'prospect'
     WHEN %(as_of)s - d.first_purchase <= p.{v}new_window THEN 'new_paying'
     WHEN d.last_order - d.first_purchase >= p.{v}merge_days AND %(as_of)s - d.last_order <= p.{v}silent_after
          THEN 'active'
     ELSE 'silent' END
"""

POLICIES = """
    SELECT * FROM unnest(%(places)s::int[], %(new_window)s::int[], %(silent_after)s::int[], %(merge_days)s::int[],
                         %(was_new_window)s::int[], %(was_silent_after)s::int[], %(was_merge_days)s::int[])
             AS p(community_id, new_window, silent_after, merge_days, was_new_window, was_silent_after, was_merge_days)
"""

# One row a customer known before as_of. `was_…` are the policies of the snapshot before (rules.is_by_policy).
LIFE = f"""
CREATE TEMPORARY TABLE life AS
WITH policy AS ({POLICIES}),
facts AS (
    SELECT customer_id, min(day) AS first_purchase, max(day) AS last_order,
           count(*) FILTER (WHERE starts_purchase)::int AS purchases, sum(net)::bigint AS net
      FROM {{days}} WHERE day < %(as_of)s GROUP BY customer_id),
classed AS (
    SELECT k.customer_id, k.community_id, {_CLASS.format(v="")} AS lifecycle, {_CLASS.format(v="was_")} AS as_was,
           d.first_purchase, d.last_order, COALESCE(d.purchases, 0) AS purchases, COALESCE(d.net, 0) AS net
      FROM known k JOIN policy p ON p.community_id = k.community_id
      LEFT JOIN facts d ON d.customer_id = k.customer_id
     WHERE k.since < %(as_of)s)
SELECT %(as_of)s::date AS as_of, c.customer_id, c.community_id, c.lifecycle, COALESCE(b.lifecycle, '') AS before,
       c.lifecycle = 'active' AND b.lifecycle IS NOT DISTINCT FROM 'silent' AS recalled,
       b.lifecycle IS NOT NULL AND c.lifecycle <> b.lifecycle AND c.as_was = b.lifecycle AS by_policy,
       c.first_purchase, c.last_order, c.purchases, c.net
  FROM classed c
  LEFT JOIN users_lifecyclesnapshot b ON b.as_of = %(before)s AND b.customer_id = c.customer_id
"""

# One row a class: the facts of a snapshot under other policies.
PREVIEW = f"""
WITH policy AS (
    SELECT * FROM unnest(%(places)s::int[], %(new_window)s::int[], %(silent_after)s::int[], %(merge_days)s::int[])
             AS p(community_id, new_window, silent_after, merge_days))
SELECT {_CLASS.format(v="")}, count(*)
  FROM users_lifecyclesnapshot d JOIN policy p ON p.community_id = d.community_id
 WHERE d.as_of = %(as_of)s AND (%(place)s::int IS NULL OR d.community_id = %(place)s)
 GROUP BY 1
"""

# One row a community and pair of classes: as the snapshot has them, and as these policies would make them.
SHIFTS = f"""
WITH policy AS (
    SELECT * FROM unnest(%(places)s::int[], %(new_window)s::int[], %(silent_after)s::int[], %(merge_days)s::int[])
             AS p(community_id, new_window, silent_after, merge_days))
SELECT community_id, lifecycle, supposed, count(*)
  FROM (SELECT d.community_id, d.lifecycle, {_CLASS.format(v="")} AS supposed
          FROM users_lifecyclesnapshot d JOIN policy p ON p.community_id = d.community_id
         WHERE d.as_of = %(as_of)s) s
 WHERE supposed <> lifecycle
 GROUP BY 1, 2, 3
"""

# One row a community and class.
COUNTS = """
(SELECT as_of, community_id, lifecycle, count(*)::int AS customers, count(*) FILTER (WHERE recalled)::int AS recalled
   FROM life GROUP BY as_of, community_id, lifecycle)
"""

# One row a known customer, as the lists want it: no community is null there.
STANDINGS = """
(SELECT customer_id, NULLIF(community_id, 0) AS community_id, lifecycle, recalled, first_purchase, last_order,
        purchases, net, as_of, '' AS rfm_class, false AS is_service, false AS is_proxy
   FROM life)
"""
