"""One customer's page, the phone seen once, a note written down."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities import rates
from communities.access import DeskRequest, desk_page
from communities.rules import CHANGE_WISHES, REVEAL_PHONE, SEE_CUSTOMERS, TAG
from communities.scoping import Scope
from opsdesk.lib import htmx, phones
from users.customers import search
from users.directory import actions
from users.directory import queries as directory
from users.directory.forms import NoteForm, RevealForm
from users.directory.profile import contact, place, queries, timeline, words


@desk_page(SEE_CUSTOMERS)
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    person = _found(request.desk.scope, customer_id)
    return htmx.render_page(
        request, "users/directory/profile.html", "users/directory/_timeline.html", _context(request, person)
    )


@desk_page(REVEAL_PHONE)
@require_POST
def customer_reveal(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The whole number in this answer and nowhere else: once, for a reason, counted."""
    person = _found(request.desk.scope, customer_id)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _reveal_answer(request, person, refused=_("Choose a reason; the number was not shown."))
    try:
        phone = actions.reveal(person, by=request.desk.staff, reason=form.cleaned_data["reason"])
    except rates.TooMany as limit:
        text = _("%(n)s numbers within an hour are the limit. Try again later, or ask your manager.")
        return _reveal_answer(request, person, refused=text % {"n": limit.args[0]})
    return _reveal_answer(request, person, phone=phone)


def _reveal_answer(request: DeskRequest, person: Any, phone: str = "", refused: str = "") -> HttpResponse:
    context = {"phone": phone, "refused": refused, "masked": phones.mask(person.phone)}
    if htmx.wants_part(request):
        return render(request, "users/directory/_phone_shown.html", context)
    return render(request, "users/directory/profile.html", _context(request, person) | context)


@desk_page(SEE_CUSTOMERS)
@require_POST
def customer_note(request: DeskRequest, customer_id: int) -> HttpResponse:
    person = _found(request.desk.scope, customer_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The note needs 1 to 500 characters; nothing was kept."))
        return redirect("customer", customer_id)
    text = form.cleaned_data["text"]
    kept = search.without_phones(text)
    actions.note(person, kept, by=request.desk.staff)
    if kept != text:
        messages.warning(request, _("Note kept, with the phone in it masked: phones do not belong in notes"))
    else:
        messages.success(request, _("Note kept"))
    return redirect("customer", customer_id)


def _found(scope: Scope, customer_id: int) -> Any:
    """Out of reach is the same as not there."""
    person = queries.person(scope, customer_id)
    if person is None:
        raise Http404
    return person


def _context(request: DeskRequest, person: Any) -> dict[str, Any]:
    desk = request.desk
    rules, cut = place.rules_for(person), place.cut_of(person)
    why = place.why(person, rules, cut)
    dimensions, rank = place.dimensions(person, cut)
    as_of = person.counted_as_of
    kind = request.GET.get("kind", "all") if request.GET.get("kind") in timeline.KINDS else "all"
    return {
        "person": person,
        "rules": rules,
        "why_class": words.told(why.lifecycle) if why else "",
        "why_rfm": words.joined(why.rfm) if why else "",
        "dimensions": dimensions,
        "rank": rank,
        "months": place.months(person, as_of) if as_of else None,
        "categories": queries.categories(person.pk, place.window_start(as_of, rules), as_of) if as_of else [],
        "timeline": timeline.of(person, rules, kind, _shown(request)),
        "kinds": _kinds(kind),
        "kind": kind,
        "may_tag": _reaches(desk.scope_for(TAG), person),
        "tags": list(directory.tags()),
        "contact": contact.of(person.pk, timezone.now(), rules, _reaches(desk.scope_for(CHANGE_WISHES), person)),
        "note_form": NoteForm(use_required_attribute=False),
        "reveal_url": reverse("customer_reveal", args=[person.pk])
        if _reaches(desk.scope_for(REVEAL_PHONE), person)
        else "",
        "reasons": [(code, _(word)) for code, word in actions.REASONS.items()],
    }


def _kinds(chosen: str) -> list[dict[str, Any]]:
    labels = {"all": _("All"), "order": _("Orders"), "class": _("Classes"), "touch": _("Contacts"), "tag": _("Tags")}
    return [{"label": labels[kind], "href": f"?kind={kind}", "current": kind == chosen} for kind in timeline.KINDS]


def _shown(request: DeskRequest) -> int:
    text = request.GET.get("shown", "")
    return min(int(text), timeline.MOST) if text.isascii() and text.isdigit() and len(text) < 6 else timeline.SHOWN


def _reaches(scope: Scope, person: Any) -> bool:
    return scope.sees_community(person.community_id) or person.station_id in scope.stations
