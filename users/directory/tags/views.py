"""Tags and lists; tags put on many customers at once, and taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_CUSTOMERS, TAG
from opsdesk.lib import figures
from users.customers.models import Customer, Tag
from users.directory import listing, queries, sentence
from users.directory.models import Marking
from users.directory.tags import actions
from users.directory.tags import queries as tags_queries
from users.directory.tags.forms import MarkForm, TagForm
from users.lifecycle import queries as lifecycle


@desk_page(SEE_CUSTOMERS)
def tags(request: DeskRequest) -> HttpResponse:
    return render(request, "users/directory/tags.html", _page(request, TagForm()))


def _page(request: DeskRequest, form: TagForm) -> dict[str, Any]:
    desk = request.desk
    community = desk.community.code if desk.community else ""
    service, proxy = tags_queries.cleaned_out(desk.scope, community)
    return {
        "form": form,
        "tags": tags_queries.with_counts(desk.scope, community),
        "service": service,
        "proxy": proxy,
        "proxies": tags_queries.proxy_buyers(desk.scope, community),
        "as_of": lifecycle.latest_as_of(),
        "community": desk.community,
        "may_tag": desk.may(TAG),
        "may_change": desk.may(TAG) and desk.scope_for(TAG).everywhere,
    }


@desk_page(TAG)
@require_POST
def tag_new(request: DeskRequest) -> HttpResponse:
    form = TagForm(request.POST)
    if not form.is_valid():
        return render(request, "users/directory/tags.html", _page(request, form), status=422)
    tag = actions.make_tag(form.cleaned_data["name"], by=request.desk.staff)
    messages.success(request, _("Tag “%(name)s” made") % {"name": tag.name})
    return redirect("tags")


@desk_page(TAG)
def tag_edit(request: DeskRequest, tag_id: int) -> HttpResponse:
    """Rename a hand-made tag; tastes are named by the night. Tags are everybody's: a station alone renames none."""
    _check_reaches_everybody(request)
    tag = get_object_or_404(tags_queries.by_hand(), pk=tag_id)
    before = tag.name
    form = TagForm(request.POST or None, instance=tag)
    if request.method == "POST" and form.is_valid():
        actions.rename_tag(tag, before, form.cleaned_data["name"], by=request.desk.staff)
        messages.success(request, _("“%(before)s” is now called “%(name)s”") % {"before": before, "name": tag.name})
        return redirect("tags")
    return render(request, "users/directory/tag_edit.html", {"form": form, "tag": tag, "name": before})


@desk_page(TAG)
@require_POST
def tag_delete(request: DeskRequest, tag_id: int) -> HttpResponse:
    _check_reaches_everybody(request)
    tag = get_object_or_404(tags_queries.by_hand(), pk=tag_id)
    left = actions.delete_tag(tag, by=request.desk.staff)
    if left:
        text = ngettext(
            "“%(name)s” stays: %(n)s customer carries it. Take it off them first.",
            "“%(name)s” stays: %(n)s customers carry it. Take it off them first.",
            left,
        )
        messages.error(request, text % {"name": tag.name, "n": figures.count(left)})
    else:
        messages.success(request, _("Tag “%(name)s” deleted; nobody carried it") % {"name": tag.name})
    return redirect("tags")


@desk_page(TAG)
@require_POST
def customers_tag(request: DeskRequest) -> HttpResponse:
    """Put a tag on the chosen customers or take it off; asks which, when the request does not say."""
    shown = listing.of(request.desk, request.GET)
    chosen = queries.ticked(queries.people(request.desk.scope, shown.filters), request.POST)
    form = MarkForm(request.POST)
    if not form.asks():
        context = {"query": shown.to_query(), "ids": _ids(request), "total": chosen.count(), "tags": queries.tags()}
        context["pieces"] = sentence.pieces(shown.filters, listing.names(shown.filters, request.desk))
        return render(request, "users/directory/tag_people.html", context)
    marking = _mark(request, chosen, form.cleaned_data)
    messages.success(request, _said(marking), extra_tags=reverse("customers_tag_undo", args=[marking.pk]))
    return redirect(_back(request, f"{reverse('customers')}?{shown.to_query() or 'all=1'}"))


def _mark(request: DeskRequest, chosen: QuerySet[Customer], asked: dict[str, Any]) -> Marking:
    staff = request.desk.staff
    if asked["off"]:
        return actions.mark(chosen, asked["off"], put=False, by=staff)
    tag: Tag = asked["put"] or actions.make_tag(asked["new"], by=staff)
    return actions.mark(chosen, tag, put=True, by=staff)


def _said(marking: Marking) -> str:
    n = marking.customers
    put = ngettext("“%(tag)s” put on %(n)s customer", "“%(tag)s” put on %(n)s customers", n)
    off = ngettext("“%(tag)s” taken off %(n)s customer", "“%(tag)s” taken off %(n)s customers", n)
    return (put if marking.put else off) % {"tag": marking.tag.name, "n": figures.count(n)}


@desk_page(TAG)
@require_POST
def customers_tag_undo(request: DeskRequest, marking_id: int) -> HttpResponse:
    """One's own marking only."""
    marking = tags_queries.own_marking(marking_id, request.desk.staff.pk)
    if marking is None:
        raise Http404
    actions.undo(marking, by=request.desk.staff)
    messages.success(request, _("Taken back: “%(tag)s” is as it was before") % {"tag": marking.tag.name})
    return redirect(_back(request, reverse("customers")))


def _check_reaches_everybody(request: DeskRequest) -> None:
    if not request.desk.scope.everywhere:
        raise PermissionDenied(TAG)


def _ids(request: DeskRequest) -> list[str]:
    return [] if request.POST.get("everything") else request.POST.getlist("id")


def _back(request: DeskRequest, usual: str) -> str:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else usual
