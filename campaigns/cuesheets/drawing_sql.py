"""What a sheet is drawn up from: the deliveries of a day, and the goods recommended with them."""

from campaigns.cuesheets import rules
from coupons.reminders.queries import DRAW
from coupons.reminders.rules import DRAWS

# Lines that are carried to a door on a day: of counted orders, no refunds, no services (order_delivery,
# line_of_an_order). OFFSET keeps the lines of one day from being found by reading those of all.
_LINES = """
SELECT o.customer_id, o.id AS order_id, o.day, l.product_id, l.quantity, l.amount
  FROM users_order o
 CROSS JOIN LATERAL (SELECT * FROM users_orderline l WHERE l.order_id = o.id AND NOT l.is_refund OFFSET 0) l
  LEFT JOIN users_category k ON k.id = l.category_id
 WHERE o.delivery_day = %(day)s AND o.counted AND NOT COALESCE(k.is_service, FALSE)
"""

# One row a customer of a community who gets something on the day: where they live today, what they get, their first
# day with an order and the last one before these orders, their RFM class unless they refuse profiling, and the open
# coupon that ends first. A coupon whose reminders this customer is held out of is not mentioned at the door either:
# else what reminding brings could not be told. Indexes order_delivery, customer_day, grant_nth_of_a_coupon.
DELIVERIES = f"""
WITH line AS MATERIALIZED ({_LINES}),
door AS (SELECT customer_id, count(DISTINCT order_id) AS orders, min(day) AS ordered FROM line GROUP BY customer_id),
goods AS (
    SELECT customer_id, jsonb_agg(jsonb_build_array(name, quantity) ORDER BY amount DESC, name) AS goods
      FROM (SELECT l.customer_id, p.name, sum(l.quantity)::bigint AS quantity, sum(l.amount) AS amount
              FROM line l JOIN users_product p ON p.id = l.product_id GROUP BY l.customer_id, p.id) each
     GROUP BY customer_id)
SELECT d.customer_id, c.community_id, c.station_id, c.building, c.unit, c.room, d.orders,
       COALESCE(goods.goods, '[]') AS goods, d.ordered, LEAST(past.first, d.ordered) AS first_purchase,
       past.last_before, CASE WHEN w.no_profiling THEN '' ELSE COALESCE(s.rfm_class, '') END AS rfm_class,
       coupon.id AS grant_id, coupon.expires_at
  FROM door d
  JOIN users_customer c ON c.id = d.customer_id
  LEFT JOIN goods ON goods.customer_id = d.customer_id
  LEFT JOIN users_standing s ON s.customer_id = d.customer_id
  LEFT JOIN users_contactwish w ON w.customer_id = d.customer_id
 CROSS JOIN LATERAL (
    SELECT min(y.day) AS first, max(y.day) FILTER (WHERE y.day < d.ordered) AS last_before
      FROM users_customerday y WHERE y.customer_id = d.customer_id) past
  LEFT JOIN LATERAL (
    SELECT g.id, g.expires_at
      FROM coupons_grant g JOIN coupons_batch b ON b.id = g.batch_id
     CROSS JOIN LATERAL (SELECT g.customer_id,
             CASE WHEN b.strategy_version_id IS NULL THEN b.number ELSE 'v' || b.strategy_version_id END AS key) due
     WHERE g.customer_id = d.customer_id AND g.state = 'open' AND g.expires_at > %(begins)s AND g.valid_from < %(ends)s
       AND NOT b.state = ANY(%(stopped)s) AND NOT {DRAW} < b.holdout_share * {DRAWS}
     ORDER BY g.expires_at, g.id LIMIT 1) coupon ON TRUE
 WHERE c.community_id = ANY(%(communities)s) AND (%(stations)s::int[] IS NULL OR c.station_id = ANY(%(stations)s))
 ORDER BY d.customer_id
"""

# What was delivered in the weeks before: one row a community, customer, day and goods. A basket is what one customer
# got on one day; it belongs to the community that the order names, else to its customer's. Looked at once: the pairs
# join it to itself, and a planner that takes it for one row joins all baskets of a community with all. Index
# order_delivery.
SOLD = """
DROP TABLE IF EXISTS pg_temp.cue_sold;
CREATE TEMPORARY TABLE cue_sold ON COMMIT DROP AS
SELECT p.community_id, o.customer_id, o.delivery_day AS day, l.product_id,
       sum(l.amount) AS amount, sum(l.quantity) AS quantity
  FROM users_order o
  JOIN users_customer c ON c.id = o.customer_id
  JOIN unnest(%(communities)s::int[], %(weeks)s::int[]) AS p(community_id, weeks)
    ON p.community_id = COALESCE(o.community_id, c.community_id)
  JOIN users_orderline l ON l.order_id = o.id
 WHERE o.counted AND o.delivery_day >= %(since)s AND o.delivery_day < %(day)s
   AND o.delivery_day >= %(day)s::date - 7 * p.weeks
   AND NOT l.is_refund AND l.product_id IS NOT NULL AND l.quantity > 0 AND l.amount > 0
 GROUP BY 1, 2, 3, 4;
ANALYZE cue_sold
"""

