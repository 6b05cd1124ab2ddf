"""The roll-ups on top of customer-days as SQL, each with the columns of its table; `ids`: the places."""

# One row a place and day, from its customer-days (key community_id first). `before` is the customer's day before this
# one: none this week or month makes them one more distinct payer of it.
_PLACE_DAYS = """
SELECT {place}, day, sum(orders)::int AS orders, count(*) FILTER (WHERE starts_purchase)::int AS purchases,
       sum(gross)::bigint AS gross, sum(discount)::bigint AS discount, sum(net)::bigint AS net,
       count(*)::int AS payers, count(*) FILTER (WHERE before IS NULL)::int AS new_payers,
       sum(count(*) FILTER (WHERE before IS NULL OR before < week)) OVER to_day_of_week::int
           AS week_payers,
       sum(count(*) FILTER (WHERE before IS NULL OR before < month)) OVER to_day_of_month::int
           AS month_payers,
       count(*) FILTER (WHERE day > first AND day <= first + 7)::int AS fresh_back
  FROM (SELECT {of}, d.day, d.orders, d.starts_purchase, d.gross, d.discount, d.net,
               d.day - (EXTRACT(isodow FROM d.day)::int - 1) AS week, date_trunc('month', d.day)::date AS month,
               lag(d.day) OVER his AS before, first_value(d.day) OVER his AS first
          FROM users_customerday d {join}
         WHERE d.community_id = ANY(%(ids)s)
        WINDOW his AS (PARTITION BY d.customer_id ORDER BY d.day)) d
 GROUP BY {place}, day, week, month
WINDOW to_day_of_week AS (PARTITION BY {place}, week ORDER BY day),
       to_day_of_month AS (PARTITION BY {place}, month ORDER BY day)
"""
COMMUNITY_DAYS = _PLACE_DAYS.format(place="community_id", of="d.community_id", join="")
STATION_DAYS = _PLACE_DAYS.format(
    place="station_id",
    of="c.station_id",
    join="JOIN users_customer c ON c.id = d.customer_id AND c.station_id IS NOT NULL",
)

# One row a community and week or month, from its days (key community_id first). A first purchase on day f makes its
# customer fresh on the seven days from f + 1: `here` of them lie in its own period, the others in the next.
COMMUNITY_PERIODS = """
WITH days AS (
    SELECT g.*, LEAST(7, g.next - 1 - d.day) AS here, d.*
      FROM users_communityday d
     CROSS JOIN LATERAL (VALUES
           ('week', date_trunc('week', d.day)::date, (date_trunc('week', d.day) + interval '1 week')::date,
            d.week_payers),
           ('month', date_trunc('month', d.day)::date, (date_trunc('month', d.day) + interval '1 month')::date,
            d.month_payers)) g(grain, start, next, running)
     WHERE d.community_id = ANY(%(ids)s)),
told AS (
    SELECT grain, start, community_id, gross, discount, net, orders, purchases, running, payers, new_payers,
           new_payers * here AS fresh, fresh_back
      FROM days
     UNION ALL
    SELECT grain, next, community_id, 0, 0, 0, 0, 0, 0, 0, 0, new_payers * (7 - here), 0
      FROM days WHERE new_payers > 0 AND here < 7)
SELECT grain, start, community_id, sum(gross)::bigint AS gross, sum(discount)::bigint AS discount,
       sum(net)::bigint AS net, sum(orders)::int AS orders, sum(purchases)::int AS purchases,
       max(running) AS payers, sum(payers)::int AS payer_days, sum(new_payers)::int AS new_payers,
       sum(fresh)::int AS fresh, sum(fresh_back)::int AS fresh_back
  FROM told GROUP BY grain, start, community_id
"""

STATIONS_OF_PLACES = """
t.station_id IN (SELECT s.id FROM communities_servicestation s WHERE s.community_id = ANY(%(ids)s))
"""

