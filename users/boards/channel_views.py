"""Channels beside each other, and the file of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import EXPORT, IMPORT, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import exports
from users.boards import channel_drawing as drawing
from users.boards import channels, places
from users.boards.channels import Board, Unit

_HEAD = [
    "view", "community", "unit", "new_payers", "spend_fen", "cost_per_new_fen", "registered", "activated",
    "activation_n", "arppu_4_weeks_fen", "arppu_n", "week_1_back", "week_1_n", "week_4_back", "week_4_n",
]  # fmt: skip


@desk_page(SEE_BOARDS)
def channel_board(request: DeskRequest) -> HttpResponse:
    desk, board = request.desk, read_board(request, request.desk)
    if board is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Acquisition channels")})
    linked = desk.may(SEE_CUSTOMERS) and board.sight.is_latest
    context = {
        "sight": board.sight,
        "board": board,
        "first": board.weeks[0],
        "rows": drawing.rows(board, board.channels, "channel", linked=linked),
        "whole": drawing.row(board, board.whole, {} if linked else None),
        "categories": drawing.rows(board, board.categories, "category", linked=linked),
        "communities": _communities(desk, board, linked=linked) if desk.community is None else [],
        "lengths": channels.WEEKS,
        "table": drawing.table_rows(board, linked=linked) if request.GET.get("as") == "table" else None,
        "may_export": desk.may(EXPORT),
        "may_import": desk.may(IMPORT),
    }
    return render(request, "users/channels/board.html", context)


def _communities(desk: Desk, board: Board, *, linked: bool) -> list[dict[str, Any]]:
    names = {code: name or _("Unassigned") for _place, code, name in places.named_places(desk)}
    return [
        {
            "code": code,
            "name": names[code],
            "rows": [drawing.row(board, unit, _words(code, unit) if linked else None) for unit in units],
        }
        for code, units in board.by_community.items()
    ]


def _words(code: str, unit: Unit) -> dict[str, object]:
    place = {"community": code} if code else {"unassigned": 1}
    return {**drawing.words_of("channel", unit.key), **place}


def read_board(request: HttpRequest, desk: Desk) -> Board | None:
    sight = places.sight_of(request, desk)
    if sight is None:
        return None
    in_force = policies.for_community(desk.community.id if desk.community else None)
    return channels.board_of(desk, sight, channels.weeks_asked(request.GET), in_force)


@desk_page(EXPORT)
def channels_csv(request: DeskRequest) -> HttpResponseBase:
    """A row a channel, a first category, and a channel of each community."""
    desk, board = request.desk, read_board(request, request.desk)
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, _HEAD, _file_rows(board) if board else [], mark)
    return exports.answer(written, exports.CSV, "channels")


def _file_rows(board: Board) -> list[list[Any]]:
    rows = [_numbers("channel", "", unit) for unit in board.channels]
    rows += [_numbers("first_category", "", unit) for unit in board.categories]
    return rows + [_numbers("channel", code, unit) for code, units in board.by_community.items() for unit in units]


def _numbers(view: str, code: str, unit: Unit) -> list[Any]:
    known, (value, n), first, fourth = unit.registered, unit.value, unit.retention(1), unit.retention(4)
    return [
        view, code, unit.name, unit.customers, unit.fen, unit.cost, known.customers, known.activated, known.whole,
        value, n, first.part, first.whole, fourth.part, fourth.whole,
    ]  # fmt: skip
