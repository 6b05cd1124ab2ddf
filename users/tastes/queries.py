"""The definition of rules.py as set-based SQL."""

_POLICIES = """
    SELECT * FROM unnest(%(places)s::int[], %(begins)s::date[], %(shares)s::numeric[], %(purchases)s::int[])
             AS p(community_id, begin, min_share, min_purchases)
"""

# One row a customer and taste that holds. Lines of counted orders in the window; the share is compared exactly.
TASTES = f"""
CREATE TEMPORARY TABLE taste AS
WITH policy AS ({_POLICIES}),
part AS (
    SELECT o.customer_id, CASE WHEN NOT k.is_service THEN k.taste_id END AS tag_id, sum(l.amount)::bigint AS amount,
           max(o.day) FILTER (WHERE l.amount > 0) AS last_day
      FROM users_order o
      JOIN users_customer c ON c.id = o.customer_id
      JOIN policy p ON p.community_id = COALESCE(c.community_id, 0)
      JOIN users_orderline l ON l.order_id = o.id
      LEFT JOIN users_category k ON k.id = l.category_id
     WHERE o.counted AND o.day >= p.begin AND o.day < %(as_of)s
     GROUP BY 1, 2),
often AS (
    SELECT d.customer_id, p.min_share
      FROM {{days}} d JOIN policy p ON p.community_id = d.community_id
     WHERE d.starts_purchase AND d.day >= p.begin AND d.day < %(as_of)s
     GROUP BY d.customer_id, p.min_share, p.min_purchases
    HAVING count(*) >= p.min_purchases)
SELECT part.customer_id, part.tag_id, part.amount::float8 / whole.amount AS share, part.last_day
  FROM part
  JOIN (SELECT customer_id, sum(amount)::bigint AS amount FROM part GROUP BY customer_id) whole USING (customer_id)
  JOIN often USING (customer_id)
 WHERE part.tag_id IS NOT NULL AND part.amount > 0 AND whole.amount > 0
   AND part.amount >= often.min_share * whole.amount
"""

ELSEWHERE = """
DELETE FROM taste t USING users_customer c
 WHERE c.id = t.customer_id AND NOT COALESCE(c.community_id, 0) = ANY(%(here)s)
"""

_HERE = """(%(here)s::int[] IS NULL OR EXISTS (
    SELECT FROM users_customer c WHERE c.id = t.customer_id AND COALESCE(c.community_id, 0) = ANY(%(here)s)))"""

# Only what the night itself had set; hand-made taggings are on other rows.
FORGET = f"""
DELETE FROM users_tagging t USING users_tag g
 WHERE g.id = t.tag_id AND g.is_taste AND t.hand = 'auto' AND {_HERE}
   AND NOT EXISTS (SELECT FROM taste f WHERE f.customer_id = t.customer_id AND f.tag_id = t.tag_id)
"""
RENEW = """
UPDATE users_tagging t SET share = f.share, last_day = f.last_day, at = now()
  FROM taste f
 WHERE f.customer_id = t.customer_id AND f.tag_id = t.tag_id AND t.hand = 'auto'
   AND (t.share, t.last_day) IS DISTINCT FROM (f.share, f.last_day)
"""
ADD = """
INSERT INTO users_tagging (customer_id, tag_id, hand, share, last_day, at)
SELECT f.customer_id, f.tag_id, 'auto', f.share, f.last_day, now() FROM taste f
 WHERE NOT EXISTS (SELECT FROM users_tagging t WHERE t.customer_id = f.customer_id AND t.tag_id = f.tag_id)
"""
