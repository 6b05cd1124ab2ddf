"""What the pages of drives read: how far each is, who could work where, which coupons can be handed out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from campaigns.drives import queries as drives
from campaigns.drives.models import Candidate, Drive
from campaigns.drives.outcomes import OUTCOMES
from campaigns.recall import drafting
from campaigns.recall.drafting import AT_STATIONS
from communities.models import Assignment, ServiceStation, StaffMember
from communities.scoping import Scope
from coupons.batches import queries as batches
from coupons.batches.models import Batch
from opsdesk.lib import paging
from users.customers.models import Customer, Tag
from users.directory import queries as directory
from users.directory.filters import Filters


def _those(meaning: str) -> list[str]:
    return [code for code, outcome in OUTCOMES.items() if getattr(outcome, meaning)]


_COUNTED = {
    "tasks": Count("id"),
    "open": Count("id", filter=Q(state="open")),
    "done": Count("id", filter=Q(state="done") | Q(closed_by__in=("order", "wish"))),
    "visited": Count("id", filter=Q(outcome__in=_those("knocked"))),
    "opened": Count("id", filter=Q(outcome__in=_those("opened"))),
    "ordered": Count("id", filter=Q(outcome__in=_those("ordered"))),
}


@dataclass(frozen=True)
class Progress:
    """Tasks counted: how many, how many still to do and done (what the end of a drive or the desk closed is neither),
    and by what the last outcome of each means."""

    tasks: int = 0
    open: int = 0
    done: int = 0
    visited: int = 0
    opened: int = 0
    ordered: int = 0

    @property
    def open_rate(self) -> float | None:
        return self.opened / self.visited if self.visited else None

    @property
    def order_rate(self) -> float | None:
        """Of those who opened."""
        return self.ordered / self.opened if self.opened else None

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(*(getattr(self, name) + getattr(other, name) for name in _COUNTED))


def states(found: QuerySet[Drive]) -> dict[str, int]:
    return dict(found.order_by().values_list("state").annotate(n=Count("id")))


def of_drives(scope: Scope, shown: Iterable[Drive]) -> dict[int, Progress]:
    """By the drive's id, over the tasks in reach; one statement (task_once_a_drive)."""
    found = _counted(scope, ["drive_id"], drive__in=[drive.pk for drive in shown])
    return {row.pop("drive_id"): Progress(**row) for row in found}


@dataclass(frozen=True)
class Hands:
    """How far one person is at a station (None: tasks that nobody has; `by_itself`: messages, which nobody needs)."""

    staff: StaffMember | None
    progress: Progress
    by_itself: bool = False


@dataclass(frozen=True)
class Station:
    """How far a drive is at one station, and person by person; its parts add up. None: customers of no station."""

    station: ServiceStation | None
    hands: list[Hands]
    crew: list[StaffMember]

    @property
    def progress(self) -> Progress:
        return sum((one.progress for one in self.hands), Progress())

    @property
    def to_share(self) -> int:
        """Tasks still to do that people are given."""
        return sum(one.progress.open for one in self.hands if not one.by_itself)


def of_stations(scope: Scope, drive: Drive) -> list[Station]:
    """One row a station and person with tasks of the drive in reach, by name (task_once_a_drive)."""
    rows = list(_counted(scope, ["station_id", "assignee_id", "channel"], drive=drive))
    places = ServiceStation.objects.select_related("community").order_by("name")
    stations = places.in_bulk({row["station_id"] for row in rows} - {None})
    people = StaffMember.objects.in_bulk({row["assignee_id"] for row in rows} - {None})
    found: dict[int | None, dict[tuple[StaffMember | None, bool], Progress]] = {}
    for row in rows:
        there = found.setdefault(row.pop("station_id"), {})
        key = people.get(row.pop("assignee_id")), row.pop("channel") == drives.BY_THEMSELVES
        there[key] = there.get(key, Progress()) + Progress(**row)
    crews = _crews(list(stations))
    return [
        Station(stations.get(place or 0), _by_name(found[place]), crews.get(place or 0, []))
        for place in (*stations, None)
        if place in found
    ]


