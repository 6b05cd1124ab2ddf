"""Callbacks on a customer's page: when, by whom, what was answered, because of which case."""

from django.http import Http404, HttpResponse

from campaigns.cases import callbacks
from communities.access import DeskRequest, desk_page
from communities.rules import SEE_BOARDS, SEE_CUSTOMERS
from opsdesk.lib import htmx
from users.customers.models import Customer


@desk_page(SEE_CUSTOMERS)
def customer_callbacks(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The section of the customer's page for htmx, empty for who was never to be called; a page without scripts."""
    desk = request.desk
    person = Customer.objects.visible_to(desk.scope).filter(pk=customer_id).first()
    if person is None:
        raise Http404
    reach = desk.scope_for(SEE_BOARDS) if desk.may(SEE_BOARDS) else None
    calls = [
        (call, reach is not None and reach.sees_community(call.case.community_id))
        for call in callbacks.of_customer(person.pk)
    ]
    context = {"person": person, "calls": calls}
    return htmx.render_page(request, "campaigns/cases/called.html", "campaigns/cases/_called.html", context)
