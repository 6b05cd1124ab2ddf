"""The RFM definition of rules.py as set-based SQL, in steps over temporary tables."""

# Policies by community as arrays that are looked up by its id, 0 the unassigned: cheaper than a join a customer-day.
_INSIDE = "d.day >= (%(begins)s::date[])[d.community_id + 1]"

# Where every day starts a purchase, every clean day in the window is of a purchase that starts in it. Where days are
# merged, the days before the first start belong to an earlier purchase.
EVERY_DAY_STARTS = "d.day"
FIRST_START = f"min(d.day) FILTER (WHERE d.starts_clean AND {_INSIDE}) OVER (PARTITION BY d.customer_id)"

# One row a customer who ordered before as_of; last_day is null where the window or the cleaning left nothing. OFFSET
# keeps the planner from asking for each sum anew whether the day is inside.
WINDOW = f"""
CREATE TEMPORARY TABLE rfm_window AS
SELECT community_id, customer_id,
       COALESCE(sum(orders) FILTER (WHERE inside), 0)::int AS orders,
       COALESCE(sum(clean_orders) FILTER (WHERE inside), 0)::int AS clean_orders,
       max(day) FILTER (WHERE inside AND clean_orders > 0 AND day >= first_start) AS last_day,
       count(*) FILTER (WHERE inside AND starts_clean)::int AS frequency,
       COALESCE(sum(clean_net) FILTER (WHERE inside AND day >= first_start), 0)::bigint AS monetary,
       min(door_low) FILTER (WHERE inside) AS door_low, max(door_high) FILTER (WHERE inside) AS door_high
  FROM (SELECT d.community_id, d.customer_id, d.day, d.orders, d.clean_orders, d.clean_net, d.starts_clean,
               d.door_low, d.door_high, {_INSIDE} AS inside, {{first_start}} AS first_start
          FROM {{days}} d WHERE d.day < %(as_of)s OFFSET 0) ever
 GROUP BY community_id, customer_id
"""

# Those whose days saw more than one door at all (max_addresses is at least 1): few, and only their orders are read.
SUSPECTS = """
CREATE TEMPORARY TABLE rfm_suspect AS
SELECT customer_id, community_id FROM rfm_window WHERE door_low <> door_high;
ANALYZE rfm_suspect
"""

# Proxy buyers: one row a customer with too many doors among the orders that are left without service orders.
PROXIES = f"""
CREATE TEMPORARY TABLE rfm_proxy AS
SELECT d.customer_id
  FROM (SELECT o.customer_id, o.day, o.address_key, o.service_amount, s.community_id
          FROM rfm_suspect s
          JOIN users_order o ON o.customer_id = s.customer_id
         WHERE o.counted AND o.address_key <> '' AND o.day < %(as_of)s) d
 WHERE {_INSIDE}
   AND NOT (d.service_amount > 0 AND d.service_amount >= (%(service_min)s::bigint[])[d.community_id + 1])
 GROUP BY d.customer_id, d.community_id
HAVING count(DISTINCT d.address_key) > (%(max_addresses)s::int[])[d.community_id + 1]
"""

BASE = """
CREATE TEMPORARY TABLE rfm_base AS
SELECT community_id, customer_id, last_day, %(as_of)s - last_day AS r, frequency AS f, monetary AS m
  FROM rfm_window
 WHERE frequency > 0 AND customer_id NOT IN (SELECT customer_id FROM rfm_proxy)
"""

# One row a community (or one row, COMPANY): how many, and the value at place ceil(k*n/5) of each dimension.
_PLACES = ", ".join(f"{{v}}[(({k} * n + 4) / 5)::int]" for k in range(1, 5))
CUTS = f"""
SELECT place, n, ARRAY[{_PLACES.format(v="r")}], ARRAY[{_PLACES.format(v="f")}], ARRAY[{_PLACES.format(v="m")}]
  FROM (SELECT {{place}} AS place, count(*) AS n,
               array_agg(r ORDER BY r) AS r, array_agg(f ORDER BY f) AS f, array_agg(m ORDER BY m) AS m
          FROM rfm_base GROUP BY 1) ranked
"""

CUT_POINTS = """
    SELECT * FROM unnest(%(places)s::int[], {columns}) AS p(community_id, {names})
""".format(
    columns=", ".join(f"%({d}{k})s::bigint[]" for d in "rfm" for k in range(1, 5)),
    names=", ".join(f"{d}{k}" for d in "rfm" for k in range(1, 5)),
)


def _above(value: str) -> str:
    return " + ".join(f"({value} > c.{value}{k})::int" for k in range(1, 5))


# One row a scored customer.
SCORED = f"""
CREATE TEMPORARY TABLE rfm_scored AS
WITH c AS ({CUT_POINTS})
SELECT b.community_id, b.customer_id, b.last_day, b.f AS frequency, b.m AS monetary,
       (5 - ({_above("r")}))::smallint AS r_score,
       (1 + {_above("f")})::smallint AS f_score,
       (1 + {_above("m")})::smallint AS m_score
  FROM rfm_base b JOIN c ON c.community_id = b.community_id
"""

