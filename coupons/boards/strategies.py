"""The strategy matrix, a strategy with its versions side by side, and what is done with one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import redirects
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS, SEE_COUPONS
from coupons.boards import strategy_figures as figures
from coupons.effects import queries as effects
from coupons.effects.rules import Effect
from coupons.strategies import actions, queries, rules, words
from coupons.strategies.models import Strategy, StrategyVersion
from users.directory import filters
from users.lifecycle import queries as lifecycle

BATCHES = 10


@desk_page(SEE_COUPONS)
def strategies(request: DeskRequest) -> HttpResponse:
    """The matrix as the company reads it: one line a kind of customer."""
    desk = request.desk
    context = {
        "rows": figures.matrix(desk, list(queries.in_use()), timezone.localdate()),
        "retired": list(queries.retired()),
        "as_of": lifecycle.latest_as_of(),
        "may_change": may_change(desk),
        "may_list": figures.may_list(desk),
    }
    return render(request, "coupons/boards/strategies.html", context)


@desk_page(SEE_COUPONS)
def strategy(request: DeskRequest, strategy_id: int) -> HttpResponse:
    """What it says now and said before; `?one=2&other=3` puts two versions side by side."""
    found = get_object_or_404(Strategy, pk=strategy_id)
    versions = list(queries.versions_of(found))
    context = _now(request.desk, found, versions[0]) | _history(found, versions)
    return render(request, "coupons/boards/strategy.html", context | _pair(request, versions, context["used"]))


def _now(desk: Desk, found: Strategy, now: StrategyVersion) -> dict[str, Any]:
    seen = figures.within(desk, now.audience).to_query()
    said = filters.from_text(now.audience)
    return {
        "strategy": found,
        "now": now,
        "aloud": words.sentence(now, figures.audience_words(desk, now.audience) if said else ""),
        "facts": figures.facts(desk, now),
        "audience": figures.people(desk.scope, now, seen),
        "people_query": seen or "all=1",
        "lacking": [rules.FIELDS[field] for field in rules.missing(queries.content_of(now))],
        "may_change": may_change(desk),
        "may_list": figures.may_list(desk),
        "as_of": lifecycle.latest_as_of(),
    }


def _history(found: Strategy, versions: list[StrategyVersion]) -> dict[str, Any]:
    used = figures.used_by_version(version.pk for version in versions)
    changed = figures.changes(versions)
    return {
        "used": used,
        "versions": [(one, changed.get(one.pk, []), used.get(one.pk, figures.Used())) for one in versions],
        "batches": list(figures.batches_of(found)[:BATCHES]),
        "effect": _effect(found, used),
    }


def _effect(found: Strategy, used: dict[int, figures.Used]) -> Effect | None:
    """None while nothing of it was issued."""
    issued = sum(one.issued for one in used.values())
    return effects.effect_of_strategy(found.pk, timezone.localdate()) if issued else None


def _pair(request: DeskRequest, versions: list[StrategyVersion], used: dict[int, figures.Used]) -> dict[str, Any]:
    """The two versions asked for, the older one first."""
    by_number = {str(one.number): one for one in versions}
    asked = {by_number.get(request.GET.get(word, "")) for word in ("one", "other")} - {None}
    if len(asked) != 2:
        return {}
    pair = sorted((one for one in asked if one), key=lambda one: one.number)
    return {
        "compared": figures.side_by_side(request.desk, *pair),
        "pair": [figures.said_of(one, used, timezone.localdate()) for one in pair],
    }


# -- Deeds ---------------------------------------------------------------------------------------------------------


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_start(request: DeskRequest, strategy_id: int) -> HttpResponse:
    found = _changing(request, strategy_id)
    try:
        done = actions.start(found, by=request.user)
    except actions.NotReady as lacking:
        names = _(", ").join(_(rules.FIELDS[field]) for field in lacking.args)
        messages.error(request, _("“%(name)s” cannot run: it lacks %(what)s.") % {"name": found.name, "what": names})
    else:
        _say(request, done, _("“%(name)s” runs: its batches wait for approval as they fall due."), found, "stop")
    return redirect(redirects.back(request, reverse("strategy", args=[found.pk])))


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_stop(request: DeskRequest, strategy_id: int) -> HttpResponse:
    found = _changing(request, strategy_id)
    said = _("“%(name)s” drafts no more batches by itself; those drafted are left alone.")
    _say(request, actions.stop(found, by=request.user), said, found, "start")
    return redirect(redirects.back(request, reverse("strategy", args=[found.pk])))


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_retire(request: DeskRequest, strategy_id: int) -> HttpResponse:
    found = _changing(request, strategy_id)
    _say(request, actions.retire(found, by=request.user), _("“%(name)s” is off the matrix."), found, "restore")
    return redirect("strategies")


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_restore(request: DeskRequest, strategy_id: int) -> HttpResponse:
    found = _changing(request, strategy_id)
    said = _("“%(name)s” is back on the matrix; it does not run yet.")
    _say(request, actions.restore(found, by=request.user), said, found, "retire")
    return redirect("strategies")


@desk_page(DRAFT_COUPONS)
@require_POST
def strategy_move(request: DeskRequest, strategy_id: int) -> HttpResponse:
    found = _changing(request, strategy_id)
    actions.move(found, -1 if "up" in request.POST else 1, by=request.user)
    return redirect("strategies")


def may_change(desk: Desk) -> bool:
    """The matrix is the company's: whoever drafts for a part of it only reads it."""
    return desk.scope_for(DRAFT_COUPONS).everywhere


def _changing(request: DeskRequest, strategy_id: int) -> Strategy:
    if not may_change(request.desk):
        raise PermissionDenied(DRAFT_COUPONS)
    return get_object_or_404(Strategy, pk=strategy_id)


def _say(request: DeskRequest, done: bool, text: str, found: Strategy, undo: str) -> None:
    """A deed that somebody else had done already is not told again."""
    if done:
        messages.success(request, text % {"name": found.name}, extra_tags=reverse(f"strategy-{undo}", args=[found.pk]))
