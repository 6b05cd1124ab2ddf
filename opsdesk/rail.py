"""What the rail says waits for a person, remembered for some seconds: asking every app anew costs more than most pages.

Forgotten with every deed of that person, so that what they have just done is never still waiting for them.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from communities.access import Desk
from opsdesk import waiting

Counts = dict[str, int]


def counts(desk: Desk) -> Counts:
    """By the name that an entry of the rail asks for; of the community looked at, or of all in reach."""
    if not settings.RAIL_SECONDS:
        return _count(desk)
    known: dict[str, Counts] = cache.get(_key(desk.staff.pk)) or {}
    where = desk.community.code if desk.community else ""
    if where not in known:
        known[where] = _count(desk)
        cache.set(_key(desk.staff.pk), known, settings.RAIL_SECONDS)
    return known[where]


def forgetting(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a deed may change what waits."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if settings.RAIL_SECONDS and request.method not in ("GET", "HEAD", "OPTIONS") and request.user.is_authenticated:
            cache.delete(_key(request.user.pk))
        return response

    return answer


def _count(desk: Desk) -> Counts:
    return waiting.counts(waiting.for_desk(desk, timezone.localtime()))


def _key(staff_id: int) -> str:
    return f"rail-{staff_id}"
