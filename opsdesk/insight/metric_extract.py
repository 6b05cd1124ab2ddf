"""The dashboard's numbers as rows: of one board, and of every finished period for `manage.py export metrics`."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from communities.models import Community, ServiceStation
from opsdesk.insight import dashboard_queries as queries
from opsdesk.insight import dashboard_rules as rules
from opsdesk.insight.dashboard_board import SHOWN, Board
from opsdesk.insight.dashboard_periods import DAY, finished
from opsdesk.insight.dashboard_places import keys_of
from opsdesk.insight.dashboard_rules import PAIRS, Figures
from opsdesk.insight.dictionary import BY_KEY
from opsdesk.lib import money
from users.pulse.rules import Grain, Span, Unit
from users.purchases import queries as purchases
from users.retention import queries as retention

HEAD = ("start", "end", "metric", "part", "whole", "value")
BREAKDOWNS = ("community", "station")
TOLD = ("daily_payers", "frequency", "discount_rate", "subsidy")  # in files, not among the tiles


def of_board(board: Board) -> Iterator[list[Any]]:
    """One row a place and metric of the period shown; `end` is its last day."""
    for place in board.places:
        for key in keys_of(board):
            yield [place.name, *_row(board.periods.shown, key, board.apart.at(board.periods.shown, place.id))]


def extract(
    as_of: date, places: Sequence[int] | None, grain: Grain, breakdown: str
) -> tuple[tuple[str, ...], Iterator[list[Any]]]:
    """Head and rows: every metric of every finished period, oldest first; with a breakdown by community or station
    (their names; empty: unassigned). Metrics with nothing to divide by are left out."""
    unit: Unit = "station" if breakdown == "station" else "community"
    names = _names(unit, purchases.listed(places))
    span = retention.span(as_of)
    spans = finished(grain, as_of, *span) if span else ()
    told = queries.figures(unit, grain, spans, list(names), as_of) if spans else []
    head = (*HEAD[:2], breakdown, *HEAD[2:]) if breakdown else HEAD
    return head, _rows(spans, told, names if breakdown else {})


def _rows(spans: Sequence[Span], told: Sequence[dict[int, Figures]], names: dict[int, str]) -> Iterator[list[Any]]:
    for span, found in zip(spans, told, strict=True):
        each = {names[place]: one for place, one in found.items()} if names else {"": rules.together(found.values())}
        for name, one in each.items():
            for key in (*SHOWN, *TOLD):
                row = _row(span, key, one)
                if row[-1] is not None:
                    yield [*row[:2], name, *row[2:]] if names else row


def _row(span: Span, key: str, one: Figures) -> list[Any]:
    """Parts and wholes as they are counted, money in yuan with two decimals."""
    part, whole = PAIRS[key](one)
    value = rules.value((part, whole))
    return [span.start, span.end - DAY, key, part, whole, None if value is None else _written(BY_KEY[key].kind, value)]


def _written(kind: str, value: float) -> str | float:
    if kind.startswith("yuan"):
        return money.yuan(round(value))
    return round(value) if kind == "count" else round(value, 6)


def _names(unit: Unit, communities: Sequence[int]) -> dict[int, str]:
    if unit == "station":
        found = ServiceStation.objects.filter(community__in=communities).order_by("name")
        return dict(found.values_list("id", "name"))
    names = dict(Community.objects.filter(id__in=communities).order_by("name").values_list("id", "name"))
    return names | {place: "" for place in communities if place not in names}
