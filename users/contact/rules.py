"""One gate for every contact: yes, or the first reason against it (domain.md, Coupons, contacts; pure)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from opsdesk.lib.words import N_

# How a customer may be reached. A coupon is put into the shop's app; a door is knocked at.
CHANNELS = {
    "coupon": N_("coupon"),
    "sms": N_("text message"),
    "push": N_("push message"),
    "door": N_("door visit"),
    "wechat": N_("WeChat chat"),
    "phone": N_("phone call"),
    "group": N_("in the group"),
    "event": N_("event"),
}

# The first that holds is the one told. `holdout` and `limit` are said by whoever treats, not by the gate.
REASONS = {
    "dnc": N_("do not contact"),
    "profiling": N_("refuses profiling"),
    "consent": N_("no consent"),
    "incident": N_("open incident"),
    "cap": N_("contacted enough already"),
    "quiet": N_("quiet hours"),
    "holdout": N_("held out"),
    "limit": N_("has as many as one may have"),
}

# Why a drive gave somebody no task whom the gate would have let it reach.
PASSED_OVER = {
    "proxy": N_("buys for others"),
    "busy": N_("in another drive"),
    "nobody": N_("no staff at their station"),
    "capacity": N_("beyond what the staff can do"),
    "channel": N_("reached by no channel of this drive"),
}

# Why a message that the gate let through did not reach anybody after all.
UNSENT = {
    "late": N_("came too late"),
    "failed": N_("could not be delivered"),
    "off": N_("called off"),
}


@dataclass(frozen=True)
class Facts:
    """What the gate knows of a customer at a moment. Touches: (channel, days ago as a fraction)."""

    do_not_contact: bool = False
    no_profiling: bool = False
    refused: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    incident: bool = False
    touches: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Limits:
    """Caps count touches that reached the customer: `most` in `days` over all channels, `own_most` in `own_days` in
    the channel asked for (no entry: no cap of its own). Quiet hours wrap around midnight."""

    most: int
    days: int
    own: dict[str, tuple[int, int]]
    quiet_from: dt.time
    quiet_to: dt.time
    opt_in: frozenset[str]


QUIET_CHANNELS = frozenset({"sms", "push", "door", "phone", "wechat"})  # an in-app coupon wakes nobody


def may_contact(facts: Facts, channel: str, at: dt.time, limits: Limits, by_class: bool) -> str:
    """ "" when the customer may be contacted by `channel` at local time `at`, else a key of REASONS."""
    if facts.do_not_contact:
        return "dnc"
    if by_class and facts.no_profiling:
        return "profiling"
    if channel in facts.refused or (channel in limits.opt_in and channel not in facts.agreed):
        return "consent"
    if facts.incident:
        return "incident"
    if _is_capped(facts.touches, channel, limits):
        return "cap"
    if channel in QUIET_CHANNELS and is_quiet(at, limits):
        return "quiet"
    return ""


def _is_capped(touches: Iterable[tuple[str, float]], channel: str, limits: Limits) -> bool:
    touches = list(touches)
    if sum(ago < limits.days for _channel, ago in touches) >= limits.most:
        return True
    most, days = limits.own.get(channel, (0, 0))
    return bool(most) and sum(ago < days for used, ago in touches if used == channel) >= most


def is_quiet(at: dt.time, limits: Limits) -> bool:
    begin, end = limits.quiet_from, limits.quiet_to
    return begin <= at < end if begin <= end else at >= begin or at < end


def quiet_ends(at: dt.datetime, limits: Limits) -> dt.datetime:
    """The first moment after `at` (local) at which quiet hours end."""
    end = at.replace(
        hour=limits.quiet_to.hour, minute=limits.quiet_to.minute, second=limits.quiet_to.second, microsecond=0
    )
    return end if end > at else end + dt.timedelta(days=1)
