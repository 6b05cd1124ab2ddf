"""How often one person may do a thing: counted over the time just past, refused with how long to wait."""

import math
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from opsdesk.lib import htmx, sql
from opsdesk.lib.limits import Rate

MINUTE, DAY = 60, 86_400
_LOCK = "SELECT pg_advisory_xact_lock(hashtext(%(name)s), %(who)s)"


class TooOften(Exception):
    """`most` is the limit, `wait` the seconds until one more is allowed."""

    def __init__(self, most: int, wait: int) -> None:
        super().__init__(most, wait)
        self.most, self.wait = most, wait


@transaction.atomic
def spend(name: str, rate: Rate, who: int, now: datetime) -> None:
    """Count one more, or raise TooOften. One at a time for each person, so that two at once cannot both be the last."""
    sql.rows(_LOCK, name=name, who=who)
    key, at = f"rate-{name}-{who}", now.timestamp()
    lately = [moment for moment in cache.get(key, []) if moment > at - rate.seconds]
    if len(lately) >= rate.most:
        raise TooOften(rate.most, math.ceil(lately[0] + rate.seconds - at))
    cache.set(key, [*lately, at], rate.seconds)


def waiting(seconds: int) -> str:
    """How long to wait, in the largest unit that says it well, rounded up."""
    if seconds <= 2 * MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds <= DAY:
        n = math.ceil(seconds / MINUTE)
        return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
    n = math.ceil(seconds / DAY)
    return ngettext("%(n)s day", "%(n)s days", n) % {"n": n}


def refusal(request: HttpRequest, wait: int, happened: str, todo: str) -> HttpResponse:
    """The page that says so: 429 with Retry-After; beside a part of a page, a passing message."""
    if htmx.wants_part(request):
        answer = htmx.with_toast(HttpResponse(status=429), f"{happened} {todo}", kind="bad")
    else:
        answer = render(request, "429.html", {"happened": happened, "todo": todo}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
