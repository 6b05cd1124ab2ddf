"""One task for the desk: who, what is said, everything that was told of it; and an outcome typed in from paper."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.boards.drives import figures as shown
from campaigns.boards.drives import queries as reads
from campaigns.boards.drives.task_forms import PaperForm
from campaigns.boards.drives.views import reached
from campaigns.boards.phone import forms as phone_forms
from campaigns.drives import queries
from campaigns.drives.models import Drive, Task
from campaigns.recall import actions as recall
from campaigns.visits import actions as visits
from campaigns.visits import queries as events
from campaigns.visits.actions import Answer, Teller
from campaigns.visits.models import Visit
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import SEE_FIELD, SHARE_TASKS


@desk_page(SEE_FIELD)
def drive_task(request: DeskRequest, number: str, task_id: int) -> HttpResponse:
    return _page(request, *_reached(request.desk, number, task_id))


@desk_page(SHARE_TASKS)
@require_POST
def drive_record(request: DeskRequest, number: str, task_id: int) -> HttpResponse:
    """What a walk list on paper says; `corrects`: the event that it puts right."""
    drive, task = _reached(request.desk, number, task_id)
    form = PaperForm(request.POST)
    if not form.is_valid():
        return _page(request, drive, task, form, 422)
    answer = _take(request, form.event(task.pk, timezone.localtime()))
    if answer.status != 200:
        form.add_error(None, answer.text)
        return _page(request, drive, task, form, answer.status)
    messages.success(request, " ".join(part for part in (_("The outcome is recorded."), answer.coupon) if part))
    return redirect("drive-task", drive.number, task.pk)


@desk_page(SHARE_TASKS)
@require_POST
def drive_undo(request: DeskRequest, number: str, task_id: int, event: UUID) -> HttpResponse:
    """Takes back one event; it stays in the history."""
    drive, task = _reached(request.desk, number, task_id)
    answer = _take(request, phone_forms.undo(task.pk, event))
    if answer.status == 200:
        messages.success(request, _("Taken back; the history keeps it."))
    else:
        messages.error(request, answer.text)
    return redirect("drive-task", drive.number, task.pk)


@desk_page(SHARE_TASKS)
@require_POST
def drive_leave_out(request: DeskRequest, number: str, task_id: int) -> HttpResponse:
    """Nobody goes there any more."""
    drive, task = _reached(request.desk, number, task_id)
    if recall.leave_out(task, request.user):
        messages.success(request, _("Left out: nobody goes there any more."))
    else:
        messages.warning(request, _("There was nothing left to do here."))
    return redirect("drive-task", drive.number, task.pk)


def _reached(desk: Desk, number: str, task_id: int) -> tuple[Drive, Task]:
    """Another station's task does not exist."""
    drive = reached(desk, number)
    found = queries.tasks(desk.scope).filter(drive=drive, pk=task_id)
    task = found.select_related("assignee", "customer__community", "customer__station", "offer__taste").first()
    if task is None:
        raise Http404
    return drive, task


def _take(request: DeskRequest, event: dict[str, Any]) -> Answer:
    return visits.take_one(event, Teller(request.user, request.desk.scope, timezone.now(), Visit.Via.PAPER))


def _page(
    request: DeskRequest, drive: Drive, task: Task, form: PaperForm | None = None, status: int = 200
) -> HttpResponse:
    offer = queries.offer_of(task)
    history = list(events.history(task))
    live = [event for event in history if event.live]
    scope = request.desk.scope_for(SHARE_TASKS)
    context = {
        "drive": drive,
        "task": task,
        "history": history[::-1],
        "newest": live[-1] if live else None,
        "form": form or PaperForm(initial={"uuid": uuid4(), "at": timezone.localtime()}, use_required_attribute=False),
        "offer": offer,
        "spoken": shown.spoken(offer) if offer else "",
        "home": queries.household(task).filter(request.desk.scope.condition()),
        "may_share": queries.tasks(scope).filter(pk=task.pk).exists(),
        "takers": reads.takers(scope, drive, task.station_id),
    }
    return render(request, "campaigns/drives/task.html", context, status=status)
