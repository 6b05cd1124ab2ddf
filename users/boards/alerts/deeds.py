"""What people do with an alert: put it off, take it up again, close it with what came of it, open it again."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.models import StaffMember
from communities.redirects import back
from communities.rules import RUN_CASES
from opsdesk.lib.days import day
from users.boards.alerts import views
from users.boards.alerts.forms import SnoozeForm, VerdictForm
from users.retention import alert_actions as actions
from users.retention.models import RetentionAlert


@desk_page(RUN_CASES)
@require_POST
def alert_snooze(request: DeskRequest, alert_id: int) -> HttpResponse:
    alert, form = _mine(request, alert_id), SnoozeForm(request.POST)
    if not form.is_valid():
        raise PermissionDenied
    until = timezone.localdate() + timedelta(weeks=int(form.cleaned_data["weeks"]))
    done = actions.snooze(alert, until, request.user)
    return _answer(request, alert, done, _("Put off until %(day)s") % {"day": day(until)}, "alert_wake")


@desk_page(RUN_CASES)
@require_POST
def alert_wake(request: DeskRequest, alert_id: int) -> HttpResponse:
    return _plain(request, alert_id, actions.wake, _("Open again"))


@desk_page(RUN_CASES)
@require_POST
def alert_reopen(request: DeskRequest, alert_id: int) -> HttpResponse:
    return _plain(request, alert_id, actions.reopen, _("Open again"))


@desk_page(RUN_CASES)
@require_POST
def alert_close(request: DeskRequest, alert_id: int) -> HttpResponse:
    alert, form = _mine(request, alert_id), VerdictForm(request.POST)
    if not form.is_valid():
        return views.page(request, alert, form, status=422)
    done = actions.close(alert, form.cleaned_data["verdict"], request.user)
    return _answer(request, alert, done, _("Closed: %(verdict)s") % form.cleaned_data, "alert_reopen")


def _mine(request: DeskRequest, alert_id: int) -> RetentionAlert:
    """One may see more communities than one runs."""
    alert = views.reached(request.desk, alert_id)
    if not views.may_run(request.desk, alert):
        raise PermissionDenied
    return alert


def _plain(
    request: DeskRequest, alert_id: int, deed: Callable[[RetentionAlert, StaffMember], bool], said: str
) -> HttpResponse:
    alert = _mine(request, alert_id)
    return _answer(request, alert, deed(alert, request.user), said, "")


def _answer(request: DeskRequest, alert: RetentionAlert, done: bool, said: str, undo: str) -> HttpResponse:
    if done:
        messages.success(request, said, extra_tags=reverse(undo, args=[alert.pk]) if undo else "")
    else:
        messages.error(request, _("Somebody was faster: look how it stands now."))
    return redirect(back(request, reverse("alert", args=[alert.pk])))
