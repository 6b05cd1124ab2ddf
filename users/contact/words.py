"""Wishes, channels and touches in the reader's language."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from opsdesk.lib.words import N_
from users.contact.models import WishChange
from users.contact.rules import CHANNELS, PASSED_OVER, REASONS, UNSENT

# What did it, as touches and messages name it.
THINGS = {
    "batch": N_("batch"),
    "reminder": N_("reminder"),
    "grant": N_("coupon by hand"),
    "drive": N_("recall drive"),
    "visit": N_("visit"),
    "case": N_("incident"),
}


def thing(code: str) -> str:
    return _(THINGS.get(code, code))


# How those that have a number of their own make it of their id, and the page that shows them.
NUMBERED = {"batch": ("B-%04d", "batch"), "drive": ("R-%04d", "drive")}


def number(code: str, id: int) -> str:
    """B-0012; "" for what people know by no number."""
    return NUMBERED[code][0] % id if code in NUMBERED else ""


def page(code: str, id: int) -> str:
    """The address of what did it; "" where it has no page of its own."""
    return reverse(NUMBERED[code][1], args=[number(code, id)]) if code in NUMBERED else ""


def why_not(code: str) -> str:
    """Why somebody was not reached, by its code; "" for a code that is none."""
    word = {**REASONS, **PASSED_OVER, **UNSENT}.get(code)
    return _(word) if word else ""


def change(one: WishChange) -> str:
    """One line of the ledger: refuses text message."""
    return wish(one.subject, one.channel, one.allowed)


def wish(subject: str, channel: str, allowed: bool | None) -> str:
    if subject == WishChange.Subject.DO_NOT_CONTACT:
        return _("do not contact") if allowed is False else _("may be contacted again")
    if subject == WishChange.Subject.PROFILING:
        return _("refuses profiling") if allowed is False else _("profiling allowed again")
    told = {
        False: _("refuses: %(channel)s"),
        True: _("agrees to: %(channel)s"),
        None: _("nothing said of: %(channel)s"),
    }
    return told[allowed] % {"channel": _(CHANNELS[channel])}


# What a line of the ledger ends in when it was said at a door or on the phone (campaigns): the number of that.
_MARK = re.compile(r"(?P<callback>callback )?#(?P<number>\d+)$")


def note(one: WishChange) -> tuple[str, str]:
    """What somebody wrote, and what it was said at: door visit #12; "" where it tells of nothing."""
    found = _MARK.search(one.note)
    if found is None or not (found["callback"] or one.way == WishChange.Way.DOOR):
        return one.note, ""
    at = _("callback") if found["callback"] else _("door visit")
    return one.note[: found.start()].strip(), f"{at} #{found['number']}"


def note_line(one: WishChange) -> str:
    """The same in one line."""
    return " · ".join(part for part in note(one) if part)
