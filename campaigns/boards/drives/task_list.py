"""The tasks of a drive: filtered, in the order of the walk or by worth, as a list and as a file."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import queries as reads
from campaigns.boards.drives.views import reached
from campaigns.drives import queries
from campaigns.drives.models import Drive, Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.drives.rules import DRIVE_CHANNELS, TASK_STATES, channel_label
from communities import rates
from communities.access import DeskRequest, desk_page
from communities.rules import EXPORT, SEE_FIELD, SHARE_TASKS
from communities.scoping import Scope
from opsdesk.lib import exports, htmx, names, paging, phones
from users.directory import actions as directory
from users.directory import classes

STATION = 1_000_000  # more than a station has tasks in a drive: walks are listed station by station
NOBODY = "none"
KEYS = {
    "walk": paging.SortKey("walk", int, descending=False),
    "worth": paging.SortKey("worth", int),
    "last": paging.SortKey("last_at", paging.READERS["moment"]),
}
CHUNK = 2000


@dataclass(frozen=True)
class Asked:
    """Which tasks of a drive; an empty value is no condition. `station`, `person`: an id, or NOBODY."""

    state: str = ""
    outcome: str = ""
    station: str = ""
    person: str = ""
    channel: str = ""
    building: str = ""

    def to_query(self) -> str:
        return urlencode([(one.name, value) for one in fields(self) if (value := getattr(self, one.name))])

    def conditions(self) -> dict[str, Any]:
        asked = {name: getattr(self, name) for name in ("state", "outcome", "channel", "building")}
        said = {name: value for name, value in asked.items() if value}
        return said | _one("station_id", self.station) | _one("assignee_id", self.person)


def _one(name: str, text: str) -> dict[str, Any]:
    return {name: None if text == NOBODY else int(text)} if text else {}


def asked_of(query: QueryDict) -> Asked:
    """What cannot be read is no condition."""
    known: dict[str, Container[str]] = {"state": TASK_STATES, "outcome": OUTCOMES, "channel": DRIVE_CHANNELS}
    said = {name: query.get(name, "") for name, codes in known.items() if query.get(name, "") in codes}
    said |= {name: query.get(name, "") for name in ("station", "person") if _is_id(query.get(name, ""))}
    return Asked(**said, building=query.get("building", "").replace("\0", "").strip()[:16])


def _is_id(text: str) -> bool:
    return text == NOBODY or (text.isascii() and text.isdigit() and len(text) < 10)


def found(scope: Scope, drive: Drive, asked: Asked) -> QuerySet[Any]:
    """One row a task in reach with its person and taste (task_once_a_drive)."""
    mine = queries.tasks(scope).filter(drive=drive, **asked.conditions()).select_related("assignee", "offer__taste")
    return mine.annotate(walk=Cast(Coalesce(F("station_id"), 0), BigIntegerField()) * STATION + F("place"))


@desk_page(SEE_FIELD)
def drive_tasks(request: DeskRequest, number: str) -> HttpResponse:
    drive = reached(request.desk, number)
    scope, asked = shown.looked_at(request.desk), asked_of(request.GET)
    sort = paging.sort_of(request.GET, KEYS, "-worth" if drive.value_first else "walk")
    tasks = found(scope, drive, asked)
    place = paging.place_of(request.GET, KEYS[sort.key].read)
    page = paging.page_of(tasks, KEYS[sort.key], sort, place, paging.size_of(request.GET))
    stations = reads.of_stations(scope, drive)
    places = {one.station.pk: one.station.name for one in stations if one.station}
    context = {
        "drive": drive,
        "page": page,
        "rows": [(task, places.get(task.station_id), shown.worth_words(task.worth)) for task in page.rows],
        "worth": {"what": _(shown.WORTH)},
        "sort": sort,
        "asked": asked,
        "query": asked.to_query(),
        "total": tasks.count(),
        "choices": choices(stations),
        "takers": reads.takers(request.desk.scope_for(SHARE_TASKS), drive) if drive.state == "running" else [],
        "may_export": request.desk.may(EXPORT),
    }
    return htmx.render_page(request, "campaigns/drives/tasks.html", "campaigns/drives/_tasks.html", context)


def choices(stations: list[reads.Station]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(name, label, choices) of each select over the list."""
    places = [(str(one.station.pk) if one.station else NOBODY, _place(one)) for one in stations]
    people = {hand.staff.pk: str(hand.staff) for one in stations for hand in one.hands if hand.staff}
    nobody = [(NOBODY, _("nobody yet"))] if any(map(_is_nobodys, stations)) else []
    return [
        ("state", _("State"), [(code, _(word)) for code, word in TASK_STATES.items()]),
        ("outcome", _("Outcome"), [(code, _(one.label)) for code, one in OUTCOMES.items()]),
        ("station", _("Station"), places),
        ("person", _("Person"), [*nobody, *((str(pk), name) for pk, name in people.items())]),
        ("channel", _("Channel"), [(code, _(channel_label(code))) for code in DRIVE_CHANNELS]),
    ]


