from django.http import HttpResponse

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_CUSTOMERS
from opsdesk.lib import htmx
from users.directory.lookup import queries


@desk_page(SEE_CUSTOMERS)
def search(request: DeskRequest) -> HttpResponse:
    """By POST only: a phone that is looked for stands in no address. GET shows what can be looked for."""
    found = queries.found(request.desk.scope, request.POST.get("q", ""))
    return htmx.render_page(request, "users/directory/search.html", "users/directory/_found.html", vars(found))
