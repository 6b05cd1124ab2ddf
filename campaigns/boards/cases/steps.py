"""What is done with a case: one deed a form, each answered by the case's page."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.cases import deeds, forms, views
from campaigns.boards.cases.deeds import Deed
from campaigns.cases import actions, compensation, lessons, opening, practices, queries, rules, sampling
from campaigns.cases.models import Case
from communities.access import DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS, RUN_CASES
from opsdesk.lib import figures
from users.boards.alerts import views as alerts
from users.retention import alert_actions


@desk_page(RUN_CASES)
@require_POST
def case_deed(request: DeskRequest, number: str, deed: str) -> HttpResponse:
    return deeds.answered(request, views.reached(request.desk, number), DEEDS.get(deed), _where(request, deed))


def _where(request: DeskRequest, deed: str) -> str:
    """The part of the page that was worked at."""
    step = request.POST.get("step", "") if deed == "step" else ""
    return f"#step-{step}" if step in rules.STEPS else _PLACES.get(deed, "")


@desk_page(RUN_CASES)
@require_POST
def case_open(request: DeskRequest, alert_id: int) -> HttpResponse:
    """A case for an alert at once, without waiting for the night, then to it; the one it is in already, if any."""
    alert = alerts.reached(request.desk, alert_id)
    if not alerts.may_run(request.desk, alert):
        raise PermissionDenied(RUN_CASES)
    if alert.closed_at is not None:
        messages.error(request, _("Somebody was faster: look how it stands now."))
        return redirect("alert", alert_id)
    open_for = opening.open_for if alert.direction == queries.FALL else practices.open_for
    case, _is_new = open_for(alert, timezone.localdate(), request.user)
    if alert.snoozed_until is not None:
        alert_actions.wake(alert, request.user)
    return redirect("case", case.number)


def _take(request: DeskRequest, case: Case) -> None:
    actions.take(case, request.user)
    messages.success(request, _("%(number)s is yours") % {"number": case.number})


def _step(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = forms.StepForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, form)
    said = form.cleaned_data
    actions.note_step(case, said["step"], said["finding"], said["evidence"], request.user)
    messages.success(request, _("Finding kept"))
    return None


def _pause(request: DeskRequest, case: Case) -> None:
    if actions.pause_contact(case, request.user).pause_id:
        text = _("Nobody of %(community)s is contacted until you let it go on")
        messages.success(request, text % {"community": case.community.name})
    else:
        messages.success(request, _("Contact with this community is paused already."))


def _resume(request: DeskRequest, case: Case) -> None:
    if actions.end_pause(case, request.user):
        messages.success(request, _("Contact goes on"))


def _draw(request: DeskRequest, case: Case) -> None:
    drawn = sampling.draw(case, request.user, timezone.now())
    text = ngettext(
        "%(n)s customer to call back, drawn from %(all)s", "%(n)s customers to call back, drawn from %(all)s",
        drawn.calls,
    )  # fmt: skip
    said = text % {"n": figures.count(drawn.calls), "all": figures.count(drawn.affected)}
    if held := sum(drawn.held_back.values()):
        more = ngettext("%(n)s may not be contacted", "%(n)s may not be contacted", held)
        said = f"{said} · {more % {'n': figures.count(held)}}"
    messages.success(request, said)


def _compensate(request: DeskRequest, case: Case) -> HttpResponse | None:
    if not request.desk.may(DRAFT_COUPONS):
        raise PermissionDenied(DRAFT_COUPONS)
    form = forms.CompensationForm(request.POST, day=timezone.localdate())
    if not form.is_valid():
        return _refused(request, case, form, compensation_form=form)
    name = _("Compensation %(number)s %(community)s") % {"number": case.number, "community": case.community.name}
    batch = compensation.draft(
        case, name=name, by=request.user, at=timezone.now(), scope=request.desk.scope_for(DRAFT_COUPONS),
        **form.cleaned_data,
    )  # fmt: skip
    messages.success(request, _("%(number)s drafted: look at it, then hand it in") % {"number": batch.number})
    return None


def _correct(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = forms.LessonForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, form, lesson_form=form)
    said = form.cleaned_data
    if case.state in rules.FINISHED:
        raise actions.Finished(case.number)
    lesson = lessons.send(case, "corrective", said["title"], said["text"], said["due_on"], request.user)
    deeds.say_sent(request, lesson)
    return None


def _watch(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = forms.WatchForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, form, watch_form=form)
    actions.watch(case, form.cleaned_data["day"], request.user)
    messages.success(request, _("The cohorts after it are looked at one and two weeks later"))
    return None


def _close(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = forms.CloseForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, form, close_form=form)
    actions.close(case, form.cleaned_data["cause"], form.cleaned_data["story"], request.user)
    deeds.say_closed(request, case)
    return None


def _nothing(request: DeskRequest, case: Case) -> HttpResponse | None:
    form = forms.NothingForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, form, nothing_form=form)
    actions.close_as_nothing(case, form.cleaned_data["story"], request.user)
    deeds.say_closed(request, case)
    return None


def _reopen(request: DeskRequest, case: Case) -> HttpResponse | None:
    try:
        actions.reopen(case, request.user)
    except actions.AnotherOpen as other:
        text = _("%(number)s is open in this community: close it first.")
        return views.page(request, case, 409, refused=text % {"number": other.args[0].number})
    messages.success(request, _("%(number)s is open again") % {"number": case.number})
    return None


def _refused(request: DeskRequest, case: Case, form: django_forms.Form, **kept: Any) -> HttpResponse:
    """The page again with what was typed; what is wrong stands beside the field and, in short, at the top."""
    wrong = [f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items() if name in form.fields]
    return views.page(request, case, 422, refused=" ".join(map(str, wrong)), **kept)


_PLACES = {
    "draw": "#callbacks", "pause": "#measures", "resume": "#measures", "compensate": "#measures",
    "correct": "#measures", "watch": "#recovery",
}  # fmt: skip
DEEDS: dict[str, Deed] = {
    "take": _take,
    "step": _step,
    "pause": _pause,
    "resume": _resume,
    "draw": _draw,
    "compensate": _compensate,
    "correct": _correct,
    "watch": _watch,
    "close": _close,
    "nothing": _nothing,
    "reopen": _reopen,
}
