from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from communities.access import desk_page
from communities.rules import DESK


@desk_page(DESK)
def today(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {})
