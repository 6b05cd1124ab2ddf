"""The steps of a drive: start, end, call off. Each as it was seen."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.drives import answers
from campaigns.boards.drives import views as drives
from campaigns.drives.models import Drive
from campaigns.recall import actions as recall
from communities.access import DeskRequest, desk_page
from communities.rules import RUN_DRIVES
from opsdesk.lib import figures


@desk_page(RUN_DRIVES)
@require_POST
def drive_start(request: DeskRequest, number: str) -> HttpResponse:
    """Freezes the list at the revision that was on the page."""
    drive = _mine(request, number)
    try:
        started = recall.start(drive, answers.revision(request), request.user, timezone.now())
    except answers.LOST as lost:
        return answers.lost(request, drive, lost)
    except answers.REFUSALS as refused:
        return drives.page(request, drive, 422, refused=answers.refusal(refused))
    n = started.tasks_made
    text = ngettext("%(number)s has started: %(n)s task", "%(number)s has started: %(n)s tasks", n)
    messages.success(request, text % {"number": drive.number, "n": figures.count(n)})
    return redirect("drive", drive.number)


@desk_page(RUN_DRIVES)
@require_POST
def drive_end(request: DeskRequest, number: str) -> HttpResponse:
    drive = _mine(request, number)
    try:
        recall.end(drive, request.user, timezone.now())
    except answers.LOST as lost:
        return answers.lost(request, drive, lost)
    messages.success(request, _("%(number)s has ended") % {"number": drive.number})
    return redirect("drive", drive.number)


@desk_page(RUN_DRIVES)
@require_POST
def drive_off(request: DeskRequest, number: str) -> HttpResponse:
    drive = _mine(request, number)
    try:
        recall.call_off(drive, request.user, timezone.now())
    except answers.LOST as lost:
        return answers.lost(request, drive, lost)
    except answers.REFUSALS as refused:
        return drives.page(request, drive, 422, refused=answers.refusal(refused))
    messages.success(request, _("%(number)s is called off") % {"number": drive.number})
    return redirect("drive", drive.number)


def _mine(request: DeskRequest, number: str) -> Drive:
    drive = drives.reached(request.desk, number)
    if not drives.may_run(request.desk, drive):
        raise PermissionDenied(RUN_DRIVES)
    return drive
