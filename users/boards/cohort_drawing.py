"""The cells of the cohort board as they are drawn: number, step of blue, what the pointer is told, where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opsdesk.lib import cells, charts, figures, pieces
from users.boards import cohorts
from users.boards.cohorts import Board
from users.retention import rules
from users.retention.rules import DONE, LATER, OPEN, Line, Spot

SMALL_COLUMNS = 5  # of a unit's small table
SMALL_LINES = 9


@dataclass(frozen=True)
class Drawn:
    """`count` and `rate` are what the upper and the lower block show; `alert` is the id of one raised for it."""

    count: str
    rate: str
    css: str
    title: str
    href: str
    alert: int = 0


@dataclass(frozen=True)
class Row:
    """`iso`: the cohort as dictionaries of the page are keyed."""

    cohort: date
    iso: str
    name: SafeString
    size: int
    cells: list[Drawn]
    rest: int

    @property
    def counts(self) -> SafeString:
        return cells.row(_cell(one, one.count) for one in self.cells)

    @property
    def rates(self) -> SafeString:
        return cells.row(_cell(one, one.rate) for one in self.cells)

    @property
    def later_rates(self) -> SafeString:
        """Without the cohort's own period."""
        return cells.row(_cell(one, one.rate) for one in self.cells[1:])


def _cell(one: Drawn, text: str) -> str:
    """As HTML: a board has hundreds, and a template takes several times as long."""
    mark = pieces.drawn("users/alerts/_mark.html", alert=one.alert) if one.alert else ""
    shown = f'<a href="{escape(one.href)}">{escape(text)}</a>' if one.href else escape(text)
    return f'<td class="h {one.css}" title="{escape(one.title)}">{mark}{shown}</td>'


def rows(board: Board, lines: list[Line], place: Mapping[str, object] | None) -> list[Row]:
    """Lines as drawn; places beyond the unfinished one are one empty cell. `place`: the words of the customer list
    that mean the unit; None: no cell leads there."""
    return [_row(board, line, place) for line in lines]


def _row(board: Board, line: Line, place: Mapping[str, object] | None) -> Row:
    shown = [spot for spot in line.spots if spot.state != LATER]
    drawn = [_drawn(board, line.cohort, spot, place) for spot in shown]
    return Row(
        line.cohort, f"{line.cohort}", named(line.cohort, board.ask.grain, board.is_censored(line.cohort)), line.size,
        drawn, len(line.spots) - len(shown),
    )  # fmt: skip


def named(cohort: date, grain: str, censored: bool) -> SafeString:
    """With the year among its values: a week is written without the year that it is."""
    year = timezone.localdate().year
    return pieces.drawn("users/boards/_cohort_name.html", cohort=cohort, grain=grain, censored=censored, year=year)


def _drawn(board: Board, cohort: date, spot: Spot, place: Mapping[str, object] | None) -> Drawn:
    if spot.state == OPEN:
        return Drawn("", "", "hatched", _("Not over yet"), "")
    if spot.state != DONE:
        return Drawn(figures.NOTHING, figures.NOTHING, "", _("Nobody to divide by"), "")
    words = cohorts.people_words(board, cohort, spot.k, place) if place is not None and spot.part else {}
    part, value = counted(spot, board.ask.metric), valued(spot.value, board.ask.metric)
    told = _title(board, spot, {"part": part, "n": figures.count(spot.whole), "value": value})
    return Drawn(part, value, _css(board, spot), told, board.sight.people(**words) if words else "")


def counted(spot: Spot, metric: str) -> str:
    return figures.yuan(spot.part, 0) if metric in rules.MONEY else figures.count(spot.part)


def valued(value: float | None, metric: str) -> str:
    if value is None or metric in rules.RATES:
        return figures.percent(value)
    return figures.yuan(round(value), 1) if metric in rules.MONEY else figures.grouped(value, 2)


def _css(board: Board, spot: Spot) -> str:
    always = not spot.k and board.ask.metric in rules.RATES
    step = "heat-0" if always else f"heat-{rules.heat(spot.value, board.ask.metric)}"
    return f"{step} few" if spot.whole < board.few else step


def _title(board: Board, spot: Spot, told: dict[str, str]) -> str:
    between = cohorts.interval_of(spot, board.ask.metric)
    if between is None:
        return _("%(part)s ÷ %(n)s = %(value)s") % told
    told |= {"low": figures.percent(between.low), "high": figures.percent(between.high)}
    return _("%(part)s of %(n)s = %(value)s, 95%% interval %(low)s to %(high)s") % told


def means(board: Board) -> list[str]:
    return [valued(spot.value, board.ask.metric) for spot in board.means]


def legend(board: Board) -> list[str]:
    """The bounds between the steps of blue, in words."""
    metric = board.ask.metric
    if metric in rules.RATES:
        return [f"{bound:.0%}" for bound in rules.STEPS[metric]]
    return [valued(bound, metric) for bound in rules.STEPS[metric]]


def small(
    board: Board, names: Mapping[str, str], links: Mapping[str, str], codes: Mapping[int, str] | None
) -> list[dict[str, Any]]:
    """One small table and one line a named unit, all on one scale: the whole's mean is the dotted line in each. `codes`
    of communities where cells may lead to people. The tables are drawn only under a breakdown."""
    k, sizes = first_telling(board.ask.metric), board.sizes
    lines = board.units(names, SMALL_COLUMNS) if board.ask.breakdown else {}
    columns = {unit: _column(some, k) for unit, some in lines.items()} if lines else board.columns(names, k)
    firsts = {unit: _values(column) for unit, column in columns.items()}
    every = [value for unit, values in firsts.items() if sizes[unit] >= board.few for value in values] or [0.0]
    mean = board.means[k].value if len(board.means) > k else None
    return [
        {
            "unit": unit, "name": names[unit], "n": sizes[unit], "href": links.get(unit, ""),
            "spark": charts.sparkline(firsts[unit], 130, 28, min(every), max(every), mean),
            "mean": valued(rules.average(k, column).value, board.ask.metric),
            "rows": rows(board, lines[unit][-SMALL_LINES:], _place(board, unit, codes)) if lines else [],
        }
        for unit, column in columns.items()
    ]  # fmt: skip


def _place(board: Board, unit: str, codes: Mapping[int, str] | None) -> dict[str, object] | None:
    return None if codes is None else cohorts.place_words(board.ask.breakdown, unit, codes)


def first_telling(metric: str) -> int:
    """The first period that says something: nobody can be recalled before the second one after their own."""
    return 2 if metric == "recall" else 1


def _column(lines: list[Line], k: int) -> list[Spot]:
    return [line.spots[k] for line in lines if len(line.spots) > k]


def _values(column: list[Spot]) -> list[float]:
    """What each cohort's period is worth, oldest first."""
    values = [spot.value for spot in column]
    return [value for value in values if value is not None]
