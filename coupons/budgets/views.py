"""Budgets by period and place, one budget with its ledger, and what is done with one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import queries as places
from communities import redirects
from communities.access import Desk, DeskRequest, desk_page
from communities.rules import CHANGE_BUDGETS, EXPORT, SEE_COUPONS
from coupons.budgets import actions, drawing, queries
from coupons.budgets.forms import BudgetForm
from coupons.budgets.models import Budget, BudgetEntry
from coupons.budgets.queries import Report
from opsdesk.lib import charts, days, exports, paging

KEY = paging.SortKey("id", int)
NEWEST = paging.Sort("id", descending=True)
HEAD = (
    "at", "kind", "amount_yuan", "reserved_yuan", "spent_yuan", "coupons", "batch", "by", "note", "amount_after_yuan",
    "reserved_after_yuan", "spent_after_yuan", "key",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """Budgets of the same days, the company's first."""

    begins_on: Any
    ends_on: Any
    reports: list[Report]
    is_over: bool

    @property
    def total(self) -> Budget | None:
        """The company's budgets in one; limits are not added, their coupons count against the company's too."""
        own = [one.budget for one in self.reports if drawing.is_company(one.budget)]
        sums = {name: sum(getattr(one, name) for one in own) for name in ("amount", "reserved", "spent")}
        return Budget(**sums) if len(own) > 1 else None


@desk_page(SEE_COUPONS)
def budgets(request: DeskRequest) -> HttpResponse:
    desk, today = request.desk, timezone.localdate()
    periods = list(_periods(queries.report(_chosen(desk), today), today))
    context = {
        "periods": len(periods),
        "now": sorted((one for one in periods if not one.is_over), key=lambda one: (one.begins_on, one.ends_on)),
        "past": [period for period in periods if period.is_over],
        "as_of": today,
        "may_change": _may_change(desk),
    }
    return render(request, "coupons/budgets/list.html", context)


@desk_page(SEE_COUPONS)
def budget(request: DeskRequest, budget_id: int) -> HttpResponse:
    found, today = _budget(request.desk, budget_id), timezone.localdate()
    entries = queries.entries(found)
    page = paging.page_of(entries, KEY, NEWEST, paging.place_of(request.GET, int))
    weeks = queries.weeks(found)
    spent = [(days.day(week.monday), week.spent / 100) for week in weeks[-13:]]
    context = {
        "budget": found,
        "report": queries.report([found], today)[0],
        "parts": drawing.parts(found),
        "entries": _with_batches(found, page.rows),
        "page": page,
        "weeks": weeks,
        "chart": charts.columns(spent, last_open=found.ends_on >= today) if len(weeks) > 1 else None,
        "as_of": today,
        "may_change": _may_change(request.desk),
        "may_export": request.desk.may(EXPORT),
    }
    return render(request, "coupons/budgets/budget.html", context)


@desk_page(EXPORT)
def budget_csv(request: DeskRequest, budget_id: int) -> HttpResponseBase:
    """The whole ledger, oldest first."""
    found = _budget(request.desk, budget_id) if request.desk.may(SEE_COUPONS) else None
    if found is None:
        raise PermissionDenied(SEE_COUPONS)
    entries = list(queries.entries(found))
    mark = f"{request.desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, HEAD, _lines(_with_batches(found, entries)[::-1]), mark)
    return exports.answer(written, exports.CSV, f"budget-{found.pk}")


@desk_page(CHANGE_BUDGETS)
def budget_new(request: DeskRequest) -> HttpResponse:
    form = _form(request, Budget())
    if request.method == "POST" and form.is_valid() and _kept(form, request):
        messages.success(request, _("%(name)s is open.") % {"name": form.instance.name})
        return redirect("budget", form.instance.pk)
    return _form_page(request, form, _("New budget"), _("Open the budget"), reverse("budgets"))


@desk_page(CHANGE_BUDGETS)
def budget_edit(request: DeskRequest, budget_id: int) -> HttpResponse:
    found = _budget(request.desk, budget_id)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid() and _kept(form, request):
        messages.success(request, _("%(name)s is saved.") % {"name": form.instance.name})
        return redirect("budget", found.pk)
    title, back = str(form["name"].initial), reverse("budget", args=[found.pk])
    return _form_page(request, form, title, _("Save the budget"), back)


