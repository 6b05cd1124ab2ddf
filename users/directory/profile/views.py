from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_CUSTOMERS
from users.customers.models import Customer


@desk_page(SEE_CUSTOMERS)
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    person = get_object_or_404(Customer.objects.visible_to(request.desk.scope), pk=customer_id)
    return render(request, "users/directory/profile.html", {"person": person})
