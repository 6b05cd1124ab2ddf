"""The table under the dashboard: every community or station with its numbers, sorted by one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opsdesk.insight import dashboard_rules as rules
from opsdesk.insight import dashboard_words as words
from opsdesk.insight.dashboard_board import SHOWN, Board, Place
from opsdesk.insight.dictionary import BY_KEY
from opsdesk.insight.values import COMMUNITY_ONLY
from opsdesk.lib import cells, charts

USUAL = "-gmv"


@dataclass(frozen=True)
class Head:
    label: str
    href: str
    order: str  # ascending, descending or nothing


def sort_of(query: QueryDict) -> str:
    asked = query.get("sort", "")
    return asked if asked.removeprefix("-") in ("name", *SHOWN) else USUAL


def keys_of(board: Board) -> list[str]:
    return [key for key in SHOWN if board.ask.unit == "community" or key not in COMMUNITY_ONLY]


def heads(board: Board, sort: str, stem: str) -> list[Head]:
    """`stem`: the page's address up to the value of its sort."""
    name = _("Community") if board.ask.unit == "community" else _("Station")
    labels = {"name": name} | {key: _(BY_KEY[key].label) for key in keys_of(board)}
    return [_head(key, label, sort, stem) for key, label in labels.items()]


def _head(key: str, label: str, sort: str, stem: str) -> Head:
    order = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    first = key if key == "name" else f"-{key}"
    return Head(label, stem + ((key if order == "descending" else f"-{key}") if order else first), order)


def rows(board: Board, shown: Sequence[Place], sort: str, *, linked: bool) -> list[SafeString]:
    """Each place: its name, each number with the way to its people, the sorted number's last periods as a line."""
    drawn = _drawn(board, sort)
    lists = {key: _people(board, key) if linked else "" for key in keys_of(board)}
    here = f"{reverse('dashboard')}?{urlencode(_kept(board))}{'&' if _kept(board) else ''}"
    lines = board.lines_of(shown, drawn)
    return [_row(board, place, lines[place.id], lists, here) for place in shown]


def _row(board: Board, place: Place, line: Sequence[float], lists: Mapping[str, str], here: str) -> SafeString:
    query = urlencode(place.words)
    numbers = [_cell(board, place, key, people and people + query) for key, people in lists.items()]
    drawn = cells.sparkline(charts.sparkline(line, 96, 24), "quiet")
    return cells.row([_name(place, here + query), *numbers, cells.holding(drawn)])


def _name(place: Place, href: str) -> str:
    name = cells.linked(place.name or _("Unassigned"), "" if "unassigned" in place.words else href)
    if not place.beneath:
        return cells.holding(name, "long")
    return cells.holding(format_html('{} <span class="quiet small-text">{}</span>', name, place.beneath), "long")


def ordered(board: Board, sort: str) -> list[Place]:
    """Those without a value come last, whichever way."""
    key, falling = sort.removeprefix("-"), sort.startswith("-")
    if key not in keys_of(board):
        return sorted(board.places, key=lambda place: place.name, reverse=falling and key == "name")
    told = {place.id: rules.value(board.pair_of(place, key)) for place in board.places}
    known = [place for place in board.places if told[place.id] is not None]
    known.sort(key=lambda place: told[place.id] or 0.0, reverse=falling)
    return known + [place for place in board.places if told[place.id] is None]


def _drawn(board: Board, sort: str) -> str:
    key = sort.removeprefix("-")
    return key if key in keys_of(board) else "gmv"


def drawn_label(board: Board, sort: str) -> str:
    return _(BY_KEY[_drawn(board, sort)].label)


def _people(board: Board, key: str) -> str:
    """The address of a number's people but for the place, which comes behind it."""
    everywhere = words.people(board.customers, key, board.ask.grain, board.periods.shown, board.as_of, {})
    return f"{everywhere}&" if everywhere else ""


def _cell(board: Board, place: Place, key: str, people: str) -> str:
    pair = board.pair_of(place, key)
    told = words.told(board.language, key, pair, board.few)
    return cells.number(told.written, told.title, people if pair[0] else "", "num few" if told.is_few else "num")


def total(board: Board) -> SafeString | None:
    """All communities together; stations are not all, nor is one community more than its row."""
    if board.ask.unit != "community" or len(board.places) < 2:
        return None
    each = (words.told(board.language, key, board.pair(key), board.few) for key in keys_of(board))
    return cells.row(cells.number(told.written, told.title) for told in each)


def _kept(board: Board) -> Mapping[str, str]:
    asked: dict[str, Any] = {"grain": board.ask.grain if board.ask.grain != "week" else ""}
    asked["as_of"] = "" if board.is_latest else board.as_of
    return {name: str(value) for name, value in asked.items() if value}
