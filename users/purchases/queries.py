"""The definition of rules.py as set-based SQL, and the roll-ups on top of it. A `place` is a community id, 0 for the
unassigned."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from communities.policies import queries as policy_queries
from communities.policies import rules as policy_rules
from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.purchases.models import UNASSIGNED

# The policies in force as a relation; the arrays come from `policy_params`.
POLICIES = """
    SELECT * FROM unnest(%(places)s::int[], %(merge_days)s::int[], %(service_min)s::bigint[])
             AS p(community_id, merge_days, service_min)
"""

# One row a customer and business day with a counted order. An import's customers come by order_of_a_customer,
# whole communities by one scan.
_DAY = """
    SELECT p.community_id, o.customer_id, o.day, p.merge_days,
           count(*)::int AS orders, sum(o.gross)::bigint AS gross, sum(o.discount)::bigint AS discount,
           sum(o.net)::bigint AS net,
           count(*) FILTER (WHERE NOT (o.service_amount > 0 AND o.service_amount >= p.service_min))::int
               AS clean_orders,
           COALESCE(sum(o.net) FILTER (WHERE NOT (o.service_amount > 0 AND o.service_amount >= p.service_min)), 0)
               ::bigint AS clean_net,
           min(hashtextextended(o.address_key, 0)) FILTER (WHERE o.address_key <> '') AS door_low,
           max(hashtextextended(o.address_key, 0)) FILTER (WHERE o.address_key <> '') AS door_high
      FROM users_order o
      JOIN users_customer c ON c.id = o.customer_id
      JOIN policy p ON p.community_id = COALESCE(c.community_id, 0)
     WHERE o.counted AND {within}
     GROUP BY p.community_id, o.customer_id, o.day, p.merge_days
"""

# With merge_days = 1 every day starts a purchase.
_EVERY_DAY_STARTS = f"""
WITH policy AS ({POLICIES})
SELECT community_id, customer_id, day, orders, gross, discount, net, true AS starts_purchase,
       clean_orders, clean_net, clean_orders > 0 AS starts_clean, door_low, door_high
  FROM ({_DAY}) d
"""

# The greedy merge: from each start walk to the first day that lies merge_days or more after it. `list` holds a
# customer's days as an array, once with all orders and once without service orders.
_MERGED = f"""
WITH RECURSIVE policy AS ({POLICIES}),
day AS MATERIALIZED ({_DAY}),
list AS (
    SELECT customer_id, merge_days, false AS clean, array_agg(day ORDER BY day) AS days
      FROM day WHERE merge_days > 1 GROUP BY customer_id, merge_days
    UNION ALL
    SELECT customer_id, merge_days, true, array_agg(day ORDER BY day)
      FROM day WHERE merge_days > 1 AND clean_orders > 0 GROUP BY customer_id, merge_days),
walk AS (
    SELECT customer_id, clean, merge_days, days, days[1] AS start FROM list
    UNION ALL
    SELECT w.customer_id, w.clean, w.merge_days, w.days, n.start
      FROM walk w
     CROSS JOIN LATERAL (SELECT min(d) AS start FROM unnest(w.days) d WHERE d >= w.start + w.merge_days) n
     WHERE n.start IS NOT NULL)
SELECT d.community_id, d.customer_id, d.day, d.orders, d.gross, d.discount, d.net,
       d.merge_days = 1 OR a.start IS NOT NULL AS starts_purchase, d.clean_orders, d.clean_net,
       d.clean_orders > 0 AND (d.merge_days = 1 OR c.start IS NOT NULL) AS starts_clean,
       d.door_low, d.door_high
  FROM day d
  LEFT JOIN walk a ON a.customer_id = d.customer_id AND a.start = d.day AND NOT a.clean
  LEFT JOIN walk c ON c.customer_id = d.customer_id AND c.start = d.day AND c.clean
"""

OF_PLACES = "p.community_id = ANY(%(ids)s)"
OF_CUSTOMERS = "o.customer_id = ANY(%(ids)s)"

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

# One row a customer whose present community is not that of their latest order that names one. Of several orders at one
# moment the one written last decides.
MOVED = """
SELECT c.id AS customer_id, COALESCE(c.community_id, 0) AS was, l.community_id AS now
  FROM (SELECT DISTINCT ON (customer_id) customer_id, community_id
          FROM users_order o
         WHERE community_id IS NOT NULL AND state <> 'waiting' AND {within}
         ORDER BY customer_id, placed_at DESC, id DESC) l
  JOIN users_customer c ON c.id = l.customer_id
 WHERE c.community_id IS DISTINCT FROM l.community_id
