"""Segment counts and moves, shaped for the page: tiles, matrix, Sankey. One selection runs through all of them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from communities.policies.rules import Policies
from opsdesk.lib import charts, days, figures
from opsdesk.lib.sankey import Sankey, sankey
from users.boards.places import Sight
from users.lifecycle import queries, rules
from users.lifecycle.queries import Matrix

NONE = "none"  # how an address writes "not known then"
REGISTERED = "registered"  # how the drawing calls those who were not known a week ago
Pair = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """`was` and `now` as the address of the page names them."""

    was: str
    now: str
    count: int
    share: float | None
    selected: bool
    stays: bool


@dataclass(frozen=True)
class Row:
    code: str
    cells: list[Cell]
    total: int


def tiles(sight: Sight, policies: Policies) -> list[dict[str, Any]]:
    now, before = queries.totals(sight.as_of, sight.places), queries.totals(sight.before, sight.places)
    lines = queries.history(sight.as_of, sight.places)
    everybody = sum(count.customers for count in now.values())
    has_before = queries.snapshot_day(sight.before) is not None
    limits = rules.limits(policies)
    return [
        {
            "code": code,
            "label": _(rules.LABELS[code]),
            "number": figures.count(now[code].customers),
            "href": sight.people(to=sight.as_of, is_=code),
            "change": figures.signed(now[code].customers - before[code].customers) if has_before else "",
            "base": _("vs %(day)s") % {"day": days.day(sight.before)} if has_before else "",
            "share": figures.percent(figures.ratio(now[code].customers, everybody)),
            "note": _(rules.DEFINITIONS[code]) % limits,
            "definition": {
                "what": _(rules.DEFINITIONS[code]) % limits, "as_of": sight.as_of, "metric": "lifecycle",
                "n": now[code].customers,
            },
            "spark": charts.sparkline([counts[code] for _day, counts in lines]),
        }
        for code in rules.CLASSES
    ]  # fmt: skip


def selected_of(matrix: Matrix, was: str, now: str) -> Pair | None:
    """The cell asked for; else the article's own worry, new payers turned silent; else the largest move."""
    asked = ("" if was == NONE else was, now)
    if now and asked in matrix.cells:
        return asked
    moves = {pair: cell.customers for pair, cell in matrix.cells.items() if pair[0] != pair[1] and cell.customers}
    worry = (rules.NEW_PAYING, rules.SILENT)
    return worry if worry in moves else max(moves, key=lambda pair: moves[pair], default=None)


def rows(matrix: Matrix, selected: Pair | None) -> list[Row]:
    return [
        Row(was, [_cell(matrix, was, now, selected) for now in rules.CLASSES], matrix.row_total(was))
        for was in (rules.NEWLY_KNOWN, *rules.CLASSES)
    ]


def column_totals(matrix: Matrix) -> list[int]:
    return [matrix.column_total(now) for now in rules.CLASSES]


def _cell(matrix: Matrix, was: str, now: str, selected: Pair | None) -> Cell:
    count, total = matrix.cell(was, now).customers, matrix.row_total(was)
    share = count / total if total else None
    return Cell(was or NONE, now, count, share, (was, now) == selected, was == now)


def drawing(matrix: Matrix, selected: Pair | None, movers_only: bool) -> Sankey:
    counts = {(was or REGISTERED, now): cell.customers for (was, now), cell in matrix.cells.items()}
    chosen = (selected[0] or REGISTERED, selected[1]) if selected else None
    return sankey(counts, [REGISTERED, *rules.CLASSES], list(rules.CLASSES), movers_only, chosen)


def moved(matrix: Matrix) -> int:
    """People in another class than a week ago, the newly known not counted."""
    pairs = matrix.cells.items()
    return sum(cell.customers for (was, now), cell in pairs if was not in (rules.NEWLY_KNOWN, now))


def words_left(matrix: Matrix) -> dict[str, tuple[str, str]]:
    """Two lines beside each node at the left: who leaves, who stays."""
    words = {REGISTERED: (f"{_('Registered')} {figures.count(matrix.row_total(''))}", _("this week"))}
    for code in rules.CLASSES:
        stay = matrix.cell(code, code).customers
        gone = matrix.row_total(code) - stay
        stays = _("stay %(n)s") % {"n": figures.count(stay)} if stay else _("all leave")
        words[code] = (f"{_(rules.LABELS[code])} {figures.count(gone)}", stays)
    return words


def words_right(matrix: Matrix) -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for code in rules.CLASSES:
        total = matrix.column_total(code)
        came = total - matrix.cell(code, code).customers
        recalled = matrix.cell(rules.SILENT, code).customers if code == rules.ACTIVE else 0
        beneath = _("%(n)s recalled") if recalled else _("now %(n)s")
        words[code] = (
            f"{_(rules.LABELS[code])} {figures.signed(came)}",
            beneath % {"n": figures.count(recalled or total)},
        )
    return words
