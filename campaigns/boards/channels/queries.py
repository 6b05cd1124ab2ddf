"""Channels of recall as set-based SQL, one drive or all. Tasks and held-out customers are read by drive
(task_once_a_drive, candidate_fate), outcomes by visit_of_a_task, purchases by customer_day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.boards.channels.rules import Channel, Spent
from campaigns.boards.visits.queries import KNOCKED, OPENED, REACH, reach
from campaigns.visits.rules import FIRST, PAUSE
from communities.policies import queries as policies
from communities.policies.rules import Policies
from communities.scoping import Scope
from opsdesk.lib import sql

# What one try takes, by the thresholds of its community; doors are measured, messages go out by themselves.
MINUTES = {"phone": "call_minutes", "wechat": "chat_minutes", "group": "group_minutes"}

# contact: one row a task that was contacted, from its first day on. told: one row a live outcome.
_TASKS = f"""
WITH place AS (
  SELECT * FROM unnest(%(places)s::int[], %(attribution)s::int[]) AS p(community_id, attribution)),
drive AS (
  SELECT id, GREATEST((started_at AT TIME ZONE 'Asia/Shanghai')::date, begins_on) AS start FROM campaigns_drive
   WHERE started_at IS NOT NULL AND (%(drive)s::bigint IS NULL OR id = %(drive)s)),
task AS (
  SELECT t.id, t.drive_id, t.customer_id, t.community_id, t.channel, p.attribution
    FROM campaigns_task t JOIN drive ON drive.id = t.drive_id JOIN place p ON p.community_id = t.community_id
   WHERE {REACH.format(table="t")}),
told AS (
  SELECT v.id, v.task_id, v.staff_id, v.day, v.at, v.outcome, v.grant_id, t.community_id, t.channel, t.attribution
    FROM campaigns_visit v JOIN task t ON t.id = v.task_id WHERE v.live),
