"""The sheet of acquisition spend: looked at, typed into, pasted over, taken back, taken along."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import Desk, DeskRequest, desk_page
from communities.redirects import back
from communities.rules import CHANGE_BUDGETS, EXPORT, SEE_BOARDS
from opsdesk.lib import exports, figures, htmx, money, plaintext
from users.acquisition import spend_actions as actions
from users.acquisition import spend_queries as queries
from users.acquisition import spend_reading as reading
from users.acquisition import spend_rules as rules
from users.acquisition import spend_sums as sums
from users.acquisition.models import Spend
from users.boards import places, spend, weeks
from users.boards.spend_forms import SheetForm
from users.boards.yuan_form import YuanForm

_CHANGES = 15


@desk_page(SEE_BOARDS)
def spend_sheet(request: DeskRequest) -> HttpResponse:
    return render(request, "users/spend/sheet.html", _page(request, SheetForm()))


def _page(request: DeskRequest, form: SheetForm) -> dict[str, Any]:
    desk, board = request.desk, spend.board_of(request.desk, request.GET, timezone.localdate())
    shown = len(board.weeks)
    ids = places.counted_places(desk, SEE_BOARDS)
    return {
        "board": board,
        "form": form,
        "place": desk.community or _("whole company"),
        "is_company": desk.community is None,
        "earlier": board.weeks[0] - timedelta(weeks=1),
        "later": board.weeks[-1] + timedelta(weeks=shown),
        "changes": _named(desk, queries.changes(ids, _CHANGES)),
        "may_tell": spend.may_tell(desk),
        "may_export": desk.may(EXPORT),
    }


def _named(desk: Desk, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In words; `first` of its sheet, which is taken back whole."""
    names = {one.pk: one.name for one in desk.communities} | {queries.COMPANY: _("whole company")}
    ways, seen, told = dict(Spend.Way.choices), set(), []
    for one in changes:
        words = {"place": names.get(one["place"], ""), "way": ways[one["way"]], "mine": one["by_id"] == desk.staff.pk}
        told.append(one | words | {"first": one["sheet"] not in seen})
        seen |= {one["sheet"]} if one["sheet"] else set()
    return told


@desk_page(EXPORT)
def spend_csv(request: DeskRequest) -> HttpResponseBase:
    """What stands, a row a week, channel and place; the page reads it back."""
    desk = request.desk
    ids = places.counted_places(desk, SEE_BOARDS)
    names = {one.pk: one.name for one in desk.communities}
    found = sorted(queries.told(ids, date.min, date.max).items())
    rows = [[week, channel, names.get(place, ""), money.yuan(fen)] for (week, place, channel), fen in found]
    mark = f"{desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, ["week", "channel", "community", "amount"], rows, mark)
    return exports.answer(written, exports.CSV, "spend")


# -- One cell --------------------------------------------------------------------------------------------------------


@desk_page(CHANGE_BUDGETS)
def spend_cell(request: DeskRequest, week: str) -> HttpResponse:
    """A week and channel (`?channel=`) of the chosen place: a form in its cell, or a page where there is no script."""
    desk, channel = request.desk, plaintext.tidy(request.GET.get("channel", ""))
    monday = weeks.monday_or_404(week, timezone.localdate())
    if not spend.may_tell(desk) or not 0 < len(channel) <= rules.CHANNEL_CHARS:
        raise Http404
    place = desk.community.id if desk.community else None
    standing = queries.standing(monday, channel, place)
    form = YuanForm(_("Spend of the week"), request.POST or None, standing.fen if standing else None)
    sentence = f"{monday:%Y-%m-%d} · {channel} · {desk.community or _('whole company')}"
    context = {"form": form, "week": monday, "channel": channel, "title": _("Acquisition spend"), "submit": _("Keep"),
               "may_tell": True, "sentence": sentence}  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return htmx.render_page(request, "forms/page.html", "users/spend/_cell_form.html", context)
    change = actions.tell(monday, channel, place, form.cleaned_data["fen"], desk.staff)
    undo = reverse("spend_undo", args=[change.pk]) if change else ""
    said = _("Kept: %(amount)s for %(channel)s, week of %(week)s") % {
        "amount": figures.yuan(form.cleaned_data["fen"], 0), "channel": channel, "week": f"{monday:%m-%d}",
    }  # fmt: skip
    if not htmx.wants_part(request):
        messages.success(request, said, extra_tags=undo)
        return redirect(_sheet_of(desk))
    context["told"] = _told_now(desk, monday, channel)
    return htmx.with_toast(render(request, "users/spend/_cell.html", context), said, undo=undo)


