"""The phone's own pages: my day, the lists, messages, me; and what its scripts ask for."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.boards.cues import cards as cue_cards
from campaigns.boards.phone import cards as phone_cards
from campaigns.boards.phone import day as phone_day
from campaigns.boards.phone import reading as phone_reading
from campaigns.boards.phone.day import Day
from campaigns.cases import callbacks
from campaigns.cases import lesson_queries as lessons
from campaigns.chances import queries as chances
from campaigns.chances.rules import Chance
from campaigns.drives.rules import DRIVE_CHANNELS
from communities.access import DeskRequest, phone_page
from communities.notices import queries as notices
from communities.rules import REVEAL_PHONE, SEE_CUSTOMERS

NOTICES = 30
# What my day is made of: kept by the worker where a browser has one (templates/campaigns/phone/worker.js).
SHELL = (
    "opsdesk.css", "phone.css", "field.css", "cues.css", "theme.js", "opsdesk.js", "outbox.js", "phone.js",
    "deeds.js", "glyphs.svg", "vendor/icons.svg", "favicon.svg",
)  # fmt: skip


@phone_page()
@require_safe
def my_day(request: DeskRequest) -> HttpResponse:
    """Everything of today on one page: `?b=` and `?u=` open a building and its unit, `?many=1` ticks doors, `?after=`
    is the door that an outcome was just told of."""
    day = phone_day.of(request.desk, timezone.now())
    left, likely = phone_reading.reveals_left(request.user), chances.likely_now(day.tasks, day.at)
    cues = cue_cards.cards(request.desk.scope, request.user, timezone.localdate(day.at))
    also = {"to_read": lessons.unread(request.user), "to_call": callbacks.to_call(request.desk.scope).count()}
    context = _opened(request, day, likely) | field(request, day, left) | {"cues": cues} | also
    return render(request, "campaigns/phone/my_day.html", context)


def field(request: DeskRequest, day: Day, left: int) -> dict[str, Any]:
    """What every page needs that records outcomes."""
    return {
        "day": day,
        "station": phone_day.stations(request.desk),
        "left": left,
        "walk": phone_day.data(day, request.desk, left),
        "words": phone_day.words(),
        "may_reveal": request.desk.may(REVEAL_PHONE),
        "may_search": request.desk.may(SEE_CUSTOMERS),
        "new_uuid": uuid.uuid4(),
        "buttons": {"door": phone_cards.buttons("door"), "talk": phone_cards.buttons("")},
    }


def address(building: str, unit: str, after: str = "") -> str:
    """My day, opened at a building (its key) and unit, going on after a door (its key)."""
    words = {"b": building, "u": unit} | ({"after": after} if after else {})
    return f"{reverse('my-day')}?{urlencode(words)}#recall"


def _opened(request: DeskRequest, day: Day, likely: dict[str, Chance]) -> dict[str, Any]:
    """The building and unit asked for, else where somebody is most likely at home."""
    key, unit = request.GET.get("b", ""), request.GET.get("u")
    building = next((one for one in day.buildings if one.key == key), None) or phone_day.opens_with(day, likely)
    units = building.units if building else []
    chosen = next((one for one in units if one.number == unit), None) or next(
        (one for one in units if phone_day.left_in(one.doors)), units[0] if units else None
    )
    asked = {"many": request.GET.get("many") == "1", "after": request.GET.get("after", "")}
    return {"building": building, "unit": chosen, "likely": likely, **asked}


@phone_page()
@require_safe
def lists(request: DeskRequest) -> HttpResponse:
    """The same tasks as lists: asked to come again, each other channel, doors building by building."""
    day, left = phone_day.of(request.desk, timezone.now()), phone_reading.reveals_left(request.user)
    return render(request, "campaigns/phone/lists.html", as_lists(day) | field(request, day, left))


def as_lists(day: Day) -> dict[str, Any]:
    """A day for lists.html: (word, cards) of each channel without doors, and the cards to come to again."""
    by_channel = [
        (phone_cards.channel_word(channel), found)
        for channel in DRIVE_CHANNELS
        if (found := [card for card in day.elsewhere if card.channel == channel])
    ]
    return {"by_channel": by_channel, "later": [card for card in day.cards if card.later]}


@phone_page()
@require_safe
def messages(request: DeskRequest) -> HttpResponse:
    context = {"notices": notices.notices_of(request.user).order_by("-created_at", "-id")[:NOTICES]}
    return render(request, "campaigns/phone/messages.html", context | _quiet(request))


@phone_page()
@require_safe
def me(request: DeskRequest) -> HttpResponse:
    """Who I am, how it looks, what waits on this phone, and the way out."""
    context = {"station": phone_day.stations(request.desk), "themes": request.user.Theme.choices}
    return render(request, "campaigns/phone/me.html", context | _quiet(request))


def _quiet(request: DeskRequest) -> dict[str, Any]:
    """A page without tasks still sends what waits."""
    return {"walk": {"me": request.user.pk}, "words": phone_day.words()}


@phone_page()
@require_safe
def token(request: DeskRequest) -> JsonResponse:
    """For an outbox whose page has grown old: who is signed in, and a token that holds."""
    return JsonResponse({"me": request.user.pk, "csrf": get_token(request)})


@phone_page()
@require_safe
def worker(request: DeskRequest) -> HttpResponse:
    """The service worker, an extra where a browser has them: it keeps the last my-day page for a lift."""
    context = {"files": [staticfiles_storage.url(name) for name in SHELL]}
    return render(request, "campaigns/phone/worker.js", context, content_type="text/javascript")
