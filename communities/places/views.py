"""Communities, their buildings and stations: seen, changed, closed and opened again."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import queries, redirects
from communities.access import Desk, DeskRequest, desk_page
from communities.models import Community, ServiceStation
from communities.places import actions, figures, forms
from communities.places import queries as places
from communities.places.rules import run_of_numbers
from communities.rules import CHANGE_PLACES, IMPORT, SEE_BOARDS, SEE_PLACES, SEE_TRAIL


@dataclass(frozen=True)
class Row:
    """A community and its people; None for whoever sees only some of them."""

    community: Community
    people: figures.People | None

    @property
    def customers(self) -> int | None:
        return self.people.customers if self.people else None

    @property
    def payers(self) -> int | None:
        return self.people.payers if self.people else None

    @property
    def penetration(self) -> float | None:
        """Customers who ever paid / households."""
        households = self.community.households
        return self.people.payers / households if self.people and households else None


@desk_page(SEE_PLACES)
def community_list(request: DeskRequest, numbers: figures.Source) -> HttpResponse:
    desk, known = request.desk, numbers()
    found = list(places.communities_with_sizes(desk.scope))
    chosen = [community for community in found if desk.community in (None, community)]
    rows = [_row(desk, community, known) for community in chosen]
    nowhere = known.of(figures.UNASSIGNED) if desk.scope_for(SEE_BOARDS).everywhere and not desk.community else None
    context = {
        "rows": rows,
        "nowhere": nowhere if nowhere and nowhere.customers else None,
        "total": _total(rows, nowhere) if len(rows) > 1 else None,
        "figures": known,
        "model": places.business_model(desk.scope) if desk.may(SEE_BOARDS) and found else None,
        "may_count": desk.may(SEE_BOARDS),
        "may_change": desk.may(CHANGE_PLACES),
        "may_open": desk.scope_for(CHANGE_PLACES).everywhere,
    }
    return render(request, "communities/community_list.html", context)


@desk_page(SEE_PLACES)
def community(request: DeskRequest, code: str, numbers: figures.Source) -> HttpResponse:
    desk, known = request.desk, numbers()
    found = get_object_or_404(places.communities_with_sizes(desk.scope), code=code)
    may_read_log = desk.scope_for(SEE_TRAIL).sees_community(found.pk)
    context = {
        "row": _row(desk, found, known),
        "may_count": desk.may(SEE_BOARDS),
        "community": found,
        "figures": known,
        "buildings": places.building_rows(found),
        "stations": places.stations_at(found, desk.scope),
        "may_change": desk.scope_for(CHANGE_PLACES).sees_community(found.pk),
        "may_teach": desk.scope_for(IMPORT).sees_community(found.pk),
        "acts": queries.acts_on("community", found.pk)[:5] if may_read_log else [],
    }
    return render(request, "communities/community.html", context)


@desk_page(CHANGE_PLACES)
def community_new(request: DeskRequest) -> HttpResponse:
    if not request.desk.scope.everywhere:
        raise PermissionDenied(CHANGE_PLACES)
    form = forms.CommunityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.keep(form.instance, by=request.user)
        messages.success(request, _("%(name)s is open.") % {"name": form.instance.name})
        return redirect("community", form.instance.code)
    context = {"form": form, "title": _("New community"), "submit": _("Open the community")}
    return render(request, "communities/form.html", context | {"cancel_url": reverse("communities")})


@desk_page(CHANGE_PLACES)
def community_edit(request: DeskRequest, code: str) -> HttpResponse:
    found = _community(request.desk, code)
    form = forms.CommunityForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.keep(form.instance, by=request.user)
        messages.success(request, _("%(name)s is saved.") % {"name": form.instance.name})
        return redirect("community", found.code)
    context = {"form": form, "title": form["name"].initial, "submit": _("Save the community")}
    return render(request, "communities/form.html", context | {"cancel_url": reverse("community", args=[found.code])})


@desk_page(CHANGE_PLACES)
@require_POST
def community_close(request: DeskRequest, code: str) -> HttpResponse:
    return _set_open(request, _community(request.desk, code), is_open=False)


@desk_page(CHANGE_PLACES)
@require_POST
def community_reopen(request: DeskRequest, code: str) -> HttpResponse:
    return _set_open(request, _community(request.desk, code), is_open=True)


@desk_page(CHANGE_PLACES)
def buildings(request: DeskRequest, code: str) -> HttpResponse:
    found = _community(request.desk, code)
    table = forms.Buildings(request.POST or None, instance=found, queryset=places.buildings_of(found))
    if request.method == "POST" and table.is_valid():
        kept = table.save(commit=False)
        actions.keep_buildings(found, kept=kept, removed=table.deleted_objects, by=request.user)
        messages.success(request, _("The buildings of %(name)s are saved.") % {"name": found.name})
        return redirect("community", found.code)
    return render(request, "communities/buildings.html", {"community": found, "table": table, "run": forms.RunForm()})


@desk_page(CHANGE_PLACES)
@require_POST
def buildings_run(request: DeskRequest, code: str) -> HttpResponse:
    found = _community(request.desk, code)
    run = forms.RunForm(request.POST)
    if not run.is_valid():
        table = forms.Buildings(instance=found, queryset=places.buildings_of(found))
        context = {"community": found, "table": table, "run": run}
        return render(request, "communities/buildings.html", context)
    size = {name: run.cleaned_data[name] for name in ("units", "floors", "doors")}
    numbers = run_of_numbers(run.cleaned_data["first"], run.cleaned_data["last"])
    added = actions.add_run(found, numbers=numbers, by=request.user, **size)
    said = _("Buildings added: %(n)s. Those that stood already stayed as they were.")
    messages.success(request, said % {"n": len(added)})
    return redirect("community_buildings", found.code)


@desk_page(CHANGE_PLACES)
def station_new(request: DeskRequest, code: str) -> HttpResponse:
    found = _community(request.desk, code)
    return _station_form(request, ServiceStation(community=found), _("New station in %(name)s") % {"name": found.name})


@desk_page(CHANGE_PLACES)
def station_edit(request: DeskRequest, station_id: int) -> HttpResponse:
    station = _station(request.desk, station_id)
    return _station_form(request, station, station.name)


@desk_page(CHANGE_PLACES)
@require_POST
def station_close(request: DeskRequest, station_id: int) -> HttpResponse:
    return _set_open(request, _station(request.desk, station_id), is_open=False)


@desk_page(CHANGE_PLACES)
@require_POST
def station_reopen(request: DeskRequest, station_id: int) -> HttpResponse:
    return _set_open(request, _station(request.desk, station_id), is_open=True)


def _community(desk: Desk, code: str) -> Community:
    return get_object_or_404(queries.communities_in(desk.scope), code=code)


def _station(desk: Desk, station_id: int) -> ServiceStation:
    """Whoever changes places does so in whole communities: one station alone is not enough."""
    return get_object_or_404(ServiceStation, pk=station_id, community__in=queries.communities_in(desk.scope))


def _station_form(request: DeskRequest, station: ServiceStation, title: str) -> HttpResponse:
    form = forms.StationForm(request.POST or None, instance=station)
    home = reverse("community", args=[station.community.code])
    if request.method == "POST" and form.is_valid():
        actions.keep(form.instance, by=request.user)
        messages.success(request, _("%(name)s is saved.") % {"name": form.instance.name})
        return redirect(home)
    context = {"form": form, "title": title, "submit": _("Save the station"), "cancel_url": home}
    return render(request, "communities/form.html", context)


def _set_open(request: DeskRequest, place: Community | ServiceStation, *, is_open: bool) -> HttpResponse:
    """The deed, and a toast that takes it back."""
    actions.set_open(place, is_open=is_open, by=request.user)
    kind, key, code = (
        ("community", place.code, place.code)
        if isinstance(place, Community)
        else ("station", place.pk, place.community.code)
    )
    said = _("%(name)s is open again.") if is_open else _("%(name)s is closed. Its customers and history stay.")
    undo = reverse(f"{kind}_close" if is_open else f"{kind}_reopen", args=[key])
    messages.success(request, said % {"name": place.name}, extra_tags=undo)
    return redirect(redirects.back(request, reverse("community", args=[code])))


def _row(desk: Desk, community: Community, known: figures.Figures) -> Row:
    """People are counted only for whoever sees the whole community."""
    whole = desk.scope_for(SEE_BOARDS).sees_community(community.pk)
    return Row(community, known.of(community.pk) if whole and known.as_of else None)


def _total(rows: list[Row], nowhere: figures.People | None) -> Row:
    people = [people for people in (*(row.people for row in rows), nowhere) if people]
    summed = figures.People(sum(p.customers for p in people), sum(p.payers for p in people)) if people else None
    whole = Community(households=sum(row.community.households for row in rows))
    return Row(whole, summed)
