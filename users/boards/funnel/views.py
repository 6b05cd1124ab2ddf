"""The funnel board, its file, and what is done at each stage."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import CHANGE_POLICIES, EXPORT, IMPORT, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import exports
from opsdesk.lib.days import day
from users.boards import kept, places
from users.boards.funnel import board as boards
from users.boards.funnel import drawing
from users.boards.funnel.board import Board
from users.boards.funnel.forms import ActionForm
from users.boards.places import Sight
from users.funnel import actions, queries, rules
from users.lifecycle import queries as lifecycle

_PAGE, _NOTHING_YET = "users/funnel/funnel.html", "users/boards/nothing_yet.html"


@desk_page(SEE_BOARDS)
def funnel_board(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    board = read_board(request, desk)
    if board is None:
        return render(request, _NOTHING_YET, {"title": _("Funnel")})
    linked = desk.may(SEE_CUSTOMERS) and board.sight.is_latest
    rules_here = policies.for_community(desk.community.id if desk.community else None)
    context = {
        "board": board,
        "sight": board.sight,
        "bars": drawing.bars(board, rules_here, queries.actions_told(), linked=linked),
        "rows": kept.drawn(
            request, board.revision, ("funnel", board.sight.key, linked),
            lambda: _rows(request, desk, board, linked=linked),
        ),
        "labels": [_(rules.LABELS[name]) for name in rules.NAMES],
        "choices": [("week", _("Registered in")), ("channel", _("Channel")), ("community", _("Community"))],
        "chosen_week": day(board.ask.week) if board.ask.week else "",
        "chosen_channel": _channel_name(board.ask.came) if board.ask.came is not None else "",
        "may_change": _may_change(desk),
        "may_export": desk.may(EXPORT),
        "may_import": desk.may(IMPORT),
    }  # fmt: skip
    return render(request, _PAGE, context)


@desk_page(EXPORT)
def funnel_csv(request: HttpRequest) -> HttpResponseBase:
    """The board as a file: one row a unit and stage."""
    desk = cast(DeskRequest, request).desk
    board = read_board(request, desk)
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    rows = boards.file_rows(board, unit_names(desk, board)) if board else iter(())
    return exports.answer(exports.write(exports.CSV, boards.FILE_HEAD, rows, mark), exports.CSV, "funnel")


def read_board(request: HttpRequest, desk: Desk) -> Board | None:
    """As of the date asked for; None before the first run."""
    sight = places.sight_of(request, desk)
    return boards.board_of(sight, boards.ask_of(request.GET)) if sight else None


def newest_sight(desk: Desk) -> Sight | None:
    """As of the last run, in the places looked at; None before the first."""
    newest = lifecycle.latest_as_of()
    if newest is None:
        return None
    return Sight(
        newest, lifecycle.monday_before(newest), places.places_of(desk),
        desk.community.code if desk.community else "", is_latest=True,
    )  # fmt: skip


def unit_names(desk: Desk, board: Board) -> dict[Any, str]:
    if board.ask.by == "community":
        return {place: name or _("Unassigned") for place, _code, name in places.named_places(desk)}
    if board.ask.by == "channel":
        return {unit.key: _channel_name(unit.key) for unit in board.units}
    return {unit.key: f"{unit.key:%Y-%m-%d}" for unit in board.units}


def _channel_name(channel: str) -> str:
    return channel or _("Channel not told")


def _rows(request: HttpRequest, desk: Desk, board: Board, *, linked: bool) -> list[drawing.Row]:
    names, codes = unit_names(desk, board), {one.pk: one.code for one in desk.communities}
    rows = []
    for unit in board.units:
        words = boards.unit_words(board.ask.by, unit.key, codes)
        href = _narrowed(request, board.ask.by, words)
        rows.append(drawing.row(board, unit, names.get(unit.key, ""), words if linked else None, href))
    return rows


def _narrowed(request: HttpRequest, by: str, words: dict[str, object]) -> str:
    """This board for one unit alone; "" for the unassigned, whom no picker names."""
    word = {"week": "registered", "channel": "came", "community": "community"}[by]
    if word not in words:
        return ""
    query = request.GET.copy()
    query["week" if by == "week" else word] = str(words[word])
    query["by"] = "channel" if by == "week" else "week"
    return f"{request.path}?{query.urlencode()}"


# -- What is done at a stage -------------------------------------------------------------------------------------------


def _may_change(desk: Desk) -> bool:
    return desk.scope_for(CHANGE_POLICIES).everywhere


@desk_page(CHANGE_POLICIES)
def funnel_action(request: DeskRequest, stage: str) -> HttpResponse:
    """The action, its owner and its page, the same for the whole company."""
    if stage not in drawing.LABELS or not _may_change(request.desk):
        raise Http404
    back_to = reverse("funnel" if stage in rules.NAMES else "lifecycle-map")
    deed = drawing.deed_of(stage, queries.actions_told())
    standing = {"action": deed.action, "owner": deed.owner, "href": deed.href}
    form = ActionForm(request.POST or None, initial=standing)
    if request.method == "POST" and form.is_valid():
        changed = actions.set_action(stage, **form.cleaned_data, by=request.desk.staff)
        messages.success(
            request, _("Kept: %(what)s") % {"what": _(drawing.LABELS[stage])} if changed else _("Nothing changed")
        )
        return redirect(back_to)
    context = {
        "form": form, "title": _("Action at the stage “%(stage)s”") % {"stage": _(drawing.LABELS[stage])},
        "sentence": _("for the whole company · every change is in the trail"), "submit": _("Keep"),
        "cancel_url": back_to,
    }  # fmt: skip
    return render(request, "forms/page.html", context)
