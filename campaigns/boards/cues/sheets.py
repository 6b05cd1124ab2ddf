"""Cue sheets on the desk: one day by station, one station by building; draw up, print, take along."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.boards.cues import cards as cue_cards
from campaigns.boards.cues.cards import Card
from campaigns.boards.phone import codes
from campaigns.cuesheets import actions, queries, rules
from campaigns.cuesheets.forms import DrawForm
from campaigns.cuesheets.models import CueSheet
from communities.access import Desk, DeskRequest, desk_page
from communities.models import ServiceStation
from communities.rules import EXPORT, RUN_DRIVES, SEE_FIELD, SHARE_TASKS
from communities.scoping import Scope
from opsdesk.lib import figures

Buildings = list[tuple[str, list[Card]]]


@dataclass(frozen=True)
class Shown:
    """What a page of sheets is about: the day, its sheets with their counts, and the one that is looked at (None: all
    of them). `station`: asked for, also where it has no sheet."""

    day: date
    days: list[date]
    sheets: list[Any]
    sheet: Any
    station: ServiceStation | None

    @property
    def total(self) -> dict[str, int]:
        """The counts of the sheet looked at, else of all together."""
        over = [self.sheet] if self.sheet else self.sheets
        return {name: sum(getattr(sheet, name) for sheet in over) for name in COUNTS}


COUNTS = ("doors", "new_payers", "gone", *rules.TICKS)


@desk_page(SEE_FIELD)
def cues(request: DeskRequest) -> HttpResponse:
    """`?day=` of delivery, `?station=` one of those in reach (0: customers of the community without one)."""
    desk, shown = request.desk, of_request(request)
    cards = cue_cards.of_cues(queries.cues(desk.scope, shown.day).filter(sheet=shown.sheet)) if shown.sheet else []
    context = {
        "shown": shown,
        "buildings": by_building(cards),
        "ticks": [(what, _(label)) for what, label in rules.TICKS.items()],
        "may_draw": desk.may(SHARE_TASKS) and shown.day >= timezone.localdate(),
        "may_export": desk.may(EXPORT),
        "may_write": desk.may(RUN_DRIVES),
    }
    return render(request, "campaigns/cues/cues.html", context)


def of_request(request: DeskRequest) -> Shown:
    """Raises Http404 for a station that is not in reach, and for a day that is none."""
    desk = request.desk
    scope = narrowed(desk)
    days = queries.days(scope)
    tomorrow = timezone.localdate() + timedelta(days=1)
    day = day_of(request.GET) or (days[0] if days else tomorrow)
    sheets = queries.counted(queries.sheets(scope, day), desk.scope)
    station, sheet = _chosen(request.GET.get("station", ""), sheets, desk)
    offered = sorted({*days, tomorrow, tomorrow - timedelta(days=1), day}, reverse=True)
    return Shown(day, offered, sheets, sheet, station)


def narrowed(desk: Desk) -> Scope:
    """What is in reach, in the community chosen for the page."""
    if desk.community is None:
        return desk.scope
    if desk.scope.sees_community(desk.community.pk):
        return Scope(communities=frozenset({desk.community.pk}))
    here = desk.community.stations.filter(pk__in=desk.scope.stations).values_list("pk", flat=True)
    return Scope(stations=frozenset(here))


def day_of(asked: QueryDict) -> date | None:
    try:
        return date.fromisoformat(str(asked["day"])) if asked.get("day") else None
    except ValueError:
        raise Http404 from None


def _chosen(asked: str, sheets: list[CueSheet], desk: Desk) -> tuple[ServiceStation | None, CueSheet | None]:
    """The station asked for and its sheet; a page with one sheet alone is about that one."""
    if not asked:
        return None, sheets[0] if len(sheets) == 1 else None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise Http404
    if asked == "0":
        return None, next((sheet for sheet in sheets if sheet.station_id is None), None)
    station = ServiceStation.objects.filter(desk.scope.condition("community_id", "pk"), pk=asked).first()
    if station is None:
        raise Http404
    return station, next((sheet for sheet in sheets if sheet.station_id == station.pk), None)


def by_building(cards: list[Card]) -> Buildings:
    return [(building, list(group)) for building, group in groupby(cards, key=lambda card: card.cue.building)]


@desk_page(SHARE_TASKS)
@require_POST
def cues_draw(request: DeskRequest) -> HttpResponse:
    """Draw up the sheets of a day now, as far as one may: a station's lead hers, an operator all."""
    form = DrawForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect("cues")
    scope, day, station = request.desk.scope, form.cleaned_data["day"], None
    if asked := form.cleaned_data["station"]:
        station = ServiceStation.objects.filter(scope.condition("community_id", "pk"), pk=asked).first()
        if station is None:
            raise Http404
    doors = actions.draw(day, timezone.now(), station, within=scope)
    said = ngettext("Drawn up: %(n)s door.", "Drawn up: %(n)s doors.", doors) % {"n": figures.count(doors)}
    messages.success(request, said if doors else _("Nothing is delivered on that day, as far as orders are known."))
    query = QueryDict(mutable=True)
    query.update({"day": day.isoformat()} | ({"station": str(station.pk)} if station else {}))
    return redirect(f"{reverse('cues')}?{query.urlencode()}")


@desk_page(SEE_FIELD)
def cues_print(request: DeskRequest) -> HttpResponse:
    """One sheet for A4, masked, with the name of whoever prints it and the time across it."""
    shown = of_request(request)
    if shown.sheet is None:
        raise Http404
    found = queries.cues(request.desk.scope, shown.day).filter(sheet=shown.sheet, gone=False)
    context = {
        "shown": shown,
        "buildings": by_building(cue_cards.of_cues(found)),
        "ticks": [(what, _(label)) for what, label in rules.TICKS.items()],
        "mark": f"{request.user} {timezone.localtime():%Y-%m-%d %H:%M}",
        "marks": range(24),
        "code": codes.code_of(request, _on_a_phone(shown)),
    }
    return render(request, "campaigns/cues/print.html", context)


def _on_a_phone(shown: Shown) -> str:
    station = {"station": str(shown.sheet.station_id)} if shown.sheet.station_id else {}
    return f"{reverse('cues-phone')}?{urlencode({'day': shown.day.isoformat(), **station})}"
