"""A customer's coupons on their page: what they hold, what was refused, one handed out, one made void."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import Desk, DeskRequest, desk_page
from communities.redirects import back
from communities.rules import DRAFT_COUPONS, HAND_OVER, PHONE, SEE_COUPONS, SEE_CUSTOMERS
from communities.scoping import Scope
from coupons.batches import audience
from coupons.batches import queries as batches
from coupons.batches.models import Batch
from coupons.budgets.actions import Short
from coupons.grants import actions, queries, words
from coupons.grants.models import Grant
from opsdesk.lib import htmx
from users.contact import queries as contact
from users.contact.rules import REASONS
from users.customers import search
from users.customers.models import Customer
from users.directory import filters, listing, sentence

SHOWN = 50
REFUSED_SHOWN = 10


@dataclass(frozen=True)
class Held:
    """One coupon with its state in words. `last_day`: a moment of the last day on which it is worth something."""

    grant: Grant
    state: str
    last_day: datetime
    may_void: bool
    linked: bool


@desk_page(SEE_CUSTOMERS)
def customer_coupons(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The section of the customer's page for htmx; a page of its own without scripts."""
    person, at = _found(request.desk, customer_id), timezone.now()
    held = _held(request.desk, person, at)
    here = reverse("customer", args=[person.pk]) if htmx.wants_part(request) else request.path
    context = {
        "person": person,
        "held": held[:SHOWN],
        "is_more": len(held) > SHOWN,
        "refused": queries.refused_of(person.pk, REFUSED_SHOWN),
        "may_see_refused": request.desk.may(SEE_COUPONS),
        "next": here,
    }
    context |= _offers(request.desk, person, held, at)
    return htmx.render_page(request, "coupons/boards/holder.html", "coupons/boards/_holder.html", context)


@desk_page(SEE_CUSTOMERS)
@require_POST
def coupon_give(request: DeskRequest, customer_id: int) -> HttpResponse:
    """One coupon of an open batch, by those who may hand out at the customer's place."""
    person = _found(request.desk, customer_id)
    if not _may_give(request.desk, person):
        raise PermissionDenied(HAND_OVER)
    batch_id = _number(request.POST.get("batch", ""))
    had = queries.coupons_of(person.pk).filter(batch=batch_id).first()
    if had:
        messages.info(request, _("They have this coupon already: %(code)s") % {"code": had.code})
    else:
        _give(request, person, batch_id, timezone.now())
    return redirect(back(request, reverse("customer", args=[person.pk])))


@desk_page(SEE_CUSTOMERS)
@require_POST
def coupon_void(request: DeskRequest, grant_id: int) -> HttpResponse:
    """An open coupon made worth nothing, with the reason kept; there is no way back, another can be handed out."""
    grant = get_object_or_404(Grant, pk=grant_id)
    person = _found(request.desk, grant.customer_id)
    if not _may_void(request.desk, person):
        raise PermissionDenied(DRAFT_COUPONS)
    reason = search.without_phones(request.POST.get("reason", "").strip())[:200]
    if not reason:
        messages.error(request, _("Say why; the coupon stays as it is."))
    elif actions.void(grant.pk, reason=reason, by=request.user, at=timezone.now()):
        messages.success(request, _("Coupon %(code)s is void") % {"code": grant.code})
    else:
        messages.error(request, _("This coupon had been used or had ended meanwhile; nothing was changed."))
    return redirect(back(request, reverse("customer", args=[person.pk])))


def _found(desk: Desk, customer_id: int) -> Customer:
    """Out of reach is the same as not there."""
    person: Customer | None = Customer.objects.visible_to(desk.scope).filter(pk=customer_id).first()
    if person is None:
        raise Http404
    return person


def _held(desk: Desk, person: Customer, at: datetime) -> list[Held]:
    """One more than is shown, to know whether there are more."""
    wanted = queries.coupons_of(person.pk).select_related("coupon__product").prefetch_related("coupon__categories")
    grants, may_void = list(wanted[: SHOWN + 1]), _may_void(desk, person)
    linked = _linked(desk, {grant.batch_id for grant in grants})
    return [
        Held(
            grant,
            _(words.state(grant, at)),
            grant.expires_at - timedelta(seconds=1),
            may_void and grant.state == Grant.State.OPEN and grant.expires_at > at,
            grant.batch_id in linked,
        )
        for grant in grants
    ]


def _linked(desk: Desk, batch_ids: set[int]) -> set[int]:
    """The batches whose page this person may open."""
    if not batch_ids or not desk.may(SEE_COUPONS):
        return set()
    visible = batches.visible_to(desk.scope_for(SEE_COUPONS)).filter(pk__in=batch_ids)
    return set(visible.values_list("pk", flat=True))


def _offers(desk: Desk, person: Customer, held: list[Held], at: datetime) -> dict[str, Any]:
    """Open batches to hand out from, with how many are left, or why this customer gets none now."""
    if not _may_give(desk, person):
        return {}
    had = {one.grant.batch_id for one in held}
    open_to_them = [one for one in _handing_out(person, at) if one.pk not in had and audience.means(one, person.pk)]
    offers = [(one, one.recipients - one.issued) for one in open_to_them]
    against = contact.may_contact(person.pk, "coupon", at, by_class=False) if offers else ""
    return {"offers": offers, "against": _(REASONS[against]) if against else ""}


def _handing_out(person: Customer, at: datetime) -> Any:
    return batches.handing_out(person.community_id, person.station_id, timezone.localdate(at))


def _give(request: DeskRequest, person: Customer, batch_id: int, at: datetime) -> None:
    """The answer in words: given, or what stands against it."""
    batch: Batch | None = _handing_out(person, at).filter(pk=batch_id).first()
    try:
        if batch is None:
            raise actions.SoldOut(batch_id)
        grant = actions.issue_one(batch.pk, person.pk, by=request.user, at=at)
        messages.success(request, _("Coupon %(code)s handed out") % {"code": grant.code})
    except actions.SoldOut:
        messages.error(request, _("None of these coupons is left to hand out; nothing was handed out."))
    except actions.NotMeant:
        text = _("Nothing was handed out: “%(batch)s” is for others. It is for: %(audience)s.")
        messages.error(request, text % {"batch": batch, "audience": _audience(request.desk, batch)})
    except actions.MayNot as held:
        messages.error(request, _("Nothing was handed out: %(why)s") % {"why": _(REASONS[held.reason])})
    except Short as lacks:
        text = _("Nothing was handed out: the budget “%(budget)s” does not hold another one")
        messages.error(request, text % {"budget": lacks.budget.name})


def _audience(desk: Desk, batch: Batch | None) -> str:
    wanted = filters.from_text(batch.audience if batch else "")
    return sentence.text(wanted, listing.names(wanted, desk))


def _may_give(desk: Desk, person: Customer) -> bool:
    """Who hands over to the shop, and whoever works at the customer's station."""
    return any(desk.may(needs) and _reaches(desk.scope_for(needs), person) for needs in (HAND_OVER, PHONE))


def _may_void(desk: Desk, person: Customer) -> bool:
    return any(desk.may(needs) and _reaches(desk.scope_for(needs), person) for needs in (DRAFT_COUPONS, HAND_OVER))


def _reaches(scope: Scope, person: Customer) -> bool:
    return scope.sees_community(person.community_id) or person.station_id in scope.stations


def _number(text: str) -> int:
    """0, which nothing has, when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
