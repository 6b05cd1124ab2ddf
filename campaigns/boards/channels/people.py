"""Who stands behind a number of the channel comparison: contacted or held out, woken or not."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.channels import queries, views
from campaigns.boards.channels.queries import WHICH, Behind
from campaigns.boards.visits.sight import known_before
from campaigns.drives.models import Drive
from campaigns.drives.rules import DRIVE_CHANNELS, channel_label
from communities.access import DeskRequest, desk_page
from communities.rules import SEE_FIELD
from communities.scoping import Scope
from opsdesk.lib import paging
from opsdesk.lib.words import N_
from users.customers.models import Customer

TITLES = {
    "tasks": {
        "all": N_("Tasks"), "contacted": N_("Contacted"), "answered": N_("Answered"),
        "over": N_("Customers whose days are over"), "woken": N_("Woken customers"),
    },
    "held": {"over": N_("Held out"), "woken": N_("Held out, and bought all the same")},
}  # fmt: skip


@desk_page(SEE_FIELD)
def channel_people(request: DeskRequest) -> HttpResponse:
    """`side`, `what` and `channel` ("": all), `drive` and `community` as on the board; `after`: how many before."""
    side, what, channel = (request.GET.get(name, "") for name in ("side", "what", "channel"))
    if what not in WHICH.get(side, {}) or channel not in ("", *DRIVE_CHANNELS):
        raise Http404
    scope, community, chosen = request.desk.scope, request.desk.community, views.chosen(request)
    as_of = known_before(timezone.localdate())
    places = (chosen.pk if chosen else None, community.pk if community else None)
    found = queries.behind(scope, as_of, side, what, channel, *places)
    after = _after(request.GET.get("after", ""))
    shown = found[after : after + paging.DEFAULT_SIZE]
    context = {
        "title": _(TITLES[side][what]),
        "channel": _(channel_label(channel)) if channel else _("All channels"),
        "side": side,
        "chosen": chosen,
        "as_of": as_of,
        "total": len(found),
        "rows": _rows(scope, shown),
        "after": after + len(shown) if after + len(shown) < len(found) else 0,
    }
    return render(request, "campaigns/visits/channel_people.html", context)


def _after(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _rows(scope: Scope, shown: list[Behind]) -> list[tuple[Behind, Any, Any, str]]:
    """Each with the customer (None: out of reach by now), the drive and the channel in words."""
    people = Customer.objects.visible_to(scope).select_related("community").in_bulk([one.customer_id for one in shown])
    drives = Drive.objects.in_bulk({one.drive_id for one in shown})
    return [(one, people.get(one.customer_id), drives[one.drive_id], _(channel_label(one.channel))) for one in shown]
