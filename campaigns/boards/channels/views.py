"""The channels of recall side by side (S18)."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.channels import queries
from campaigns.boards.channels.rules import Channel, together
from campaigns.boards.visits.sight import known_before
from campaigns.drives import queries as drives
from campaigns.drives.models import Drive
from campaigns.drives.rules import DRIVE_CHANNELS, channel_label
from communities.access import DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import SEE_FIELD
from opsdesk.lib import charts, figures
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_

NEWEST = 20  # drives offered
DEFINITIONS = {
    "contacted": N_(
        "Customers at whose door somebody stood, who were called or written to, or to whom a message went."
    ),
    "answered": N_("Doors that opened and people who answered. Of a message nobody knows."),
    "woken": N_(
        "Contacted customers with a purchase within the attribution days from the first contact on; only "
        "those whose days are over."
    ),
    "held": N_("The same of those held out who would have had this channel, from the drive’s start on."),
    "cost": N_(
        "Time at doors as measured, calls and chats by the minutes in the policies, text messages, and "
        "coupons used; of contacts whose days are over."
    ),
    "each": N_("Cost ÷ woken customers. Those who would have come anyway are among them: the lift says how many."),
}


@desk_page(SEE_FIELD)
def channels_compared(request: DeskRequest) -> HttpResponse:
    """`?drive=R-0091`: of one drive; else of all that were started."""
    scope, community = request.desk.scope, request.desk.community
    drive = chosen(request)
    as_of = known_before(timezone.localdate())
    found = queries.channels(scope, as_of, drive.pk if drive else None, community.pk if community else None)
    least = policies.for_company().effect_min_people
    context = {
        "as_of": as_of,
        "chosen": drive,
        "offered": drives.drives(scope).exclude(started_at=None)[:NEWEST],
        "rows": [_row(key, found[key], found, least) for key in DRIVE_CHANNELS if key in found],
        "total": _row("", together(list(found.values())), found, least),
        "least": least,
        "definitions": {key: {"what": _(what), "as_of": as_of} for key, what in DEFINITIONS.items()},
    }
    return render(request, "campaigns/visits/channels.html", context)


def chosen(request: DeskRequest) -> Drive | None:
    """The drive of the address; None: all of them."""
    number = request.GET.get("drive", "")
    if not number:
        return None
    found = drives.drive(request.desk.scope, number)
    if found is None:
        raise Http404
    return found


def _row(key: str, one: Channel, found: Mapping[str, Channel], least: int) -> dict[str, Any]:
    """`range` is drawn on the scale of the widest wake rate of the table."""
    lift, each = one.lift(least), one.each(least)
    rates = [other.wake_rate for other in found.values() if other.over >= least]
    top = max((rate.high for rate in rates if rate), default=1.0)
    told = one.over >= least
    return {
        "key": key,
        "label": _(channel_label(key)) if key else "",
        "channel": one,
        "wake": one.wake_rate if told else None,
        "range": _drawn(one.wake_rate, top) if told else None,
        "lift": _("%(change)s pt") % {"change": figures.signed(lift.at * 100, 1)} if lift else "",
        "lift_range": f"{figures.signed(lift.low * 100, 1)} – {figures.signed(lift.high * 100, 1)}" if lift else "",
        "each": None if each is None else round(each),
    }


def _drawn(rate: Interval | None, top: float) -> charts.Interval | None:
    return charts.interval(rate.low, rate.at, rate.high, (0, top)) if rate else None
