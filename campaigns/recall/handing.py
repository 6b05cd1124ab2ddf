"""Tasks go from one person to another while a drive runs. Only what is still to do; only to who works there."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from campaigns.drives import actions as tasks
from campaigns.drives.models import Drive, Task, Worker
from campaigns.recall import ending, people, sharing, turns
from campaigns.recall.drafting import NotThere, works_at
from campaigns.recall.rules import STAFFED, Crew
from campaigns.recall.sharing import Stop
from communities.models import ServiceStation, StaffMember
from communities.policies import queries as policies


def reassign(chosen: QuerySet[Task], to: StaffMember | None, by: StaffMember | None) -> int:
    """Give the open tasks of these to one person, or back to the station; how many. Raises NotThere when one of them
    is of a station where this person does not work. The capacity is theirs to judge who decide."""
    with turns.in_turn():
        open_ = Task.objects.filter(pk__in=chosen.order_by().values("pk"), state="open", channel__in=STAFFED)
        found = list(open_.select_for_update().order_by("pk").values_list("pk", "station_id", "drive"))
        _check(to, [station for _pk, station, _drive in found])
        for drive in Drive.objects.filter(pk__in={drive for _pk, _station, drive in found}).order_by("pk"):
            mine = [pk for pk, _station, of in found if of == drive.pk]
            Task.objects.filter(pk__in=mine).update(assignee=to)
            turns.log("reassign", drive, by, tasks=len(mine), to=str(to) if to else "")
    return len(found)


def _check(to: StaffMember | None, stations: Sequence[int | None]) -> None:
    if to is not None and stations and not works_at(to, [station or 0 for station in stations]):
        raise NotThere(str(to))


def hand_over(from_staff: StaffMember, to_staff: StaffMember | None, drive: Drive, by: StaffMember | None) -> int:
    """All that one person has still to do in a drive; how many. Raises NotThere."""
    return reassign(Task.objects.filter(drive=drive, assignee=from_staff), to_staff, by)


def split(drive: Drive, station: ServiceStation, staff: Sequence[StaffMember], by: StaffMember | None) -> int:
    """Share the open tasks of a station out anew, to each by the time they have in this drive; how many. Raises
    NotThere."""
    for one in staff:
        _check(one, [station.pk])
    with turns.in_turn():
        turns.begin(drive, "running")
        open_ = Task.objects.filter(drive=drive, station_id=station.pk, state="open", channel__in=STAFFED)
        stops = [
            Stop(task.pk, (task.building, task.unit, task.room), task.channel) for task in open_.select_for_update()
        ]
        hands = sharing.stretched(stops, _crew(drive, station, staff).hands())
        given = sharing.share(stops, hands)
        for one in staff:
            mine = [key for key, taker in given.items() if taker == one.pk]
            Task.objects.filter(pk__in=mine).update(assignee=one)
        turns.log("split", drive, by, tasks=len(given), station=station.pk, people=[str(one) for one in staff])
    return len(given)


def _crew(drive: Drive, station: ServiceStation, staff: Sequence[StaffMember]) -> Crew:
    """These people as the drive knows them; whoever it does not know works as everybody does."""
    values = policies.for_community(station.community_id)
    known = {worker.staff_id: worker for worker in Worker.objects.filter(drive=drive, station=station)}
    usual = {one.pk: Worker(staff=one, station=station, doors_an_hour=values.doors_an_hour) for one in staff}
    return people.crew_of([known.get(pk, worker) for pk, worker in usual.items()], values)


def leave_out(task: Task, by: StaffMember | None, at: datetime | None = None) -> bool:
    """Nobody goes there any more; whether it was still to do."""
    with turns.in_turn():
        if not tasks.close(Q(pk=task.pk), "left", at or timezone.now()):
            return False
        ending.call_off_texts()
        detail = {"task": task.pk, "customer": task.customer_id}
        turns.log("leave_out", task.drive, by, community_id=task.community_id or None, **detail)
    return True
