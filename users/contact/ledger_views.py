"""The ledger of wishes: read, filtered, taken along masked, filled from a file; and the communities that are paused."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from communities import queries as places
from communities import rates
from communities.access import DeskRequest, desk_page
from communities.actions import write_log
from communities.rules import CHANGE_WISHES, EXPORT, SEE_CUSTOMERS
from opsdesk.lib import exports, figures, paging, phones
from opsdesk.lib.unreadable import UnreadableFile
from users.contact import actions, optouts, queries, words
from users.contact.forms import LedgerForm, OptOutsForm
from users.contact.models import WishChange

_NEWEST = paging.SortKey("id", int)
BAD_SHOWN = 200


@desk_page(SEE_CUSTOMERS)
def wishes(request: DeskRequest) -> HttpResponse:
    return render(request, "users/contact/wishes.html", _page(request))


def _page(request: DeskRequest) -> dict[str, Any]:
    desk, form = request.desk, LedgerForm(request.GET)
    community = desk.community.code if desk.community else ""
    found = queries.ledger(desk.scope, community=community, **form.asked())
    place = paging.place_of(request.GET, int)
    page = paging.page_of(found, _NEWEST, paging.Sort("id", descending=True), place, paging.size_of(request.GET))
    for change in page.rows:
        change.told = words.change(change)
        change.written, change.said_at = words.note(change)
    return {
        "form": form,
        "page": page,
        "standing": queries.counts(desk.scope, community),
        "pauses": list(queries.open_pauses(places.communities_in(desk.scope))),
        "may_change": desk.may(CHANGE_WISHES),
        "may_resume": desk.may(CHANGE_WISHES) and desk.scope_for(CHANGE_WISHES),
        "may_export": desk.may(EXPORT),
        "file_form": OptOutsForm(use_required_attribute=False),
    }


@desk_page(EXPORT)
@require_POST
def wishes_export(request: DeskRequest) -> HttpResponse:
    """The lines of the filter as a file, phones masked; taking it is a line of the log, and counts as an export."""
    desk, form = request.desk, LedgerForm(request.POST)
    try:
        rates.may_export(desk.staff)
    except rates.TooMany as limit:
        text = _("%(n)s exports within an hour are the limit; nothing was taken. Try again later.")
        messages.error(request, text % {"n": limit.args[0]})
        return redirect("wishes")
    community = desk.community.code if desk.community else ""
    found = queries.ledger(desk.scope, community=community, **form.asked())
    now = timezone.localtime()
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{now:%Y-%m-%d %H:%M}"}
    head = [_("When"), _("Phone"), _("Community"), _("Wish"), _("How"), _("Who"), _("Note")]
    written = exports.write(exports.CSV, head, _rows(found.iterator(chunk_size=2000)), mark)
    write_log(staff=desk.staff, verb="export", thing="wishes", detail={"rows": written.rows})
    return exports.answer(written, exports.CSV, f"wishes-{now:%Y%m%d-%H%M}")


def _rows(changes: Iterator[WishChange]) -> Iterator[list[Any]]:
    for one in changes:
        at = f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}"
        place, phone = str(one.customer.community or ""), phones.mask(one.customer.phone)
        yield [
            at,
            phone,
            place,
            words.change(one),
            one.get_way_display(),
            str(one.by or ""),
            phones.mask_within(words.note_line(one)),
        ]


@desk_page(CHANGE_WISHES)
@require_POST
def wishes_import(request: DeskRequest) -> HttpResponse:
    form = OptOutsForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("wishes")
    file = form.cleaned_data["file"]
    try:
        told = optouts.keep(file, file.name, request.desk.scope, request.desk.staff)
    except UnreadableFile as error:
        messages.error(request, _(error.message) % error.params)
        return redirect("wishes")
    _say(request, told)
    if not told.bad:
        return redirect("wishes")
    bad = [{"line": one.line, "reason": _(optouts.REASONS[one.reason]), "text": one.text} for one in told.bad]
    context = _page(request) | {"bad": bad[:BAD_SHOWN], "bad_total": len(bad)}
    return render(request, "users/contact/wishes.html", context, status=422)


def _say(request: DeskRequest, told: optouts.Told) -> None:
    text = ngettext("%(n)s wish changed", "%(n)s wishes changed", told.changed) % {"n": figures.count(told.changed)}
    same = _("%(n)s stood so already") % {"n": figures.count(told.same)}
    messages.success(request, f"{text}{_('; ')}{same}" if told.same else text)


@desk_page(CHANGE_WISHES)
@require_POST
def contact_resume(request: DeskRequest, code: str) -> HttpResponse:
    """Only for those who reach the whole community."""
    scope = request.desk.scope
    community = places.communities_in(scope).filter(code=code).first()
    if community is None or not scope.sees_community(community.pk):
        raise Http404
    if actions.resume(community, request.desk.staff):
        messages.success(request, _("%(place)s is contacted again") % {"place": community.name})
    return redirect("wishes")
