"""The outbox: what waits, what went, what nobody knows of; files handed off by hand."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.rules import SEND_MESSAGES
from communities.scoping import Scope
from opsdesk.lib import exports, figures, names, paging, phones
from users.contact import words
from users.outbox import actions, handing, queries
from users.outbox.forms import HandOffForm, OutboxForm, ReasonForm
from users.outbox.models import HandOff, Message

_NEWEST = paging.SortKey("id", int)
HAND_OFFS_SHOWN = 10


@desk_page(SEND_MESSAGES)
def outbox(request: DeskRequest) -> HttpResponse:
    return render(request, "users/outbox/outbox.html", _page(request, HandOffForm(use_required_attribute=False)))


def _page(request: DeskRequest, hand_off_form: HandOffForm) -> dict[str, Any]:
    scope, form = _scope(request), OutboxForm(request.GET)
    asked = form.asked()
    found = queries.in_reach(scope).filter(**asked)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(found, _NEWEST, paging.Sort("id", descending=True), place, paging.size_of(request.GET))
    for message in page.rows:
        message.thing_word = words.thing(message.thing)
        message.thing_number = words.number(message.thing, message.thing_id)
        message.thing_page = words.page(message.thing, message.thing_id)
        message.why = words.why_not(message.error) if message.state == Message.State.CANCELLED else ""
        message.shown = _masked(message)
    return {
        "form": form,
        "page": page,
        "tiles": _tiles(queries.counts(scope), asked.get("state", "")),
        "any": bool(asked) or bool(page.rows),
        "deciding": asked.get("state") == Message.State.UNKNOWN,
        "due": _due(request),
        "by_file": settings.SMS.provider is None,
        "provider": settings.SMS.name,
        "hand_off_form": hand_off_form,
        "hand_offs": [one for one in queries.hand_offs()[:HAND_OFFS_SHOWN] if queries.reaches(scope, one)],
    }


def _masked(message: Message) -> str:
    """The text without the name and the phones that it may hold."""
    name = message.customer.name
    text = message.text.replace(name, names.mask(name)) if name else message.text
    return phones.mask_within(text)


def _scope(request: DeskRequest) -> Scope:
    """The community chosen in the scope picker, else everything in reach."""
    chosen = request.desk.community
    return Scope(communities=frozenset({chosen.pk})) if chosen else request.desk.scope


def _due(request: DeskRequest) -> int:
    """How many could be handed off now; those of a provider are not for people to send."""
    channels = [c for c in Message.Channel if settings.SMS.provider is None or c != Message.Channel.SMS]
    now = timezone.now()
    return sum(queries.due_in(_scope(request), channel, now).count() for channel in channels)


def _tiles(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "label": Message.State(state).label,
            "n": n,
            "href": f"{reverse('outbox')}?state={state}",
            "on": state == chosen,
        }
        for state, n in counts.items()
    ]


@desk_page(SEND_MESSAGES)
@require_POST
def outbox_hand_off(request: DeskRequest) -> HttpResponse:
    """One file of everything that is due; what a provider sends is not handed off beside it."""
    form = HandOffForm(request.POST)
    if not form.is_valid():
        return render(request, "users/outbox/outbox.html", _page(request, form), status=422)
    asked = form.cleaned_data
    if settings.SMS.provider is not None and asked["channel"] == Message.Channel.SMS:
        messages.error(request, _("Text messages go out by themselves here; nothing was handed off."))
        return redirect("outbox")
    made = handing.hand_off(asked["channel"], _scope(request), asked["reason"], request.desk.staff, timezone.now())
    if made is None:
        messages.info(request, _("Nothing may go out now: quiet hours, a pause, or nothing is due."))
        return redirect("outbox")
    n = made.messages.count()
    text = ngettext("%(n)s message handed off; download its file", "%(n)s messages handed off; download their file", n)
    messages.success(request, text % {"n": figures.count(n)})
    return redirect(f"{reverse('outbox')}#hand-offs")


@desk_page(SEND_MESSAGES)
@require_POST
def hand_off_file(request: DeskRequest, hand_off_id: int) -> HttpResponse:
    """The same file every time; from the second time on a reason is asked."""
    made = queries.hand_offs().filter(pk=hand_off_id).first()
    if made is None or not queries.reaches(request.desk.scope, made):
        raise Http404
    form = ReasonForm(request.POST)
    if made.downloads and not form.is_valid():
        messages.error(request, _("Say what for: this file was taken before. Nothing was downloaded."))
        return redirect("outbox")
    handing.count_download(made, form.data.get("reason", "")[:200], request.desk.staff)
    return _csv(made)


def _csv(made: HandOff) -> HttpResponse:
    body = "\ufeff" + "".join(exports.lines(handing.HEAD, handing.rows(made)))
    name = f"hand-off-{made.pk}-{timezone.localtime(made.made_at):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=exports.KINDS[exports.CSV], headers=headers)


@desk_page(SEND_MESSAGES)
@require_POST
def message_decide(request: DeskRequest, message_id: int) -> HttpResponse:
    """An unknown message: sent again because it never arrived, or kept as sent because it did."""
    message, form = queries.message(request.desk.scope, message_id), ReasonForm(request.POST)
    if message is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Say how you know; nothing was decided."))
    elif _decided(request, message, form.cleaned_data["reason"]):
        messages.success(request, _("Decided and kept in the log"))
    else:
        messages.error(request, _("Somebody decided this meanwhile."))
    return redirect(f"{reverse('outbox')}?state={Message.State.UNKNOWN}")


def _decided(request: DeskRequest, message: Message, reason: str) -> bool:
    decide = actions.send_again if "again" in request.POST else actions.mark_sent
    return decide(message, reason, request.desk.staff)
