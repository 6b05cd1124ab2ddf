"""What the lifecycle map reads: who stands where now, and the ways between over finished weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache

from opsdesk.lib import intervals, sql
from users.boards.places import Places, Sight
from users.funnel import journey, queries, rules
from users.funnel.journey import Way
from users.lifecycle import queries as lifecycle
from users.lifecycle.models import SnapshotDay

_KEPT = 600  # seconds; the key changes with every run of everybody

# One row a kind of standing: class, recalled, bought more than once, RFM class lost (standing_lifecycle).
_STANDINGS = """
SELECT lifecycle, recalled, purchases > 1, lifecycle = 'silent' AND rfm_class = 'lost', count(*)::int
  FROM users_standing
 WHERE %(places)s::int[] IS NULL OR COALESCE(community_id, 0) = ANY(%(places)s)
 GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class Board:
    """`now`: people by stage; `ways`: in the order of journey.WAYS; `weeks`: the Mondays whose weeks are counted."""

    sight: Sight
    now: dict[str, int]
    ways: list[Way]
    weeks: list[date]

    @property
    def everybody(self) -> int:
        apart = (journey.REGISTERED, journey.FIRST, journey.SECOND, journey.ACTIVE, journey.SILENT)
        return sum(self.now[name] for name in apart)

    def way(self, start: str, end: str) -> Way:
        return next(way for way in self.ways if (way.start, way.end) == (start, end))


def board_of(sight: Sight) -> Board:
    """As of the newest date. What everybody's rows are read for is remembered until the next run."""
    weeks = lifecycle.mondays(sight.as_of)[: journey.WEEKS]
    now = _remembered("now", sight, _standing)
    lost = Way(journey.SILENT, journey.LOST, now[journey.LOST], now[journey.SILENT])
    return Board(sight, now, [*_ways(sight, weeks), lost], weeks)


def _remembered(what: str, sight: Sight, read: Any) -> Any:
    day = SnapshotDay.objects.get(as_of=sight.as_of)
    places = "all" if sight.places is None else "-".join(map(str, sight.places))
    key = f"journey-{what}-{sight.as_of}-{day.computed_at.timestamp()}-{places}"
    return cache.get_or_set(key, lambda: read(sight.places), timeout=_KEPT)


def _standing(places: Places) -> dict[str, int]:
    now = dict.fromkeys(journey.NODES, 0)
    for lifecycle_class, recalled, again, is_lost, people in sql.rows(_STANDINGS, places=places):
        node = {"prospect": journey.REGISTERED, "active": journey.ACTIVE, "silent": journey.SILENT}.get(
            lifecycle_class, journey.SECOND if again else journey.FIRST
        )
        now[node] += people
        now[journey.RECALLED] += people if recalled and node == journey.ACTIVE else 0
        now[journey.LOST] += people if is_lost else 0
    return now


def _ways(sight: Sight, weeks: list[date]) -> list[Way]:
    steps = {step.name: step for step in rules.funnel((b, n) for _unit, b, n in queries.cells(sight.places, "week"))}
    begun = [
        Way(start, end, steps[name].part, steps[name].whole)
        for (start, end), name in zip(journey.WAYS[:2], (rules.ACTIVATED, rules.RETAINED), strict=True)
    ]
    moves = _remembered("moves", sight, lambda places: [_moves(week, places) for week in weeks])
    return [*begun, *journey.moved(moves)]


def _moves(week: date, places: Places) -> dict[tuple[str, str], int]:
    """Of one finished week: (class on the Monday before, class now) -> customers."""
    return {pair: cell.customers for pair, cell in lifecycle.transitions(week, places=places).cells.items()}


def interval_of(way: Way) -> intervals.Interval | None:
    return intervals.wilson(way.part, way.whole)


FILE_HEAD = ("from", "to", "part", "whole", "rate", "low", "high", "customers_there_now")


def file_rows(board: Board) -> Iterator[list[Any]]:
    """One row a way; a stage without a way to it comes alone."""
    for name in journey.NODES:
        ways = [way for way in board.ways if way.end == name]
        for way in ways:
            between = interval_of(way)
            told = (way.rate, between.low, between.high) if between else (None, None, None)
            yield [way.start, name, way.part, way.whole, *told, board.now[name]]
        if not ways:
            yield ["", name, None, None, None, None, None, board.now[name]]
