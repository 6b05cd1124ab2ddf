"""A day in the field, read once: its outcomes, what is left to do, and where."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from campaigns.boards.supervisor.rules import Key, Told
from campaigns.drives import queries as drives
from campaigns.drives.models import Task
from campaigns.visits import queries as visits
from campaigns.visits.models import RefusedEvent
from communities.models import Community, ServiceStation, StaffMember
from communities.policies import queries as policies
from communities.scoping import Scope

_FIELDS = (
    "id", "task_id", "staff_id", "station_id", "community_id", "channel", "outcome", "at", "received_at",
    "building", "task__unit", "task__room", "many", "skewed", "conflict",
)  # fmt: skip


def told(scope: Scope, day: date, community: Community | None, shifts: Collection[Key]) -> list[Told]:
    """One row a live outcome of these shifts of the day in reach (visit_of_a_day)."""
    if not shifts:
        return []
    found = _within(visits.live(scope).filter(day=day, staff_id__in={staff for _station, staff in shifts}), community)
    rows = [_told(row) for row in found.values_list(*_FIELDS)]
    return [one for one in rows if (one.station_id, one.staff_id) in shifts]


def _told(row: Sequence[Any]) -> Told:
    door = "-".join(part for part in row[9:12] if part)
    values = dict(zip(_FIELDS, row, strict=True))
    return Told(door=door, **{name: values[name] for name in Told.__dataclass_fields__ if name != "door"})


def _within(found: QuerySet[Any], community: Community | None) -> QuerySet[Any]:
    return found if community is None else found.filter(community_id=community.pk)


def to_do(scope: Scope, at: datetime, community: Community | None) -> dict[tuple[int | None, int | None], int]:
    """(station, person) -> tasks to do now; without a person: nobody has been given them."""
    counted = (
        open_tasks(scope, at, community).order_by().values_list("station_id", "assignee_id").annotate(n=Count("id"))
    )
    return {(station, staff): n for station, staff, n in counted}


def open_tasks(scope: Scope, at: datetime, community: Community | None) -> QuerySet[Task]:
    """What somebody has to do now; messages go out by themselves."""
    return _within(drives.open_tasks(scope, at), community).exclude(channel=drives.BY_THEMSELVES)


def workers(scope: Scope) -> QuerySet[StaffMember]:
    """Whoever was given a task in reach (task_of_a_person)."""
    return StaffMember.objects.filter(Exists(Task.objects.filter(scope.condition(), assignee_id=OuterRef("pk"))))


@dataclass(frozen=True)
class Block:
    """A building on a list: its doors with a task of a running drive, and how many of them wait."""

    station_id: int
    building: str
    doors: int
    left: int

    @property
    def done(self) -> int:
        return self.doors - self.left


def blocks(scope: Scope, at: datetime, community: Community | None) -> list[Block]:
    """One row a station and building (task_at_a_door)."""
    found = _within(door_tasks(scope, at), community).exclude(building="").exclude(station_id=None).order_by()
    counted = found.values_list("station_id", "building").annotate(n=Count("id"), left=Count("id", Q(state="open")))
    return [Block(*row) for row in counted]


def door_tasks(scope: Scope, at: datetime) -> QuerySet[Task]:
    """Doors of drives that run today, in any state."""
    return drives.tasks(scope).filter(drives.under_way(at), channel="door")


def refused(scope: Scope, community: Community | None) -> int:
    """Events that nobody has looked at yet (refused_unseen)."""
    return _within(RefusedEvent.objects.filter(scope.condition(), seen_at=None), community).count()


def stations(ids: Iterable[int | None]) -> dict[int, ServiceStation]:
    return ServiceStation.objects.select_related("community").in_bulk({one for one in ids if one})


def people(ids: Iterable[int | None]) -> dict[int, StaffMember]:
    return StaffMember.objects.in_bulk({one for one in ids if one})


def fast_seconds() -> dict[int, int]:
    """visit_fast_seconds by community; 0 follows the company."""
    return {place or 0: found.visit_fast_seconds for place, found in policies.for_every_community().items()}
