"""A wish changed by one press on the customer's page, and taken back by another."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.redirects import back
from communities.rules import CHANGE_WISHES
from users.contact import actions, words
from users.contact.forms import WishForm
from users.contact.models import WishChange
from users.customers.models import Customer


@desk_page(CHANGE_WISHES)
@require_POST
def wish_change(request: DeskRequest, customer_id: int) -> HttpResponse:
    customer = _reached(request, customer_id)
    form = WishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This wish cannot be kept; nothing was changed."))
        return redirect("customer", customer.pk)
    change = actions.change_wish(
        customer=customer, way=WishChange.Way.STAFF, by=request.desk.staff, **form.cleaned_data
    )
    if change is None:
        messages.info(request, _("Nothing changed: that is how it stands already."))
    else:
        told = _("Kept: %(what)s") % {"what": words.change(change)}
        messages.success(request, told, extra_tags=reverse("wish_undo", args=[change.pk]))
    return redirect(back(request, reverse("customer", args=[customer.pk])))


@desk_page(CHANGE_WISHES)
@require_POST
def wish_undo(request: DeskRequest, change_id: int) -> HttpResponse:
    """One's own change only, as long as nothing newer was said."""
    change = get_object_or_404(WishChange, pk=change_id, by=request.desk.staff)
    customer = _reached(request, change.customer_id)
    if actions.take_back(change, request.desk.staff):
        messages.success(request, _("Taken back"))
    else:
        messages.error(request, _("Something newer was said meanwhile; nothing was taken back."))
    return redirect(back(request, reverse("customer", args=[customer.pk])))


def _reached(request: DeskRequest, customer_id: int) -> Customer:
    """Out of reach is the same as not there."""
    customer: Customer | None = Customer.objects.visible_to(request.desk.scope).filter(pk=customer_id).first()
    if customer is None:
        raise Http404
    return customer
