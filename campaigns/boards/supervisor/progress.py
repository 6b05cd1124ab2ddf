"""How far each station is with its drives: what the Today page says of the field, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from campaigns.boards.visits.queries import KNOCKED, OPENED, ORDERED, REACH, reach
from campaigns.boards.visits.rules import DoorRates
from communities.models import Community
from communities.scoping import Scope
from opsdesk.lib import sql
from users.purchases.rules import monday_of

ENOUGH = 20  # visited doors from which a low open rate is pointed at

# One row a station with a door on the list of a drive that runs today (task_of_a_station, visit_of_a_day). Visits are
# those of the week, a door once a task and day.
_STATIONS = f"""
WITH task AS (
  SELECT t.station_id, count(*) AS tasks, count(*) FILTER (WHERE t.state <> 'open') AS done
    FROM campaigns_task t JOIN campaigns_drive d ON d.id = t.drive_id
   WHERE d.state = 'running' AND %(today)s BETWEEN d.begins_on AND d.ends_on AND t.channel = 'door'
     AND (%(community)s::int IS NULL OR t.community_id = %(community)s) AND {REACH.format(table="t")}
   GROUP BY 1),
door AS (
  SELECT DISTINCT ON (v.task_id, v.day) v.station_id, v.day, v.outcome, v.amount
    FROM campaigns_visit v
   WHERE v.live AND v.channel = 'door' AND v.day BETWEEN %(monday)s AND %(today)s
     AND (%(community)s::int IS NULL OR v.community_id = %(community)s) AND {REACH.format(table="v")}
   ORDER BY v.task_id, v.day, v.at DESC, v.id DESC)
SELECT COALESCE(s.name, ''), task.station_id, min(task.tasks), min(task.done),
       count(*) FILTER (WHERE door.day = %(today)s AND outcome = ANY(%(knocked)s)),
       count(*) FILTER (WHERE outcome = ANY(%(knocked)s)), count(*) FILTER (WHERE outcome = ANY(%(opened)s)),
       count(*) FILTER (WHERE outcome = ANY(%(ordered)s)), COALESCE(sum(amount), 0)::bigint
  FROM task
  LEFT JOIN door ON door.station_id IS NOT DISTINCT FROM task.station_id
  LEFT JOIN communities_servicestation s ON s.id = task.station_id
 GROUP BY 1, 2 ORDER BY min(task.tasks) DESC, 2
"""


@dataclass(frozen=True)
class Station(DoorRates):
    """Doors on its lists, how many need nothing more, and its week so far; `amount` in fen, as told at the door."""

    name: str
    station_id: int | None
    tasks: int
    done: int
    today: int
    visited: int
    opened: int
    ordered: int
    amount: int

    @property
    def share(self) -> float:
        return self.done / self.tasks if self.tasks else 0.0

    def is_low(self, total: "Station") -> bool:
        """Whether so few doors opening is more than chance beside all stations."""
        mine, all_ = self.open_rate, total.open_rate
        return self.visited >= ENOUGH and mine is not None and all_ is not None and mine.high < all_.at


def stations(scope: Scope, today: date, community: Community | None) -> list[Station]:
    """Most doors first; empty where no drive runs."""
    rows = sql.rows(
        _STATIONS, today=today, monday=monday_of(today), knocked=KNOCKED, opened=OPENED,
        ordered=ORDERED, community=community.pk if community else None, **reach(scope),
    )  # fmt: skip
    return [Station(*row) for row in rows]


def together(rows: Sequence[Station]) -> Station:
    sums = [sum(getattr(row, field.name) for row in rows) for field in fields(Station)[2:]]
    return Station("", None, *sums)
