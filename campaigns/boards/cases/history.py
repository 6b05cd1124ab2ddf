"""What was done with a case, told line by line."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from campaigns.cases import queries, rules
from campaigns.cases.models import Case
from communities.models import StaffAct
from opsdesk.lib import days, figures
from opsdesk.lib.words import N_

# By verb, each to be read after the name of whoever did it.
LINES = {
    "open": N_("opened it: new payers of the week of %(cohort)s, week %(k)s"),
    "opened": N_("opened it by hand, week of %(cohort)s: %(words)s"),
    "note": N_("told more of it, week of %(cohort)s: %(words)s"),
    "join": N_("took in another alert: new payers of the week of %(cohort)s, week %(k)s"),
    "take": N_("took charge"),
    "look": N_("noted at “%(step)s”: %(finding)s"),
    "pause": N_("paused contact"),
    "resume": N_("let contact go on"),
    "draw": N_("drew customers to call back: %(calls)s"),
    "compensate": N_("drafted the compensation %(batch)s"),
    "send": N_("sent “%(title)s” to all stations, people told: %(people)s"),
    "remind": N_("reminded those who had not read “%(title)s”, people told: %(people)s"),
    "watch": N_("said that the measure is in place from %(day)s"),
    "edit": N_("put into words what they do differently"),
    "better": N_("looked at the new payers of the week of %(cohort)s, week %(k)s: as usual again"),
    "not yet": N_("looked at the new payers of the week of %(cohort)s, week %(k)s: not as usual yet"),
    "close": N_("closed it, cause: %(cause)s"),
    "nothing": N_("closed it: nothing to it"),
    "learnt": N_("put it into the library"),
    "reopen": N_("opened it again"),
}
_WORDS = {"step": rules.STEPS, "finding": rules.FINDINGS, "cause": rules.CAUSES}


def lines(case: Case) -> list[tuple[StaffAct, str]]:
    """(act, what was done), oldest first. That a card was shared is told by what was sent."""
    return [(act, _line(act)) for act in queries.history(case) if act.verb != "share"]


def _line(act: StaffAct) -> str:
    text = LINES.get(_kind(act))
    return _(text) % defaultdict(lambda: figures.NOTHING, _told(act.detail)) if text else act.verb


def _kind(act: StaffAct) -> str:
    if act.verb == "open" and "words" in act.detail:
        return "opened"
    if act.verb == "check":
        return "better" if act.detail.get("recovered") else "not yet"
    if act.verb == "close" and not act.detail.get("cause"):
        return "nothing" if act.detail.get("state") == "nothing" else "learnt"
    return act.verb


def _told(detail: dict[str, Any]) -> dict[str, Any]:
    """What an act knows, in the reader's words."""
    dated = {key: days.day(date.fromisoformat(detail[key])) for key in ("cohort", "day") if key in detail}
    named = {key: _(words[detail[key]]) for key, words in _WORDS.items() if detail.get(key) in words}
    return detail | dated | named
