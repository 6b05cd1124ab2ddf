"""Every part in every state with made-up data: where the look is tried. Its address exists only while DEBUG is on."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from communities.access import desk_page
from communities.rules import DESK
from opsdesk import lookbook_world as world
from opsdesk.lib import charts, htmx, paging, tables

AS_OF = date(2026, 11, 23)


@desk_page(DESK)
def lookbook(request: HttpRequest) -> HttpResponse:
    desk = request.desk  # type: ignore[attr-defined]
    data_to = datetime(2026, 11, 22, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    desk.freshness = SimpleNamespace(data_to=data_to, batch=182, stale=False)
    desk.counts = {"waiting": 8, "alerts": 2, "approvals": 3}
    if request.GET.get("toast"):
        messages.success(request, "Tagged 4 people", extra_tags="/lookbook/")
        messages.error(request, "The file could not be read")
    return htmx.render_page(request, "lookbook.html", "lookbook.html", context(request))


def context(request: HttpRequest) -> dict[str, Any]:
    return world.WORLD | {
        "as_of": AS_OF,
        "tiles": world.tiles(),
        "class_tiles": world.class_tiles(),
        "sankey": world.flows(),
        "flow_links": world.flow_links(),
        "table": people_table(request),
        "board": world.board(),
        "months": charts.columns(world.WORLD["months"]),
        "positions": world.positions(),
        "ranges": world.ranges(),
        "budget": charts.stacked_bar(world.WORLD["budget"], whole=30000),
        "form": world.PlaceForm(request.GET if "name" in request.GET else None),
        "pieces": [("Class is ", False), ("New payer", True), (" on 16 Nov, and became ", False), ("Silent", True)],
        "reasons": [("visit", "Visit"), ("delivery", "Delivery"), ("complaint", "Complaint"), ("other", "Other")],
        "options": [{"label": "Movers only", "href": "#", "current": True}, {"label": "All", "href": "#"}],
    }


def people_table(request: HttpRequest) -> tables.Table:
    sort = paging.Sort("net", descending=True)
    page = paging.Page(world.people(AS_OF), before="b", after="a")
    return tables.table_of(world.COLUMNS, page, sort, request.GET.getlist("column"), total=412)


def error(request: HttpRequest, code: int) -> HttpResponse:
    return render(request, f"{code}.html", status=code)
