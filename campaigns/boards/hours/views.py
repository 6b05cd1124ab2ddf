"""Best channel and hour: open rates by weekday and hour, buildings, and what a try by each channel brings."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.drives.figures import looked_at
from campaigns.boards.hours import channels, drawing
from campaigns.chances import hour_queries, queries, rules
from campaigns.chances.hour_queries import HOURS
from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import EXPORT, SEE_FIELD
from opsdesk.lib import figures
from users.rfm.rules import CLASSES, LABELS

BUILDINGS = 20  # shown; the file has them all


@desk_page(SEE_FIELD)
def best_hours(request: DeskRequest) -> HttpResponse:
    """`as=table`: a line an hour instead of cells."""
    desk, now = request.desk, timezone.localtime()
    scope, as_of = looked_at(desk), now.date()
    usual = queries.by_hour(scope, as_of)
    found = hour_queries.by_weekday(scope, as_of, usual)
    known = hour_queries.by_building(scope, as_of, BUILDINGS)
    likely = queries.likely_at({(one.community_id, one.name) for one in known}, now) if known else {}
    names = {place.pk: place.name for place in desk.communities}
    context = {
        "as_of": as_of,
        "since": hour_queries.since(as_of),
        "heads": [drawing.hour_words(hour) for hour in HOURS],
        "rows": drawing.rows(found, _leads(desk, as_of)),
        "table": drawing.table(found) if request.GET.get("as") == "table" else None,
        "visits": sum(spell.visits for spell in found.values()),
        "best": drawing.best(queries.likeliest(usual)),
        "steps": [figures.percent(bound, 0) for bound in drawing.STEPS],
        "few": drawing.FEW,
        "believed": {name: figures.percent(p, 0) for name, p in rules.BELIEVED.items()},
        "buildings": drawing.buildings(known, likely, names, _leads(desk, as_of)),
        "most": BUILDINGS,
        "least": hour_queries.LEAST_AT_BUILDING,
        "now": now,
        "may_export": desk.may(EXPORT),
    }
    return render(request, "campaigns/hours/page.html", context | _channels(desk, as_of))


def _channels(desk: Desk, as_of: date) -> dict[str, Any]:
    found = channels.lines(as_of, policies.for_community(desk.community.pk if desk.community else None))
    best = channels.best_of(found)
    return {
        "classes": [(code, _(LABELS[code])) for code in CLASSES],
        "lines": [(line, line.cells(best)) for line in found],
    }


def _leads(desk: Desk, as_of: date) -> drawing.Leads:
    """Addresses of the lists of as many visits as a number counts."""
    codes = {place.pk: place.code for place in desk.communities}
    days = {"what": "knocked", "from": hour_queries.since(as_of).isoformat(), "to": as_of.isoformat()}
    here = {"community": desk.community.code} if desk.community else {}

    def leads(words: Mapping[str, object]) -> str:
        """`place`: the id of a community; one that has no code has no list."""
        place = words.get("place")
        if place is not None and place not in codes:
            return ""
        named = {"community": codes[place]} if isinstance(place, int) else here
        rest = {name: value for name, value in words.items() if name != "place"}
        return f"{reverse('visit-doors')}?{urlencode(named | days | rest)}"

    return leads