# One row a customer who ever bought, from customer-days and the lines of the first day's orders (order_of_a_customer,
# line_of_an_order). A station's person is whoever was put there first and is still there.
ORIGINS = """
WITH began AS MATERIALIZED (
    SELECT community_id, customer_id, min(day) AS first_day FROM users_customerday
     WHERE community_id = ANY(%(ids)s) GROUP BY 1, 2),
goods AS (
    SELECT DISTINCT ON (customer_id) customer_id, category_id
      FROM (SELECT o.customer_id, COALESCE(l.category_id, p.category_id) AS category_id, sum(l.amount) AS amount
              FROM began b
              JOIN users_order o ON o.customer_id = b.customer_id AND o.day = b.first_day AND o.counted
              JOIN users_orderline l ON l.order_id = o.id AND NOT l.is_refund
              LEFT JOIN users_product p ON p.id = l.product_id
             GROUP BY 1, 2) spent
     WHERE category_id IS NOT NULL ORDER BY customer_id, amount DESC, category_id),
person AS (
    SELECT DISTINCT ON (a.station_id) a.station_id, a.staff_id
      FROM communities_assignment a JOIN communities_staffmember m ON m.id = a.staff_id AND m.is_active
     WHERE a.role = 'station_staff' ORDER BY a.station_id, a.id)
SELECT b.customer_id, b.community_id, b.first_day, g.category_id, c.channel, c.station_id, s.staff_id
  FROM began b
  JOIN users_customer c ON c.id = b.customer_id
  LEFT JOIN goods g ON g.customer_id = b.customer_id
  LEFT JOIN person s ON s.station_id = c.station_id
"""

# One row a community, week of first purchase and week, from its customer-days. Customers and purchases are counted in
# the week in which a purchase starts, money in the week in which it was paid.
COHORT_CELLS = """
WITH bought AS (
    SELECT d.community_id, d.customer_id, f.first - (EXTRACT(isodow FROM f.first)::int - 1) AS cohort,
           d.day - (EXTRACT(isodow FROM d.day)::int - 1) AS week,
           count(*) FILTER (WHERE d.starts_purchase) AS purchases, sum(d.net) AS net, sum(d.gross) AS gross
      FROM users_customerday d
      JOIN (SELECT customer_id, min(day) AS first FROM users_customerday
             WHERE community_id = ANY(%(ids)s) GROUP BY customer_id) f ON f.customer_id = d.customer_id
     WHERE d.community_id = ANY(%(ids)s)
     GROUP BY 1, 2, 3, 4),
told AS (
    SELECT bought.*, purchases > 0 AS here,
           count(*) FILTER (WHERE purchases > 0) OVER past AS run,
           max(week) FILTER (WHERE purchases > 0)
               OVER (past ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
           max(week) FILTER (WHERE purchases > 0) OVER (PARTITION BY customer_id) AS newest
      FROM bought WINDOW past AS (PARTITION BY customer_id ORDER BY week))
SELECT community_id, cohort, week, count(*) FILTER (WHERE here)::int AS customers, sum(purchases)::int AS purchases,
       sum(net)::bigint AS net, sum(gross)::bigint AS gross,
       count(*) FILTER (WHERE here AND run = (week - cohort) / 7 + 1)::int AS every,
       count(*) FILTER (WHERE here AND before < week - 7)::int AS recalled,
       count(*) FILTER (WHERE week = newest)::int AS last
  FROM told GROUP BY community_id, cohort, week
"""

# One row a community and week in which anybody bought or was lost: growth accounting (domain.md, Growth). Who bought in
# a week and not in the next is lost in the next.
FLOW_WEEKS = """
WITH bought AS (
    SELECT DISTINCT community_id, customer_id, day - (EXTRACT(isodow FROM day)::int - 1) AS week
      FROM users_customerday WHERE community_id = ANY(%(ids)s) AND starts_purchase),
told AS (
    SELECT community_id, week, lag(week) OVER his AS before, lead(week) OVER his AS next
      FROM bought WINDOW his AS (PARTITION BY customer_id ORDER BY week)),
moved AS (
    SELECT community_id, week, 1 AS active, (before IS NULL)::int AS fresh, (before = week - 7)::int AS retained,
           (before < week - 7)::int AS recalled, 0 AS lost FROM told
     UNION ALL
    SELECT community_id, week + 7, 0, 0, 0, 0, 1 FROM told WHERE next IS DISTINCT FROM week + 7)
SELECT community_id, week, sum(active)::int AS active, sum(fresh)::int AS fresh,
       COALESCE(sum(retained), 0)::int AS retained, COALESCE(sum(recalled), 0)::int AS recalled, sum(lost)::int AS lost
  FROM moved GROUP BY community_id, week
"""
