"""What the pages of drives answer when a deed cannot be done: who was first, what is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.drives.models import Drive
from campaigns.drives.rules import STATES
from campaigns.recall import actions as recall
from communities import queries as log
from opsdesk.lib.days import day
from opsdesk.lib.words import N_

# Who came first, by what they did.
FIRST = {
    "edit": N_("%(who)s changed %(number)s before you, on %(when)s."),
    "start": N_("%(who)s started %(number)s before you, on %(when)s."),
    "end": N_("%(who)s ended %(number)s before you, on %(when)s."),
    "call_off": N_("%(who)s called %(number)s off before you, on %(when)s."),
}
LACKING = {
    "people": N_("Nobody is meant by its audience: choose other customers first."),
    "channels": N_("It has no channel: choose at least one first."),
    "words": N_("Nothing is said in it: write what staff tell the customer first."),
    "days": N_("Its last day is over: choose later days first."),
}
LOST = (recall.Changed, recall.Busy)
REFUSALS = (recall.Incomplete, recall.NotThere, recall.HasVisits)


def revision(request: HttpRequest) -> int:
    """The revision that was on the page; 0, which none has, when it says none."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def lost(request: HttpRequest, drive: Drive, error: Exception) -> HttpResponse:
    """409: somebody was first. 503: somebody is at it this moment."""
    busy = isinstance(error, recall.Busy)
    drive = error.drive if isinstance(error, recall.Changed) else drive
    context = {"drive": drive, "words": _busy() if busy else _first(drive), "busy": busy}
    answer = render(request, "campaigns/drives/conflict.html", context, status=503 if busy else 409)
    if busy:
        answer.headers["Retry-After"] = "3"
    return answer


def _busy() -> str:
    return _("Somebody else is changing it this very moment. Nothing of yours was done: try again in a few seconds.")


def _first(drive: Drive) -> str:
    act = log.acts_on("drive", drive.pk).filter(verb__in=FIRST).first()
    now = _("Its state now: %(state)s.") % {"state": _(STATES[drive.state])}
    if act is None or act.staff is None:
        return f"{_('%(number)s has moved on meanwhile.') % {'number': drive.number}} {now}"
    when = f"{day(act.at)} {timezone.localtime(act.at):%H:%M}"
    return f"{_(FIRST[act.verb]) % {'who': act.staff, 'number': drive.number, 'when': when}} {now}"


def refusal(error: Exception) -> str:
    """What is missing, in one sentence."""
    if isinstance(error, recall.Incomplete):
        return _(LACKING[error.what])
    if isinstance(error, recall.HasVisits):
        return _("Somebody was visited already, so it cannot be called off: end it. For changes make a new drive.")
    return _("%(who)s does not work at that station any more.") % {"who": error}
