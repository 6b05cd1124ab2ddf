"""The customer list: filter, page, choose, save, take along."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import rates
from communities.access import DeskRequest, desk_page
from communities.rules import DRAFT_COUPONS, EXPORT, IMPORT, REVEAL_PHONE, RUN_DRIVES, SEE_CUSTOMERS, TAG
from opsdesk.lib import htmx, paging
from users.customers import search
from users.customers.models import Tag
from users.directory import actions, columns, exports, listing, queries, sentence
from users.directory.filters import Filters
from users.directory.forms import ExportForm, FilterForm, ViewForm
from users.directory.listing import Listing
from users.directory.models import SavedView
from users.lifecycle import queries as lifecycle


@desk_page(SEE_CUSTOMERS)
def customers(request: DeskRequest) -> HttpResponse:
    """The list. Without any words in the address it opens with the person's own first view."""
    usual = request.desk.staff.page_settings.get(actions.PAGE, {}).get("view")
    if usual and not request.GET:
        return redirect("customers_view", usual)
    return htmx.render_page(request, "users/directory/list.html", "users/directory/_people.html", _context(request))


def _context(request: DeskRequest) -> dict[str, Any]:
    desk = request.desk
    shown = listing.of(desk, request.GET)
    table = listing.table(shown, desk, request.GET)
    tags = list(queries.tags())
    return {
        "listing": shown,
        "query": shown.to_query(),
        "table": table,
        "as_of": lifecycle.latest_as_of(),
        "pieces": sentence.pieces(shown.filters, listing.names(shown.filters, desk)),
        "filter_form": _filter_form(request, shown.filters, tags),
        "view_form": ViewForm(initial={"query": shown.to_query(shown.chosen)}, use_required_attribute=False),
        "views": list(queries.views_of(desk.staff)),
        "view_id": request.GET.get("view", ""),
        "sizes": paging.SIZES,
        "may_tag": desk.may(TAG),
        "may_draft": desk.may(DRAFT_COUPONS),
        "may_run": desk.may(RUN_DRIVES),
        "tags": tags,
        "may_import": desk.may(IMPORT),
        "exportable": _exportable(request, shown, table.total or 0),
    }


def _filter_form(request: DeskRequest, wanted: Filters, tags: list[Tag]) -> FilterForm:
    return FilterForm(
        wanted,
        stations=[(station.pk, station.name) for station in queries.stations(request.desk.scope)],
        tags=[(tag.pk, tag.name) for tag in tags],
        channels=queries.channels(),
    )


def _exportable(request: DeskRequest, shown: Listing, total: int) -> int | None:
    """How many of the list this person may take along: fewer than they see where that right reaches less far."""
    if not request.desk.may(EXPORT):
        return None
    reach = request.desk.scope_for(EXPORT)
    return total if reach == request.desk.scope else queries.people(reach, shown.filters).count()


@desk_page(SEE_CUSTOMERS)
@require_POST
def customers_find(request: DeskRequest) -> HttpResponse:
    """A filter sent by POST, so that a phone never stands in an address: a whole one leads to its customer, many
    digits to the ids they belong to, anything else becomes q=…"""
    text = request.POST.get("q", "")
    asked = listing.of(request.desk, request.POST)
    everybody = queries.people(request.desk.scope, Filters())
    if phone := search.whole_phone(text):
        found = everybody.filter(phone=phone).first()
        if found:
            return redirect("customer", found.pk)
    elif digits := search.part_of_phone(text):
        ids = queries.with_digits(request.desk.scope, replace(asked.filters, q=""), digits)
        asked = replace(asked, filters=replace(asked.filters, q="", ids=ids))
    return redirect(f"{reverse('customers')}?{asked.to_query() or 'all=1'}")


@desk_page(SEE_CUSTOMERS)
@require_POST
def customers_columns(request: DeskRequest) -> HttpResponse:
    """Which columns, how many rows: remembered for the person."""
    if "reset" in request.POST:
        actions.remember(request.desk.staff, columns=None, size=None)
    else:
        chosen = [key for key in request.POST.getlist("column") if key in columns.BY_KEY]
        actions.remember(request.desk.staff, columns=chosen, size=paging.size_of(request.POST))
    return redirect(f"{reverse('customers')}?{listing.of(request.desk, request.GET).to_query([]) or 'all=1'}")


# -- Saved views ---------------------------------------------------------------------------------------------------


@desk_page(SEE_CUSTOMERS)
def customers_view(request: DeskRequest, view_id: int) -> HttpResponse:
    """The short address of a saved view."""
    view = queries.views_of(request.desk.staff).filter(pk=view_id).first()
    if view is None:
        return redirect(f"{reverse('customers')}?all=1")
    return redirect(f"{reverse('customers')}?{view.query}&view={view.pk}")


@desk_page(SEE_CUSTOMERS)
@require_POST
def customers_view_save(request: DeskRequest) -> HttpResponse:
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The view needs a name of at most 60 characters; nothing was saved."))
        return redirect("customers")
    data = form.cleaned_data
    view = actions.save_view(
        request.desk.staff, data["name"], data["query"] or "all=1", shared=data["shared"], usual=data["usual"]
    )
    messages.success(request, _("Saved as view “%(name)s”") % {"name": view.name})
    return redirect("customers_view", view.pk)


@desk_page(SEE_CUSTOMERS)
@require_POST
def customers_view_delete(request: DeskRequest, view_id: int) -> HttpResponse:
    """Off the list; taking it back saves it again from what the browser still holds."""
    view = get_object_or_404(SavedView, pk=view_id, owner=request.desk.staff)
    request.session["view_deleted"] = {"name": view.name, "query": view.query, "shared": view.shared}
    actions.delete_view(view)
    messages.success(
        request, _("View “%(name)s” deleted") % {"name": view.name}, extra_tags=reverse("customers_view_restore")
    )
    return redirect(f"{reverse('customers')}?all=1")


@desk_page(SEE_CUSTOMERS)
@require_POST
def customers_view_restore(request: DeskRequest) -> HttpResponse:
    kept = request.session.pop("view_deleted", None)
    if kept is None:
        raise Http404
    view = actions.save_view(request.desk.staff, kept["name"], kept["query"], shared=kept["shared"], usual=False)
    return redirect("customers_view", view.pk)


# -- Taking along --------------------------------------------------------------------------------------------------


@desk_page(EXPORT)
def customers_export(request: DeskRequest) -> HttpResponse:
    """The list exactly as shown, or the rows chosen in it. GET offers the choice of full phones, with a reason."""
    shown = listing.of(request.desk, request.GET)
    form = ExportForm(request.POST if "kind" in request.POST else None, initial={"kind": "xlsx"})
    chosen = exports.chosen(request.desk, shown, request.POST)
    if not form.is_valid():
        return render(request, "users/directory/export.html", _export_context(request, shown, form, chosen.count()))
    try:
        return exports.download(request.desk, shown, chosen, form.cleaned_data)
    except rates.TooMany as limit:
        messages.error(
            request,
            _("%(n)s exports within an hour are the limit; nothing was taken. Try again later.") % {"n": limit.args[0]},
        )
        return redirect(f"{reverse('customers')}?{shown.to_query()}")


def _export_context(request: DeskRequest, shown: Listing, form: ExportForm, total: int) -> dict[str, Any]:
    return {
        "form": form,
        "may_reveal": request.desk.may(REVEAL_PHONE),
        "total": total,
        "query": shown.to_query(),
        "chosen_ids": request.POST.getlist("id") if not request.POST.get("everything") else [],
        "pieces": sentence.pieces(shown.filters, listing.names(shown.filters, request.desk)),
    }
