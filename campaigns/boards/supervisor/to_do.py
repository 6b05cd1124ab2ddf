"""Who is still to be visited or called today: the people behind a supervisor's "to do"."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from campaigns.boards.supervisor import queries
from communities import queries as communities
from communities.access import DeskRequest, desk_page
from communities.rules import SEE_FIELD
from opsdesk.lib import htmx, paging

NOBODY = "none"
_WALK = paging.SortKey("place", int, descending=False)


@desk_page(SEE_FIELD)
def supervisor_tasks(request: DeskRequest) -> HttpResponse:
    """`station` and `staff`: an id, or none for tasks without; in the order of the walk."""
    station = _one(communities.stations_in(request.desk.scope), request.GET.get("station", ""))
    staff = _one(queries.workers(request.desk.scope), request.GET.get("staff", ""))
    found = queries.open_tasks(request.desk.scope, timezone.localtime(), request.desk.community)
    found = found.filter(**_is("station_id", station), **_is("assignee_id", staff)).order_by()
    place, size = paging.place_of(request.GET, _WALK.read), paging.size_of(request.GET)
    page = paging.page_of(found.select_related("assignee"), _WALK, paging.Sort("place", False), place, size)
    context = {"station": station, "staff": staff, "page": page, "rows": page.rows, "total": found.count()}
    return htmx.render_page(request, "campaigns/supervisor/tasks.html", "campaigns/supervisor/_tasks.html", context)


def _one(found: Any, asked: str) -> Any:
    """What is asked for; None for everybody, NOBODY for those without; out of reach: Http404."""
    if asked in ("", NOBODY):
        return asked or None
    one = found.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if one is None:
        raise Http404
    return one


def _is(name: str, one: Any) -> dict[str, Any]:
    return {} if one is None else {name: None if one == NOBODY else one.pk}
