"""The walk list of one person on paper: what is still to do, building by building, with boxes to tick. Masked; every
sheet bears the name of whoever carries it."""

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import task_list as drive_tasks
from campaigns.boards.drives.views import reached
from campaigns.drives.models import Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.drives.rules import DRIVE_CHANNELS
from communities.access import DeskRequest, desk_page
from communities.actions import write_log
from communities.models import StaffMember
from communities.rules import SHARE_TASKS

WALKED = [code for code in DRIVE_CHANNELS if code != "sms"]


@desk_page(SHARE_TASKS)
def drive_print(request: DeskRequest, number: str) -> HttpResponse:
    """`person`: whose list; `station`: of which station, where they have several."""
    drive, asked = reached(request.desk, number), drive_tasks.asked_of(request.GET)
    staff = StaffMember.objects.filter(pk=asked.person).first() if asked.person.isdigit() else None
    if staff is None and asked.person != drive_tasks.NOBODY:
        raise Http404
    tasks = drive_tasks.found(request.desk.scope, drive, asked).filter(state="open", channel__in=WALKED)
    listed = list(tasks.order_by("walk", "id"))
    if not listed and staff is not None and not drive_tasks.found(request.desk.scope, drive, asked).exists():
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
        "offers": shown.offers(drive),
        "outcomes": [(code, one.short) for code, one in OUTCOMES.items()],
        "now": timezone.now(),
    }
    return render(request, "campaigns/drives/print.html", context)


def _building(task: Task) -> str:
    return task.building
