"""What the pages of insight show, counted from raw orders: what a page would cost without roll-ups."""

# Registrations for the world of world_sql: some days before the first order, through five channels.
REGISTRATIONS = """
UPDATE users_customer c
   SET registered_at = (o.day - (c.id %% 12)::int + time '09:00') AT TIME ZONE 'Asia/Shanghai',
       channel = (ARRAY['a', 'b', 'c', 'd', 'e'])[1 + c.id %% 5]
  FROM (SELECT customer_id, min(day) AS day FROM users_order GROUP BY 1) o
 WHERE o.customer_id = c.id
"""

_MONDAY = "({day} - (EXTRACT(isodow FROM {day})::int - 1))"
_DAYS = """
    SELECT COALESCE(c.community_id, 0) AS place, o.customer_id, o.day, sum(o.gross) AS gross, sum(o.net) AS net
      FROM users_order o JOIN users_customer c ON c.id = o.customer_id
     WHERE o.counted AND o.day < %(as_of)s
     GROUP BY 1, 2, 3
"""

# One row a community, cohort and week: customers, purchases, net.
COHORTS = f"""
WITH days AS ({_DAYS}),
first AS (SELECT customer_id, min(day) AS day FROM days GROUP BY 1)
SELECT place, {_MONDAY.format(day="f.day")} AS cohort, {_MONDAY.format(day="d.day")} AS week,
       count(DISTINCT d.customer_id), count(*), sum(net)
  FROM days d JOIN first f USING (customer_id)
 WHERE f.day >= %(as_of)s - 7 * 13
 GROUP BY 1, 2, 3
"""

# One row a community and week of the last nine: money, distinct payers, new payers, purchases, and of those silent on
# the Monday (an order before, none in the last 14 days) who bought.
DASHBOARD = f"""
WITH days AS ({_DAYS}),
first AS (SELECT customer_id, min(day) AS day FROM days GROUP BY 1),
weeks AS (SELECT (%(as_of)s::date - 7 * n) AS monday FROM generate_series(1, 9) n),
sold AS (
    SELECT d.place, w.monday, sum(gross), sum(net), count(DISTINCT d.customer_id) AS payers, count(*) AS purchases,
           count(DISTINCT d.customer_id) FILTER (WHERE f.day >= w.monday) AS fresh
      FROM days d JOIN weeks w ON d.day >= w.monday AND d.day < w.monday + 7 JOIN first f USING (customer_id)
     GROUP BY 1, 2),
silent AS (
    SELECT w.monday, d.place, d.customer_id
      FROM weeks w JOIN days d ON d.day < w.monday
     GROUP BY 1, 2, 3 HAVING max(d.day) < w.monday - 14),
woken AS (
    SELECT s.place, s.monday, count(*) AS silent, count(*) FILTER (WHERE EXISTS (
           SELECT FROM users_order o WHERE o.customer_id = s.customer_id AND o.counted
              AND o.day >= s.monday AND o.day < s.monday + 7)) AS woken
      FROM silent s GROUP BY 1, 2)
SELECT * FROM sold LEFT JOIN woken USING (place, monday)
"""

# One row a community and week: new, retained, recalled, lost.
GROWTH = f"""
WITH bought AS (SELECT DISTINCT place, customer_id, {_MONDAY.format(day="day")} AS week FROM ({_DAYS}) d),
told AS (SELECT place, week, lag(week) OVER his AS before, lead(week) OVER his AS next
           FROM bought WINDOW his AS (PARTITION BY customer_id ORDER BY week))
SELECT place, week, count(*), count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before = week - 7),
       count(*) FILTER (WHERE before < week - 7), count(*) FILTER (WHERE next IS DISTINCT FROM week + 7)
  FROM told GROUP BY 1, 2
"""

# One row a community, channel and week of registration: registered, activated, retained, in the richer half.
FUNNEL = f"""
WITH days AS ({_DAYS}),
told AS (
    SELECT c.id, COALESCE(c.community_id, 0) AS place, c.channel, (c.registered_at AT TIME ZONE 'Asia/Shanghai')::date
               AS registered, (array_agg(d.day ORDER BY d.day))[1:2] AS days, sum(d.net) AS net
      FROM users_customer c LEFT JOIN days d ON d.customer_id = c.id
     WHERE c.registered_at IS NOT NULL GROUP BY c.id),
halves AS (SELECT told.*, percent_rank() OVER (PARTITION BY place ORDER BY net) AS rank FROM told)
SELECT place, channel, {_MONDAY.format(day="registered")}, count(*), count(*) FILTER (WHERE days[1] < registered + 7),
       count(*) FILTER (WHERE days[1] < registered + 7 AND days[2] < days[1] + 30),
       count(*) FILTER (WHERE days[1] < registered + 7 AND days[2] < days[1] + 30 AND rank > 0.5)
  FROM halves GROUP BY 1, 2, 3
"""
