"""The visit table as set-based SQL: rules.py over everybody. Visits are read by visit_of_a_day, the other
visits of their customers by visit_of_a_customer, purchases by customer_day, held-out customers by candidate_fate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaigns.boards.visits import rules
from campaigns.boards.visits.rules import Arm, Figures, Place
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.rules import FIRST, PAUSE
from communities.policies.rules import Policies
from communities.scoping import Scope
from opsdesk.lib import sql

KNOCKED = [code for code, one in OUTCOMES.items() if one.knocked]
OPENED = [code for code, one in OUTCOMES.items() if one.opened]
ORDERED = [code for code, one in OUTCOMES.items() if one.ordered]
LONGEST = 90  # days: the most that attribution_days may be

REACH = """(%(everywhere)s OR {table}.community_id = ANY(%(communities)s::int[])
            OR {table}.station_id = ANY(%(stations)s::int[]))"""


def reach(scope: Scope) -> dict[str, Any]:
    """The params of REACH."""
    return {
        "everywhere": scope.everywhere,
        "communities": sorted(scope.communities),
        "stations": sorted(scope.stations),
    }


# event: one row a live outcome at a door. door: one a task and day, the last of them. opening: one an opened door of
# these customers, with the first day that is no longer its own: a later visit takes over, whoever made it.
DOORS = f"""
WITH place AS (
  SELECT * FROM unnest(%(places)s::int[], %(attribution)s::int[]) AS p(community_id, attribution)),
event AS (
  SELECT v.id, v.task_id, v.customer_id, v.drive_id, v.community_id, v.staff_id, v.day, v.at, v.outcome, v.amount,
         v.grant_id, p.attribution
    FROM campaigns_visit v JOIN place p ON p.community_id = v.community_id
   WHERE v.live AND v.channel = 'door' AND v.day BETWEEN %(first)s AND %(last)s AND {REACH.format(table="v")}),
door AS (
  SELECT DISTINCT ON (task_id, day) * FROM event ORDER BY task_id, day, at DESC, id DESC),
opening AS (
  SELECT task_id, customer_id, day, LEAST(day + attribution, lead(day) OVER (
         PARTITION BY customer_id ORDER BY day, at, id)) AS until
    FROM (SELECT DISTINCT ON (v.task_id, v.day) v.task_id, v.customer_id, v.day, v.at, v.id, v.outcome,
                 COALESCE(p.attribution, 0) AS attribution
            FROM campaigns_visit v LEFT JOIN place p ON p.community_id = v.community_id
           WHERE v.live AND v.channel = 'door' AND v.customer_id IN (SELECT customer_id FROM door)
             AND v.day BETWEEN %(first)s AND %(last)s + {LONGEST}
           ORDER BY v.task_id, v.day, v.at DESC, v.id DESC) told
   WHERE outcome = ANY(%(opened)s))
"""

# One row a day and community with an outcome.
_DAYS = f"""
{DOORS},
spent AS (
  SELECT day, community_id, sum(took) AS worked
    FROM (SELECT day, community_id, CASE WHEN at - lag(at) OVER shift <= %(pause)s THEN at - lag(at) OVER shift
                                         ELSE %(pace)s END AS took
            FROM event WINDOW shift AS (PARTITION BY staff_id, community_id, day ORDER BY at, id)) gaps
   GROUP BY 1, 2),
coupon AS (
  SELECT e.day, e.community_id, sum(g.discount)::bigint AS off
    FROM (SELECT DISTINCT ON (grant_id) * FROM event WHERE grant_id IS NOT NULL ORDER BY grant_id, id) e
    JOIN coupons_grant g ON g.id = e.grant_id
   WHERE g.state = 'used' AND (g.used_at AT TIME ZONE 'Asia/Shanghai')::date >= e.day
     AND (g.used_at AT TIME ZONE 'Asia/Shanghai')::date < LEAST(e.day + e.attribution, %(as_of)s)
   GROUP BY 1, 2),
money AS (
  SELECT d.day, d.community_id, sum(c.net)::bigint AS net
    FROM door d
    JOIN opening o ON o.task_id = d.task_id AND o.day = d.day
    JOIN users_customerday c ON c.customer_id = o.customer_id AND c.day >= o.day AND c.day < o.until
                            AND c.day < %(as_of)s
   GROUP BY 1, 2)
SELECT day, community_id, (day + min(attribution) <= %(as_of)s)::int,
       count(*) FILTER (WHERE outcome = ANY(%(knocked)s)), count(*) FILTER (WHERE outcome = ANY(%(opened)s)),
       count(*) FILTER (WHERE outcome = ANY(%(ordered)s)), count(*) FILTER (WHERE NOT outcome = ANY(%(knocked)s)),
       COALESCE(sum(amount), 0)::bigint, COALESCE(min(money.net), 0), min(spent.worked), COALESCE(min(coupon.off), 0)
  FROM door LEFT JOIN spent USING (day, community_id) LEFT JOIN money USING (day, community_id)
  LEFT JOIN coupon USING (day, community_id)
 GROUP BY 1, 2 ORDER BY 1, 2
