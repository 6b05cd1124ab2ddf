"""The supervisor board: who is where, how far, and what to look at; live while the day lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.boards.supervisor import queries, rules, shift_queries
from campaigns.boards.supervisor.queries import Block
from campaigns.boards.supervisor.rules import Finding, Key, Shift, Told
from campaigns.boards.supervisor.to_do import NOBODY
from campaigns.boards.visits.sight import day_of
from campaigns.boards.visits.words import DEFINITIONS
from campaigns.drives.rules import natural
from communities.access import Desk, DeskRequest, desk_page
from communities.models import ServiceStation, StaffMember
from communities.rules import SEE_FIELD
from opsdesk.lib.words import N_

EXPLAINED = {
    "visited": N_("Visited"),
    "opened": N_("Opened"),
    "ordered": N_("Ordered"),
    "open_rate": N_("Open rate"),
    "not_reached": N_("Not reached"),
}
AN_HOUR = N_(
    "Doors, calls and chats ÷ hours worked. A gap of up to 20 minutes between two outcomes is work, a"
    " longer one is a break; the first outcome of a stretch took 5 minutes."
)


@dataclass(frozen=True)
class Line:
    """One person, or (without) tasks that nobody was given. `silent`: something may wait on the phone."""

    staff: StaffMember | None
    to_do: int
    shift: Shift
    href: str
    left: str
    silent: bool


@dataclass(frozen=True)
class Post:
    """A station with its people; `station` None: customers whom no station serves."""

    station: ServiceStation | None
    lines: Sequence[Line]
    to_do: int
    shift: Shift
    href: str
    left: str
    blocks: Sequence[Block]


@desk_page(SEE_FIELD)
def supervisor(request: DeskRequest) -> HttpResponse:
    context = _board(request.desk, request) | {"definitions": _definitions()}
    return render(request, "campaigns/supervisor/board.html", context)


@desk_page(SEE_FIELD)
def supervisor_rows(request: DeskRequest) -> HttpResponse:
    """The part that is asked for again every ten seconds."""
    return render(request, "campaigns/supervisor/_rows.html", _board(request.desk, request))


def _definitions() -> list[tuple[str, dict[str, str]]]:
    told = [(_(label), {"what": _(DEFINITIONS[key][0])}) for key, label in EXPLAINED.items()]
    return [*told, (_("An hour"), {"what": _(AN_HOUR)})]


def _board(desk: Desk, request: DeskRequest) -> dict[str, Any]:
    now = timezone.localtime()
    day = min(day_of(request.GET.get("day", "")) or now.date(), now.date())
    shifts = shift_queries.shifts(desk.scope, day, desk.community)
    odd = shift_queries.odd(desk.scope, day, desk.community)
    told = queries.told(desk.scope, day, desk.community, odd)
    is_today = day == now.date()
    left = queries.to_do(desk.scope, now, desk.community) if is_today else {}
    blocks = queries.blocks(desk.scope, now, desk.community) if is_today else []
    posts = _posts(shifts, left, blocks, day, now)
    return {
        "day": day,
        "before": day - timedelta(days=1),
        "after": None if is_today else day + timedelta(days=1),
        "now": now if is_today else None,
        "posts": posts,
        "total": rules.together(post.shift for post in posts),
        "to_do": sum(post.to_do for post in posts),
        "findings": _findings(told, day, desk),
        "refused": queries.refused(desk.scope, desk.community),
        "query": urlencode({"day": day.isoformat()} | ({"community": desk.community.code} if desk.community else {})),
    }


def _posts(
    shifts: Mapping[Key, Shift], left: dict[Any, int], blocks: Sequence[Block], day: date, now: datetime
) -> list[Post]:
    keys = {*shifts, *left}
    stations = queries.stations(station for station, _staff in keys)
    people = queries.people(staff for _station, staff in keys)
    found = []
    for station in sorted({station for station, _staff in keys}, key=lambda one: (one is None, one)):
        mine = [staff for place, staff in keys if place == station]
        lines = [_line(station, staff, people, shifts, left, day, now) for staff in sorted(mine, key=_last_nobody)]
        found.append(
            Post(
                stations.get(station) if station else None,
                lines,
                sum(line.to_do for line in lines),
                rules.together(line.shift for line in lines),
                _told(day, station, None),
                _left(station or NOBODY, ""),
                _in_order(block for block in blocks if block.station_id == station),
            )
        )
    return found


def _last_nobody(staff: int | None) -> tuple[bool, int]:
    return staff is None, staff or 0


def _in_order(blocks: Any) -> list[Block]:
    return sorted(blocks, key=lambda block: natural(block.building))


def _line(
    station: int | None, staff: int | None, people: Any, shifts: Any, left: Any, day: date, now: datetime
) -> Line:
    shift, to_do = shifts.get((station, staff), Shift()), left.get((station, staff), 0)
    left_url = _left(station or NOBODY, staff or NOBODY)
    return Line(people.get(staff), to_do, shift, _told(day, station, staff), left_url, shift.is_silent(to_do, now))


def _told(day: date, station: int | None, staff: int | None) -> str:
    """The list of what was told that day; the template adds which of it."""
    words = {"from": day.isoformat(), "to": day.isoformat(), "station": station or "", "staff": staff or ""}
    return f"{reverse('visit-doors')}?{urlencode({name: value for name, value in words.items() if value})}"


def _left(station: int | str, staff: int | str) -> str:
    """The list of what is to do; NOBODY: tasks without one."""
    words = {"station": station, "staff": staff}
    return f"{reverse('supervisor-tasks')}?{urlencode({name: value for name, value in words.items() if value})}"


def _findings(told: Sequence[Told], day: date, desk: Desk) -> list[dict[str, Any]]:
    found = rules.findings(told, queries.fast_seconds())
    people = queries.people(one.staff_id for one in found)
    stations = queries.stations(one.station_id for one in found)
    return [
        {
            "kind": _(rules.KINDS[one.kind]),
            "who": people.get(one.staff_id or 0),
            "station": stations.get(one.station_id or 0),
            "evidence": _evidence(one),
            "href": f"{_told(day, one.station_id, one.staff_id)}&what=all",
        }
        for one in found
    ]


def _evidence(found: Finding) -> str:
    """How often, and the first of them, by door and moment."""
    named = ", ".join(_moment(one, found.kind) for one in found.evidence)
    return f"{_often(found)}: {named}"


def _often(found: Finding) -> str:
    n = found.n
    match found.kind:
        case "fast":
            return ngettext("%(n)s pair", "%(n)s pairs", n) % {"n": n}
        case "minute":
            return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
        case "nobody":
            return ngettext("%(n)s door in a row", "%(n)s doors in a row", n) % {"n": n}
        case "conflict":
            return ngettext("%(n)s door", "%(n)s doors", n) % {"n": n}
    return ngettext("%(n)s outcome", "%(n)s outcomes", n) % {"n": n}


def _moment(one: Told, kind: str) -> str:
    at = f"{one.door} {timezone.localtime(one.at):%H:%M:%S}".strip()
    if kind != "late":
        return at
    return _("%(door)s, heard %(when)s") % {"door": at, "when": f"{timezone.localtime(one.received_at):%m-%d %H:%M}"}
