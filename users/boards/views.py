from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.policies.rules import Policies
from communities.rules import EXPORT, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import exports
from users.boards import lists, places, rfm, segments
from users.boards.places import Sight, sight_of
from users.directory.filters import Filters
from users.lifecycle import queries as lifecycle
from users.lifecycle import rules as lifecycle_rules
from users.orders import queries as orders
from users.rfm import queries as rfm_queries
from users.rfm import rules as rfm_rules


@desk_page(SEE_BOARDS)
def segments_board(request: HttpRequest) -> HttpResponse:
    desk = cast(DeskRequest, request).desk
    sight = sight_of(request, desk)
    if sight is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Segments")})
    matrix = lifecycle.transitions(sight.as_of, places=sight.places)
    chosen = segments.selected_of(matrix, request.GET.get("was", ""), request.GET.get("is", ""))
    movers_only = request.GET.get("show") != "all"
    context = {
        "sight": sight,
        "tiles": segments.tiles(sight, _policies(desk, sight)),
        "matrix": matrix,
        "rows": segments.rows(matrix, chosen),
        "column_totals": segments.column_totals(matrix),
        "chart": segments.drawing(matrix, chosen, movers_only),
        "movers_only": movers_only,
        "moved": segments.moved(matrix),
        "flow_left": segments.words_left(matrix),
        "flow_right": segments.words_right(matrix),
        "hrefs": _cell_links(request, matrix),
        "mondays": lifecycle.mondays()[:60],
        "by_community": _by_community(desk, sight) if request.GET.get("by") == "community" else None,
    }
    if chosen and desk.may(SEE_CUSTOMERS):
        context |= lists.people_under(request, desk, _movers(sight, chosen))
    return render(request, "users/boards/segments.html", context)


@desk_page(EXPORT)
def matrix_csv(request: HttpRequest) -> HttpResponseBase:
    """The matrix as a file: one row a pair of classes."""
    desk = cast(DeskRequest, request).desk
    sight = sight_of(request, desk)
    cells = lifecycle.transitions(sight.as_of, places=sight.places).cells.values() if sight else []
    rows = ((cell.before or segments.NONE, cell.after, cell.customers, cell.by_policy) for cell in cells)
    written = exports.write(exports.CSV, ["from", "to", "customers", "by_policy"], rows, _mark(desk))
    return exports.answer(written, exports.CSV, "transitions")


@desk_page(SEE_BOARDS)
def rfm_board(request: HttpRequest) -> HttpResponse:
    desk = cast(DeskRequest, request).desk
    sight = sight_of(request, desk)
    if sight is None or rfm_queries.rfm_day(sight.as_of) is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("RFM board")})
    grid, cleaned = rfm.boxes(sight), rfm_queries.cleaning(sight.as_of, sight.places)
    place = desk.community.id if desk.community else rfm_rules.COMPANY
    cut, rules = rfm_queries.cut_of(sight.as_of, place), _policies(desk, sight)
    asked = request.GET.get("rfm", "")
    chosen = asked if asked in rfm_rules.CLASSES else ""
    context = {
        "sight": sight,
        "columns": rfm.COLUMN_WORDS,
        "lines": zip(rfm.ROW_WORDS, grid, strict=True),
        "scored": rfm.scored(grid),
        "chosen": chosen,
        "cut": cut,
        "cut_rows": rfm.cut_rows(cut) if cut else [],
        "high_words": rfm.high_words(cut, rules) if cut else "",
        "cleaned": cleaned,
        "cleaning_steps": rfm.cleaning_steps(cleaned),
        "policies": rules,
        "definition": {"what": _(rfm.WHAT), "metric": "rfm", "as_of": sight.as_of},
        "unknown_amounts": orders.without_amount(
            sight.as_of - timedelta(days=rules.rfm_window_days), sight.as_of, sight.places
        ),
        "by_community": rfm.by_community(sight, places.named_places(desk)) if desk.community is None else None,
    }
    if desk.may(SEE_CUSTOMERS) and sight.is_latest:
        context |= lists.scored_people(request, desk, sight, chosen)
    return render(request, "users/boards/rfm.html", context)


@desk_page(SEE_BOARDS)
def cleaning(request: HttpRequest) -> HttpResponse:
    """What the cleaning takes out, step by step and community by community."""
    desk = cast(DeskRequest, request).desk
    sight = sight_of(request, desk)
    if sight is None or rfm_queries.rfm_day(sight.as_of) is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Cleaning")})
    cleaned = rfm_queries.cleaning(sight.as_of, sight.places)
    each = rfm_queries.cleaning_by_place(sight.as_of, sight.places)
    named = places.named_places(desk)
    rows = [(name or _("Unassigned"), code, each[place]) for place, code, name in named if place in each]
    context = {
        "sight": sight,
        "cleaned": cleaned,
        "cleaning_steps": rfm.cleaning_steps(cleaned),
        "rows": rows,
        "policies": _policies(desk, sight),
    }
    return render(request, "users/boards/cleaning.html", context)


def _mark(desk: Desk) -> str:
    return f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"


def _policies(desk: Desk, sight: Sight) -> Policies:
    """The rules by which this date was computed, in the community looked at."""
    day = lifecycle.snapshot_day(sight.as_of)
    version = day.policy_version if day else None
    return policies.for_community(desk.community.id if desk.community else None, version)


def _movers(sight: Sight, chosen: segments.Pair) -> Filters:
    was, now = chosen
    return Filters(
        community=sight.community_code, from_=sight.before, was=(was or segments.NONE,), to=sight.as_of, is_=(now,)
    )


def _cell_links(request: HttpRequest, matrix: lifecycle.Matrix) -> dict[str, str]:
    links = {}
    for was, now in matrix.cells:
        query = request.GET.copy()
        query["was"], query["is"] = was or segments.NONE, now
        links[f"{was or segments.REGISTERED}>{now}"] = f"{request.path}?{query.urlencode()}#people"
    return links


def _by_community(desk: Desk, sight: Sight) -> list[dict[str, Any]]:
    counted = lifecycle.counts(sight.as_of, sight.places)
    return [
        {"name": name, "code": code, "counts": [(c, counted[place][c].customers) for c in lifecycle_rules.CLASSES]}
        for place, code, name in places.named_places(desk)
        if place in counted
    ]
