"""An incident opened by hand: where, which week, what happened."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.cases.forms import OpenForm
from campaigns.cases import by_hand
from communities import queries as places
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import RUN_CASES
from users.purchases.rules import monday_of


@desk_page(RUN_CASES)
def case_new(request: DeskRequest) -> HttpResponse:
    today = timezone.localdate()
    form = OpenForm(
        request.POST or None, today=today, places=places.communities_in(request.desk.scope), initial=_initial(request)
    )
    if request.method == "POST" and form.is_valid():
        return _opened(request, form, today)
    context = {
        "title": _("Open an incident"),
        "sentence": _("what cannot wait for the numbers: the checklist, callbacks and measures are the same"),
        "form": form,
        "submit": _("Open the incident"),
        "cancel_url": reverse("cases"),
    }
    return render(request, "forms/page.html", context, status=422 if form.errors else 200)


def _opened(request: DeskRequest, form: OpenForm, today: date) -> HttpResponse:
    said = form.cleaned_data
    case, is_new = by_hand.open_for(said["community"], said["week"], said["words"], today, request.user)
    if is_new:
        messages.success(request, _("%(number)s is open; whoever runs cases there is told") % {"number": case.number})
    else:
        text = _("%(number)s is open there already: what you wrote stands in its history")
        messages.info(request, text % {"number": case.number})
    return redirect("case", case.number)


def _initial(request: DeskRequest) -> dict[str, object]:
    """As the page that led here was looking: its community, its week."""
    return {"community": _chosen(request.desk), "week": _monday(request)}


def _chosen(desk: Desk) -> object:
    there = list(desk.communities)
    return desk.community or (there[0] if len(there) == 1 else None)


def _monday(request: HttpRequest) -> date:
    """Unless told, of yesterday: whoever calls today was delivered to by then."""
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = timezone.localdate() - timedelta(days=1)
    return monday_of(day)
