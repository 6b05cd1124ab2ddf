"""What waits for an approver, and the one page on which they decide."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.access import DeskRequest, desk_page
from communities.rules import APPROVE_COUPONS
from coupons.batches import actions, approving, queries
from coupons.batches.models import Batch
from coupons.boards import approval_figures as shown
from coupons.boards import batch_answers as answers
from coupons.boards import deeds
from opsdesk.lib import figures


@desk_page(APPROVE_COUPONS)
def approvals(request: DeskRequest) -> HttpResponse:
    """The queue, the oldest deadline first; whose turn it is stands beside each."""
    waiting = list(queries.waiting(request.desk.scope))
    mine = set(queries.waiting_for(request.desk.scope, request.user.pk).values_list("pk", flat=True))
    makers = queries.makers_of(waiting)
    rows = [(batch, batch.pk in mine, makers[batch.pk]) for batch in waiting]
    context = {"rows": rows, "mine": len(mine), "now": timezone.now()}
    return render(request, "coupons/boards/approvals.html", context)


@desk_page(APPROVE_COUPONS)
def approval(request: DeskRequest, key: str) -> HttpResponse:
    """The cockpit. A POST decides: verb, revision as it was seen, comment."""
    batch = queries.found(request.desk.scope, key)
    if batch is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, batch)
    return _page(request, batch)


def _decide(request: DeskRequest, batch: Batch) -> HttpResponse:
    """One of the four verbs; whatever stands against it is said on the page it was pressed on."""
    verb = request.POST.get("verb", "")
    if verb not in _VERBS:
        raise PermissionDenied(verb)
    comment, revision = request.POST.get("comment", "")[:500], answers.revision(request)
    try:
        deeds.take(_VERBS[verb], batch.pk, revision, request.user, comment, timezone.now())
    except (actions.Conflict, actions.Busy) as lost:
        return answers.lost(request, batch, lost)
    except answers.REFUSALS as refused:
        status, error = answers.refusal(refused)
        return _page(request, batch, status, comment=comment, refused=error)
    messages.success(request, _said(verb, batch))
    following = None if verb == "refresh" else queries.waiting_for(request.desk.scope, request.user.pk).first()
    return redirect("approval", (following or batch).pk) if following or verb == "refresh" else redirect("approvals")


# What the page calls it, and the deed.
_VERBS = {"approve": "approve", "reject": "reject", "request_changes": "request_changes", "refresh": "freeze"}


def _said(verb: str, batch: Batch) -> str:
    batch.refresh_from_db()
    told = {"number": batch.number, "n": figures.count(batch.recipients)}
    if verb == "approve" and batch.state == "submitted":
        return _("%(number)s has your approval and waits for a second one") % told
    if verb == "approve":
        text = ngettext(
            "%(number)s approved, for %(n)s person", "%(number)s approved, for %(n)s people", batch.recipients
        )
        return text % told
    if verb == "refresh":
        return _("The audience of %(number)s is read again: look, then decide") % told
    return (_("%(number)s rejected") if verb == "reject" else _("%(number)s sent back for changes")) % told


def _page(request: DeskRequest, batch: Batch, status: int = 200, **more: Any) -> HttpResponse:
    at = timezone.now()
    day = shown.today(at)
    turn = _turn(request)
    context: dict[str, Any] = {
        "batch": batch,
        "words": shown.words_of(batch, request.desk),
        "subtraction": shown.subtraction(batch),
        "compared": shown.compared(batch),
        "forecast": shown.forecast(batch, day),
        "money": shown.budget(batch, at),
        "overlaps": queries.overlaps(batch),
        "prices": shown.prices(batch, day),
        "people": queries.sample(batch, turn),
        "turn": turn + 1,
        "said": queries.steps(batch)[:5],
        "as_of": batch.as_of,
        "now": at,
    }
    context |= shown.approvals(batch, at) | _place(request, batch) | more
    found = approving.faults(batch, at) if batch.state == "submitted" else []
    context["faults"] = [_(one.message) % one.params for one in found]
    context["is_maker"] = request.user in context["makers"]
    context["has_given"] = request.user in context["given"]
    context["decides"] = batch.state == "submitted" and not context["is_maker"] and not context["has_given"]
    return render(request, "coupons/boards/approval.html", context, status=status)


def _turn(request: DeskRequest) -> int:
    text = request.GET.get("sample", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _place(request: DeskRequest, batch: Batch) -> dict[str, Any]:
    """Where it stands in the queue, and its neighbours."""
    ids = list(queries.waiting(request.desk.scope).values_list("pk", flat=True))
    here = ids.index(batch.pk) if batch.pk in ids else None
    if here is None:
        return {"place": None, "total": len(ids), "before": None, "after": ids[0] if ids else None}
    return {
        "place": here + 1,
        "total": len(ids),
        "before": ids[here - 1] if here else None,
        "after": ids[here + 1] if here + 1 < len(ids) else None,
    }