SUMS = """
SELECT community_id, sum(r_score)::bigint, sum(f_score)::bigint, sum(m_score)::bigint, count(*)::int
  FROM rfm_scored GROUP BY community_id
"""

# The company's sums: everybody under the company's cut points.
COMPANY_SUMS = f"""
WITH c AS ({CUT_POINTS})
SELECT sum(5 - ({_above("r")}))::bigint, sum(1 + {_above("f")})::bigint, sum(1 + {_above("m")})::bigint, count(*)::int
  FROM rfm_base b CROSS JOIN c
"""

MEANS = """
    SELECT * FROM unnest(%(places)s::int[], %(r_sum)s::bigint[], %(f_sum)s::bigint[], %(m_sum)s::bigint[],
                         %(mean_of)s::bigint[], %(fixed)s::int[])
             AS p(community_id, r_sum, f_sum, m_sum, mean_of, fixed)
"""


def _high(d: str) -> str:
    """Above the mean, compared as score × n > sum; or above the fixed score where there is one."""
    return f"CASE WHEN p.fixed IS NULL THEN s.{d}_score * p.mean_of > p.{d}_sum ELSE s.{d}_score > p.fixed END"


# One row a scored customer with the class: R, F, M high or low as the bits of a number.
CLASSED = f"""
CREATE TEMPORARY TABLE rfm_classed AS
WITH p AS ({MEANS})
SELECT %(as_of)s::date AS as_of, s.*,
       (%(classes)s::text[])[1 + ({_high("r")})::int * 4 + ({_high("f")})::int * 2 + ({_high("m")})::int] AS rfm_class
  FROM rfm_scored s JOIN p ON p.community_id = s.community_id
"""

COUNTS = """
(SELECT as_of, community_id, rfm_class, count(*)::int AS customers, sum(monetary)::bigint AS monetary
   FROM rfm_classed GROUP BY as_of, community_id, rfm_class)
"""

# One row a community that has customers with orders before as_of. Every order in the window is in exactly one of:
# service, proxy, merged, purchases.
CLEANING = """
(SELECT %(as_of)s::date AS as_of, community_id, sum(orders)::int AS orders,
        sum(orders - clean_orders)::int AS service_orders,
        count(*) FILTER (WHERE orders > clean_orders)::int AS service_customers,
        COALESCE(sum(clean_orders) FILTER (WHERE is_proxy), 0)::int AS proxy_orders,
        count(*) FILTER (WHERE is_proxy)::int AS proxy_customers,
        COALESCE(sum(clean_orders - frequency) FILTER (WHERE NOT is_proxy), 0)::int AS merged_orders,
        COALESCE(sum(frequency) FILTER (WHERE NOT is_proxy), 0)::int AS purchases,
        count(*) FILTER (WHERE NOT is_proxy AND frequency = 0)::int AS outside_window
   FROM (SELECT community_id, orders, clean_orders, frequency,
                customer_id IN (SELECT customer_id FROM rfm_proxy) AS is_proxy
           FROM rfm_window OFFSET 0) w
  GROUP BY community_id)
"""

# Standings that are to change: scores as of the newest date, and the two lists the cleaning makes. From one date to the
# next they are few, so they are picked out before the table is joined to itself. The lists are short: looked up, not
# joined, and once a row (OFFSET).
DIFFERING = """
CREATE TEMPORARY TABLE rfm_differing AS
SELECT s.customer_id, c.frequency, c.monetary, c.last_day, c.r_score, c.f_score, c.m_score,
       COALESCE(c.rfm_class, '') AS rfm_class, s.has_service, s.has_doors
  FROM (SELECT *, customer_id IN (SELECT customer_id FROM rfm_window WHERE orders > clean_orders) AS has_service,
               customer_id IN (SELECT customer_id FROM rfm_proxy) AS has_doors
          FROM users_standing
         WHERE %(here)s::int[] IS NULL OR COALESCE(community_id, 0) = ANY(%(here)s)
        OFFSET 0) s
  LEFT JOIN rfm_classed c ON c.customer_id = s.customer_id
 WHERE (s.frequency, s.monetary, s.rfm_last_day, s.r_score, s.f_score, s.m_score, s.rfm_class, s.is_service, s.is_proxy)
       IS DISTINCT FROM
       (c.frequency, c.monetary, c.last_day, c.r_score, c.f_score, c.m_score, COALESCE(c.rfm_class, ''), s.has_service,
        s.has_doors);
ANALYZE rfm_differing
"""
STANDINGS = """
UPDATE users_standing t
   SET frequency = f.frequency, monetary = f.monetary, rfm_last_day = f.last_day, r_score = f.r_score,
       f_score = f.f_score, m_score = f.m_score, rfm_class = f.rfm_class, is_service = f.has_service,
       is_proxy = f.has_doors, as_of = %(as_of)s
  FROM rfm_differing f WHERE t.customer_id = f.customer_id
"""
