"""To whom the coupons of an open batch went, and by whom they were handed out."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_COUPONS
from coupons.batches import queries as batches
from coupons.boards.batches import reached
from coupons.grants import queries, words
from opsdesk.lib import htmx, paging

_NEWEST = paging.SortKey("id", int)
FIRST = 10


@desk_page(SEE_COUPONS)
def batch_handed_out(request: DeskRequest, key: str) -> HttpResponse:
    """The newest first, masked: the first ten as a section of the batch's page, or all of them on pages."""
    batch, at = reached(request.desk, key), timezone.now()
    size = FIRST if htmx.wants_part(request) else paging.size_of(request.GET)
    place = paging.place_of(request.GET, int)
    page = paging.page_of(queries.of_batch(batch.pk), _NEWEST, paging.Sort("id", True), place, size)
    people = {one.pk: one for one in batches.people([grant.customer_id for grant in page.rows])}
    acts = queries.given_by(page.rows)
    context = {
        "batch": batch,
        "page": page,
        "rows": [(one, people.get(one.customer_id), acts.get(one.pk), _(words.state(one, at))) for one in page.rows],
        "left": batch.recipients - batch.issued,
    }
    return htmx.render_page(request, "coupons/boards/handed_out.html", "coupons/boards/_handed_out.html", context)
