"""The lifecycle map and its file."""

from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import CHANGE_POLICIES, EXPORT, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import exports, figures
from users.boards.funnel import drawing
from users.boards.funnel.drawing import Deed
from users.boards.funnel.views import newest_sight
from users.boards.journey import board as boards
from users.boards.journey.board import Board
from users.funnel import journey, queries
from users.funnel.journey import Way


@dataclass(frozen=True)
class Node:
    """A stage with everybody who stands there, and what is done there."""

    name: str
    label: str
    glyph: str
    definition: dict[str, Any]
    count: int
    href: str
    deed: Deed
    ways: list["Path"]


@dataclass(frozen=True)
class Path:
    """A way as it is told: `words` say what share of whom. Weeks added up count people again, so they have no lists."""

    way: Way
    start: str
    words: str
    rate: str
    between: str
    part_href: str = ""
    whole_href: str = ""


@desk_page(SEE_BOARDS)
def lifecycle_map(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    board = read_board(desk)
    if board is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Lifecycle map")})
    linked = desk.may(SEE_CUSTOMERS)
    nodes = _nodes(board, linked=linked)
    context = {
        "board": board,
        "sight": board.sight,
        "nodes": nodes,
        "at": {node.name: node for node in nodes},
        "paths": {f"{way.start}_{way.end}": _path(board, way, linked=linked) for way in board.ways},
        "may_change": desk.scope_for(CHANGE_POLICIES).everywhere,
        "may_export": desk.may(EXPORT),
    }
    return render(request, "users/funnel/lifecycle_map.html", context)


@desk_page(EXPORT)
def lifecycle_map_csv(request: HttpRequest) -> HttpResponseBase:
    desk = cast(DeskRequest, request).desk
    board = read_board(desk)
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    rows = boards.file_rows(board) if board else iter(())
    return exports.answer(exports.write(exports.CSV, boards.FILE_HEAD, rows, mark), exports.CSV, "lifecycle-map")


def read_board(desk: Desk) -> Board | None:
    sight = newest_sight(desk)
    return boards.board_of(sight) if sight else None


def _nodes(board: Board, *, linked: bool) -> list[Node]:
    told = queries.actions_told()
    return [
        Node(
            name, _(journey.LABELS[name]), journey.GLYPHS[name],
            {"what": _(journey.DEFINITIONS[name]), "as_of": board.sight.as_of},
            board.now[name], board.sight.people(**journey.PEOPLE[name]) if linked and board.now[name] else "",
            drawing.deed_of(name, told), [_path(board, way, linked=linked) for way in board.ways if way.end == name],
        )
        for name in journey.NODES
    ]  # fmt: skip


def _path(board: Board, way: Way, *, linked: bool) -> Path:
    between = boards.interval_of(way)
    interval = f"{figures.percent(between.low)} – {figures.percent(between.high)}" if between else ""
    words = _(journey.WORDS[way.start, way.end])
    lists = journey.LISTS.get((way.start, way.end)) if linked else None
    part, whole = [board.sight.people(**asked) for asked in lists] if lists else ("", "")
    told = Path(way, _(journey.LABELS[way.start]), words, figures.percent(way.rate), interval)
    return replace(told, part_href=part if way.part else "", whole_href=whole if way.whole else "")
