"""Every threshold with its history; a new value shows what it would change before it is saved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import redirects
from communities.access import Desk, DeskRequest, desk_page
from communities.models import Community, PolicyChange
from communities.policies import actions, forms, queries
from communities.policies.preview import Effect, Previewer
from communities.policies.rules import POLICIES, Policy
from communities.rules import CHANGE_POLICIES, SEE_POLICIES
from opsdesk.lib import paging

_BY_NEWEST = {"id": paging.SortKey("id", int)}


@desk_page(SEE_POLICIES)
def policy_list(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    context = {
        "groups": queries.in_force_at(desk.community, desk.communities),
        "community": desk.community,
        "version": queries.current_version(),
        "may_change": _may_change(desk, desk.community),
    }
    return render(request, "communities/policies/list.html", context)


@desk_page(SEE_POLICIES)
def policy(request: DeskRequest, key: str, previewer: Previewer) -> HttpResponse:
    """GET: the threshold and its history. POST: the effect of a value; with `save`, the value itself."""
    found, community = _policy(key), request.desk.community
    version = queries.current_version()
    if community is not None and not found.per_community:
        raise Http404
    if request.method != "POST":
        return _page(request, found, _blank(found, community, version))
    _must_change(request.desk, community)
    form = forms.ValueForm(request.POST, policy=found)
    if not form.is_valid():
        return _page(request, found, form)
    seen = form.cleaned_data["version"] == version
    if "save" in request.POST and seen:
        return _save(request, found, form.cleaned_data["value"], form.cleaned_data["note"])
    if "save" in request.POST:
        messages.warning(request, _("Somebody changed a policy meanwhile. Nothing was saved; this is the effect now."))
    value = form.cleaned_data["value"]
    effect = previewer(queries.drafted(key, value, community.pk if community else None))
    typed = request.POST.copy()
    typed["version"] = str(version)
    return _page(request, found, forms.ValueForm(typed, policy=found), previewed=True, value=value, effect=effect)


@desk_page(SEE_POLICIES)
@require_POST
def policy_default(request: DeskRequest, key: str) -> HttpResponse:
    """Take the value of this place away: the one above it holds again."""
    _must_change(request.desk, request.desk.community)
    return _save(request, _policy(key), None, "")


@desk_page(SEE_POLICIES)
def policy_history(request: DeskRequest) -> HttpResponse:
    """Every change of every threshold, newest first."""
    key = request.GET.get("key", "")
    changes = queries.history_in(request.desk.scope, key if key in POLICIES else "")
    if request.desk.community:
        changes = changes.filter(community=request.desk.community)
    sort = paging.Sort("id", descending=True)
    page = paging.page_of(changes, _BY_NEWEST["id"], sort, paging.place_of(request.GET, int))
    context = {
        "page": page,
        "key": key,
        "lines": [(POLICIES.get(change.key), change) for change in page.rows],
        "in_force": queries.ids_in_force(),
        "may_change_company": request.desk.scope_for(CHANGE_POLICIES).everywhere,
        "policies": POLICIES.values(),
    }
    return render(request, "communities/policies/history.html", context)


@desk_page(SEE_POLICIES)
@require_POST
def policy_again(request: DeskRequest, version: int) -> HttpResponse:
    past = get_object_or_404(PolicyChange, pk=version)
    _must_change(request.desk, past.community)
    return _said(request, actions.put_again(past, by=request.user), past.key)


@desk_page(SEE_POLICIES)
@require_POST
def policy_undo(request: DeskRequest, version: int) -> HttpResponse:
    past = get_object_or_404(PolicyChange, pk=version)
    _must_change(request.desk, past.community)
    return _said(request, actions.take_back(past, by=request.user), past.key)


def _policy(key: str) -> Policy:
    if key not in POLICIES:
        raise Http404
    return POLICIES[key]


def _may_change(desk: Desk, community: Community | None) -> bool:
    """The company's value is changed by those who may everywhere; a community's own also by those who may there."""
    return desk.scope_for(CHANGE_POLICIES).sees_community(community.pk if community else None)


def _must_change(desk: Desk, community: Community | None) -> None:
    if not _may_change(desk, community):
        raise PermissionDenied(CHANGE_POLICIES)


def _blank(found: Policy, community: Community | None, version: int) -> forms.ValueForm:
    current = queries.one_in_force(found.key, community, []).value
    return forms.ValueForm(policy=found, current=current, version=version)


def _page(
    request: DeskRequest,
    found: Policy,
    form: forms.ValueForm,
    *,
    previewed: bool = False,
    value: Any = None,
    effect: Effect | None = None,
) -> HttpResponse:
    community = request.desk.community
    history = queries.history_in(request.desk.scope, found.key)
    context = {
        "policy": found,
        "row": queries.one_in_force(found.key, community, request.desk.communities),
        "community": community,
        "form": form,
        "may_change": _may_change(request.desk, community),
        "previewed": previewed,
        "value": value,
        "effect": effect,
        "moves": [(system, effect.moved(system), effect.by_move(system)) for system in ("lifecycle", "rfm")]
        if effect
        else [],
        "places": _places(effect) if effect else [],
        "lines": [(found, change) for change in history[:12]],
        "in_force": queries.ids_in_force(),
        "may_change_company": request.desk.scope_for(CHANGE_POLICIES).everywhere,
    }
    return render(request, "communities/policies/policy.html", context)


def _places(effect: Effect) -> list[tuple[str, int, int]]:
    """(community, lifecycle moves, RFM moves), most first; those nobody moves in are left out."""
    names = {0: _("unassigned")} | dict(Community.objects.values_list("id", "name"))
    lifecycle, rfm = dict(effect.by_community("lifecycle")), dict(effect.by_community("rfm"))
    rows = [(names.get(place, "?"), lifecycle.get(place, 0), rfm.get(place, 0)) for place in lifecycle | rfm]
    return sorted(rows, key=lambda row: -(row[1] + row[2]))


def _save(request: DeskRequest, found: Policy, value: Any, note: str) -> HttpResponse:
    made = actions.change(found.key, value, by=request.user, community=request.desk.community, note=note)
    return _said(request, made, found.key)


def _said(request: DeskRequest, made: PolicyChange | None, key: str) -> HttpResponse:
    """A toast with the version, and the way back; classes follow with the next run."""
    scope = f"?community={request.desk.community.code}" if request.desk.community else ""
    if made is None:
        messages.info(request, _("This value is in force already; nothing was changed."))
    else:
        said = _("Saved as rule version %(version)s. Classes follow with the next run.") % {"version": made.pk}
        messages.success(request, said, extra_tags=reverse("policy_undo", args=[made.pk]))
    return redirect(redirects.back(request, reverse("policy", args=[key]) + scope))
