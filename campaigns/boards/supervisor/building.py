"""One building of a station as it stands: floors by doors, each with how its task stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.phone import rules as phone_rules
from campaigns.boards.phone.grid import Building, Place, doors_of, draw
from campaigns.boards.supervisor import queries as supervisor_queries
from campaigns.drives.models import Task
from communities import queries as communities
from communities.access import DeskRequest, desk_page
from communities.rules import SEE_FIELD
from opsdesk.lib import htmx


@dataclass(frozen=True)
class Spot:
    """A task as the grid shows it: `state` is a key of rules.CELLS."""

    task: Task
    state: str
    icon: str
    word: str


@desk_page(SEE_FIELD)
def supervisor_building(request: DeskRequest, station_id: int, building: str) -> HttpResponse:
    station = communities.stations_in(request.desk.scope).filter(pk=station_id).first()
    if station is None:
        raise Http404
    now = timezone.localtime()
    found = supervisor_queries.door_tasks(request.desk.scope, now).filter(station_id=station.pk, building=building)
    spots = [_spot(task, now) for task in found.select_related("customer", "assignee").order_by("place", "id")]
    if not spots:
        raise Http404
    drawn: list[Building[Spot]] = draw(doors_of(spots, _place), {})
    context: dict[str, Any] = {
        "station": station,
        "building": building,
        "units": [unit for block in drawn for unit in block.units],
        "left": sum(spot.task.state == "open" for spot in spots),
        "spots": spots,
        "now": now,
    }
    return htmx.render_page(request, "campaigns/supervisor/building.html", "campaigns/supervisor/_grid.html", context)


def _spot(task: Task, now: datetime) -> Spot:
    state = phone_rules.state_of(task.state, task.outcome, task.last_at, task.later_at, now)
    icon, word = phone_rules.CELLS[state]
    return Spot(task, state, icon, _(word))


def _place(spot: Spot) -> Place:
    task = spot.task
    return Place(task.community_id, task.building, task.unit, task.room)
