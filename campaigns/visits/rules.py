"""When a visit took place, how long the work took, what the events of a task come to (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from campaigns.drives.outcomes import ends
from communities.policies.rules import Policies
from opsdesk.lib.words import N_
from users.contact.rules import REASONS

SKEWED_FROM = timedelta(minutes=2)  # a phone's clock that is further off is told so
CONFLICT_WITHIN = timedelta(hours=12)  # two people at one door
PAUSE = timedelta(minutes=20)  # a longer gap between two outcomes is a break
FIRST = timedelta(minutes=5)  # what the first outcome after a break took


def skew(sent_at: datetime | None, received_at: datetime) -> timedelta:
    """How far the phone's clock is behind ours, by the moment it says it sent. The way here counts as skew."""
    return received_at - sent_at if sent_at else timedelta()


def took_place(device_at: datetime | None, off: timedelta, received_at: datetime) -> datetime:
    """When it happened, by our clock: the phone's word, put right by its skew when that is large; never in the
    future."""
    if device_at is None:
        return received_at
    return min(device_at + (off if abs(off) > SKEWED_FROM else timedelta()), received_at)


def minutes_worked(times: Iterable[datetime]) -> float:
    """Minutes of one person's work by the moments of their outcomes: gaps of up to PAUSE count, a longer one is a
    break, and the first outcome of each stretch took FIRST."""
    ordered = sorted(times)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    worked = sum((gap if gap <= PAUSE else FIRST for gap in gaps), FIRST if ordered else timedelta())
    return worked / timedelta(minutes=1)


# -- What the events of a task come to ---------------------------------------------------------------------------------

SILENT = ("no_answer", "no_entry")  # nobody was spoken to: it takes nothing back of what was said before


@dataclass(frozen=True)
class Event:
    """One live event. `staff_id`: who was there, also when somebody else put it right later."""

    at: datetime
    outcome: str
    staff_id: int


@dataclass(frozen=True)
class Standing:
    """`outcome`: the last in time, "" when nothing is left; `done`: nothing is left to do."""

    outcome: str = ""
    visits: int = 0
    done: bool = False


def standing(events: Sequence[Event], tries: int) -> Standing:
    """Events in the order in which they took place. Done by the last that somebody answered or that ends by itself;
    finding nobody later takes nothing back. Nobody home `tries` times is done as well."""
    if not events:
        return Standing()
    outcomes = [event.outcome for event in events]
    telling = next((one for one in reversed(outcomes) if one not in SILENT), "no_answer")
    return Standing(outcomes[-1], len(events), ends(telling, outcomes.count("no_answer"), tries))


def met(one: Event, other: Event) -> bool:
    """Two people at one door, at about the same time."""
    return one.staff_id != other.staff_id and abs(one.at - other.at) <= CONFLICT_WITHIN


def minutes_of(channel: str, values: Policies) -> float:
    """Minutes of staff that reaching one customer takes; a text message takes none."""
    taken = {"phone": values.call_minutes, "wechat": values.chat_minutes, "group": values.group_minutes}
    return 60 / values.doors_an_hour if channel == "door" else float(taken.get(channel, 0))


# Why a coupon that was asked for at a door was not given, beside the gate's reasons.
NO_COUPON = REASONS | {
    "none": N_("this drive gives none to them"),
    "sold_out": N_("every one is handed out"),
    "not_meant": N_("it is meant for others"),
    "budget": N_("the budget of this place is used up"),
    "busy": N_("it could not be given just then"),
}
