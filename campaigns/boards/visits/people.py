"""The lists behind the numbers of field work: doors with what was told at them, and customers who were woken or not."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from campaigns.boards.supervisor import rules as supervisor_rules
from campaigns.boards.visits import lists
from campaigns.boards.visits.sight import Sight, day_of, sight_of
from campaigns.boards.visits.words import DOORS, PEOPLE
from campaigns.drives.models import Drive
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.models import Visit
from communities import queries as communities
from communities.access import Desk, DeskRequest, desk_page
from communities.models import StaffMember
from communities.rules import SEE_FIELD
from opsdesk.lib import htmx, paging
from users.customers.models import Customer

_NEWEST = paging.SortKey("at", paging.READERS["moment"])
_BY_ID = paging.SortKey("id", int)


@dataclass(frozen=True)
class Asked:
    """Words of the address of a list of doors. A person, a station, an hour and a building narrow it; the days are
    never open-ended."""

    what: str
    first: date
    last: date
    staff: StaffMember | None
    station: Any
    weekday: int | None
    hour: int | None
    building: str

    @property
    def spell(self) -> str:
        """Weekday and hour in words."""
        day = str(WEEKDAYS[self.weekday - 1]) if self.weekday else ""
        hour = "" if self.hour is None else f"{self.hour}:00–{self.hour + 1}:00"
        return " ".join(part for part in (day, hour) if part)


@desk_page(SEE_FIELD)
def visit_doors(request: DeskRequest) -> HttpResponse:
    """`what`, `from`, `to`, `community` and `with`, `staff`, `station`, `weekday`, `hour`, `building`: newest first, on
    pages."""
    asked, sight = _asked(request), _named(request.desk, request.GET)
    places = sight.places if sight else None
    found = lists.told(request.desk.scope, asked.first, asked.last, places, _pk(asked.staff), _pk(asked.station))
    found = lists.at_hour(found, asked.weekday, asked.hour, asked.building)
    money = lists.paid(sight.scope, sight.period, sight.places) if sight and asked.what == "paid" else {}
    found = found.filter(pk__in=money) if asked.what == "paid" else lists.of_kind(found, asked.what, _pk(asked.staff))
    place, size = paging.place_of(request.GET, _NEWEST.read), paging.size_of(request.GET)
    shown = found.select_related("task__customer", "task__drive", "staff")
    page = paging.page_of(shown, _NEWEST, paging.Sort("at", True), place, size)
    names = {one.pk: one.name for one in request.desk.communities}
    context = {
        "asked": asked,
        "title": _(DOORS[asked.what]),
        "spots": sight.spots if sight else [],
        "rows": [_row(visit, names, money) for visit in page.rows],
        "page": page,
        "total": found.count(),
        "with_money": asked.what == "paid",
        "kinds": [(key, _(label)) for key, label in DOORS.items() if key not in ("paid", "knocked")],
    }
    return htmx.render_page(request, "campaigns/visits/doors.html", "campaigns/visits/_doors.html", context)


def _asked(request: DeskRequest) -> Asked:
    what, first, last = (request.GET.get(name, "") for name in ("what", "from", "to"))
    begin, end = day_of(first), day_of(last)
    if begin is None or end is None or what not in DOORS or (what == "paid" and request.desk.community is None):
        raise Http404
    staff = _one(lists.tellers(request.desk.scope), request.GET.get("staff", ""))
    station = _one(communities.stations_in(request.desk.scope), request.GET.get("station", ""))
    weekday, hour = (_within(request.GET.get(name, ""), most) for name, most in (("weekday", 7), ("hour", 23)))
    return Asked(what, begin, end, staff, station, weekday or None, hour, request.GET.get("building", "")[:20])


def _within(text: str, most: int) -> int | None:
    """A number of an address; what is none, or too large, narrows nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= most else None


def _one(found: Any, pk: str) -> Any:
    """The one asked for, None when nobody is; out of reach: Http404."""
    if not pk:
        return None
    one = found.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    if one is None:
        raise Http404
    return one


def _pk(one: Any) -> int | None:
    return None if one is None else one.pk


def _named(desk: Desk, query: QueryDict) -> Sight | None:
    """The communities that the address names; None: all in reach."""
    words = query.copy()
    words.setdefault("with", "none")
    return sight_of(desk, words) if desk.community else None


def _row(visit: Visit, names: dict[int, str], money: dict[int, int]) -> dict[str, Any]:
    task, outcome = visit.task, OUTCOMES[visit.outcome]
    return {
        "visit": visit,
        "customer": task.customer,
        "door": "-".join(part for part in (task.building, task.unit, task.room) if part),
        "community": names.get(visit.community_id, ""),
        "outcome": _(outcome.label),
        "icon": outcome.icon,
        "net": money.get(visit.pk),
        "late": visit.received_at - visit.at > supervisor_rules.LATE,
        "off": abs(visit.skew_seconds) if visit.skewed else 0,
    }


@desk_page(SEE_FIELD)
def visit_people(request: DeskRequest) -> HttpResponse:
    """`side` visited or held, `what` a key of PEOPLE, over the days and communities of a visit table."""
    side, what = request.GET.get("side", ""), request.GET.get("what", "")
    sight = sight_of(request.desk, request.GET)
    if sight is None or side not in ("visited", "held") or what not in PEOPLE:
        raise Http404
    came = lists.people(sight.scope, sight.period, sight.places, side, what)
    found = Customer.objects.visible_to(sight.scope).filter(pk__in=came)
    place, size = paging.place_of(request.GET, _BY_ID.read), paging.size_of(request.GET)
    page = paging.page_of(found.select_related("community"), _BY_ID, paging.Sort("id", True), place, size)
    drives = Drive.objects.in_bulk({came[one.pk].drive_id for one in page.rows})
    context = {
        "title": _(PEOPLE[what]),
        "side": side,
        "sight": sight,
        "rows": [(one, came[one.pk], drives[came[one.pk].drive_id]) for one in page.rows],
        "page": page,
        "total": found.count(),
    }
    return htmx.render_page(request, "campaigns/visits/people.html", "campaigns/visits/_people.html", context)
