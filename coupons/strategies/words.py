"""A strategy as people say it: what it does, in a sentence that can be read aloud, and each field as text."""

from datetime import time
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.definitions import words as coupons
from coupons.strategies.models import StrategyVersion
from coupons.strategies.rules import RHYTHMS
from opsdesk.lib import figures
from users.contact.rules import CHANNELS


def rhythm(said: str, weekday: int | None, at: time | None) -> str:
    """every Monday, 10:30"""
    when = _("every %(weekday)s") % {"weekday": WEEKDAYS[weekday]} if weekday is not None else _(RHYTHMS[said])
    return _("%(day)s, %(time)s") % {"day": when, "time": clock(at)} if at else str(when)


def clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def every(days: int) -> str:
    return ngettext("once in %(n)s day", "once in %(n)s days", days) % {"n": figures.count(days)}


def sentence(version: StrategyVersion, audience: str) -> str:
    """What it does. `audience`: its filter in words, empty for everybody."""
    values = {
        "when": rhythm(version.rhythm, version.weekday, version.send_time),
        "who": _("customers for whom %(conditions)s") % {"conditions": audience} if audience else _("all customers"),
        "what": coupons.terms(version.coupon) if version.coupon else "",
        "how": channel(version.message_channel or version.channel),
        "often": every(version.every_days),
    }
    if version.coupon and version.message_channel:
        said = _("%(when)s: %(who)s get “%(what)s” and are told by %(how)s, each at most %(often)s.")
    elif version.coupon:
        said = _("%(when)s: %(who)s get “%(what)s”, each at most %(often)s.")
    elif version.channel == "coupon":
        said = _("%(when)s: nothing yet for %(who)s. Choose a coupon, or another channel.")
    else:
        said = _("%(when)s: %(who)s are reached by %(how)s, without a coupon, each at most %(often)s.")
    first = said % values
    return first[:1].upper() + first[1:]


def channel(code: str) -> str:
    return _(CHANNELS[code]) if code in CHANNELS else _("nothing")


def shown(version: StrategyVersion, field: str, audience: str) -> str:
    """One field of rules.FIELDS as text; empty for nothing."""
    special: dict[str, Any] = {
        "audience": audience,
        "coupon_id": coupons.terms(version.coupon) if version.coupon else "",
        "budget_id": str(version.budget or ""),
        "channel": channel(version.channel),
        "message_channel": channel(version.message_channel) if version.message_channel else "",
        "rhythm": _(RHYTHMS[version.rhythm]),
        "weekday": "" if version.weekday is None else str(WEEKDAYS[version.weekday]),
        "send_time": clock(version.send_time),
        "every_days": every(version.every_days),
    }
    return str(special.get(field, getattr(version, field, "")))
