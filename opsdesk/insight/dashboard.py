"""The dashboard: the numbers of the house by day, week or month, against before, and every place under them."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import EXPORT, SEE_BOARDS, SEE_COUPONS, SEE_CUSTOMERS
from opsdesk.insight import dashboard_board as boards
from opsdesk.insight import dashboard_places as places
from opsdesk.insight import dashboard_tiles as tiles
from opsdesk.insight import dashboard_words as words
from opsdesk.insight import metric_extract as extract
from opsdesk.insight.dashboard_board import Board
from opsdesk.lib import addresses, exports, fold
from opsdesk.lib.words import N_
from users.boards import kept
from users.retention import rules as cohorts

UNITS = {"community": N_("communities"), "station": N_("stations")}


@desk_page(SEE_BOARDS)
def dashboard(request: DeskRequest) -> HttpResponse:
    """`?grain=day|week|month&as_of=DATE&unit=community|station&station=ID&sort=-gmv`."""
    desk = request.desk
    board = read(desk, boards.ask_of(request.GET.dict()))
    if board is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Dashboard")})
    linked = desk.may(SEE_CUSTOMERS)
    of = "dashboard", board.as_of, board.few, linked, tuple(one.id for one in board.places)
    revision = board.revision if board.ask.unit == "community" else None  # stations may be renamed
    context = _choices(board) | {
        "board": board,
        "may_export": desk.may(EXPORT),
        "may_score": desk.may(SEE_COUPONS),
    }
    numbers = kept.drawn(request, revision, of, lambda: _numbers(request, board, linked=linked))
    return render(request, "insight/dashboard.html", context | numbers)


def _numbers(request: DeskRequest, board: Board, *, linked: bool) -> dict[str, Any]:
    sort = places.sort_of(request.GET)
    here, in_all = fold.folded(places.ordered(board, sort), request.GET)
    return {
        "shown": words.period(board.ask.grain, board.periods.shown),
        "first": board.periods.shown.start,
        "last": words.until(board.periods.shown),
        "tiles": tiles.tiles(board, linked=linked),
        "lines": tiles.lines(board, linked=linked),
        "heads": [words.period(board.ask.grain, span) for span in board.periods.line],
        "running_heads": tiles.comparison_words(board),
        "place_heads": places.heads(board, sort, addresses.stem(request.path, request.GET, "sort")),
        "places": places.rows(board, here, sort, linked=linked),
        "places_in_all": in_all,
        "total": places.total(board),
        "drawn": places.drawn_label(board, sort),
    }


def _choices(board: Board) -> dict[str, Any]:
    ask = board.ask
    return {
        "grains": [(key, _(word), key == ask.grain) for key, word in cohorts.GRAINS.items()],
        "units": [(key, _(word), key == ask.unit) for key, word in UNITS.items()],
    }


@desk_page(EXPORT)
def dashboard_csv(request: DeskRequest) -> HttpResponseBase:
    """The table of places as a file: one row a place and metric."""
    desk = request.desk
    board = read(desk, boards.ask_of(request.GET.dict()))
    head = [board.ask.unit if board else "community", *extract.HEAD]
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, head, extract.of_board(board) if board else [], mark)
    return exports.answer(written, exports.CSV, f"dashboard-{board.periods.shown.start if board else date.min}")


def read(desk: Desk, ask: boards.Ask) -> Board | None:
    """404 for a station that is not in reach."""
    few = policies.for_community(desk.community.pk if desk.community else None).alert_min_cohort
    try:
        return boards.board_of(desk, ask, few)
    except boards.NoStation:
        raise Http404 from None
