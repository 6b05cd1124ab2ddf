"""Outcomes that could not be taken as they were told: what came, why not, what counts instead; seen, or taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.phone import cards as phone_cards
from campaigns.cuesheets.rules import TICKS
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits import queries, reconsidering
from campaigns.visits.models import RefusedEvent
from campaigns.visits.reading import BIGGEST, WHY
from communities.access import DeskRequest, desk_page
from communities.models import ServiceStation
from communities.rules import SEE_FIELD, SHARE_TASKS
from opsdesk.lib import figures, paging
from opsdesk.lib.words import N_

_NEWEST = paging.SortKey("id", int)
_FIELDS = {
    "outcome": N_("Outcome"), "note": N_("Note"), "product": N_("Goods"), "amount": N_("Amount"), "what": N_("Tick"),
    "on": N_("Set"), "undoes": N_("Undo"), "device_at": N_("By the phone’s clock"), "task_id": N_("Task"),
    "cue_id": N_("Cue"),
}  # fmt: skip
NO_TOO = ("on",)  # fields whose "no" says something


@dataclass(frozen=True)
class Line:
    """One refused event. `door`: where, if its task is known; `said`: what came, in words; `why`: what is wrong with
    it, beyond the reason; `now`: what the door shows instead."""

    event: RefusedEvent
    station: ServiceStation | None
    door: str
    said: list[tuple[str, str]]
    why: str
    now: str
    may_take: bool


@desk_page(SEE_FIELD)
def refused_events(request: DeskRequest) -> HttpResponse:
    desk, everything = request.desk, request.GET.get("seen") == "1"
    found = queries.refused(desk.scope).select_related("task__drive")
    found = found.filter(community_id=desk.community.pk) if desk.community else found
    found = found if everything else found.filter(seen_at=None)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(found, _NEWEST, paging.Sort("id", descending=True), place, paging.size_of(request.GET))
    context = {
        "page": page, "lines": _lines(page.rows), "everything": everything, "may_act": desk.may(SHARE_TASKS),
        "choices": [
            _choice(request, _("Not seen yet"), "", not everything), _choice(request, _("All"), "1", everything),
        ],
    }  # fmt: skip
    return render(request, "campaigns/refused/list.html", context)


def _choice(request: DeskRequest, label: str, seen: str, current: bool) -> dict[str, Any]:
    words = {"community": request.GET.get("community", ""), "seen": seen}
    address = urlencode({key: word for key, word in words.items() if word})
    return {"label": label, "href": f"?{address}", "current": current}


def _lines(rows: Iterable[RefusedEvent]) -> list[Line]:
    stations = ServiceStation.objects.select_related("community").in_bulk({row.station_id for row in rows} - {None})
    return [_line(row, stations.get(row.station_id or 0)) for row in rows]


def _line(event: RefusedEvent, station: ServiceStation | None) -> Line:
    task = event.task
    now = _(OUTCOMES[task.outcome].label) if task and task.outcome else ""
    door = phone_cards.place_words(phone_cards.place_of(task)) if task else ""
    said = _said({key: value for key, value in event.told.items() if not (task and key == "task_id")})
    return Line(event, station, door, said, _why(event), now, reconsidering.may_take(event))


def _why(event: RefusedEvent) -> str:
    if event.task_id and event.reason == event.Reason.UNKNOWN:
        return _("What this corrects has not arrived. It is done as soon as it has.")
    field, message = event.told.get(WHY, ("", ""))
    return " ".join(filter(None, (field, _(message) if message else "")))


def _said(told: dict[str, Any]) -> list[tuple[str, str]]:
    """What came, by field; of what is known only what was said, of what could not be read whatever was kept."""
    there = [key for key in _FIELDS if told.get(key) or (key in NO_TOO and key in told)]
    found = [(_(_FIELDS[key]), _word(key, told[key])) for key in there]
    hidden = {*_FIELDS, WHY, "uuid", "type", "corrects", "give_coupon", "later_at", "many"}
    return found + [(key, str(value)) for key, value in told.items() if key not in hidden and value][:5]


def _word(key: str, value: Any) -> str:
    if key == "outcome" and value in OUTCOMES:
        return _(OUTCOMES[value].label)
    if key == "what" and value in TICKS:
        return _(TICKS[value])
    if key == "on":
        return _("yes") if value is True else _("no")
    if key == "amount" and type(value) is int:
        return figures.yuan(value)
    return _("yes") if value is True else str(value)


@desk_page(SHARE_TASKS)
@require_POST
def refused_seen(request: DeskRequest) -> HttpResponse:
    """The events named by `id`."""
    ids = [int(text) for text in request.POST.getlist("id") if text.isascii() and text.isdigit() and len(text) < 19]
    n = reconsidering.mark_seen(ids, by=request.desk.staff, scope=request.desk.scope)
    text = ngettext("%(n)s outcome marked as seen", "%(n)s outcomes marked as seen", n)
    messages.success(request, text % {"n": figures.count(n)})
    return redirect("refused-events")


@desk_page(SHARE_TASKS)
@require_POST
def refused_take(request: DeskRequest, event_id: int) -> HttpResponse:
    desk = request.desk
    event = queries.refused(desk.scope).filter(pk=event_id).first() if event_id <= BIGGEST else None
    if event is None:
        raise Http404
    answer = reconsidering.take(event, by=desk.staff, scope=desk.scope, at=timezone.now())
    if answer and answer.status == 200:
        messages.success(request, _("Taken as a correction; what counted before stays in the history"))
    else:
        messages.error(request, answer.text if answer else _("This one cannot be taken any more."))
    return redirect("refused-events")
