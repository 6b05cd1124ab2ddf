"""Coordinate models kept, changed, taken out of use and put back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.rules import KEEP_MODELS
from opsdesk.insight import quadrant_board as board
from opsdesk.insight.quadrant_forms import QuadrantForm
from users.growth import actions
from users.growth.models import UNITS, QuadrantModel


@desk_page(KEEP_MODELS)
def quadrant_new(request: DeskRequest) -> HttpResponse:
    """The plane that the address describes, to be kept as a model."""
    ask = board.ask_of(request.POST.dict() if request.method == "POST" else request.GET.dict())
    names = ("across", "up", "across_cut", "up_cut", "weeks")
    initial = {name: getattr(ask, name) for name in names}
    form = QuadrantForm(ask.unit, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        model = _keep(request, form, None)
        if model:
            return redirect("quadrant", model.pk)
    return _form(request, form, _("Keep this model"), reverse("quadrants") + f"?{ask.query}")


@desk_page(KEEP_MODELS)
def quadrant_edit(request: DeskRequest, model_id: int) -> HttpResponse:
    model = _own(request, model_id)
    if model.retired_at:
        return redirect("quadrant", model.pk)
    form = QuadrantForm(model.unit, request.POST or None, of=model)
    if request.method == "POST" and form.is_valid():
        kept = _keep(request, form, model_id)
        if kept:
            return redirect("quadrant", kept.pk)
    return _form(request, form, _("Change this model"), reverse("quadrant", args=[model_id]))


def _form(request: DeskRequest, form: QuadrantForm, title: str, cancel_url: str) -> HttpResponse:
    context = {
        "title": title, "sentence": capfirst(UNITS[form.unit]), "form": form, "submit": title, "cancel_url": cancel_url,
    }  # fmt: skip
    return render(request, "forms/page.html", context, status=422 if form.errors else 200)


def _keep(request: DeskRequest, form: QuadrantForm, instead_of: int | None) -> QuadrantModel | None:
    """None where somebody took the name in this very moment: the form says so."""
    model: QuadrantModel = form.save(commit=False)
    try:
        kept = actions.keep(model, by=request.desk.staff, instead_of=instead_of)
    except actions.NameTaken:
        form.add_error("name", _("There is a model of this name already."))
        return None
    undo = (
        reverse("quadrant_retire", args=[kept.pk])
        if instead_of is None
        else reverse("quadrant_restore", args=[instead_of, kept.pk])
    )
    messages.success(request, _("“%(name)s” kept") % {"name": kept.name}, extra_tags=undo)
    return kept


@desk_page(KEEP_MODELS)
@require_POST
def quadrant_retire(request: DeskRequest, model_id: int) -> HttpResponse:
    model = _own(request, model_id)
    if actions.retire(model, by=request.desk.staff):
        undo = reverse("quadrant_restore", args=[model.pk, 0])
        messages.success(request, _("“%(name)s” taken out of use") % {"name": model.name}, extra_tags=undo)
    return redirect("quadrants")


@desk_page(KEEP_MODELS)
@require_POST
def quadrant_restore(request: DeskRequest, model_id: int, instead_of: int) -> HttpResponse:
    """Put back into use; `instead_of`: the change of it that goes out of use, 0: none."""
    model = _own(request, model_id)
    if instead_of:
        _own(request, instead_of)
    try:
        actions.put_back(model, by=request.desk.staff, instead_of=instead_of or None)
    except actions.NameTaken:
        messages.error(request, _("Another model is called “%(name)s” by now.") % {"name": model.name})
    else:
        messages.success(request, _("“%(name)s” is in use again") % {"name": model.name})
    return redirect("quadrant", model_id)


def _own(request: DeskRequest, model_id: int) -> Any:
    """Models are everybody's to read; who keeps models in some communities only changes their own."""
    model = get_object_or_404(QuadrantModel, pk=model_id)
    if not request.desk.scope_for(KEEP_MODELS).everywhere and model.made_by_id != request.desk.staff.pk:
        raise PermissionDenied(KEEP_MODELS)
    return model
