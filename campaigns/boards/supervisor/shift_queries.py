"""A day's shifts counted in the database: rules.shifts over everybody, and which of them anything is found in, so that
a day of a thousand stations comes as one row a person."""

from datetime import date, datetime, timedelta
from typing import Any

from campaigns.boards.supervisor import rules
from campaigns.boards.supervisor.queries import fast_seconds
from campaigns.boards.supervisor.rules import Key, Shift
from campaigns.boards.visits.queries import KNOCKED, OPENED, ORDERED, REACH, reach
from campaigns.visits.rules import FIRST, PAUSE
from communities.models import Community
from communities.scoping import Scope
from opsdesk.lib import sql

# One row a live outcome of the day (visit_of_a_day).
_EVENT = f"""
  SELECT v.id, v.task_id, v.station_id, v.staff_id, v.community_id, v.channel = 'door' AS door, v.outcome, v.at,
         v.received_at, v.many, v.skewed, v.conflict
    FROM campaigns_visit v
   WHERE v.live AND v.day = %(day)s AND (%(community)s::int IS NULL OR v.community_id = %(community)s)
     AND {REACH.format(table="v")}
"""

# One row a station and person: what they did there; of a task the last that they told counts.
_SHIFTS = f"""
WITH event AS ({_EVENT}),
told AS (
  SELECT *, row_number() OVER (PARTITION BY station_id, staff_id, task_id ORDER BY at DESC, id DESC) = 1 AS last,
         at - lag(at) OVER (PARTITION BY station_id, staff_id ORDER BY at, id) AS gap
    FROM event)
SELECT station_id, staff_id,
       count(*) FILTER (WHERE last AND door AND outcome = ANY(%(knocked)s)),
       count(*) FILTER (WHERE last AND door AND outcome = ANY(%(opened)s)),
       count(*) FILTER (WHERE last AND door AND outcome = ANY(%(ordered)s)),
       count(*) FILTER (WHERE last AND door AND outcome <> ALL(%(knocked)s)),
       count(*) FILTER (WHERE last AND NOT door),
       sum(CASE WHEN gap <= %(pause)s THEN gap ELSE %(first)s END), max(at), max(received_at)
  FROM told GROUP BY station_id, staff_id
"""

# One row a station and person of whom rules.findings says anything: outcomes too close, several in one minute, a long
# run of doors with nobody home, told late, a wrong clock, two people at one door.
_ODD = f"""
WITH fast AS (SELECT * FROM unnest(%(places)s::int[], %(seconds)s::int[]) AS f(community_id, seconds)),
event AS ({_EVENT}),
single AS (
  SELECT station_id, staff_id, community_id, date_trunc('minute', at) AS minute,
         at - lag(at) OVER (PARTITION BY station_id, staff_id ORDER BY at, id) AS gap
    FROM event WHERE NOT many),
doors AS (
  SELECT station_id, staff_id, outcome, count(*) OVER (PARTITION BY station_id, staff_id) AS all_doors,
         count(*) FILTER (WHERE outcome <> 'no_answer') OVER (PARTITION BY station_id, staff_id ORDER BY at, id) AS run
    FROM event WHERE door)
SELECT station_id, staff_id FROM single JOIN fast USING (community_id) WHERE gap < make_interval(secs => seconds)
 UNION
SELECT station_id, staff_id FROM single GROUP BY station_id, staff_id, minute HAVING count(*) >= %(several)s
 UNION
SELECT station_id, staff_id FROM doors WHERE outcome = 'no_answer' GROUP BY station_id, staff_id, run
HAVING count(*) >= %(nobody)s OR (count(*) >= %(shift)s AND count(*) = min(all_doors))
 UNION
SELECT station_id, staff_id FROM event WHERE received_at - at > %(late)s OR skewed OR conflict
"""


def shifts(scope: Scope, day: date, community: Community | None) -> dict[Key, Shift]:
    """(station, person) -> what they did there that day."""
    said = {"knocked": KNOCKED, "opened": OPENED, "ordered": ORDERED, "pause": PAUSE, "first": FIRST}
    rows = sql.rows(_SHIFTS, **_params(scope, day, community), **said)
    return {(station, staff): _shift(*numbers) for station, staff, *numbers in rows}


def _shift(
    visited: int, opened: int, ordered: int, not_reached: int, talks: int, worked: timedelta, last_at: datetime,
    heard_at: datetime,
) -> Shift:  # fmt: skip
    minutes = worked / timedelta(minutes=1)
    return Shift(visited, opened, ordered, not_reached, talks, minutes, last_at, heard_at)


def odd(scope: Scope, day: date, community: Community | None) -> set[Key]:
    """The shifts in which anything is found."""
    fast = fast_seconds()
    said = {
        "places": list(fast), "seconds": list(fast.values()), "several": rules.SEVERAL, "nobody": rules.NOBODY,
        "shift": rules.SHIFT, "late": rules.LATE,
    }  # fmt: skip
    rows = sql.rows(_ODD, **_params(scope, day, community), **said)
    return {(station, staff) for station, staff in rows}


def _params(scope: Scope, day: date, community: Community | None) -> dict[str, Any]:
    return reach(scope) | {"day": day, "community": community.pk if community else None}
