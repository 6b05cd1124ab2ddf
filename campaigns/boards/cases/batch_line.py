"""The case that a batch of coupons makes good, as the batch's own pages show it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from campaigns.cases import actions, queries
from communities.access import DeskRequest, desk_page
from communities.rules import SEE_BOARDS, SEE_COUPONS
from coupons.batches import queries as batches
from opsdesk.lib import htmx


@desk_page(SEE_COUPONS)
def batch_case(request: DeskRequest, batch_id: int) -> HttpResponse:
    """A few words for htmx, empty for a batch of no case; without scripts the case itself, or back to the batch."""
    desk = request.desk
    batch = batches.found(desk.scope, str(batch_id))
    if batch is None:
        raise Http404
    case = queries.case_of_batch(batch.pk)
    is_linked = case is not None and desk.scope_for(SEE_BOARDS).sees_community(case.community_id)
    if htmx.wants_part(request):
        return render(request, "campaigns/cases/_of_batch.html", {"case": case, "is_linked": is_linked})
    if case is not None and is_linked:
        return redirect(f"{actions.href(case)}#measures")
    messages.info(request, _("No case that you may look at is behind this batch."))
    return redirect("batch", batch.pk)
