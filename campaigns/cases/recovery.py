"""Did it help? The cohorts that began after the corrective action, held against what was usual before the fall."""

from dataclasses import dataclass
from datetime import date

from campaigns.cases import actions, opening, queries, rules
from campaigns.cases.models import Case, Recovery
from opsdesk.lib import sql
from opsdesk.lib.words import N_
from users.retention import queries as retention
from users.retention import rules as weeks

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
    span = retention.span(as_of)
    if span is None:
        return Looked()
    whole_to = weeks.reach(as_of, span[1])
    made = [row for case in queries.watched() for row in _look(case, whole_to)]
    return Looked(len(made), sum(row.recovered for row in made))


def _look(case: Case, whole_to: date) -> list[Recovery]:
    if case.watched_from is None:
        return []
    made = [
        row
        for cohort in rules.watched_cohorts(case.watched_from)
        for k, usual in usual_of(case).items()
        if weeks.is_over(cohort, k, "week", whole_to) and (row := _checked(case, cohort, k, usual))
    ]
    if made:
        text = RECOVERED if queries.has_recovered(case) else STILL
        opening.tell(case, text, f"looked {made[-1].pk}")
    return made


def _checked(case: Case, cohort: date, k: int, usual: float) -> Recovery | None:
    """The row of a cell that had none and has anybody in it."""
    [(customers, returned)] = sql.rows(_CELL, community=case.community_id, cohort=cohort, k=k)
    if not customers:
        return None
    told = {
        "customers": customers, "returned": returned, "usual": usual,
        "recovered": rules.is_usual_again(returned, customers, usual),
    }  # fmt: skip
    row, is_new = Recovery.objects.get_or_create(case=case, cohort=cohort, k=k, defaults=told)
    if is_new:
        actions.note("check", case, None, cohort=cohort.isoformat(), k=k, recovered=row.recovered)
    return row if is_new else None


def usual_of(case: Case) -> dict[int, float]:
    """The rate before the fall by k, of each alert of the case."""
    return {
        one.k: one.base_returned / one.base_customers
        for one in queries.alerts(case)
        if one.base_customers and one.direction == queries.FALL
    }
