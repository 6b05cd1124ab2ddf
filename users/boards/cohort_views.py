"""The cohort board, its file, and the one figure on it that people type."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import queries as places_queries
from communities.access import Desk, DeskRequest, desk_page
from communities.models import StaffMember
from communities.policies import queries as policies
from communities.redirects import back
from communities.rules import CHANGE_BUDGETS, EXPORT, RUN_CASES, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import addresses, exports, figures, fold, htmx
from users.boards import cohort_drawing, cohort_levers, cohorts, kept, places
from users.boards.alerts import marks
from users.boards.cohort_levers import Levers
from users.boards.cohorts import Ask, Board
from users.boards.yuan_form import YuanForm
from users.orders.models import Category
from users.purchases.rules import monday_of
from users.retention import actions, queries, rules
from users.retention.models import WeekBudget

_HEAD = [
    "cohort", "k", "customers", "part", "whole", "value", "low", "high", "budget_fen", "budget_source", "discount_rate",
]  # fmt: skip
_ENTRIES = {"purchases": "frequency"}  # entries of the metric dictionary that are called otherwise
_PAGE, _NOTHING_YET = "users/boards/cohorts.html", "users/boards/nothing_yet.html"


@desk_page(SEE_BOARDS)
def cohort_board(request: DeskRequest) -> HttpResponse:
    desk, ask = request.desk, cohorts.ask_of(request.GET)
    board = read_board(request, desk, ask)
    if board is None or not board.cohorts:
        return render(request, _NOTHING_YET, {"title": _("Cohorts")})
    context = {
        "sight": board.sight,
        "ask": ask,
        "board": board,
        "table": cohorts.table_rows(board) if request.GET.get("as") == "table" else None,
        "may_export": desk.may(EXPORT),
        "may_open": desk.may(RUN_CASES),
    }
    levers = cohort_levers.drawn(desk, board, request.GET)
    linked = _leads_to_people(desk, board)
    of = "cohorts", board.sight.key, board.few, board.uncensored_from, linked
    revision = board.revision if ask.breakdown in ("", "community") else None  # names of other units may change
    numbers = kept.drawn(request, revision, of, lambda: _numbers(request, board, linked=linked))
    return render(request, _PAGE, context | _choices(ask) | _told(ask, board) | levers | numbers)


def _numbers(request: DeskRequest, board: Board, *, linked: bool) -> dict[str, Any]:
    rang = marks.of(board)
    return _triangle(board, rang, linked=linked) | _units(request, board, rang, linked=linked)


def _leads_to_people(desk: Desk, board: Board) -> bool:
    """Lists are of today: a cell of a past date counts others."""
    return desk.may(SEE_CUSTOMERS) and board.sight.is_latest


def _triangle(board: Board, rang: marks.Marks, *, linked: bool) -> dict[str, Any]:
    heads = cohorts.heads(board.ask.grain, len(board.means))
    return {
        "people": sum(line.size for line in board.lines),
        "heads": heads,
        "width": len(heads) + 3,
        "unit_head": heads[min(cohort_drawing.first_telling(board.ask.metric), len(heads) - 1)],
        "small_heads": heads[: cohort_drawing.SMALL_COLUMNS],
        "rows": marks.on(cohort_drawing.rows(board, board.lines, {} if linked else None), rang),
        "finding": marks.finding(rang),
        "means": cohort_drawing.means(board),
        "legend": cohort_drawing.legend(board),
    }


def _units(request: DeskRequest, board: Board, rang: marks.Marks, *, linked: bool) -> dict[str, Any]:
    """One small table and line a unit, the largest first."""
    desk = request.desk
    codes = {one.pk: one.code for one in desk.communities} if linked else None
    names = unit_names(desk, board)
    named, in_all = fold.folded([unit for unit in board.sizes if unit in names], request.GET)
    shown = {unit: names[unit] for unit in named}
    drawn = cohort_drawing.small(board, shown, unit_links(request, desk, board.ask), codes)
    return {"units": marks.on_units(drawn, board, rang), "units_in_all": in_all}


def _told(ask: Ask, board: Board) -> dict[str, Any]:
    """What the numbers are, in words."""
    definition = {
        "what": _(rules.DEFINITIONS[ask.metric, ask.told_mode]),
        "as_of": board.sight.as_of,
        "metric": _ENTRIES.get(ask.metric, ask.metric),
    }
    return {
        "metric_word": _(rules.METRICS[ask.metric]),
        "mode_word": _(rules.MODES[ask.mode]),
        "is_modal": ask.metric in rules.MODAL,
        "definition": definition,
    }


@desk_page(EXPORT)
def cohorts_csv(request: HttpRequest) -> HttpResponseBase:
    """The board as a file: one row a unit and cell that is over."""
    desk = cast(DeskRequest, request).desk
    ask = cohorts.ask_of(request.GET)
    board = read_board(request, desk, ask)
    levers = cohort_levers.of_board(desk, board) if board else cohort_levers.Levers({}, {})
    head = [ask.breakdown or "unit", *_HEAD, *(one.name for one, _told in levers.variables)]
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, head, _file_rows(desk, board, levers) if board else [], mark)
    return exports.answer(written, exports.CSV, f"cohorts-{ask.metric}")


def _file_rows(desk: Desk, board: Board, levers: Levers) -> list[list[Any]]:
    names = unit_names(desk, board)
    units = board.by_unit if board.ask.breakdown else {"": board.lines}
    return [
        [names.get(unit, unit), line.cohort, spot.k, line.size, spot.part, spot.whole, spot.value,
         between.low if between else None, between.high if between else None, *levers.of(line.cohort).values(),
         *levers.values(line.cohort).values()]
        for unit, lines in units.items() for line in lines for spot in line.spots if spot.state == rules.DONE
        for between in [cohorts.interval_of(spot, board.ask.metric)]
    ]  # fmt: skip


def read_board(request: HttpRequest, desk: Desk, ask: Ask) -> Board | None:
    sight = places.sight_of(request, desk)
    if sight is None:
        return None
    return cohorts.board_of(sight, ask, policies.for_community(desk.community.id if desk.community else None))


def unit_names(desk: Desk, board: Board) -> dict[str, str]:
    """Name by unit, of those in reach; a channel is its own name."""
    if board.ask.breakdown == "channel":
        return {unit: unit or _("Channel not told") for unit in board.sizes}
    if board.ask.breakdown == "station":
        stations = places_queries.stations_in(desk.scope_for(SEE_BOARDS))
        return {str(one.pk): one.name for one in stations} | {"0": _("No station")}
    if namer := _NAMERS.get(board.ask.breakdown):
        return namer(list(map(int, board.sizes)))
    return {str(place): name or _("Unassigned") for place, _code, name in places.named_places(desk)}


def _categories(ids: list[int]) -> dict[str, str]:
    found = Category.objects.filter(id__in=ids).values_list("id", "name")
    return {"0": _("First category not known"), **{str(pk): name for pk, name in found}}


def _staff(ids: list[int]) -> dict[str, str]:
    found = StaffMember.objects.filter(id__in=ids).values_list("id", "name")
    return {"0": _("Nobody serves them"), **{str(pk): name for pk, name in found}}


_NAMERS: dict[str, Callable[[list[int]], dict[str, str]]] = {"category": _categories, "staff": _staff}


def unit_links(request: HttpRequest, desk: Desk, ask: Ask) -> dict[str, str]:
    """The board of one community, by unit."""
    if ask.breakdown not in ("", "community"):
        return {}
    stem = addresses.stem(request.path, request.GET, "community")
    return {str(one.pk): stem + addresses.quoted(one.code) for one in desk.communities}


def _choices(ask: Ask) -> dict[str, Any]:
    return {
        "modes": [(key, _(word)) for key, word in rules.MODES.items()],
        "metrics": [(key, _(word)) for key, word in rules.METRICS.items()],
        "grains": [(key, _(word)) for key, word in rules.GRAINS.items()],
        "lengths": [*map(str, rules.COUNTS), cohorts.ALL],
        "breakdowns": [
            ("community", _("Community")),
            ("station", _("Station")),
            ("channel", _("Channel")),
            ("category", _("First category")),
            ("staff", _("Customer service")),
        ],
    }


# -- The levers ------------------------------------------------------------------------------------------------------


@desk_page(CHANGE_BUDGETS)
def cohort_budget(request: DeskRequest, week: str) -> HttpResponse:
    """One week's figure: as a form in its cell, or as a page where there is no script. The place is the chosen one."""
    desk, monday = request.desk, _monday(week)
    if not cohort_levers.may_budget(desk):
        raise Http404
    place = desk.community.id if desk.community else None
    standing = queries.week_budget(monday, place)
    form = YuanForm(_("Acquisition budget of the week"), request.POST or None, standing.fen if standing else None)
    context = {"form": form, "week": monday, "title": _("Acquisition budget"), "submit": _("Keep"), "may_budget": True}
    context["sentence"] = f"{monday:%Y-%m-%d} · {desk.community or _('whole company')}"
    if request.method != "POST" or not form.is_valid():
        return htmx.render_page(request, "forms/page.html", "users/boards/_cohort_budget_form.html", context)
    change = actions.set_week_budget(monday, place, form.cleaned_data["fen"], desk.staff)
    undo = reverse("cohort_budget_undo", args=[change.pk]) if change else ""
    said = _("Kept: %(amount)s for the week of %(week)s") % {
        "amount": figures.yuan(form.cleaned_data["fen"], 0), "week": f"{monday:%m-%d}",
    }  # fmt: skip
    if not htmx.wants_part(request):
        messages.success(request, said, extra_tags=undo)
        return redirect(f"{reverse('cohorts')}{f'?community={desk.chosen}' if desk.chosen else ''}")
    told = cohort_levers.by_week(desk, monday, monday).get(monday)
    context["cell"] = cohort_levers.cell(monday, told, request.GET, may_type=True)
    return htmx.with_toast(render(request, "users/boards/_cohort_budget.html", context), said, undo=undo)


@desk_page(CHANGE_BUDGETS)
@require_POST
def cohort_budget_undo(request: DeskRequest, change_id: int) -> HttpResponse:
    """One's own statement only, as long as nothing newer was said of the week."""
    change = get_object_or_404(WeekBudget, pk=change_id, by=request.desk.staff)
    scope = request.desk.scope
    if not (scope.sees_community(change.community_id) if change.community_id else scope.everywhere):
        raise Http404
    if actions.take_back(change, request.desk.staff):
        messages.success(request, _("Taken back"))
    else:
        messages.error(request, _("Something newer was said meanwhile; nothing was taken back."))
    return redirect(back(request, reverse("cohorts")))


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    return monday_of(day)
