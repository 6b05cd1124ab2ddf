"""The Today page: what waits, how last night went, what yesterday was."""

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.boards.supervisor import progress
from communities import rules
from communities.access import Desk, DeskRequest, desk_page
from communities.trail import queries as trail
from opsdesk import run_story, waiting, work
from opsdesk.demo import planting
from opsdesk.lib import charts, figures
from opsdesk.lib.runs.models import Job
from users.boards.places import counted_places
from users.pulse import queries as pulse
from users.pulse.rules import DEFINITIONS, DayFigures, WakeFigures, change
from users.purchases.models import UNASSIGNED

LATELY = 7  # days of the log, today among them


@desk_page(rules.DESK)
def today(request: HttpRequest) -> HttpResponse:
    desk = cast(DeskRequest, request).desk
    now = timezone.localtime()
    fresh = pulse.freshness(now.date())
    items = waiting.for_desk(desk, now)
    desk.counts = waiting.counts(items)
    context: dict[str, Any] = {"today": now.date(), "waiting": items, "fresh": fresh}
    if desk.may(rules.IMPORT):
        context["planted"] = planting.is_planted()
    if desk.may(rules.SEE_RUNS):
        context |= _last_night()
    if fresh is not None and desk.may(rules.SEE_BOARDS):
        context |= _numbers(desk, fresh.as_of)
    if desk.may(rules.SEE_FIELD):
        context |= _stations(desk, now)
    if desk.may(rules.SEE_TRAIL) and not desk.may(rules.SEE_BOARDS):
        context |= _acts(desk, now.date())
    return render(request, "home.html", context)


@desk_page(rules.DESK)
def first_waiting(request: HttpRequest) -> HttpResponse:
    """Straight to the first thing that waits; home when nothing does."""
    items = waiting.for_desk(cast(DeskRequest, request).desk, timezone.localtime())
    return redirect(items[0].href if items else "home")


def _last_night() -> dict[str, Any]:
    night = Job.objects.filter(kind=work.NIGHTLY).prefetch_related("steps").order_by("-id").first()
    steps = [(run_story.step_words(step), step) for step in night.steps.all()] if night else []
    return {"night": night, "night_steps": steps}


def _acts(desk: Desk, today: dt.date) -> dict[str, Any]:
    """For those whose work is the log: what was done lately, each leading to its lines."""
    since = today - dt.timedelta(days=LATELY - 1)
    return {"acts": trail.tally(desk.scope_for(rules.SEE_TRAIL), since), "acts_since": since, "acts_days": LATELY}


def _stations(desk: Desk, now: dt.datetime) -> dict[str, Any]:
    rows = progress.stations(desk.scope_for(rules.SEE_FIELD), now.date(), desk.community)
    total = progress.together(rows)
    return {"stations": [(row, row.is_low(total)) for row in rows], "stations_total": total, "now": now}


def _numbers(desk: Desk, as_of: dt.date) -> dict[str, Any]:
    yesterday, places = as_of - dt.timedelta(days=1), counted_places(desk, rules.SEE_BOARDS)
    days, weeks = pulse.day_figures(yesterday, places), pulse.wake_figures(as_of, places)
    names = {community.id: community for community in desk.communities}
    rows = pulse.community_days(yesterday, as_of, [id_ for id_ in places if id_ != UNASSIGNED])
    return {
        "yesterday": yesterday,
        "as_of": as_of,
        "tiles": [*_day_tiles(days, desk), *_wake_tile(weeks)],
        "communities": [(names[row.community_id], row) for row in rows],
    }


def _day_tiles(days: list[DayFigures], desk: Desk) -> list[dict[str, Any]]:
    now, before = days[-1], days[-2]
    base = gettext("vs last %(weekday)s") % {"weekday": _weekday(now.day)}
    paid = _people(desk, paid_on=now.day.isoformat())
    return [
        _tile("gmv", gettext("GMV"), figures.yuan(now.gross, 0), [d.gross for d in days], base, paid),
        _tile("payers", gettext("Paying users"), figures.count(now.payers), [d.payers for d in days], base, paid),
        _tile("arppu", gettext("ARPPU"), figures.yuan(now.arppu), [d.arppu for d in days],
              gettext("net %(amount)s") % {"amount": figures.yuan(now.net, 0)}, paid),
        _tile("new_payers", gettext("New payers"), figures.count(now.new_payers), [d.new_payers for d in days],
              f"{base} {before.new_payers}", _people(desk, new_on=now.day.isoformat())),
        _rate_tile("daily_repurchase", gettext("Daily repurchase"), [d.repurchase_rate for d in days],
                   f"{figures.count(now.fresh_back)} / {figures.count(now.fresh)}"),
    ]  # fmt: skip


def _wake_tile(weeks: list[WakeFigures]) -> list[dict[str, Any]]:
    if not weeks:
        return []
    last = weeks[-1]
    label = gettext("Wake rate W%(week)s") % {"week": last.monday.isocalendar().week}
    n = f"{figures.count(last.woken)} / {figures.count(last.silent)}"
    return [_rate_tile("wake", label, [week.rate for week in weeks], n)]


def _tile(key: str, label: str, number: str, values: list[Any], base: str, href: str) -> dict[str, Any]:
    moved = change(values[-1], values[-2])
    return {
        "label": label,
        "number": number,
        "href": href,
        "change": f"{figures.signed(moved * 100, 1)}%" if moved is not None else "",
        "base": base,
        "definition": {"what": gettext(DEFINITIONS[key]), "metric": key},
        "spark": charts.sparkline([value or 0 for value in values]),
    }


def _rate_tile(key: str, label: str, rates: list[float | None], base: str) -> dict[str, Any]:
    now, before = rates[-1], rates[-2] if len(rates) > 1 else None
    moved = None if now is None or before is None else (now - before) * 100
    points = gettext("%(change)s pt") % {"change": figures.signed(moved, 1)} if moved is not None else ""
    known = [rate for rate in rates if rate is not None]
    return {
        "label": label,
        "number": figures.percent(now),
        "change": points,
        "base": base,
        "definition": {"what": gettext(DEFINITIONS[key]), "metric": key},
        "spark": charts.sparkline(known),
    }


def _people(desk: Desk, **words: str) -> str:
    query = words | ({"community": desk.community.code} if desk.community else {})
    return f"{reverse('customers')}?{urlencode(query)}"


def _weekday(day: dt.date) -> str:
    words = [
        gettext("Mon"),
        gettext("Tue"),
        gettext("Wed"),
        gettext("Thu"),
        gettext("Fri"),
        gettext("Sat"),
        gettext("Sun"),
    ]
    return words[day.weekday()]