@desk_page(CHANGE_BUDGETS)
@require_POST
def budget_close(request: DeskRequest, budget_id: int) -> HttpResponse:
    return _set_closed(request, _budget(request.desk, budget_id), closed=True)


@desk_page(CHANGE_BUDGETS)
@require_POST
def budget_reopen(request: DeskRequest, budget_id: int) -> HttpResponse:
    return _set_closed(request, _budget(request.desk, budget_id), closed=False)


def _chosen(desk: Desk) -> list[Budget]:
    """In reach; of the community in the scope picker, its own and its stations'."""
    found = queries.visible_to(desk.scope)
    if desk.community is None:
        return list(found)
    at = desk.community.pk
    return [one for one in found if at in (one.community_id, one.station and one.station.community_id)]


def _budget(desk: Desk, budget_id: int) -> Budget:
    return get_object_or_404(queries.visible_to(desk.scope), pk=budget_id)


def _may_change(desk: Desk) -> bool:
    return desk.may(CHANGE_BUDGETS)


def _periods(reports: Iterable[Report], today: Any) -> Iterator[Period]:
    """They come sorted by their days."""
    for (begins, ends), same in groupby(reports, key=lambda one: (one.budget.begins_on, one.budget.ends_on)):
        listed = sorted(same, key=lambda one: not drawing.is_company(one.budget))
        yield Period(begins, ends, listed, ends < today)


def _form(request: DeskRequest, found: Budget) -> BudgetForm:
    """Whoever does not see the whole company sets limits of their own places only."""
    scope = request.desk.scope_for(CHANGE_BUDGETS)
    return BudgetForm(
        request.POST or None,
        instance=found,
        communities=places.communities_in(scope).filter(is_active=True),
        stations=places.stations_in(scope).filter(is_active=True),
        limits_only=not scope.everywhere,
    )


def _kept(form: BudgetForm, request: DeskRequest) -> bool:
    """False, with the reason in the form, when a colleague was faster or coupons were reserved meanwhile."""
    try:
        with transaction.atomic():
            if form.fields.get("note"):
                actions.change(form.instance, by=request.user, note=form.cleaned_data["note"])
            else:
                actions.create(form.instance, by=request.user)
    except actions.TooLow as low:
        form.add_error("amount", form.too_low(low.least))
    except IntegrityError:
        form.add_error(None, _("This place has a budget for some of these days already."))
    return not form.errors


def _form_page(request: DeskRequest, form: BudgetForm, title: str, submit: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "cancel_url": back}
    return render(request, "forms/page.html", context)


def _set_closed(request: DeskRequest, found: Budget, *, closed: bool) -> HttpResponse:
    """The deed, and a toast that takes it back."""
    home = reverse("budget", args=[found.pk])
    try:
        with transaction.atomic():
            actions.set_closed(found.pk, closed=closed, by=request.user, at=timezone.now())
    except IntegrityError:
        messages.error(request, _("This place has another budget for some of these days by now."))
        return redirect(home)
    said = _("%(name)s is closed: it reserves nothing more.") if closed else _("%(name)s is open again.")
    undo = reverse("budget-reopen" if closed else "budget-close", args=[found.pk])
    messages.success(request, said % {"name": found.name}, extra_tags=undo)
    return redirect(redirects.back(request, home))


def _with_batches(found: Budget, entries: list[BudgetEntry]) -> list[tuple[queries.Entry, tuple[str, str] | None]]:
    """Each entry with its running sums and the number and name of its batch."""
    batches = queries.batches_behind(found, entries)
    summed = queries.with_running_sums(found, entries)
    return [(one, batches.get(one.entry.thing_id or 0) if one.entry.thing == "batch" else None) for one in summed]


def _lines(listed: list[tuple[queries.Entry, tuple[str, str] | None]]) -> Iterator[list[Any]]:
    for one, batch in listed:
        entry = one.entry
        moved = [_yuan(fen) for fen in (entry.amount, entry.reserved, entry.spent)]
        after = [_yuan(fen) for fen in (one.amount, one.reserved, one.spent)]
        said = [entry.grants, batch[0] if batch else "", str(entry.by or ""), entry.note]
        yield [f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}", entry.kind, *moved, *said, *after, entry.key]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100
