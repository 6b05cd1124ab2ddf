"""Did it help? The cohorts that began after the corrective action, held against what was usual before the fall."""

from dataclasses import dataclass
from datetime import date

from campaigns.cases import actions, opening, queries, rules
from campaigns.cases.models import Case, Recovery
from communities.policies import queries as policies
from opsdesk.lib import sql
from opsdesk.lib.words import N_
from users.retention import alert_queries
from users.retention import rules as weeks
from users.retention.alert_rules import Base, Came

RECOVERED = N_("%(number)s: %(community)s is back to the usual, look whether it can be closed")
STILL = N_("%(number)s: %(community)s is not back to the usual yet")

# Size of a cohort and how many came back in its k-th week (key community, cohort, week).
_CELL = """
SELECT COALESCE(sum(customers) FILTER (WHERE week = cohort), 0)::int,
       COALESCE(sum(customers) FILTER (WHERE week = cohort + 7 * %(k)s::int), 0)::int
  FROM users_cohortcell WHERE community_id = %(community)s AND cohort = %(cohort)s
"""


@dataclass(frozen=True)
class Looked:
    """Cells of cohorts looked at tonight, and how many of them are as usual."""

    cells: int = 0
    recovered: int = 0


def check_recoveries(as_of: date) -> Looked:
    """Every finished week of the cohorts after the action is looked at once; it closes nothing, it says so."""
    reaches = alert_queries.reaches(as_of)
    made = [row for case in queries.watched() for row in _look(case, reaches.get(case.community_id, date.min))]
    return Looked(len(made), sum(row.recovered for row in made))


def _look(case: Case, whole_to: date) -> list[Recovery]:
    if case.watched_from is None:
        return []
    made = [
        row
        for cohort in rules.watched_cohorts(case.watched_from)
        for k, base in bases_of(case).items()
        if weeks.is_over(cohort, k, "week", whole_to) and (row := _checked(case, cohort, k, base))
    ]
    if made:
        text = RECOVERED if queries.has_recovered(case) else STILL
        opening.tell(case, text, f"looked {made[-1].pk}")
    return made


def _checked(case: Case, cohort: date, k: int, base: Base) -> Recovery | None:
    """The row of a cell that had none and is large enough to tell."""
    came = Came(*sql.rows(_CELL, community=case.community_id, cohort=cohort, k=k)[0])
    limits = alert_queries.limits_of(policies.for_community(case.community_id))
    recovered = rules.is_usual_again(came, base, limits)
    if recovered is None:
        return None
    told = {
        "customers": came.customers, "returned": came.returned, "usual": base.rate, "recovered": recovered,
    }  # fmt: skip
    row, is_new = Recovery.objects.get_or_create(case=case, cohort=cohort, k=k, defaults=told)
    if is_new:
        actions.note("check", case, None, cohort=cohort.isoformat(), k=k, recovered=row.recovered)
    return row if is_new else None


def bases_of(case: Case) -> dict[int, Base]:
    """What was usual before the fall by k, of each alert of the case; of several with one k the oldest. Without an
    alert, what its split is held against."""
    falls = [one for one in queries.alerts(case) if one.direction == queries.FALL and one.base_customers]
    if not falls and case.split:
        whole = case.split["whole"]
        return {case.split["k"]: Base(whole["base_n"], whole["base_back"], case.split["base_weeks"])}
    return {one.k: Base(one.base_customers, one.base_returned, one.base_weeks) for one in reversed(falls)}
