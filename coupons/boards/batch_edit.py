"""Drafting a batch and changing one: the form, and beside it whom it means now."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import CHANGE_BUDGETS, DRAFT_COUPONS
from coupons.batches import actions, queries, rules
from coupons.batches.models import Batch
from coupons.boards import batch_answers as answers
from coupons.boards import batch_audience, deeds
from coupons.boards.batch_forms import BatchForm, initial_of
from coupons.boards.batches import reached
from coupons.strategies import audience
from coupons.strategies import queries as strategies
from coupons.strategies.models import StrategyVersion
from users.directory import audiences, filters, listing, sentence


@desk_page(DRAFT_COUPONS)
def batch_new(request: DeskRequest) -> HttpResponse:
    """GET may bring `audience` (words of the customer list's address), `coupon`, `strategy`, or `open=1`."""
    version = _version(request.POST.get("strategy") or request.GET.get("strategy", ""))
    if request.method != "POST":
        return _page(request, None, _form(None, initial=_first(request, version)))
    form = _form(request.POST)
    if not form.is_valid() or _unread(form):
        return _page(request, None, form, 422)
    made = deeds.draft(form, scope=request.desk.scope, by=request.user, at=timezone.now(), version=version)
    messages.success(request, _("%(number)s drafted: look at it, then hand it in") % {"number": made.number})
    return redirect("batch", made.pk)


@desk_page(DRAFT_COUPONS)
@require_POST
def batch_from_list(request: DeskRequest) -> HttpResponse:
    """The rows ticked in the customer list, or all that its filter leaves, as the audience of a new draft."""
    too_many = _("At most %(n)s customers can be ticked for one batch: filter the list down to them instead.")
    return audiences.handed_to(request, "batch-new", too_many)


@desk_page(DRAFT_COUPONS)
def batch_edit(request: DeskRequest, key: str) -> HttpResponse:
    """Saving makes the next revision and a draft, with the audience read anew."""
    found = reached(request.desk, key)
    if request.method != "POST":
        return _page(request, found, _form(None, found, initial=initial_of(found)))
    form = _form(request.POST, found)
    if not form.is_valid() or _unread(form):
        return _page(request, found, form, 422)
    try:
        _save(found, form, request.user, timezone.now())
    except (actions.Conflict, actions.Busy) as lost:
        return answers.lost(request, found, lost)
    except actions.FourEyes as refused:
        form.add_error(None, answers.refusal(refused)[1]["words"])
        return _page(request, found, form, 403)
    messages.success(request, _("%(number)s changed: hand it in again when it is right") % {"number": found.number})
    return redirect("batch", found.pk)


def _save(found: Batch, form: BatchForm, by: Any, at: datetime) -> None:
    edited = actions.edit(found.pk, form.cleaned_data["revision"], by, at=at, **form.values())
    if edited.frozen_at is None:
        actions.freeze(found.pk, at=at, by=by, revision=edited.revision)


@desk_page(DRAFT_COUPONS)
@require_POST
def batch_preview(request: DeskRequest) -> HttpResponse:
    """Whom the form means as it stands."""
    form = _form(request.POST)
    form.is_valid()
    context = _preview(request, form) | {"again": True, "form": form}
    if batch_audience.is_typed(request.POST):  # the fields follow the words
        context |= batch_audience.context(str(form["audience"].value() or ""), request.desk)
    return render(request, "coupons/boards/_batch_preview.html", context)


def _form(sent: QueryDict | None, found: Batch | None = None, **options: Any) -> BatchForm:
    data = None if sent is None else batch_audience.read(sent)
    return BatchForm(data, day=timezone.localdate(), batch=found, **options)


def _unread(form: BatchForm) -> bool:
    unread = filters.from_text(form.cleaned_data.get("audience", "")).unread
    if unread:
        form.add_error("audience", _("This cannot be read: %(words)s") % {"words": ", ".join(unread)})
    return bool(unread)


def _version(text: str) -> StrategyVersion | None:
    """What a strategy says now."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return strategies.in_use().filter(strategy=number).first() if number else None


def _first(request: DeskRequest, version: StrategyVersion | None) -> dict[str, Any]:
    share = round(policies.for_company().holdout_share * 100)
    words = _words(request, request.GET.get("audience", ""))
    first = {"audience": words, "coupon": request.GET.get("coupon"), "holdout": share, "revision": 0}
    first |= {"open": request.GET.get("open") == "1"}
    if version is not None:
        first |= {
            "strategy": version.strategy_id, "name": version.strategy.name, "audience": version.audience,
            "coupon": version.coupon_id, "budget": version.budget_id, "message": version.message,
            "message_channel": version.message_channel,
        }  # fmt: skip
    return first


def _words(request: DeskRequest, asked: str) -> str:
    """In the order of the filter. What cannot be read stays and is said: without it more people would be meant."""
    wanted = filters.from_text(asked)
    if wanted.unread:
        messages.error(request, _("This cannot be read: %(words)s") % {"words": ", ".join(wanted.unread)})
    return asked if wanted.unread else wanted.to_query()


def _page(request: DeskRequest, found: Batch | None, form: BatchForm, status: int = 200) -> HttpResponse:
    context = {
        "batch": found,
        "last_step": next(iter(queries.steps(found)), None) if found else None,
        "form": form,
        "is_open": _said(form, "open"),
        "lacks": [name for name in ("coupon", "budget") if not form.fields[name].queryset.exists()],  # type: ignore[attr-defined]
        "may_budget": request.desk.may(CHANGE_BUDGETS),
    }
    context |= batch_audience.context(str(form["audience"].value() or ""), request.desk)
    return render(request, "coupons/boards/batch_edit.html", context | _preview(request, form), status=status)


def _said(form: BatchForm, name: str) -> Any:
    return form[name].value() not in (None, "", False, "False")


def _preview(request: DeskRequest, form: BatchForm) -> dict[str, Any]:
    wanted = filters.from_text(str(form["audience"].value() or ""))
    words, scope = wanted.to_query(), request.desk.scope
    channel = str(form["message_channel"].value() or "") or "coupon"
    return {
        "pieces": sentence.pieces(wanted, listing.names(wanted, request.desk)),
        "facts": audience.facts(scope, words, channel, timezone.now(), by_class=rules.is_by_class(wanted.chosen)),
        "people": audience.sample(scope, words),
        "query": words or "all=1",
        "message": str(form["message"].value() or ""),
    }
