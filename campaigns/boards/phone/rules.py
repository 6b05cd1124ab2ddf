"""What a door looks like in the grid, what is said there, when "later" is (pure)."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from opsdesk.lib.words import N_

FRESH = timedelta(hours=12)  # for so long an outcome stands in the grid; then an open task is to be visited again
EVENING = time(18, 30)
MORNING = time(9, 30)

TO_DO = ("due", "todo")
# A home of several people shows the first of these that one of them is in.
RANK = (
    *TO_DO, "ordered", "interested", "later", "not_ordered", "refused", "no_answer", "no_entry", "moved", "no_address",
    "dnc", "closed",
)  # fmt: skip

LATER = {
    "hour": N_("In 1 hour"),
    "evening": N_("This evening"),
    "morning": N_("Tomorrow morning"),
    "night": N_("Tomorrow evening"),
}

# The ten buttons as staff read them; beside a door, and in a call or a chat (where there is no door to open).
BUTTONS = {
    "no_answer": N_("No answer"),
    "ordered": N_("Ordered now"),
    "interested": N_("Interested"),
    "not_ordered": N_("Opened, no order"),
    "refused": N_("Refused"),
    "later": N_("Come back"),
    "moved": N_("Moved away"),
    "no_address": N_("No such door"),
    "no_entry": N_("No access"),
    "dnc": N_("Do not visit"),
}
TALKS = {
    "no_answer": N_("No reply"),
    "ordered": N_("Ordered at once"),
    "interested": N_("Is interested"),
    "not_ordered": N_("Talked, no order"),
    "refused": N_("Refused"),
    "later": N_("Ask again later"),
    "moved": N_("Moved away"),
    "dnc": N_("Do not contact again"),
}
# The same in a cell of the grid: one short word, with an icon where a state is not to do.
CELLS = {
    "todo": ("", N_("to visit")),
    "due": ("clock", N_("due now")),
    "no_answer": ("home-off", N_("nobody")),
    "ordered": ("check", N_("bought")),
    "interested": ("mood-smile", N_("interested")),
    "not_ordered": ("door", N_("no order")),
    "refused": ("x", N_("said no")),
    "later": ("clock", N_("later")),
    "moved": ("home-move", N_("moved")),
    "no_address": ("map-pin-off", N_("no address")),
    "no_entry": ("lock", N_("no entry")),
    "dnc": ("ban", N_("no visits")),
    "closed": ("check", N_("closed")),
}


def state_of(state: str, outcome: str, last_at: datetime | None, later_at: datetime | None, at: datetime) -> str:
    """A key of CELLS for a task in `state` whose last outcome was at `last_at`."""
    if state == "open" and outcome == "later" and later_at and later_at <= at:
        return "due"
    if state == "open" and (not outcome or last_at is None or last_at < at - FRESH):
        return "todo"
    return outcome or "closed"


def home_state(states: Iterable[str]) -> str:
    return min(states, key=RANK.index)


def later_at(choice: str, now: datetime) -> datetime:
    """The moment a key of LATER means, `now` local. This evening is never less than an hour away."""
    hour = now + timedelta(hours=1)
    if choice == "evening":
        return max(datetime.combine(now.date(), EVENING, now.tzinfo), hour)
    if choice in ("morning", "night"):
        at = MORNING if choice == "morning" else EVENING
        return datetime.combine(now.date() + timedelta(days=1), at, now.tzinfo)
    return hour


def marked(text: str, word: str) -> list[tuple[str, bool]]:
    """The text in pieces, those that are `word` marked: what is read aloud shows its price in bold."""
    if not word or word not in text:
        return [(text, False)]
    before, _word, after = text.partition(word)
    return [piece for piece in ((before, False), (word, True), (after, False)) if piece[0]]
