import datetime as dt
from collections.abc import Sequence

from opsdesk.lib import sql
from users.lifecycle.models import SnapshotDay
from users.pulse.rules import (
    LAG_DAYS,
    CommunityFigures,
    DayFigures,
    Freshness,
    Lagging,
    WakeFigures,
    complete_mondays,
    same_weekdays,
)

# One row a day. Reads the roll-up by its key and standings by first purchase; no order is touched.
_DAYS = """
SELECT d.day, COALESCE(c.gross, 0), COALESCE(c.net, 0), COALESCE(c.orders, 0), COALESCE(c.payers, 0),
       COALESCE(c.new_payers, 0), f.fresh, f.back
  FROM unnest(%(days)s) AS d(day)
  LEFT JOIN LATERAL (
       SELECT sum(gross)::bigint gross, sum(net)::bigint net, sum(orders) orders,
              sum(payers) payers, sum(new_payers) new_payers
         FROM users_communityday WHERE day = d.day AND community_id = ANY(%(communities)s)) c ON true
  LEFT JOIN LATERAL (
       SELECT count(*) fresh, count(*) FILTER (WHERE EXISTS (
              SELECT FROM users_customerday b WHERE b.customer_id = s.customer_id AND b.day = d.day)) back
         FROM users_standing s
        WHERE s.first_purchase >= d.day - 7 AND s.first_purchase < d.day
          AND COALESCE(s.community_id, 0) = ANY(%(communities)s)) f ON true
 ORDER BY d.day
"""

# One row a Monday that has a snapshot (key as_of, community_id, lifecycle); purchases by customer_day.
_WAKES = """
SELECT s.as_of, count(*), count(*) FILTER (WHERE EXISTS (
       SELECT FROM users_customerday b
        WHERE b.customer_id = s.customer_id AND b.day >= s.as_of AND b.day < s.as_of + 7 AND b.starts_purchase))
  FROM users_lifecyclesnapshot s
 WHERE s.as_of = ANY(%(mondays)s) AND s.lifecycle = 'silent' AND s.community_id = ANY(%(communities)s)
 GROUP BY s.as_of ORDER BY s.as_of
"""


def day_figures(day: dt.date, communities: Sequence[int]) -> list[DayFigures]:
    """This day and the same weekday of the seven weeks before, oldest first; 0 in `communities` is the unassigned."""
    rows = sql.rows(_DAYS, days=same_weekdays(day), communities=list(communities))
    return [DayFigures(*row) for row in rows]


def wake_figures(as_of: dt.date, communities: Sequence[int]) -> list[WakeFigures]:
    """The last complete weeks that have a Monday snapshot, oldest first."""
    rows = sql.rows(_WAKES, mondays=complete_mondays(as_of), communities=list(communities))
    return [WakeFigures(*row) for row in rows]


def freshness(today: dt.date) -> Freshness | None:
    """The latest computed as-of date; stale when it is not today's. None before the first run."""
    last = SnapshotDay.objects.order_by("-as_of").first()
    if last is None:
        return None
    return Freshness(last.as_of, last.data_to, last.last_import_id, stale=last.as_of < today)


# One row a community with orders; reads the roll-up backwards by its key.
_LAST_DAYS = """
SELECT community_id, max(day), max(max(day)) OVER () - max(day)
  FROM users_communityday WHERE community_id = ANY(%(communities)s) GROUP BY community_id
"""


def lagging(communities: Sequence[int]) -> list[Lagging]:
    """Communities whose newest order is two days or more older than the newest of all in sight."""
    found = [Lagging(*row) for row in sql.rows(_LAST_DAYS, communities=list(communities))]
    return sorted((lag for lag in found if lag.days_behind >= LAG_DAYS), key=lambda lag: -lag.days_behind)


# One row a community: its day beside its classes as of the next morning (keys of both roll-ups).
_COMMUNITIES = """
SELECT c.id, COALESCE(d.gross, 0), COALESCE(d.net, 0), COALESCE(d.payers, 0), COALESCE(d.new_payers, 0),
       COALESCE(l.active, 0), COALESCE(l.silent, 0), COALESCE(l.payers_ever, 0)
  FROM unnest(%(communities)s) AS c(id)
  LEFT JOIN users_communityday d ON d.community_id = c.id AND d.day = %(day)s
  LEFT JOIN LATERAL (
       SELECT sum(customers) FILTER (WHERE lifecycle = 'active') active,
              sum(customers) FILTER (WHERE lifecycle = 'silent') silent,
              sum(customers) FILTER (WHERE lifecycle <> 'prospect') payers_ever
         FROM users_lifecyclecount WHERE as_of = %(as_of)s AND community_id = c.id) l ON true
 ORDER BY 2 DESC, c.id
"""


def community_days(day: dt.date, as_of: dt.date, communities: Sequence[int]) -> list[CommunityFigures]:
    rows = sql.rows(_COMMUNITIES, day=day, as_of=as_of, communities=list(communities))
    return [CommunityFigures(*map(int, row)) for row in rows]
