"""What could not be taken as it was told is kept as it came, once, for a person to look at."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.drives.models import Task
from campaigns.visits import reading
from campaigns.visits.models import RefusedEvent
from communities.models import ServiceStation, StaffMember
from communities.scoping import Scope

Reason = RefusedEvent.Reason


def keep(
    told: dict[str, Any], reason: str, *, by: StaffMember, scope: Scope, uuid: str = "", task: Task | None = None
) -> None:
    """Told again the same way it is kept once. Without a task it belongs to the station of whoever told it, so that
    nobody learns from it whether the task is there."""
    station_id, community_id = (task.station_id, task.community_id) if task else _place(scope)
    row = RefusedEvent(
        uuid=uuid[:64], staff=by, station_id=station_id, community_id=community_id, task=task, reason=reason,
        told=told, digest=reading.digest_of(told),
    )  # fmt: skip
    RefusedEvent.objects.bulk_create([row], ignore_conflicts=True)


def _place(scope: Scope) -> tuple[int | None, int]:
    """The first station of a reach with its community, else the first community; 0: neither."""
    station = ServiceStation.objects.filter(pk__in=scope.stations).order_by("pk").first()
    if station:
        return station.pk, station.community_id
    return None, min(scope.communities, default=0)


@transaction.atomic
def mark_seen(refused: RefusedEvent, *, by: StaffMember) -> bool:
    """Whether nobody had looked at it before."""
    unseen = RefusedEvent.objects.filter(pk=refused.pk, seen_at=None)
    return bool(unseen.update(seen_by=by, seen_at=timezone.now()))
