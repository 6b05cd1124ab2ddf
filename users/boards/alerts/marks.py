"""Alerts on the cohort board: the cells that rang, and the newest of them as one line above the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from opsdesk.lib import figures
from users.boards.cohort_drawing import Drawn, Row
from users.boards.cohorts import Board
from users.retention import alert_queries
from users.retention.alert_queries import Rang

Marks = Mapping[tuple[int, date, int], Rang]  # by community, cohort, k


@dataclass(frozen=True)
class Finding:
    """The newest alert on the board, with its rates as text."""

    alert: Rang
    rate: str
    usual: str


def of(board: Board) -> Marks:
    """Alerts of the communities and cohorts on it; none where its cells do not tell what alerts are about."""
    ask = board.ask
    if ask.grain != "week" or ask.told_mode != "in" or ask.metric not in ("retention", "churn"):
        return {}
    return alert_queries.marks(board.sight.places, board.cohorts)


def on(rows: Sequence[Row], marks: Marks, place: int | None = None) -> list[Row]:
    """The rows with the cells marked that rang in a community; in any of them when none is named."""
    told = {(cohort, k): alert.pk for (one, cohort, k), alert in marks.items() if place is None or one == place}
    return [replace(row, cells=_marked(row, told)) for row in rows] if told else list(rows)


def on_units(units: list[dict[str, Any]], board: Board, marks: Marks) -> list[dict[str, Any]]:
    """The small tables likewise, where a unit is a community."""
    if not marks or board.ask.breakdown != "community":
        return units
    return [unit | {"rows": on(unit["rows"], marks, int(unit["unit"]))} for unit in units]


def _marked(row: Row, told: Mapping[tuple[date, int], int]) -> list[Drawn]:
    return [
        replace(cell, alert=told[row.cohort, k], css=f"{cell.css} alerted") if (row.cohort, k) in told else cell
        for k, cell in enumerate(row.cells)
    ]


def finding(marks: Marks) -> Finding | None:
    newest = _newest(one for one in marks.values() if not one.is_closed)
    if newest is None:
        return None
    rate, usual = newest.returned / newest.customers, newest.base_returned / newest.base_customers
    return Finding(newest, figures.percent(rate), figures.percent(usual))


def _newest(alerts: Iterable[Rang]) -> Rang | None:
    return max(alerts, key=lambda one: (one.cohort, one.k, -one.q), default=None)