def _crews(stations: list[int]) -> dict[int, list[StaffMember]]:
    """Who works at each of them, each once."""
    held = Assignment.objects.filter(station__in=stations, role__in=AT_STATIONS, staff__is_active=True)
    found: dict[int, list[StaffMember]] = {}
    for one in held.select_related("staff").order_by("staff__name", "staff_id"):
        there = found.setdefault(one.station_id or 0, [])
        if one.staff not in there:
            there.append(one.staff)
    return found


def _by_name(found: Mapping[tuple[StaffMember | None, bool], Progress]) -> list[Hands]:
    hands = [Hands(staff, progress, by_itself) for (staff, by_itself), progress in found.items()]
    return sorted(hands, key=lambda one: (one.staff is None, one.by_itself, str(one.staff or "")))


def _counted(scope: Scope, by: list[str], **which: Any) -> Iterable[dict[str, Any]]:
    found = drives.tasks(scope).select_related(None).filter(**which).order_by()
    rows: Iterable[dict[str, Any]] = found.values(*by).annotate(**_COUNTED)
    return rows


def within(scope: Scope, drive: Drive) -> bool:
    """Whether somebody of this reach has all that the drive's maker had."""
    if scope.everywhere or drive.scope.get("everywhere") is not False:
        return scope.everywhere
    places = scope.communities.issuperset(drive.scope["communities"])
    return places and scope.stations.issuperset(drive.scope["stations"])


# -- Planning ------------------------------------------------------------------------------------------------------


def crew(scope: Scope) -> list[Assignment]:
    """Who works at the open stations in reach, by station; one row a person and station."""
    held = Assignment.objects.filter(scope.condition("station__community_id", "station_id"), role__in=AT_STATIONS)
    held = held.filter(station__is_active=True, staff__is_active=True).select_related("staff", "station__community")
    found: dict[tuple[int | None, int], Assignment] = {}
    for one in held.order_by("station__community__name", "station__name", "-role", "staff__name", "id"):
        found.setdefault((one.station_id, one.staff_id), one)
    return list(found.values())


def by_station(scope: Scope, wanted: Filters) -> dict[int | None, int]:
    """How many customers of a filter each station has (None: no station); they add up to the filter's own count."""
    found: QuerySet[Customer] = directory.people(scope, wanted)
    return dict(found.order_by().values_list("station_id").annotate(n=Count("id")))


def tastes() -> list[Tag]:
    return list(Tag.objects.filter(is_taste=True))


def handed_out(scope: Scope, also: Iterable[int] = ()) -> list[Batch]:
    """Open batches in reach with coupons left, and those that a drive names already."""
    of_kind = Q(origin=Batch.Origin.OPEN, state="issuing", issued__lt=F("recipients"))
    return list(batches.visible_to(scope).filter(of_kind | Q(pk__in=list(also))))


def people(drive: Drive, scope: Scope, fate: str, reason: str = "") -> QuerySet[Candidate]:
    """Candidates in reach by what becomes of them, in the order of their draw (candidate_fate)."""
    found = Candidate.objects.filter(scope.condition(), drive=drive, fate=fate)
    return (found.filter(reason=reason) if reason else found).order_by("draw", "customer_id")


def behind(found: QuerySet[Candidate], place: paging.Place | None, size: int) -> list[Candidate]:
    """The next of them after a place (draw, customer)."""
    if place is None or place.value is None:
        return list(found[:size])
    further = Q(draw__gt=place.value) | Q(draw=place.value, customer_id__gt=place.id)
    return list(found.filter(further)[:size])


# -- Sharing out ---------------------------------------------------------------------------------------------------


def takers(scope: Scope, drive: Drive, station_id: int | None = None) -> list[StaffMember]:
    """Whoever may be given tasks of a drive within reach: who works at the stations that have some."""
    mine = drives.tasks(scope).filter(drive=drive)
    mine = mine.filter(station_id=station_id) if station_id else mine
    stations = mine.order_by().values_list("station_id", flat=True).distinct()
    return list(drafting.staff_of([pk for pk in stations if pk]))


def member(staff_id: int) -> StaffMember | None:
    return StaffMember.objects.filter(pk=staff_id).first()


def station_names() -> dict[int, str]:
    return dict(ServiceStation.objects.values_list("id", "name"))
