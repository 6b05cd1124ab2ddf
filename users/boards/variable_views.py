"""Variables: made, retired, typed in place here and beside the cohorts, filled from a file."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from communities.access import Desk, DeskRequest, desk_page
from communities.redirects import back
from communities.rules import CHANGE_BUDGETS, SEE_BOARDS
from opsdesk.lib import figures, htmx
from users.acquisition import spend_reading as reading
from users.boards import spend, variables, weeks
from users.boards.variable_forms import SheetForm, ValueForm, VariableForm
from users.retention import variable_actions as actions
from users.retention import variable_queries as queries
from users.retention import variable_rules as rules
from users.retention.models import Variable, VariableValue


@desk_page(SEE_BOARDS)
def variable_sheet(request: DeskRequest) -> HttpResponse:
    return render(request, "users/boards/variables.html", _page(request))


def _page(request: DeskRequest, **more: Any) -> dict[str, Any]:
    desk, board = request.desk, variables.board_of(request.desk, request.GET, timezone.localdate())
    return {
        "board": board,
        "place": desk.community or _("whole company"),
        "earlier": board.weeks[0] - timedelta(weeks=1),
        "later": board.weeks[-1] + timedelta(weeks=len(board.weeks)),
        "may_tell": spend.may_tell(desk),
        "may_make": desk.may(CHANGE_BUDGETS),
        "changes": variables.changes_of(desk),
        "form": VariableForm(use_required_attribute=False),
        "sheet_form": SheetForm(),
    } | more


@desk_page(CHANGE_BUDGETS)
@require_POST
def variable_new(request: DeskRequest) -> HttpResponse:
    form = VariableForm(request.POST, use_required_attribute=False)
    if not form.is_valid():
        return render(request, "users/boards/variables.html", _page(request, form=form), status=422)
    made = actions.make(form.cleaned_data["name"], form.cleaned_data["unit"], request.desk.staff)
    messages.success(request, _("%(name)s is kept week by week from now on") % {"name": made.name})
    return redirect(_sheet_of(request.desk))


@desk_page(CHANGE_BUDGETS)
@require_POST
def variable_retire(request: DeskRequest, variable_id: int) -> HttpResponse:
    """Its values stay: making one of the same name brings them back."""
    variable = get_object_or_404(Variable, pk=variable_id)
    if actions.retire(variable, request.desk.staff):
        messages.success(request, _("%(name)s is put away; its values stay") % {"name": variable.name})
    return redirect(_sheet_of(request.desk))


@desk_page(CHANGE_BUDGETS)
def variable_cell(request: DeskRequest, variable_id: int, week: str) -> HttpResponse:
    """A week of the chosen place: a form in its cell, or a page where there is no script."""
    desk, monday = request.desk, weeks.monday_or_404(week, timezone.localdate())
    variable = get_object_or_404(queries.kept(), pk=variable_id)
    if not spend.may_tell(desk):
        raise Http404
    place = desk.community.id if desk.community else None
    standing = queries.standing(variable.pk, monday, place)
    text = "" if standing is None or standing.value is None else f"{standing.value.normalize():f}"
    form = ValueForm(request.POST or None, initial={"value": text})
    context = {"form": form, "week": monday, "variable": variable, "title": variable.name, "submit": _("Keep"),
               "may_tell": True, "sentence": f"{monday:%Y-%m-%d} · {desk.community or _('whole company')}"}  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return htmx.render_page(request, "forms/page.html", "users/boards/_variable_form.html", context)
    change = actions.tell(variable.pk, monday, place, form.cleaned_data["value"], desk.staff)
    undo = reverse("variable_undo", args=[change.pk]) if change else ""
    now = variables.told_of(desk, [variable], monday, monday).get((variable.pk, monday))
    said = _("Kept: %(name)s %(value)s, week of %(week)s") % {
        "name": variable.name, "value": now or figures.NOTHING, "week": f"{monday:%m-%d}",
    }  # fmt: skip
    if not htmx.wants_part(request):
        messages.success(request, said, extra_tags=undo)
        return redirect(_sheet_of(desk))
    return htmx.with_toast(
        render(request, "users/boards/_variable_cell.html", context | {"told": now}), said, undo=undo
    )


@desk_page(CHANGE_BUDGETS)
@require_POST
def variable_undo(request: DeskRequest, change_id: int) -> HttpResponse:
    """One's own statement and all said in the same go, each as long as nothing newer was said of its cell."""
    changes = queries.said_with(get_object_or_404(VariableValue, pk=change_id, by=request.desk.staff))
    scope = request.desk.scope_for(CHANGE_BUDGETS)
    if not all(scope.sees_community(one.community_id) if one.community_id else scope.everywhere for one in changes):
        raise Http404
    undone, newer = actions.take_back_all(changes, request.desk.staff)
    if undone:
        said = ngettext("%(n)s value taken back", "%(n)s values taken back", undone) % {"n": figures.count(undone)}
        later = _("%(n)s were told anew meanwhile") % {"n": figures.count(newer)}
        messages.success(request, f"{said}{_('; ')}{later}" if newer else said)
    else:
        messages.error(request, _("Something newer was said meanwhile; nothing was taken back."))
    return redirect(back(request, reverse("variables")))


@desk_page(CHANGE_BUDGETS)
@require_POST
def variable_import(request: DeskRequest) -> HttpResponse:
    """A file or pasted text is kept whole, or not at all."""
    desk, form = request.desk, SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "users/boards/variables.html", _page(request, sheet_form=form), status=422)
    entries, problems = rules.read(form.cleaned_data["rows"], variables.frame_of(desk, timezone.localdate()))
    if problems or not entries:
        bad = [{"problem": one, "reason": _(rules.REASONS[one.reason])} for one in problems]
        again = SheetForm(initial={"text": reading.as_text(form.cleaned_data["rows"])})
        page = _page(request, problems=bad, nothing=not problems, sheet_form=again)
        return render(request, "users/boards/variables.html", page, status=422)
    changed = actions.tell_all(entries, desk.staff)
    said = ngettext("%(n)s value changed", "%(n)s values changed", len(changed)) % {"n": figures.count(len(changed))}
    messages.success(request, said, extra_tags=reverse("variable_undo", args=[changed[0].pk]) if changed else "")
    return redirect(_sheet_of(desk))


def _sheet_of(desk: Desk) -> str:
    return f"{reverse('variables')}{f'?community={desk.chosen}' if desk.chosen else ''}"
