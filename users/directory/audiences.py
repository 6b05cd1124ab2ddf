"""From the customer list to a page that plans something for the people in it."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from users.directory import filters, queries


def handed_to(request: HttpRequest, page: str, too_many: str) -> HttpResponse:
    """The rows ticked, or all that the filter leaves, as the `audience` of the page named; back to the list where more
    are ticked than an address holds, which `too_many` says of %(n)s."""
    shown, ids = filters.from_query(request.GET), queries.ticked_ids(request.POST)
    if len(ids) > filters.MOST_IDS:
        messages.error(request, too_many % {"n": filters.MOST_IDS})
        return redirect(f"{reverse('customers')}?{shown.to_query() or 'all=1'}")
    meant = replace(shown, ids=ids) if ids else shown
    return redirect(f"{reverse(page)}?{urlencode({'audience': meant.to_query()})}")
