"""The ten outcomes of a visit or a call, and what each means (domain.md, Rates: visits; pure)."""

from dataclasses import dataclass

from opsdesk.lib.words import N_


@dataclass(frozen=True)
class Outcome:
    """`knocked`: a door was attempted (visited); `opened`: somebody answered; `ordered`: on the spot; `ends`: nothing
    is left to do for the task; `big`: one of the four large buttons."""

    label: str
    short: str
    icon: str
    knocked: bool = True
    opened: bool = False
    ordered: bool = False
    ends: bool = True
    big: bool = False


OUTCOMES = {
    "no_answer": Outcome(N_("No answer"), N_("nobody"), "home-off", ends=False, big=True),
    "ordered": Outcome(
        N_("Opened - ordered"), N_("placed an order"), "shopping-bag", opened=True, ordered=True, big=True
    ),
    "interested": Outcome(N_("Opened - interested"), N_("interested"), "mood-smile", opened=True, big=True),
    "not_ordered": Outcome(N_("Opened - no order"), N_("no order"), "door", opened=True, big=True),
    "refused": Outcome(N_("Refused"), N_("refused"), "x", opened=True),
    "later": Outcome(N_("Come again later"), N_("later"), "clock", opened=True, ends=False),
    "moved": Outcome(N_("Moved away"), N_("moved"), "home-move"),
    "no_address": Outcome(N_("No such address"), N_("no address"), "map-pin-off", knocked=False),
    "no_entry": Outcome(N_("Could not get in"), N_("no entry"), "lock", knocked=False, ends=False),
    "dnc": Outcome(N_("Do not disturb again"), N_("do not disturb"), "ban", opened=True),
}


def ends(outcome: str, visits: int, tries: int) -> bool:
    """Whether the task is done after its n-th live visit: an end by itself, or nobody home so often (visit_tries)."""
    return OUTCOMES[outcome].ends or (outcome == "no_answer" and visits >= tries)
