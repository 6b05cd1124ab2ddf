"""Batches: the list, one batch with all that was done to it, its people, and the steps of its makers and approvers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import APPROVE_COUPONS, DRAFT_COUPONS, HAND_OVER, SEE_COUPONS
from coupons.batches import actions, queries, rules
from coupons.batches.models import Batch, BatchMember
from coupons.boards import approval_figures as shown
from coupons.boards import batch_answers as answers
from coupons.boards import deeds
from coupons.boards import effects as effect_words
from coupons.effects import queries as effects
from coupons.grants import queries as grants
from opsdesk.lib import htmx, paging
from users.contact.rules import REASONS

KEYS = {"id": paging.SortKey("id", int)}
VERBS = ("submit", "freeze", "pause", "resume", "revoke")


@desk_page(SEE_COUPONS)
def batches(request: DeskRequest) -> HttpResponse:
    """Newest first, by state, with how many are in each and whom each waits for."""
    scope, state = request.desk.scope, request.GET.get("state", "")
    state = state if state in rules.STATES else ""
    counts = queries.state_counts(scope)
    found = queries.visible_to(scope).filter(**({"state": state} if state else {}))
    place = paging.place_of(request.GET, KEYS["id"].read)
    page = paging.page_of(found, KEYS["id"], paging.Sort("id", True), place, paging.size_of(request.GET))
    used, makers = queries.used(page.rows), queries.makers_of(page.rows)
    context = {
        "rows": [(batch, used.get(batch.pk), makers[batch.pk]) for batch in page.rows],
        "page": page,
        "states": [(code, _(label), counts.get(code, 0)) for code, label in rules.STATES.items()],
        "state": state,
        "total": sum(counts.values()),
        "shown": counts.get(state, 0) if state else sum(counts.values()),
        "pieces": [(_("state is "), False), (_(rules.STATES[state]), True)] if state else [(_("All batches"), False)],
        "may_draft": request.desk.may(DRAFT_COUPONS),
    }
    return htmx.render_page(request, "coupons/boards/batches.html", "coupons/boards/_batches_list.html", context)


@desk_page(SEE_COUPONS)
def batch(request: DeskRequest, key: str) -> HttpResponse:
    return _page(request, reached(request.desk, key))


def reached(desk: Desk, key: str) -> Batch:
    found = queries.found(desk.scope, key)
    if found is None:
        raise Http404
    return found


def _page(request: DeskRequest, found: Batch, status: int = 200, **more: Any) -> HttpResponse:
    at = timezone.now()
    desk = request.desk
    context: dict[str, Any] = {
        "batch": found,
        "words": shown.words_of(found, desk),
        "subtraction": shown.subtraction(found),
        "money": shown.budget(found, at),
        "fates": grants.fates([found.pk])[found.pk],
        "steps": queries.steps(found),
        "verbs": {verb for verb in VERBS if rules.may_step(verb, found.state) and _may(desk, deeds.NEEDS[verb], found)},
        "may_edit": rules.may_step("edit", found.state) and _may(desk, DRAFT_COUPONS, found),
        "may_hand_over": _may(desk, HAND_OVER, found),
        "effect": _effect(request, found),
        "now": at,
    }
    context |= shown.approvals(found, at) | more
    decided = {*context["makers"], *context["given"]}
    waits = found.state == "submitted" and request.user not in decided
    context["may_decide"] = waits and _may(desk, APPROVE_COUPONS, found)
    return render(request, "coupons/boards/batch.html", context, status=status)


def _effect(request: DeskRequest, found: Batch) -> Any:
    """None while nothing was issued."""
    if found.issued_at is None:
        return None
    asked = request.GET.get("window", "")
    days = int(asked) if asked in ("7", "14", "30") else None
    return effect_words.shown(effects.effect_of_batch(found, timezone.localdate(), days), request.path)


@desk_page(SEE_COUPONS)
def batch_members(request: DeskRequest, key: str) -> HttpResponse:
    """Its people by what becomes of them, masked, in the order of their draw."""
    found = reached(request.desk, key)
    fate, reason = request.GET.get("fate", ""), request.GET.get("reason", "")
    fate = fate if fate in BatchMember.Fate.values else BatchMember.Fate.SEND
    reason = reason if reason in REASONS else ""
    place = paging.place_of(request.GET, int)
    members = queries.members(found, fate, reason)
    chosen = list(members.order_by("draw", "customer_id").filter(_behind(place))[: paging.DEFAULT_SIZE + 1])
    more, chosen = len(chosen) > paging.DEFAULT_SIZE, chosen[: paging.DEFAULT_SIZE]
    context = {
        "batch": found,
        "people": queries.people([one.customer_id for one in chosen]),
        "fate": fate,
        "fates": [(code, label, _sum(found, code)) for code, label in BatchMember.Fate.choices],
        "reason": _(REASONS[reason]) if reason else "",
        "after": paging.encode(chosen[-1].draw, chosen[-1].customer_id) if more else "",
        "as_of": found.as_of,
    }
    return render(request, "coupons/boards/batch_members.html", context)


def _behind(place: paging.Place | None) -> Q:
    if place is None or place.value is None:
        return Q()
    return Q(draw__gt=place.value) | Q(draw=place.value, customer_id__gt=place.id)


def _sum(found: Batch, fate: str) -> int:
    counts: dict[str, int] = {"send": found.recipients, "control": found.control, "held": sum(found.held_back.values())}
    return counts[fate]


def _may(desk: Desk, needs: str, found: Batch) -> bool:
    """A right has a reach of its own: who sees every batch may take back only some."""
    return desk.may(needs) and queries.within(desk.scope_for(needs), found)


@desk_page(SEE_COUPONS)
@require_POST
def batch_step(request: DeskRequest, key: str) -> HttpResponse:
    """Hand in, read the audience again, pause, go on, take back: each with the revision that was seen."""
    found, verb = reached(request.desk, key), request.POST.get("verb", "")
    if verb not in VERBS or not _may(request.desk, deeds.NEEDS[verb], found):
        raise PermissionDenied(verb)
    comment = request.POST.get("comment", "")[:500]
    revision = None if verb == "revoke" else answers.revision(request)
    try:
        deeds.take(verb, found.pk, revision, request.user, comment, timezone.now())
    except (actions.Conflict, actions.Busy) as lost:
        return answers.lost(request, found, lost)
    except answers.REFUSALS as refused:
        status, error = answers.refusal(refused)
        return _page(request, found, status, refused=error)
    found.refresh_from_db()
    messages.success(
        request, _("%(number)s: %(state)s") % {"number": found.number, "state": _(rules.STATES[found.state])}
    )
    return redirect("batch", found.pk)