"""

# person: one row a task with a visit, or a held-out customer of those drives there.
PEOPLE = f"""
{DOORS},
person AS (
  SELECT d.community_id, true AS treated, d.customer_id, d.drive_id, min(d.attribution) AS span,
         min(d.day) FILTER (WHERE d.outcome = ANY(%(knocked)s)) AS start, min(c.day) AS first
    FROM door d
    LEFT JOIN opening o ON o.task_id = d.task_id AND o.day = d.day
    LEFT JOIN LATERAL (SELECT min(day) AS day FROM users_customerday
                        WHERE customer_id = o.customer_id AND day >= o.day AND day < o.until
                          AND day < %(as_of)s AND starts_purchase) c ON true
   GROUP BY d.task_id, d.community_id, d.customer_id, d.drive_id
   UNION ALL
  SELECT k.community_id, false, k.customer_id, k.drive_id, p.attribution, s.start,
         (SELECT min(day) FROM users_customerday
           WHERE customer_id = k.customer_id AND day >= s.start AND day < %(as_of)s AND starts_purchase)
    FROM (SELECT DISTINCT drive_id, community_id FROM door) d
    JOIN campaigns_drive r ON r.id = d.drive_id
    JOIN campaigns_candidate k ON k.drive_id = r.id AND k.community_id = d.community_id AND k.fate = 'control'
                              AND k.channel IN ('door', '')
    JOIN place p ON p.community_id = k.community_id
   CROSS JOIN LATERAL (
         SELECT GREATEST((r.started_at AT TIME ZONE 'Asia/Shanghai')::date, r.begins_on) AS start) s
   WHERE {REACH.format(table="k")}),
judged AS (
  SELECT community_id, treated, customer_id, drive_id, start, first, start + span <= %(as_of)s AS over,
         first + {rules.WEEK + 1} <= %(as_of)s AS week_over, first + {rules.FOUR_WEEKS + 1} <= %(as_of)s AS weeks_over,
         EXISTS (SELECT FROM users_customerday c WHERE c.customer_id = person.customer_id AND c.starts_purchase
                    AND c.day >= start AND c.day < start + span) AS woken,
         EXISTS (SELECT FROM users_customerday c WHERE c.customer_id = person.customer_id AND c.starts_purchase
                    AND c.day > first AND c.day <= first + {rules.WEEK}) AS in_a_week,
         EXISTS (SELECT FROM users_customerday c WHERE c.customer_id = person.customer_id AND c.starts_purchase
                    AND c.day > first AND c.day <= first + {rules.FOUR_WEEKS}) AS in_weeks
    FROM person WHERE start IS NOT NULL)
"""

# One row a community and side.
_ARMS = f"""
{PEOPLE}
SELECT community_id, treated, count(*) FILTER (WHERE over), count(*) FILTER (WHERE over AND woken),
       count(*) FILTER (WHERE NOT over), count(first),
       count(*) FILTER (WHERE week_over), count(*) FILTER (WHERE week_over AND in_a_week),
       count(*) FILTER (WHERE weeks_over), count(*) FILTER (WHERE weeks_over AND in_weeks)
  FROM judged GROUP BY 1, 2
"""

# Communities with a visit at a door in the period, the most visited first.
_VISITED = f"""
SELECT v.community_id FROM campaigns_visit v
 WHERE v.live AND v.channel = 'door' AND v.day BETWEEN %(first)s AND %(last)s AND {REACH.format(table="v")}
 GROUP BY 1 ORDER BY count(*) DESC, 1
"""

_LAST_DAY = (
    f"SELECT max(v.day) FROM campaigns_visit v WHERE v.live AND v.channel = 'door' AND {REACH.format(table='v')}"
)


@dataclass(frozen=True)
class Period:
    """Days of visits, both ends included; purchases are known before `as_of`."""

    first: date
    last: date
    as_of: date


def places(community_ids: Iterable[int], found: Mapping[int | None, Policies]) -> dict[int, Place]:
    """The thresholds of these communities out of all that are in force; 0 follows the company."""
    kept = {one: found.get(one, found[None]) for one in community_ids}
    return {one: Place(policy.attribution_days, policy.staff_hour_cost) for one, policy in kept.items()}


def last_day(scope: Scope) -> date | None:
    """The newest day with a visit in reach."""
    found: date | None = sql.value(_LAST_DAY, **reach(scope))
    return found


def visited_places(scope: Scope, first: date, last: date) -> list[int]:
    return [place for (place,) in sql.rows(_VISITED, first=first, last=last, **reach(scope))]


def days(scope: Scope, period: Period, where: Mapping[int, Place]) -> dict[tuple[date, int], Figures]:
    """(day, community) -> its figures, for days with an outcome."""
    return {(row[0], row[1]): _figures(row, where[row[1]].hour_cost) for row in _rows(_DAYS, scope, period, where)}


def _figures(row: Sequence[Any], hour_cost: int) -> Figures:
    over, visited, opened, ordered, missed, amount, net, worked, off = row[2:]
    return Figures(
        1, over, visited, opened, ordered, missed, amount, net, worked, rules.staff_cost(worked, hour_cost), off
    )


def arms(scope: Scope, period: Period, where: Mapping[int, Place]) -> dict[tuple[int, bool], Arm]:
    """(community, visited or held out) -> who was woken and who came again."""
    return {(row[0], row[1]): Arm(*row[2:]) for row in _rows(_ARMS, scope, period, where)}


def _rows(statement: str, scope: Scope, period: Period, where: Mapping[int, Place]) -> list[tuple[Any, ...]]:
    return sql.rows(statement, **params(scope, period, where), pause=PAUSE, pace=FIRST, ordered=ORDERED)


def params(scope: Scope, period: Period, where: Mapping[int, Place]) -> dict[str, Any]:
    """What DOORS and PEOPLE ask for."""
    return reach(scope) | {
        "places": list(where),
        "attribution": [place.attribution_days for place in where.values()],
        "first": period.first,
        "last": period.last,
        "as_of": period.as_of,
        "opened": OPENED,
        "knocked": KNOCKED,
    }


def two_weeks(last: date) -> tuple[date, date]:
    return last - timedelta(days=13), last
