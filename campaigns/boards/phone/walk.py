"""The walk list that a printed sheet leads to: one's own is in my day, a colleague's stands as a list."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.boards.drives.task_list import NOBODY
from campaigns.boards.phone import day as phone_day
from campaigns.boards.phone import my_day
from campaigns.boards.phone import reading as phone_reading
from campaigns.drives import queries as drives
from campaigns.drives.models import Task
from communities.access import DeskRequest, signed_in
from communities.models import StaffMember
from communities.rules import PHONE

NOBODYS = 0  # in place of a person: tasks that nobody has yet


@signed_in
@require_safe
def walk_list(request: DeskRequest, number: str, station_id: int, person_id: int) -> HttpResponse:
    """Of a drive what one person carries at a station. Whoever works at the desk alone is led to the desk's list."""
    if not request.desk.may(PHONE):
        words = {"state": "open", "station": station_id, "person": person_id or NOBODY}
        return redirect(f"{reverse('drive-tasks', args=[number])}?{urlencode(words)}")
    now = timezone.now()
    tasks = drives.carried(request.desk.scope_for(PHONE), number, station_id, person_id or None, now)
    if person_id in (NOBODYS, request.user.pk):
        return redirect(_at_first(tasks))
    if not tasks:
        raise Http404
    day, left = phone_day.of_tasks(tasks, now), phone_reading.reveals_left(request.user)
    context = {"carrier": get_object_or_404(StaffMember, pk=person_id), **my_day.as_lists(day)}
    return render(request, "campaigns/phone/walk.html", context | my_day.field(request, day, left))


def _at_first(tasks: Sequence[Task]) -> str:
    """My day, opened at the first building of the list with something to do."""
    first = next((task for task in tasks if task.state == "open" and task.building), None)
    if first is None:
        return reverse("my-day")
    return my_day.address(f"{first.community_id}-{first.building}", first.unit)
