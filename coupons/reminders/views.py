"""Reminders: how far they are for the desk, and what is to be told today for the staff of a station."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import Desk, DeskRequest, desk_page, phone_page
from communities.models import Community, ServiceStation
from communities.rules import DRAFT_COUPONS, SEE_COUPONS
from communities.scoping import Scope
from coupons.reminders import actions, doors, queries
from coupons.reminders.forms import DoneForm, ScriptForm
from coupons.reminders.models import Reminder

VERSIONS = 5


@desk_page(SEE_COUPONS)
def reminders(request: DeskRequest) -> HttpResponse:
    """One day by station, what reminding brought, and the script; `?day=` another day."""
    return _page(request, _blank())


@desk_page(DRAFT_COUPONS)
@require_POST
def reminder_script(request: DeskRequest) -> HttpResponse:
    """The script is the company's: whoever drafts for a part of it only reads it."""
    if not request.desk.scope.everywhere:
        raise PermissionDenied(DRAFT_COUPONS)
    form = ScriptForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made = actions.write_script(**form.cleaned_data, by=request.user)
    said = _("The next reminders say this.") if made else _("It says what it said before: no new version.")
    messages.success(request, said)
    return redirect("reminders")


def _blank() -> ScriptForm:
    script = queries.script()
    return ScriptForm(initial={"text": script.text, "channel": script.channel}, use_required_attribute=False)


def _page(request: DeskRequest, form: ScriptForm, status: int = 200) -> HttpResponse:
    desk, scope = request.desk, _looked_at(request.desk)
    days = queries.days(scope)
    day = _day(request.GET.get("day", "")) or (days[0] if days else timezone.localdate())
    rows = queries.by_station(scope, day)
    context = {
        "day": day,
        "days": days,
        "rows": _named(rows),
        "total": _total(rows),
        "effect": queries.effect(timezone.localdate(), _places(scope)),
        "form": form,
        "script": queries.script(),
        "versions": queries.scripts()[:VERSIONS],
        "may_change": desk.scope_for(DRAFT_COUPONS).everywhere,
    }
    return render(request, "coupons/reminders/reminders.html", context, status=status)


def _looked_at(desk: Desk) -> Scope:
    """What is in reach, in the community chosen for the page."""
    if desk.community is None:
        return desk.scope
    return (
        Scope(communities=frozenset({desk.community.pk})) if desk.scope.sees_community(desk.community.pk) else Scope()
    )


def _places(scope: Scope) -> list[int] | None:
    return None if scope.everywhere else sorted(scope.communities)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def _named(rows: list[queries.Row]) -> list[tuple[str, str, queries.Row]]:
    """(community, station, row); empty for the unassigned and for customers without a station."""
    communities = dict(Community.objects.values_list("id", "name"))
    stations = dict(ServiceStation.objects.values_list("id", "name"))
    named = [(communities.get(row.community_id, ""), stations.get(row.station_id or 0, ""), row) for row in rows]
    return sorted(named, key=lambda one: (not one[0], one[:2]))


def _total(rows: list[queries.Row]) -> queries.Row:
    columns = ("due", "send", "control", "held", "sent", "told", "away", "used")
    return queries.Row(0, None, *(sum(getattr(row, column) for row in rows) for column in columns))


# -- On the phone --------------------------------------------------------------------------------------------------


@phone_page()
def reminders_today(request: DeskRequest) -> HttpResponse:
    """What is to be told at the doors of one's own stations today, building by building. Works without scripts."""
    listed = doors.of_day(request.desk.scope, timezone.localdate())
    context: dict[str, Any] = {"buildings": doors.by_building(listed), "count": doors.count(listed)}
    return render(request, "coupons/reminders/today.html", context)


@phone_page()
@require_POST
def reminder_done(request: DeskRequest, reminder_id: int) -> HttpResponse:
    reminder, form = _reachable(request, reminder_id), DoneForm(request.POST)
    if form.is_valid():
        actions.done(reminder, by=request.user, said=form.cleaned_data["said"])
    return redirect(f"{reverse('reminders-today')}#r{reminder_id}")


@phone_page()
@require_POST
def reminder_undo(request: DeskRequest, reminder_id: int) -> HttpResponse:
    actions.undo(_reachable(request, reminder_id), by=request.user)
    return redirect(f"{reverse('reminders-today')}#r{reminder_id}")


def _reachable(request: DeskRequest, reminder_id: int) -> Reminder:
    """Another station's reminder does not exist."""
    found = queries.reachable(request.desk.scope, reminder_id)
    if found is None:
        raise Http404
    return found
