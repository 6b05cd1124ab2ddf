"""The queue of addresses nobody understood, and the page that teaches a community's way of writing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communities.access import Desk, DeskRequest, desk_page
from communities.models import Community
from communities.rules import IMPORT
from opsdesk.lib import figures, htmx
from users.imports import teaching
from users.imports.pages.forms import TeachForm


def places_in_sight(desk: Desk) -> list[Community]:
    """Whole communities this person may import for: the chosen one, else all of them."""
    seen = [desk.community] if desk.community else desk.communities
    return [place for place in seen if desk.scope.sees_community(place.pk)]


@desk_page(IMPORT)
@require_safe
def addresses(request: DeskRequest) -> HttpResponse:
    places = places_in_sight(request.desk)
    shapes = teaching.shapes(request.desk.scope, places)
    context = {
        "shapes": shapes,
        "customers": sum(shape.customers for shape in shapes),
        "cut_off": len(shapes) == teaching.SHAPES_SHOWN,
        "taught": [(place, template) for place in places for template in place.address_templates],
    }
    return render(request, "users/imports/addresses.html", context)


@desk_page(IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def address_teach(request: DeskRequest) -> HttpResponse:
    """GET tries a template and writes nothing (htmx asks for the trial alone); POST teaches it."""
    places = places_in_sight(request.desk)
    asked = request.POST if request.method == "POST" else request.GET
    form = TeachForm(asked if "template" in asked else None, communities=places, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        return _taught(request, form)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= {"trial": teaching.trial(form.community, form.cleaned_data["template"]), "place": form.community}
    return htmx.render_page(request, "users/imports/teach.html", "users/imports/_trial.html", context)


def _taught(request: DeskRequest, form: TeachForm) -> HttpResponse:
    read = teaching.teach(form.community, form.cleaned_data["template"], request.desk.staff)
    words = ngettext("%(n)s customer of %(place)s got a door", "%(n)s customers of %(place)s got a door", read)
    undo = urlencode({"place": form.community.code, "template": form.cleaned_data["template"]})
    messages.success(
        request,
        words % {"n": figures.count(read), "place": form.community.name},
        extra_tags=f"{reverse('address_forget')}?{undo}",
    )
    return redirect("addresses")


@desk_page(IMPORT)
@require_POST
def address_forget(request: DeskRequest) -> HttpResponse:
    """A taught way of writing is taken back, and with it the doors only it could read."""
    places = {place.code: place for place in places_in_sight(request.desk)}
    asked = request.POST if "place" in request.POST else request.GET
    if (place := places.get(asked.get("place", ""))) is None:
        raise Http404
    lost = teaching.forget(place, asked.get("template", ""), request.desk.staff)
    words = ngettext("%(n)s customer of %(place)s lost a door", "%(n)s customers of %(place)s lost their door", lost)
    messages.success(request, words % {"n": figures.count(lost), "place": place.name})
    return redirect("addresses")
