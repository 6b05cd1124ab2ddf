"""What is said with a delivery, on the phone: the doors of a day building by building, and a tick without scripts."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaigns.boards.cues import cards as cue_cards
from campaigns.boards.cues import sheets as cue_sheets
from campaigns.boards.phone import day as phone_day
from campaigns.cuesheets import actions, queries
from campaigns.cuesheets.forms import TickForm
from communities.access import DeskRequest, phone_page


@phone_page()
@require_safe
def cues_phone(request: DeskRequest) -> HttpResponse:
    """Today's doors in the order of the walk; `?day=` those of another day, as tomorrow's in the evening; `?station=`
    of one's several stations one alone, as its sheet of paper has them."""
    today = timezone.localdate()
    day = cue_sheets.day_of(request.GET) or today
    station = request.GET.get("station", "")
    sheet = {"sheet__station_id": station} if station.isascii() and station.isdigit() and len(station) < 10 else {}
    cards = cue_cards.of_cues(queries.cues(request.desk.scope, day).filter(gone=False, **sheet))
    context: dict[str, Any] = {
        "day": day,
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "buildings": cue_sheets.by_building(cards),
        "total": len(cards),
        "done": sum(card.delivered for card in cards),
        "walk": {"me": request.user.pk},
        "words": phone_day.words(),
        "new_uuid": uuid.uuid4(),
    }
    return render(request, "campaigns/cues/phone.html", context)


@phone_page()
@require_POST
def cue_tick(request: DeskRequest, cue_id: int) -> HttpResponse:
    """One press of a button, then back to the door it was pressed at. Another station's cue does not exist."""
    found = queries.reachable(request.desk.scope, cue_id).select_related("sheet").first()
    if found is None:
        raise Http404
    form = TickForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    told = form.cleaned_data
    status, text = actions.tick(
        told["uuid"], cue_id, told["what"], told["on"], None, by=request.user, scope=request.desk.scope
    )
    if status != 200:
        messages.error(request, text)
    return redirect(_back(request, found))


def _back(request: DeskRequest, cue: Any) -> str:
    """My day, where it was pressed there; else the day of the sheet."""
    if request.POST.get("from") == "my-day":
        return f"{reverse('my-day')}#cue-{cue.pk}"
    return f"{reverse('cues-phone')}?day={cue.sheet.day.isoformat()}#cue-{cue.pk}"
