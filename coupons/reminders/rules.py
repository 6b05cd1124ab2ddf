"""Who is reminded of which coupon on which day, and in which words (domain.md, Coupons; pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from coupons.batches.rules import draw
from opsdesk.lib.words import N_

SHANGHAI = ZoneInfo("Asia/Shanghai")
DRAWS = 2**28  # how many numbers batches.rules.draw gives
STOPPED = ("paused", "revoked", "rejected")  # batches whose coupons nobody is reminded of
SAID = {"told": N_("told"), "away": N_("not met")}

# The one script, unless the desk has written another: what the message says and staff say too.
SCRIPT = N_(
    "Hello {name}, your coupon “{coupon}” is good to the end of {ends}. Choose it when you pay in the app; "
    "after that day it is worth nothing."
)


@dataclass(frozen=True)
class Held:
    """A coupon in a customer's hand, as far as a reminder asks. `key` and `share`: the draw of its batch."""

    grant: int
    customer: int
    state: str
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime
    key: str = ""
    share: float = 0.1
    batch_state: str = "issued"


def last_day(expires_at: datetime) -> date:
    """The last day in Shanghai on which it is worth something."""
    return (expires_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


def days_before(expires_at: datetime, day: date) -> int:
    return (last_day(expires_at) - day).days


def is_due(held: Held, day: date, at: datetime, days: Sequence[int]) -> bool:
    """Open, usable already, not issued that very day, and its end as many days away as one of `days`."""
    return (
        held.state == "open"
        and held.batch_state not in STOPPED
        and held.valid_from <= at
        and held.issued_at.astimezone(SHANGHAI).date() < day
        and days_before(held.expires_at, day) in days
    )


def chosen(coupons: Iterable[Held], day: date, at: datetime, days: Sequence[int]) -> dict[int, Held]:
    """By customer, the one coupon that they are reminded of on a day: of those due the one that ends first."""
    due = sorted(
        (one for one in coupons if is_due(one, day, at, days)),
        key=lambda one: (one.expires_at, one.grant),
        reverse=True,
    )
    return {one.customer: one for one in due}


def is_held_out(key: str, customer: int, share: float) -> bool:
    """The same for all reminders of a batch: whoever hears nothing before a coupon's end hears nothing at all, so what
    reminding brings can be told. A draw apart from the batch's own, under which they got the coupon."""
    return draw(f"{key} reminder", customer) < share * DRAWS


def fate(held: Held, refused: str) -> tuple[str, str]:
    """(fate, reason) as they are kept. `refused`: what the gate says, "" when they may be reached."""
    if refused:
        return "held", refused
    return ("control" if is_held_out(held.key, held.customer, held.share) else "send"), ""
