"""Quadrants: any two metrics of places, products, channels or customers as a plane, and the models kept of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT, KEEP_MODELS, SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.insight import quadrant_board as board
from opsdesk.insight import quadrant_drawing as drawn
from opsdesk.insight import quadrant_metrics as metrics
from opsdesk.insight import quadrant_rules as rules
from opsdesk.insight.quadrant_board import Ask, Plane
from opsdesk.insight.quadrant_rules import Bubble
from opsdesk.lib import exports
from users.boards import places
from users.growth.models import UNITS, QuadrantModel

_NOTHING_YET = "users/boards/nothing_yet.html"
MOST_ROWS = 50
HEAD = ("id", "name", "across", "up", "size", "quadrant")


@desk_page(SEE_BOARDS)
def quadrants(request: DeskRequest) -> HttpResponse:
    """`?unit=&across=&up=&size=&across_cut=&up_cut=&weeks=&corner=`."""
    return _page(request, board.ask_of(request.GET.dict()), None)


@desk_page(SEE_BOARDS)
def quadrant(request: DeskRequest, model_id: int) -> HttpResponse:
    """A model as it was kept, read over the newest weeks."""
    model = get_object_or_404(QuadrantModel, pk=model_id)
    ask = board.ask_of_model(model, request.GET.get("size", ""), request.GET.get("corner", ""))
    return _page(request, ask, model)


def _page(request: DeskRequest, ask: Ask, model: QuadrantModel | None) -> HttpResponse:
    desk, plane = request.desk, read_plane(request, request.desk, ask)
    if plane is None:
        return render(request, _NOTHING_YET, {"title": _("Quadrants")})
    axes = metrics.axes(ask.unit)
    rows = table_rows(plane)
    context = {
        "ask": ask,
        "plane": plane,
        "model": model,
        "models": QuadrantModel.objects.filter(retired_at=None),
        "units": [(key, capfirst(word), key == ask.unit) for key, word in UNITS.items()],
        "axes": [(axis.key, _(axis.label)) for axis in axes.values()],
        "lengths": rules.WEEKS,
        "drawing": drawn.drawing(plane),
        "across": _axis(plane, ask.across, plane.across_cut, ask.across_cut),
        "up": _axis(plane, ask.up, plane.up_cut, ask.up_cut),
        "size": _axis(plane, ask.size, None, ""),
        "corners": {key: _corner(plane, key, model, desk.may(SEE_CUSTOMERS)) for key in rules.CORNERS},
        "rows": rows[:MOST_ROWS],
        "more": max(0, len(rows) - MOST_ROWS),
        "chosen": _(rules.CORNER_WORDS[ask.corner]) if ask.corner else "",
        "may_export": desk.may(EXPORT),
        "may_keep": desk.may(KEEP_MODELS),
    }  # fmt: skip
    return render(request, "insight/quadrants.html", context)


def read_plane(request: HttpRequest, desk: Desk, ask: Ask) -> Plane | None:
    sight = places.sight_of(request, desk)
    return board.plane_of(desk, sight, ask) if sight else None


def _axis(plane: Plane, key: str, cut: float | None, typed: str) -> dict[str, Any]:
    axis = plane.axes[key]
    return {
        "label": _(axis.label),
        "definition": metrics.definition(axis, as_of=plane.sight.as_of),
        "cut": axis.told(cut),
        "is_median": rules.read_cut(typed, axis.kind) is None,
    }


def _corner(plane: Plane, key: str, model: QuadrantModel | None, is_linked: bool) -> dict[str, Any]:
    """A corner of customers leads to the customer list, any other one to its rows."""
    href = ""
    if plane.is_of_customers:
        href = board.people_of(plane, key) if is_linked else ""
    return {
        "key": key,
        "word": _(rules.CORNER_WORDS[key]),
        "n": plane.counts[key],
        "href": href,
        "strategy": getattr(model, key) if model else "",
    }


def table_rows(plane: Plane) -> list[dict[str, Any]]:
    """One row a thing, largest first; of one corner where one is chosen. Customers are told by their list instead."""
    if plane.is_of_customers:
        return []
    rows: list[dict[str, Any]] = [{"bubble": one, "corner": plane.corner(one)} for one in plane.bubbles]
    shown = [row for row in rows if plane.ask.corner in ("", row["corner"])]
    return [row | _told(plane, row["bubble"]) for row in sorted(shown, key=lambda row: -(row["bubble"].size or 0))]


def _told(plane: Plane, one: Bubble) -> dict[str, str]:
    return {
        "across": plane.across.told(one.across),
        "up": plane.up.told(one.up),
        "size": board.size_words(one, plane.size),
        "word": _(rules.CORNER_WORDS[plane.corner(one)]),
    }


@desk_page(EXPORT)
def quadrants_csv(request: DeskRequest) -> HttpResponseBase:
    """One row a thing: shares as 0 to 1, money in fen. Of customers the corners and how many are in each."""
    plane = read_plane(request, request.desk, board.ask_of(request.GET.dict()))
    mark = f"{request.desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    if plane is not None and plane.is_of_customers:
        written = exports.write(exports.CSV, ("quadrant", "customers"), list(plane.counts.items()), mark)
    else:
        written = exports.write(exports.CSV, HEAD, file_rows(plane) if plane else [], mark)
    return exports.answer(written, exports.CSV, "quadrants")


def file_rows(plane: Plane) -> list[list[Any]]:
    return [[one.id, one.name, one.across, one.up, one.size, plane.corner(one)] for one in plane.bubbles]