def _told_now(desk: Desk, week: date, channel: str) -> sums.Told | None:
    """A cleared figure of the company shows the sum of its communities again."""
    ids = places.counted_places(desk, SEE_BOARDS)
    place = desk.community.id if desk.community else rules.COMPANY
    return sums.by_channel(queries.told(ids, week, week), place).get((week, channel))


@desk_page(CHANGE_BUDGETS)
@require_POST
def spend_undo(request: DeskRequest, change_id: int) -> HttpResponse:
    """One's own statement only, as long as nothing newer was said of the cell."""
    change = get_object_or_404(Spend, pk=change_id, by=request.desk.staff)
    if not _reaches(request.desk, change.community_id):
        raise Http404
    if actions.take_back(change, request.desk.staff):
        messages.success(request, _("Taken back"))
    else:
        messages.error(request, _("Something newer was said meanwhile; nothing was taken back."))
    return redirect(back(request, reverse("spend")))


def _reaches(desk: Desk, community_id: int | None) -> bool:
    scope = desk.scope_for(CHANGE_BUDGETS)
    return scope.sees_community(community_id) if community_id else scope.everywhere


def _sheet_of(desk: Desk) -> str:
    return f"{reverse('spend')}{f'?community={desk.chosen}' if desk.chosen else ''}"


# -- A whole sheet ---------------------------------------------------------------------------------------------------


@desk_page(CHANGE_BUDGETS)
@require_POST
def spend_paste(request: DeskRequest) -> HttpResponse:
    """First shown as it was understood; with `write` it is written."""
    desk, form = request.desk, SheetForm(request.POST, request.FILES)
    if not spend.may_tell(desk):
        raise Http404
    if not form.is_valid():
        return render(request, "users/spend/sheet.html", _page(request, form), status=422)
    is_new = bool(request.POST.get("new"))
    frame = spend.frame_of(desk, request.GET, timezone.localdate(), any_channel=is_new)
    sheet = rules.read(form.cleaned_data["rows"], frame)
    way = Spend.Way.IMPORTED if form.cleaned_data["file"] or request.POST.get("sent") else Spend.Way.PASTED
    if request.POST.get("write") and sheet.entries:
        return _write(request, sheet, way)
    text = reading.as_text(form.cleaned_data["rows"])
    context = {"form": SheetForm(initial={"text": text}), "text": text, "sent": way == "imported", "new": is_new}
    return render(request, "users/spend/preview.html", _preview(desk, sheet) | context)


def _write(request: DeskRequest, sheet: rules.Sheet, way: str) -> HttpResponse:
    kept = actions.keep_sheet(sheet.entries, way, request.desk.staff)
    undo = reverse("spend_sheet_undo", args=[kept.sheet]) if kept.sheet else ""
    said = _("Written: %(changed)s amounts; %(same)s stood so already") % {"changed": kept.changed, "same": kept.same}
    messages.success(request, said, extra_tags=undo)
    return redirect(_sheet_of(request.desk))


def _preview(desk: Desk, sheet: rules.Sheet) -> dict[str, Any]:
    names = {one.pk: one.name for one in desk.communities} | {queries.COMPANY: _("whole company")}
    weeks = [one.week for one in sheet.entries] or [rules.FIRST_MONDAY]
    now = queries.told([*names], min(weeks), max(weeks))
    return {
        "entries": [
            {"entry": one, "place": names.get(one.community_id or 0, ""), "before": _before(now, one)}
            for one in sheet.entries
        ],
        "problems": [{"problem": one, "reason": _(rules.REASONS[one.reason])} for one in sheet.problems],
        "new_channels": list(dict.fromkeys(one.value for one in sheet.problems if one.reason == "channel_new")),
        "sum": sum(one.fen for one in sheet.entries),
    }  # fmt: skip


def _before(now: Mapping[rules.Key, int], entry: rules.Entry) -> sums.Told | None:
    """What the sheet shows there: the company's own figure goes before the sum of its communities."""
    if entry.community_id is None:
        return sums.by_channel(now).get((entry.week, entry.channel))
    fen = now.get((entry.week, entry.community_id, entry.channel))
    return None if fen is None else sums.Told(fen, own=True)


@desk_page(CHANGE_BUDGETS)
@require_POST
def spend_sheet_undo(request: DeskRequest, sheet: UUID) -> HttpResponse:
    """One's own sheet, cell by cell as it stood before; cells told anew since then stay."""
    changes = Spend.objects.filter(sheet=sheet, by=request.desk.staff)
    if not changes or not all(_reaches(request.desk, one.community_id) for one in changes):
        raise Http404
    undone, newer = actions.take_back_sheet(sheet, request.desk.staff)
    said = _("Taken back: %(n)s amounts") % {"n": undone}
    messages.success(request, f"{said}{_('; ')}{_('%(n)s were told anew meanwhile') % {'n': newer}}" if newer else said)
    return redirect(back(request, reverse("spend")))
