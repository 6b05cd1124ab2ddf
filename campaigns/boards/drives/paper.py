"""The walk list of one person on paper: what is still to do, building by building, with boxes to tick. Masked; every
sheet bears the name of whoever carries it."""

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import task_list as drive_tasks
from campaigns.boards.drives.views import reached
from campaigns.boards.phone import codes
from campaigns.drives import queries
from campaigns.drives.models import Drive, Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.drives.rules import DRIVE_CHANNELS
from communities.access import DeskRequest, desk_page
from communities.actions import write_log
from communities.models import StaffMember
from communities.rules import SHARE_TASKS

BLANK = "____"  # on paper whoever is at the door is spoken to by their own name
WALKED = [code for code in DRIVE_CHANNELS if code != "sms"]


@desk_page(SHARE_TASKS)
def drive_print(request: DeskRequest, number: str) -> HttpResponse:
    """`person`: whose list; `station`: of which station, where they have several. On it is what their phone shows."""
    drive, asked, now = reached(request.desk, number), drive_tasks.asked_of(request.GET), timezone.now()
    staff = _carrier(asked)
    found = drive_tasks.found(request.desk.scope, drive, asked)
    listed = list(found.filter(queries.wanted(now), state="open", channel__in=WALKED).order_by("walk", "id"))
    if not listed and staff is not None and not found.exists():
        raise Http404
    write_log(
        staff=request.user, verb="print", thing="drive", thing_id=drive.pk,
        detail={"number": drive.number, "rows": len(listed), "for": str(staff or "")},
    )  # fmt: skip
    context = {
        "drive": drive,
        "carrier": staff,
        "buildings": [(building, list(doors)) for building, doors in groupby(listed, key=_building)],
        "total": len(listed),
        "offers": shown.offers(drive, name=BLANK),
        "outcomes": [(code, one.short) for code, one in OUTCOMES.items()],
        "now": now,
        "code": codes.code_of(request, _on_a_phone(drive, staff, listed)),
    }
    return render(request, "campaigns/drives/print.html", context)


def _carrier(asked: drive_tasks.Asked) -> StaffMember | None:
    """None: what nobody has yet."""
    if asked.person == drive_tasks.NOBODY:
        return None
    staff = StaffMember.objects.filter(pk=asked.person).first() if asked.person else None
    if staff is None:
        raise Http404
    return staff


def _on_a_phone(drive: Drive, staff: StaffMember | None, listed: list[Task]) -> str:
    """The same list; my day where it has no station of its own to name."""
    stations = {task.station_id for task in listed}
    if len(stations) != 1 or None in stations:
        return reverse("my-day")
    return reverse("walk-list", args=[drive.number, *stations, staff.pk if staff else 0])


def _building(task: Task) -> str:
    return task.building
