"""The definition of rules.py as set-based SQL: customer-days, and where customers belong. A `place` is a community id,
0 for the unassigned."""

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
