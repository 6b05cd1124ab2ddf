"""How a batch's coupons get to the shop: its parcels, their files, and what a person decides of an unknown one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from communities.access import DeskRequest, desk_page
from communities.rules import HAND_OVER
from coupons.batches.models import Batch
from coupons.boards.batches import reached
from coupons.handover import actions, calling, queries
from coupons.handover.models import Parcel
from opsdesk.lib import exports

MOST_REASON = 200


@desk_page(HAND_OVER)
def batch_parcels(request: DeskRequest, key: str) -> HttpResponse:
    """Every parcel, newest first, and the ways that are set up for what is in none yet."""
    return _page(request, reached(request.desk, key))


def _page(request: DeskRequest, batch: Batch, status: int = 200, **more: Any) -> HttpResponse:
    set_up = queries.ways(timezone.now())
    parcels = list(queries.of_batch(batch))
    context: dict[str, Any] = {
        "batch": batch,
        "rows": [(one, _open(one)) for one in parcels],
        "unpacked": queries.unpacked(batch),
        "ways": [(way, Parcel.Way(way).label) for way in set_up],
        "unknown": any(one.state == Parcel.State.UNKNOWN for one in parcels),
    }
    return render(request, "coupons/boards/parcels.html", context | more, status=status)


def _open(parcel: Parcel) -> set[str]:
    """The verbs that the parcel is in a state for."""
    if parcel.way == Parcel.Way.FILE:
        return {"download"}
    return {verb for verb, (states, _news) in actions.DECISIONS.items() if parcel.state in states}


@desk_page(HAND_OVER)
@require_POST
def batch_pack(request: DeskRequest, key: str) -> HttpResponse:
    """A parcel of what is in none, by a way that is set up."""
    batch, way = reached(request.desk, key), request.POST.get("way", "")
    if way not in queries.ways(timezone.now()):
        messages.error(request, _("This way to the shop is not set up; nothing was packed."))
    elif actions.pack(batch.pk, by=request.desk.staff, way=way) is None:
        messages.info(request, _("Every coupon of the batch is in a parcel already."))
    elif way == Parcel.Way.CALL:
        calling.queue()
    return redirect("batch_parcels", batch.pk)


@desk_page(HAND_OVER)
@require_POST
def parcel_file(request: DeskRequest, parcel_id: int) -> HttpResponse:
    """The parcel's file with whole phones, for a reason that is kept. One that is not what it was is said first."""
    parcel, reason = _parcel(request, parcel_id), _reason(request)
    if parcel.way != Parcel.Way.FILE:
        raise Http404
    if not reason:
        messages.error(request, _("Say what for: the file holds whole phones. Nothing was downloaded."))
        return redirect("batch_parcels", parcel.batch_id)
    by, at, as_it_is = request.desk.staff, timezone.now(), "as_it_is" in request.POST
    try:
        body = actions.download(parcel.pk, by=by, reason=reason, at=at, as_it_is=as_it_is)
    except actions.Changed as changed:
        return _page(request, parcel.batch, 409, changed=changed, reason=reason)
    name = f"{parcel.batch.number}-{parcel.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=exports.KINDS[exports.CSV], headers=headers)


@desk_page(HAND_OVER)
@require_POST
def parcel_decide(request: DeskRequest, parcel_id: int) -> HttpResponse:
    """Sent again, kept as handed over, or made a file, by somebody who says how they know."""
    parcel, verb, reason = _parcel(request, parcel_id), request.POST.get("verb", ""), _reason(request)
    if verb not in actions.DECISIONS or not reason:
        messages.error(request, _("Say how you know; nothing was decided."))
    elif actions.decide(parcel, verb, reason=reason, by=request.desk.staff):
        messages.success(request, _("Decided and kept in the log"))
        if verb == "send_again":
            calling.queue()
    else:
        messages.error(request, _("Somebody decided this meanwhile."))
    return redirect("batch_parcels", parcel.batch_id)


def _parcel(request: DeskRequest, parcel_id: int) -> Parcel:
    found = queries.in_reach(request.desk.scope).filter(pk=parcel_id).first()
    if found is None:
        raise Http404
    return found


def _reason(request: DeskRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:MOST_REASON]
