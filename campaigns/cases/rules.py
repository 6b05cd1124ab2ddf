"""Words and order of incidents and best-practice cards (S30, S31). Pure."""

from datetime import date, timedelta

from opsdesk.lib.words import N_
from users.purchases.rules import monday_of
from users.retention import alert_rules
from users.retention.alert_rules import Base, Came, Limits

KINDS = {"incident": N_("incident"), "practice": N_("best practice")}
STATES = {
    "open": N_("open"),
    "acting": N_("acting"),
    "watching": N_("watching"),
    "closed": N_("closed"),
    "nothing": N_("nothing to it"),
}
FINISHED = ("closed", "nothing")

# The article's checklist, in its order.
STEPS = {
    "path": N_("Order path and bugs"),
    "acquisition": N_("Quality of acquisition"),
    "goods": N_("Goods"),
    "station": N_("Interview with the station"),
    "callbacks": N_("Customer callbacks"),
}
FINDINGS = {"open": N_("not looked at yet"), "clear": N_("nothing found"), "found": N_("something found")}
CAUSES = {
    "goods": N_("goods"),
    "packaging": N_("packaging"),
    "delivery": N_("delivery"),
    "acquisition": N_("quality of acquisition"),
    "bug": N_("fault of the app"),
    "service": N_("service"),
    "weather": N_("weather"),
    "price": N_("price"),
    "other": N_("something else"),
}
NAMED_CAUSES = [cause for cause in CAUSES if cause != "acquisition"]  # what a customer may name
CALL_STATES = {
    "open": N_("to call"),
    "done": N_("answered"),
    "missed": N_("not reached"),
    "refused": N_("did not want to talk"),
}
ANSWERS = {"yes": N_("would buy again"), "maybe": N_("perhaps"), "no": N_("would not")}
LESSON_KINDS = {"corrective": N_("corrective action"), "training": N_("training")}

# Who may do what when: verb -> states from which.
BEFORE = {
    "take": ("open", "acting", "watching"),
    "watch": ("open", "acting", "watching"),
    "close": ("open", "acting", "watching"),
    "reopen": FINISHED,
}
LETTERS = {"incident": "I", "practice": "P"}
LATER_COHORTS = 2  # cohorts after the corrective action that are looked at


def number_of(kind: str, case_id: int) -> str:
    """As people call it."""
    return f"{LETTERS[kind]}-{case_id:04d}"


def watched_cohorts(watched_from: date) -> list[date]:
    """Mondays of the first cohorts that began wholly after the corrective action was in place."""
    first = monday_of(watched_from + timedelta(days=6))
    return [first + timedelta(weeks=n) for n in range(LATER_COHORTS)]


def first_told(watched_from: date) -> date:
    """The day on which the first of them can be told: its second week is over."""
    return watched_cohorts(watched_from)[0] + timedelta(weeks=2)


def is_usual_again(came: Came, base: Base, limits: Limits) -> bool | None:
    """Whether a later cohort can no longer be told from what was usual before the fall, by the test that rang; more
    than usual is no fall either. None where the cohort is too small to say."""
    if came.customers >= limits.people and came.rate >= base.rate:
        return True
    return alert_rules.is_usual(came, base, limits)
