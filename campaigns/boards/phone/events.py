"""Where phones hand over what they kept: outcomes and ticks, up to two hundred at once, each answered for itself."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from campaigns.cuesheets import actions as cuesheets
from campaigns.visits import actions as visits
from campaigns.visits import reading, refusals, rules
from campaigns.visits.actions import Teller
from campaigns.visits.models import Visit
from campaigns.visits.reading import Unread
from campaigns.visits.refusals import Reason
from communities.access import DeskRequest, View, phone_page

TICK: dict[str, Callable[[str, Any], Any]] = {
    "uuid": reading.uuid_of, "cue_id": reading.number_of, "what": reading.word_of, "on": reading.flag_of,
    "device_at": reading.moment_of,
}  # fmt: skip
# Ticks that are not taken are kept for a person to look at, as outcomes are.
KEPT = {404: Reason.UNKNOWN, 409: Reason.CHANGED, 422: Reason.UNREAD}


def in_json(view: View) -> View:
    """For a program on a page: signed out is 401, a forgery token that is old is 403 with a fresh one, and neither is
    another page. A browser that comes here by itself is sent to sign in."""

    @csrf_exempt  # checked within, so that who is signed out learns that and not that their token is old
    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_program = request.method == "POST" or "application/json" in request.headers.get("Accept", "")
        if is_program and not request.user.is_authenticated:
            return _say(401, _("Sign in again; what is on this phone is kept."))
        answer = view(request, *args, **kwargs)
        if is_program and answer.status_code == 302:
            return _say(401, _("Choose your own password first; what is on this phone is kept."))
        if answer.status_code == 403:
            return _say(403, _("This page is old. It is tried again."), csrf=get_token(request))
        return answer

    return told


@in_json
@phone_page()
@require_http_methods(["GET", "POST"])
@csrf_protect
def phone_events(request: DeskRequest) -> HttpResponse:
    """GET: a fresh forgery token. POST {"sent_at", "events": [{"uuid", "type", …}]}: {"results", "csrf"}, one result
    an event, in order: {"uuid", "status", "text", …}. The fields of an event are those of reading.Told and TICK."""
    if request.method != "POST":
        return JsonResponse({"csrf": get_token(request)})
    received_at = timezone.now()
    try:
        sent_at, events = reading.opened(_body(request), "events", visits.MOST)
    except ValueError:
        return _say(400, _("Send an object with a list of at most 200 events."))
    by, scope = request.desk.staff, request.desk.scope
    teller = Teller(by, scope, received_at, Visit.Via.PHONE, rules.skew(sent_at, received_at))
    results = [_taken(event, teller) for event in events]
    return JsonResponse({"results": results, "csrf": get_token(request)})


def _body(request: HttpRequest) -> Any:
    try:
        return reading.parse(request.body)
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise ValueError("too large") from error


def _taken(event: Any, teller: Teller) -> dict[str, Any]:
    if isinstance(event, dict) and event.get("type") == "tick":
        return _ticked(event, teller)
    return visits.take_one(event, teller).as_data()


def _ticked(event: dict[str, Any], teller: Teller) -> dict[str, Any]:
    try:
        said = reading.fields_of(event, TICK, {"uuid", "cue_id", "what", "on"})
    except Unread as unread:
        return visits.refuse_unread(event, unread, teller).as_data()
    uuid = said.pop("uuid")
    status, text = cuesheets.tick(
        uuid, said["cue_id"], said["what"], said["on"], said.get("device_at"), teller.by, teller.scope
    )
    if status in KEPT:
        refusals.keep(reading.kept(event), KEPT[status], by=teller.by, scope=teller.scope, uuid=str(uuid))
    return {"uuid": str(uuid), "status": status, "text": text}


def _say(status: int, text: str, **more: str) -> HttpResponse:
    answer = JsonResponse({"text": text, **more}, status=status)
    answer.headers["Cache-Control"] = "no-store, private"
    return answer
