import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from users.pulse.rules import DayFigures, WakeFigures, complete_mondays, same_weekdays

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
    rows = _rows(_DAYS, days=same_weekdays(day), communities=list(communities))
    return [DayFigures(*row) for row in rows]


def wake_figures(as_of: dt.date, communities: Sequence[int]) -> list[WakeFigures]:
    """The last complete weeks that have a Monday snapshot, oldest first."""
    rows = _rows(_WAKES, mondays=complete_mondays(as_of), communities=list(communities))
    return [WakeFigures(*row) for row in rows]


def _rows(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