# The twin of rules.recommend for every door of a day: one row a customer and goods, best first. Every factor of
# `score` is a whole number below 2^53, and there is one division: the same float as rules.likely. Goods without a name
# tell nothing: they count only where nothing else is delivered. Index order_delivery.
RECOMMENDED = f"""
WITH place AS (
    SELECT * FROM unnest(%(communities)s::int[], %(most)s::bigint[]) AS p(community_id, price_most)),
total AS (
    SELECT community_id, count(*) AS baskets
      FROM (SELECT DISTINCT community_id, customer_id, day FROM cue_sold) basket GROUP BY 1),
goods AS (SELECT community_id, product_id, count(*) AS baskets, max(day) AS last FROM cue_sold GROUP BY 1, 2),
price AS (
    SELECT DISTINCT ON (community_id, product_id) community_id, product_id, baskets, last, price
      FROM (SELECT g.community_id, g.product_id, g.baskets, g.last, count(*) AS times,
                   div(2000 * s.amount + s.quantity, 2 * s.quantity)::bigint AS price
              FROM goods g JOIN cue_sold s USING (community_id, product_id)
             WHERE s.day > g.last - {rules.LAST_WEEK.days}
             GROUP BY g.community_id, g.product_id, g.baskets, g.last, price) paid
     ORDER BY community_id, product_id, times DESC, price DESC),
wanted AS MATERIALIZED (
    SELECT price.*, p.name, price.last < %(day)s::date - {rules.LAST_WEEK.days} AS stale
      FROM price JOIN place USING (community_id)
      JOIN users_product p ON p.id = price.product_id LEFT JOIN users_category k ON k.id = p.category_id
     WHERE price.baskets >= {rules.LEAST_BASKETS} AND price.price <= place.price_most
       AND NOT COALESCE(k.is_service, FALSE)),
line AS ({_LINES}),
given AS MATERIALIZED (
    SELECT DISTINCT c.community_id, line.customer_id, line.product_id
      FROM line JOIN users_customer c ON c.id = line.customer_id
     WHERE c.community_id = ANY(%(communities)s)
       AND (%(stations)s::int[] IS NULL OR c.station_id = ANY(%(stations)s))),
pair AS MATERIALIZED (
    SELECT a.community_id, a.product_id AS given_id, b.product_id, count(*) AS together
      FROM (SELECT DISTINCT community_id, product_id FROM given) asked
      JOIN cue_sold a USING (community_id, product_id)
      JOIN cue_sold b ON (b.community_id, b.customer_id, b.day) = (a.community_id, a.customer_id, a.day)
      JOIN wanted ON (wanted.community_id, wanted.product_id) = (b.community_id, b.product_id)
     WHERE b.product_id <> a.product_id
     GROUP BY 1, 2, 3),
scored AS (
    SELECT given.customer_id, wanted.product_id, wanted.name, wanted.price, wanted.stale,
           COALESCE(
               max((COALESCE(pair.together, 0) * total.baskets + {rules.STRENGTH} * wanted.baskets)::float8
                   / (total.baskets * (COALESCE(held.baskets, 0) + {rules.STRENGTH}))::float8)
                   FILTER (WHERE given.product_id IS NOT NULL),
               max(wanted.baskets::float8 / total.baskets)) AS score
      FROM given JOIN total USING (community_id) JOIN wanted USING (community_id)
      LEFT JOIN goods held ON held.community_id = given.community_id AND held.product_id = given.product_id
      LEFT JOIN pair ON pair.community_id = given.community_id AND pair.given_id = given.product_id
                    AND pair.product_id = wanted.product_id
     GROUP BY 1, 2, 3, 4, 5
    HAVING bool_and(given.product_id IS DISTINCT FROM wanted.product_id))
SELECT customer_id, product_id, name, price
  FROM (SELECT scored.*, row_number() OVER (
               PARTITION BY customer_id ORDER BY stale, score DESC, price, product_id) AS nth FROM scored) ranked
 WHERE nth <= {rules.BEST}
 ORDER BY customer_id, nth
"""
