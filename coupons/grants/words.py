"""A coupon in a customer's hand, as people say how it stands."""

from datetime import datetime

from coupons.grants.models import Grant
from opsdesk.lib.words import N_

_STATES = {
    Grant.State.USED: N_("used"),
    Grant.State.EXPIRED: N_("expired unused"),
    Grant.State.VOID: N_("void"),
}


def state(grant: Grant, at: datetime) -> str:
    """A msgid. An open coupon says what it is worth at this moment, also before the night has read its end."""
    if grant.state != Grant.State.OPEN:
        return _STATES[Grant.State(grant.state)]
    if at >= grant.expires_at:
        return _STATES[Grant.State.EXPIRED]
    return N_("not valid yet") if at < grant.valid_from else N_("not used yet")