"""

# One row a customer whose station is not the one of rules.station_of.
STATIONS = """
SELECT c.id AS customer_id, s.station_id
  FROM users_customer c
  LEFT JOIN (SELECT DISTINCT ON (customer_id) customer_id, station_id
               FROM users_order o WHERE station_id IS NOT NULL AND state <> 'waiting'
              ORDER BY customer_id, placed_at DESC, id DESC) o ON o.customer_id = c.id
  LEFT JOIN communities_servicestation told
         ON told.id = o.station_id AND told.is_active AND told.community_id = c.community_id
  LEFT JOIN (SELECT community_id, building, min(id) AS id
               FROM communities_servicestation, unnest(buildings) AS building
              WHERE is_active GROUP BY 1, 2) listing
         ON listing.community_id = c.community_id AND listing.building = c.building AND c.building <> ''
  LEFT JOIN (SELECT community_id, min(id) AS id FROM communities_servicestation
              WHERE is_active AND buildings = '{}' GROUP BY 1 HAVING count(*) = 1) sole
         ON sole.community_id = c.community_id
 CROSS JOIN LATERAL (SELECT COALESCE(told.id, listing.id, sole.id) AS station_id) s
 WHERE c.station_id IS DISTINCT FROM s.station_id AND (%(ids)s::int[] IS NULL OR c.community_id = ANY(%(ids)s))
"""


def days_sql(policies: Mapping[int, Policies], within: str) -> str:
    """The customer-days under these policies, with the columns of CustomerDay; params from `policy_params`, and
    `within`: OF_PLACES or OF_CUSTOMERS with the ids."""
    merging = any(one.merge_days > 1 for one in policies.values())
    return (_MERGED if merging else _EVERY_DAY_STARTS).format(within=within)


def policy_params(policies: Mapping[int, Policies]) -> dict[str, Any]:
    return {
        "places": list(policies),
        "merge_days": [one.merge_days for one in policies.values()],
        "service_min": [one.service_order_min_amount for one in policies.values()],
    }


def policies_by_place(version: int | None = None) -> dict[int, Policies]:
    """Policies by place; the unassigned follow the company's."""
    found = policy_queries.for_every_community(version)
    return {UNASSIGNED if place is None else place: one for place, one in found.items()}


def policies_supposed(policies: Policies, place: int | None = None) -> dict[int, Policies]:
    """Policies by place if these were in force: in one place, or (None) for the company, under what communities have
    set for themselves."""
    if place is not None:
        return policies_by_place() | {place: policies}
    company, own = asdict(policies), policy_queries.values_in_force()
    return {
        one: policies if one == UNASSIGNED else policy_rules.in_force(company, own.get(one), policies.version)
        for one in policies_by_place()
    }


def make_the_same_days(some: Mapping[int, Policies], others: Mapping[int, Policies]) -> bool:
    """Customer-days depend on two thresholds only; do these policies agree in them?"""
    return {place: (one.merge_days, one.service_order_min_amount) for place, one in some.items()} == {
        place: (one.merge_days, one.service_order_min_amount) for place, one in others.items()
    }


def weeks_with_orders() -> list[date]:
    """The Mondays of all weeks in which anybody ordered, oldest first."""
    return [week for (week,) in sql.rows("SELECT DISTINCT week FROM users_cohortcell ORDER BY week")]


def last_day_before(as_of: date) -> date | None:
    found: date | None = sql.value("SELECT max(day) FROM users_communityday WHERE day < %(as_of)s", as_of=as_of)
    return found


def newest_change() -> int:
    """The id of the newest change of customer-days; 0 before any."""
    return int(sql.value("SELECT max(id) FROM users_dayschanged") or 0)


def stale_days(table: str) -> set[date]:
    """Of the computed dates in a table (as_of, last_change_id), those before which customer-days changed since."""
    return {day for (day,) in sql.rows(_STALE.format(table=table))}


_STALE = """
SELECT s.as_of FROM {table} s
 WHERE EXISTS (SELECT FROM users_dayschanged c WHERE c.id > s.last_change_id AND c.first_day < s.as_of)
"""


# One row a place with its number of customers; the unassigned too.
_PLACES = "SELECT COALESCE(community_id, 0), count(*) FROM users_customer GROUP BY 1 ORDER BY 1"


def customers_by_place() -> dict[int, int]:
    return dict(sql.rows(_PLACES))


# One row a community that any of these customers belongs to, or has days in.
_TOUCHED = """
SELECT COALESCE(community_id, 0) FROM users_customer WHERE id = ANY(%(ids)s)
 UNION SELECT community_id FROM users_customerday WHERE customer_id = ANY(%(ids)s)
"""


def places_of(customer_ids: Collection[int]) -> set[int]:
    return {place for (place,) in sql.rows(_TOUCHED, ids=list(customer_ids))}


def listed(places: Collection[int] | None) -> list[int]:
    """These places, or all there are."""
    return sorted(places_with_days() | set(customers_by_place()) if places is None else places)


def places_with_days() -> set[int]:
    """Communities that have roll-ups, were it of customers who are gone."""
    return {place for (place,) in sql.rows("SELECT DISTINCT community_id FROM users_customerday")}