def _is_nobodys(one: reads.Station) -> bool:
    return any(hand.staff is None and not hand.by_itself for hand in one.hands)


def _place(one: reads.Station) -> str:
    return one.station.name if one.station else _("No station")


# -- Taken along ---------------------------------------------------------------------------------------------------


@desk_page(SEE_FIELD)
def drive_csv(request: DeskRequest, number: str) -> HttpResponse:
    """The list as it is filtered, in the order of the walk, masked; counted and logged. As far as exports reach."""
    drive, desk = reached(request.desk, number), request.desk
    if not desk.may(EXPORT):
        return redirect("drive-tasks", drive.number)
    try:
        rates.may_export(desk.staff)
    except rates.TooMany as limit:
        text = _("%(n)s exports within an hour are the limit; nothing was taken. Try again later.")
        messages.error(request, text % {"n": limit.args[0]})
        return redirect("drive-tasks", drive.number)
    asked, now = asked_of(request.GET), timezone.localtime()
    listed = found(desk.scope_for(EXPORT), drive, asked).filter(shown.looked_at(desk).condition())
    tasks = listed.order_by("walk", "id")
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{now:%Y-%m-%d %H:%M}"}
    written = exports.write(exports.CSV, _head(), _rows(tasks), mark)
    directory.log_export(desk.staff, what="tasks", rows=written.rows, drive=drive.number, query=asked.to_query())
    return exports.answer(written, exports.CSV, f"{drive.number}-{now:%Y%m%d-%H%M}")


def _head() -> list[str]:
    return [
        _("Station"), _("Building"), _("Unit"), _("Room"), _("Name"), _("Phone"), _("RFM class"), _("Taste"),
        _("Channel"), _("Person"), _("Worth in yuan"), _("State"), _("Outcome"), _("Visits"), _("Last"),
    ]  # fmt: skip


def _rows(tasks: QuerySet[Any]) -> Iterator[list[Any]]:
    stations = reads.station_names()
    for task in tasks.iterator(chunk_size=CHUNK):
        yield [stations.get(task.station_id, ""), task.building, task.unit, task.room, *_cells(task)]


def _cells(task: Task) -> list[Any]:
    at = timezone.localtime(task.last_at) if task.last_at else None
    return [
        names.mask(task.customer.name), phones.mask(task.customer.phone),
        _(classes.WORDS[task.rfm_class]) if task.rfm_class else "", str(task.offer.taste or "") if task.offer else "",
        _(channel_label(task.channel)), str(task.assignee or ""), Decimal(task.worth) / 100,
        task.get_state_display(), task.get_outcome_display(), task.visits, f"{at:%Y-%m-%d %H:%M}" if at else "",
    ]  # fmt: skip
