"""The stages of a customer's life as the map draws them: who stands where now, and the ways between them (pure).

Everybody known stands in one of registered, first, second, active, silent; `recalled` are among the active, `lost`
among the silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsdesk.lib.words import N_

REGISTERED, FIRST, SECOND, ACTIVE, SILENT = "registered", "first", "second", "active", "silent"
RECALLED, LOST = "recalled", "lost"
NODES = (REGISTERED, FIRST, SECOND, ACTIVE, SILENT, RECALLED, LOST)
WEEKS = 8  # finished weeks that a way's share is taken over

LABELS = {
    REGISTERED: N_("Registered"),
    FIRST: N_("First order"),
    SECOND: N_("Second order"),
    ACTIVE: N_("Active"),
    SILENT: N_("Silent"),
    RECALLED: N_("Recalled"),
    LOST: N_("Lost customers"),
}
DEFINITIONS = {
    REGISTERED: N_("known, and no purchase yet"),
    FIRST: N_("new payer with one purchase"),
    SECOND: N_("new payer with a second purchase already"),
    ACTIVE: N_("bought at least twice, and within the last weeks"),
    SILENT: N_("bought once and not again in time, or not for long"),
    RECALLED: N_("of the active: silent a week before"),
    LOST: N_("of the silent: low in recency, frequency and money (RFM class lost)"),
}
ACTIONS = {
    FIRST: N_("Explain the coupon for the second order at the first delivery; remind of it before it ends."),
    SECOND: N_("Ask for the community’s group; show categories not bought yet."),
    ACTIVE: N_("Coupons by RFM class; fewer subsidies for those who come anyway."),
    SILENT: N_("Visit or call the valuable ones with their list; text messages for the others."),
    RECALLED: N_("Tell the good at the door what is new; no second coupon at once."),
    LOST: N_("No more visits; a low-priced hook by text message once a month."),
}
OWNERS = {
    FIRST: N_("Customer service at the station"),
    SECOND: N_("Customer service at the station"),
    ACTIVE: N_("Category operations"),
    SILENT: N_("Field promotion"),
    RECALLED: N_("Customer service at the station"),
    LOST: N_("Community operations"),
}
# Where it is done, by the name of its page.
PAGES = {
    FIRST: "reminders", SECOND: "cues", ACTIVE: "strategies", SILENT: "drives", RECALLED: "cues", LOST: "strategies",
}  # fmt: skip
# The customer list's words for who stands where.
PEOPLE: dict[str, dict[str, object]] = {
    REGISTERED: {"lifecycle": "prospect"},
    FIRST: {"lifecycle": "new_paying", "purchases_max": 1},
    SECOND: {"lifecycle": "new_paying", "purchases_min": 2},
    ACTIVE: {"lifecycle": "active"},
    SILENT: {"lifecycle": "silent"},
    RECALLED: {"lifecycle": "active", "recalled": 1},
    LOST: {"lifecycle": "silent", "rfm": "lost"},
}
GLYPHS = {
    REGISTERED: "prospect", FIRST: "new_paying", SECOND: "new_paying", ACTIVE: "active", SILENT: "silent",
    RECALLED: "active", LOST: "silent",
}  # fmt: skip
# Who went a way, and who could have.
LISTS: dict[tuple[str, str], tuple[dict[str, object], dict[str, object]]] = {
    (REGISTERED, FIRST): ({"stage": "activated.done"}, {"stage": "activated.over"}),
    (FIRST, SECOND): ({"stage": "retained.done"}, {"stage": "retained.over"}),
    (SILENT, LOST): (PEOPLE[LOST], PEOPLE[SILENT]),
}
# Ways that the weekly snapshots tell: classes then and now.
MOVES = {
    (SECOND, ACTIVE): ("new_paying", "active"),
    (FIRST, SILENT): ("new_paying", "silent"),
    (ACTIVE, SILENT): ("active", "silent"),
    (SILENT, RECALLED): ("silent", "active"),
}
WAYS = ((REGISTERED, FIRST), (FIRST, SECOND), *MOVES, (SILENT, LOST))
WORDS = {
    (REGISTERED, FIRST): N_("of those registered, first purchase in time"),
    (FIRST, SECOND): N_("of those activated, second purchase in time"),
    (SECOND, ACTIVE): N_("of new payers, active a week later"),
    (FIRST, SILENT): N_("of new payers, silent a week later"),
    (ACTIVE, SILENT): N_("of the active, silent a week later"),
    (SILENT, RECALLED): N_("of the silent, active a week later"),
    (SILENT, LOST): N_("of the silent, lost by now"),
}


@dataclass(frozen=True)
class Way:
    """From one stage to another: `part` of `whole` went."""

    start: str
    end: str
    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


Moves = Mapping[tuple[str, str], int]


def moved(weeks: Sequence[Moves]) -> list[Way]:
    """The ways of MOVES over several weeks, from (class then, class now) -> customers of each."""
    return [_over(weeks, start, end, *classes) for (start, end), classes in MOVES.items()]


def _over(weeks: Sequence[Moves], start: str, end: str, was: str, now: str) -> Way:
    whole = sum(n for week in weeks for (before, _after), n in week.items() if before == was)
    part = sum(week.get((was, now), 0) for week in weeks)
    return Way(start, end, part, whole)