sent AS (
  SELECT t.id AS task_id, t.community_id, t.attribution, m.cost,
         (COALESCE(m.sending_since, m.created_at) AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM task t JOIN users_message m ON m.thing = 'drive' AND m.thing_id = t.drive_id
                                    AND m.customer_id = t.customer_id AND m.channel = 'sms'
   WHERE t.channel = 'sms' AND m.state IN ('sent', 'delivered')),
contact AS (
  SELECT task_id, min(day) FILTER (WHERE outcome = ANY(%(knocked)s)) AS start,
         bool_or(outcome = ANY(%(opened)s)) AS answered FROM told GROUP BY 1
   UNION ALL
  SELECT task_id, min(day), false FROM sent GROUP BY 1)
"""

# One row a channel: tasks, contacted, answered, those whose days have ended, and of these the woken.
_REACHED = f"""
{_TASKS}
SELECT t.channel, count(*), count(c.start), count(*) FILTER (WHERE c.answered),
       count(*) FILTER (WHERE c.start + t.attribution <= %(as_of)s),
       count(*) FILTER (WHERE c.start + t.attribution <= %(as_of)s AND EXISTS (
         SELECT FROM users_customerday d WHERE d.customer_id = t.customer_id AND d.starts_purchase
            AND d.day >= c.start AND d.day < c.start + t.attribution))
  FROM task t LEFT JOIN contact c ON c.task_id = t.id
 GROUP BY 1
"""

# One row a channel: held-out customers whose days have ended, and of these the woken.
_HELD = f"""
{_TASKS}
SELECT k.channel, count(*), count(*) FILTER (WHERE EXISTS (
         SELECT FROM users_customerday d WHERE d.customer_id = k.customer_id AND d.starts_purchase
            AND d.day >= drive.start AND d.day < drive.start + p.attribution))
  FROM campaigns_candidate k JOIN drive ON drive.id = k.drive_id JOIN place p ON p.community_id = k.community_id
 WHERE k.fate = 'control' AND drive.start + p.attribution <= %(as_of)s AND {REACH.format(table="k")}
 GROUP BY 1
"""

# One row a person and drive behind a number of either side, the newest drive first.
_BEHIND_TASKS = f"""
{_TASKS}
SELECT t.drive_id, t.customer_id, t.channel, c.start
  FROM task t LEFT JOIN contact c ON c.task_id = t.id
 WHERE t.channel <> '' AND (%(channel)s = '' OR t.channel = %(channel)s) AND {{which}}
 ORDER BY 1 DESC, 2
"""
_BEHIND_HELD = f"""
{_TASKS}
SELECT k.drive_id, k.customer_id, k.channel, drive.start
  FROM campaigns_candidate k JOIN drive ON drive.id = k.drive_id JOIN place p ON p.community_id = k.community_id
 WHERE k.fate = 'control' AND drive.start + p.attribution <= %(as_of)s AND {REACH.format(table="k")}
   AND k.channel <> '' AND (%(channel)s = '' OR k.channel = %(channel)s) AND {{which}}
 ORDER BY 1 DESC, 2
"""
_WOKEN = """EXISTS (SELECT FROM users_customerday d WHERE d.customer_id = {who}.customer_id AND d.starts_purchase
            AND d.day >= {start} AND d.day < {start} + {days})"""
_TASK_WOKEN = _WOKEN.format(who="t", start="c.start", days="t.attribution")
WHICH = {
    "tasks": {
        "all": "TRUE",
        "contacted": "c.start IS NOT NULL",
        "answered": "c.answered",
        "over": "c.start + t.attribution <= %(as_of)s",
        "woken": f"c.start + t.attribution <= %(as_of)s AND {_TASK_WOKEN}",
    },
    "held": {"over": "TRUE", "woken": _WOKEN.format(who="k", start="drive.start", days="p.attribution")},
}

# One row a channel and community: what its contacts took, of those whose days have ended.
_SPENT = f"""
{_TASKS},
done AS (SELECT * FROM told WHERE day + attribution <= %(as_of)s),
tried AS (
  SELECT channel, community_id, sum(took) AS worked, count(*) AS tries
    FROM (SELECT channel, community_id, CASE WHEN at - lag(at) OVER shift <= %(pause)s THEN at - lag(at) OVER shift
                                             ELSE %(pace)s END AS took
            FROM done WINDOW shift AS (PARTITION BY channel, staff_id, community_id, day ORDER BY at, id)) gaps
   GROUP BY 1, 2),
used AS (
  SELECT e.channel, e.community_id, sum(g.discount)::bigint AS coupons
    FROM (SELECT DISTINCT ON (grant_id) * FROM done WHERE grant_id IS NOT NULL ORDER BY grant_id, id) e
    JOIN coupons_grant g ON g.id = e.grant_id
   WHERE g.state = 'used' AND (g.used_at AT TIME ZONE 'Asia/Shanghai')::date >= e.day
     AND (g.used_at AT TIME ZONE 'Asia/Shanghai')::date < e.day + e.attribution
   GROUP BY 1, 2),
texts AS (
  SELECT 'sms' AS channel, community_id, sum(cost)::bigint AS messages
    FROM sent WHERE day + attribution <= %(as_of)s GROUP BY 2)
SELECT channel, community_id, COALESCE(worked, interval '0'), COALESCE(tries, 0), COALESCE(messages, 0),
       COALESCE(coupons, 0)
  FROM tried FULL JOIN used USING (channel, community_id) FULL JOIN texts USING (channel, community_id)
"""


def channels(scope: Scope, as_of: date, drive: int | None = None, community: int | None = None) -> dict[str, Channel]:
    """Channel -> its customers, of one drive or of all that were started; those with nobody are left out."""
    where = _where(community)
    params = _params(scope, as_of, drive, where)
    reached = {row[0]: row[1:] for row in sql.rows(_REACHED, **params)}
    held = {row[0]: row[1:] for row in sql.rows(_HELD, **params)}
    costs = _costs(params, where)
    return {
        one: _channel(reached.get(one), held.get(one), costs.get(one, 0)) for one in reached.keys() | held.keys() if one
    }


@dataclass(frozen=True)
class Behind:
    """Somebody behind a number: `start`, the first contact, or the start of the drive for those held out."""

    drive_id: int
    customer_id: int
    channel: str
    start: date | None


def behind(
    scope: Scope,
    as_of: date,
    side: str,
    what: str,
    channel: str = "",
    drive: int | None = None,
    community: int | None = None,
) -> list[Behind]:
    """Who is counted: `side` and `what` as in WHICH; channel "": by all of them."""
    where = _where(community)
    statement = (_BEHIND_TASKS if side == "tasks" else _BEHIND_HELD).replace("{which}", WHICH[side][what])
    rows = sql.rows(statement, **_params(scope, as_of, drive, where), channel=channel)
    return [Behind(*row) for row in rows]


def _where(community: int | None) -> dict[int, Policies]:
    where = {place or 0: one for place, one in policies.for_every_community().items()}
    return where if community is None else {community: where[community]}


def _channel(reached: Sequence[int] | None, held: Sequence[int] | None, cost: int) -> Channel:
    tasks, contacted, answered, over, woken = reached or (0, 0, 0, 0, 0)
    control, control_woken = held or (0, 0)
    return Channel(tasks, contacted, answered, over, woken, control, control_woken, cost)


def _params(scope: Scope, as_of: date, drive: int | None, where: Mapping[int, Policies]) -> dict[str, Any]:
    return reach(scope) | {
        "places": list(where),
        "attribution": [one.attribution_days for one in where.values()],
        "drive": drive,
        "as_of": as_of,
        "knocked": KNOCKED,
        "opened": OPENED,
        "pause": PAUSE,
        "pace": FIRST,
    }


def _costs(params: Mapping[str, Any], where: Mapping[int, Policies]) -> dict[str, int]:
    """Channel -> fen."""
    found: dict[str, int] = defaultdict(int)
    for channel, community, worked, tries, messages, coupons in sql.rows(_SPENT, **params):
        found[channel] += cost_of(channel, Spent(worked, tries, messages, coupons), where[community])
    return found


def cost_of(channel: str, spent: Spent, place: Policies) -> int:
    """Doors by the time measured, other channels by their tries."""
    if channel == "door":
        return Spent(spent.worked, 0, spent.messages, spent.coupons).cost(0, place.staff_hour_cost)
    minutes = getattr(place, MINUTES[channel]) if channel in MINUTES else 0
    return Spent(tries=spent.tries, messages=spent.messages, coupons=spent.coupons).cost(minutes, place.staff_hour_cost)


def cost_of_drive(scope: Scope, as_of: date, drive: int) -> int:
    """Fen of all contacts of a drive whose attribution days have ended."""
    where = _where(None)
    return sum(_costs(_params(scope, as_of, drive, where), where).values())
