"""What the alerts read: the first weeks of every community's cohorts, and the alerts as people ask for them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from communities.policies import queries as policy_queries
from communities.policies.rules import Policies
from communities.scoping import Scope
from opsdesk.lib import sql
from users.retention import alert_rules, queries, rules
from users.retention.alert_rules import Came, Limits
from users.retention.models import RetentionAlert

STATES = ("open", "snoozed", "recovered", "closed")

# One row a community, cohort and k of 0, 1, 2: who of the cohort bought. Reads the roll-up by its key (community_id,
# cohort, week); those of no community are left out: who comes back with an address leaves them, so their
# cohorts cannot be compared.
_FIRST_WEEKS = """
SELECT community_id, cohort, (week - cohort) / 7, customers
  FROM users_cohortcell
 WHERE cohort >= %(since)s AND week <= cohort + 14 AND week < %(until)s AND community_id <> 0
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
"""

# One row a community: its last day with a counted order before a date (key community_id, day).
_LAST_DAYS = """
SELECT community_id, max(day) FROM users_communityday WHERE day < %(as_of)s AND community_id <> 0 GROUP BY community_id
"""


def first_weeks(since: date, until: date, places: list[int] | None = None) -> alert_rules.Rows:
    """Cohorts from `since` on in the weeks that began before `until`."""
    return alert_rules.by_place(sql.rows(_FIRST_WEEKS, since=since, until=until, places=places))


def reaches(as_of: date) -> dict[int, date]:
    """By community, the day up to which its numbers are whole: its orders may stop before the others'."""
    return {place: rules.reach(as_of, last) for place, last in sql.rows(_LAST_DAYS, as_of=as_of)}


def whole_to(as_of: date) -> date | None:
    """Up to which day the company's numbers are whole; None before any order."""
    span = queries.span(as_of)
    return None if span is None else rules.reach(as_of, span[1])


def limits_by_place(version: int) -> tuple[dict[int | None, Limits], int]:
    """The thresholds of every community that has its own (None: all others), and the company's weeks of left
    censoring."""
    known = policy_queries.for_every_community(version)
    return {place: limits_of(policies) for place, policies in known.items()}, known[None].left_censor_weeks


def limits_of(policies: Policies) -> Limits:
    return Limits(
        policies.alert_baseline_weeks, policies.alert_min_cohort, policies.alert_min_points / 100, policies.alert_p
    )


def base_now(alert: RetentionAlert, rows: alert_rules.Rows) -> list[tuple[date, Came]]:
    """The cohorts that an alert was raised against, oldest first, as they stand now."""
    cohorts = rows.get(alert.community_id, {})
    days = alert_rules.earlier(alert.cohort, alert_rules.LOOK_BACK * 8, date.min)
    told = [(day, alert_rules.came_of(cohorts, day, alert.k)) for day in days]
    return [(day, came) for day, came in told if came.customers][-alert.base_weeks :]


# -- As people ask for them ------------------------------------------------------------------------------------------


def visible(scope: Scope, community_id: int | None = None) -> QuerySet[RetentionAlert]:
    """Alerts of the communities in reach, of one where it is chosen; with the case that looks into each."""
    found = RetentionAlert.objects.select_related("community", "in_case__case")
    if not scope.everywhere:
        found = found.filter(community_id__in=scope.communities)
    return found if community_id is None else found.filter(community_id=community_id)


def in_state(state: str, today: date) -> Q:
    """Each alert is in exactly one of STATES."""
    ended, again, sleeping = ~Q(closed_at=None), ~Q(recovered_on=None), Q(snoozed_until__gt=today)
    return {
        "open": ~ended & ~again & ~sleeping,
        "snoozed": ~ended & ~again & sleeping,
        "recovered": ~ended & again,
        "closed": ended,
    }[state]


def state_of(alert: RetentionAlert, today: date) -> str:
    if alert.closed_at is not None:
        return "closed"
    if alert.recovered_on is not None:
        return "recovered"
    return "snoozed" if alert.snoozed_until is not None and alert.snoozed_until > today else "open"


def counts(found: QuerySet[RetentionAlert], today: date) -> dict[str, int]:
    """How many are in each state, and how many of the open ones are falls and rises; one statement (alert_open)."""
    rows = found.order_by().values_list("closed_at", "recovered_on", "snoozed_until", "direction")
    told = dict.fromkeys((*STATES, "fall", "rise"), 0)
    for closed, again, until, direction in rows:
        state = state_of(RetentionAlert(closed_at=closed, recovered_on=again, snoozed_until=until), today)
        told[state] += 1
        told[direction] += state == "open"
    return told


class Rang(NamedTuple):
    """An alert as the cells of a board need it; `community` by name."""

    pk: int
    community_id: int
    community: str
    cohort: date
    k: int
    direction: str
    customers: int
    returned: int
    base_customers: int
    base_returned: int
    q: float
    is_closed: bool


# One row an alert of these cohorts, closed or not (alert_once).
_RANG = """
SELECT a.id, a.community_id, c.name, a.cohort, a.k, a.direction, a.customers, a.returned, a.base_customers,
       a.base_returned, a.q, a.closed_at IS NOT NULL
  FROM users_retentionalert a JOIN communities_community c ON c.id = a.community_id
 WHERE a.cohort BETWEEN %(first)s AND %(last)s
   AND (%(places)s::int[] IS NULL OR a.community_id = ANY(%(places)s))
"""


def marks(places: list[int] | None, cohorts: Sequence[date]) -> dict[tuple[int, date, int], Rang]:
    """Alerts by (community, cohort, k), of some communities or all. Closed ones too: they happened."""
    if not cohorts:
        return {}
    found = map(Rang._make, sql.rows(_RANG, first=min(cohorts), last=max(cohorts), places=places))
    return {(one.community_id, one.cohort, one.k): one for one in found}
