"""What the pages of batches answer when a deed cannot be done: who was first, what no longer holds, what is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.batches import actions, approving
from coupons.batches.models import Batch, BatchStep
from coupons.batches.rules import STATES
from opsdesk.lib import figures
from opsdesk.lib.days import day
from opsdesk.lib.words import N_

# Who came first, by the step that they took; the job's own steps are nobody's.
FIRST = {
    "edit": N_("%(who)s edited %(number)s before you, on %(when)s."),
    "freeze": N_("%(who)s read the audience of %(number)s again before you, on %(when)s."),
    "submit": N_("%(who)s handed in %(number)s before you, on %(when)s."),
    "approve": N_("%(who)s approved %(number)s before you, on %(when)s."),
    "request_changes": N_("%(who)s sent %(number)s back for changes before you, on %(when)s."),
    "reject": N_("%(who)s rejected %(number)s before you, on %(when)s."),
    "pause": N_("%(who)s paused %(number)s before you, on %(when)s."),
    "resume": N_("%(who)s resumed %(number)s before you, on %(when)s."),
    "revoke": N_("%(who)s took %(number)s back before you, on %(when)s."),
}
REFUSALS = (actions.FourEyes, actions.CommentNeeded, actions.NotFrozen, approving.Refused, approving.Stale)


def revision(request: HttpRequest) -> int:
    """The revision that was on the page; 0, which none has, when it says none."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def lost(request: HttpRequest, batch: Batch, error: Exception) -> HttpResponse:
    """409: somebody was first. 503: somebody is at it and we did not wait for ever."""
    status = 503 if isinstance(error, actions.Busy) else 409
    if isinstance(error, actions.Conflict):
        batch = error.batch
    context = {"batch": batch, "words": words(error), "busy": status == 503, "step": getattr(error, "step", None)}
    answer = render(request, "coupons/boards/conflict.html", context, status=status)
    if status == 503:
        answer.headers["Retry-After"] = "3"
    return answer


def words(error: Exception) -> str:
    """What happened, in one sentence for people."""
    if isinstance(error, actions.Busy):
        return _(
            "Somebody else is changing it this very moment. Nothing of yours was done: try again in a few seconds."
        )
    if not isinstance(error, actions.Conflict):
        return str(refusal(error)[1]["words"])
    now = _("Its state now: %(state)s.") % {"state": _(STATES[error.batch.state])}
    return f"{_first(error.batch, error.step)} {now}"


def _first(batch: Batch, step: BatchStep | None) -> str:
    told = {"number": batch.number}
    if step is None or step.by is None or step.verb not in FIRST:
        return _("%(number)s has moved on meanwhile.") % told
    when = f"{day(step.at)} {timezone.localtime(step.at):%H:%M}"
    return _(FIRST[step.verb]) % (told | {"who": str(step.by), "when": when})


def refusal(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status, and what the page shows: words, reasons one by one, and what would help."""
    if isinstance(error, actions.FourEyes):
        return 403, {"words": _("Nobody approves what they made or edited, and nobody edits what they approved.")}
    if isinstance(error, actions.NotFrozen):
        return 422, {"words": _("Its audience has to be read again before it can be handed in.")}
    if isinstance(error, approving.Refused):
        reasons = [_(one.message) % one.params for one in error.reasons]
        return 422, {"words": _("It does not hold any more:"), "reasons": reasons}
    if isinstance(error, approving.Stale):
        return 409, {"words": _stale(error), "stale": True}
    if isinstance(error, actions.CommentNeeded) and error.args[0] == "approve":
        return 422, {
            "words": _("Loyal customers pay more: say in the comment why that is fair, it is kept."),
            "field": True,
        }
    return 422, {"words": _("Say why: the comment is kept with the step."), "field": True}


def _stale(error: approving.Stale) -> str:
    found = error.drift
    text = ngettext(
        "Since its audience was frozen %(gone)s of %(frozen)s person left it and %(new)s came: %(share)s changed, more "
        "than the %(allowed)s that the policy allows. Read it again, look, and decide.",
        "Since its audience was frozen %(gone)s of %(frozen)s people left it and %(new)s came: %(share)s changed, more "
        "than the %(allowed)s that the policy allows. Read it again, look, and decide.",
        found.frozen,
    )
    return text % {
        "gone": figures.count(found.gone),
        "frozen": figures.count(found.frozen),
        "new": figures.count(found.new),
        "share": figures.percent(found.share),
        "allowed": figures.percent(error.allowed),
    }
