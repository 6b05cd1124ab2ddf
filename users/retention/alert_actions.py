"""Raise alerts for weeks that are over, notice that one has recovered; snooze and close them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from communities.notices import actions as notices
from communities.policies import queries as policy_queries
from communities.rules import RUN_CASES
from opsdesk.lib import figures, sql
from opsdesk.lib.words import N_
from users.retention import alert_queries, alert_rules, queries
from users.retention.alert_rules import Base, Limits, Rows, Tested
from users.retention.models import RetentionAlert

_LOCK = 0xA1E47  # advisory lock: two nights at once would tell of an alert twice
_BACK = timedelta(weeks=alert_rules.LOOK_BACK + 2 + 52)  # the oldest cohort that any base may reach
KIND = N_("Alert")
FELL = N_("%(community)s: of the new payers of %(cohort)s %(rate)s came back in week %(k)s, %(base)s is usual")
ROSE = N_("%(community)s: %(rate)s of the new payers of %(cohort)s came back in week %(k)s, only %(base)s is usual")
AGAIN = N_("%(community)s: week %(k)s of new payers is as usual again")


@dataclass(frozen=True)
class Raised:
    """tested: cohorts compared; falls and rises: alerts that are new; recovered: older ones whose later cohorts are
    as usual."""

    tested: int = 0
    falls: int = 0
    rises: int = 0
    recovered: int = 0


@transaction.atomic
def raise_due(as_of: date, version: int | None = None) -> Raised:
    """Compare the cohorts of the last finished weeks with those before them. What rang once does not ring again, so a
    second run changes nothing; a file that comes late may still ring for its weeks."""
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=_LOCK)
    whole_to, version = alert_queries.whole_to(as_of), version or policy_queries.current_version()
    if whole_to is None:
        return Raised()
    limits, censored = alert_queries.limits_by_place(version)
    since = queries.uncensored_from(censored) or as_of
    rows = alert_queries.first_weeks(whole_to - _BACK, whole_to)
    tests = _tests(whole_to, alert_queries.reaches(as_of), rows, limits, since)
    ringing = [test for test in tests if alert_rules.rings(test, limits.get(test.place, limits[None]))]
    made = [alert for test in ringing if (alert := _raise(test, version)) is not None]
    falls = sum(alert.direction == alert_rules.FALL for alert in made)
    again = _notice_recoveries(whole_to, rows, limits)
    return Raised(len(tests), falls, len(made) - falls, again)


def _tests(
    whole_to: date, reaches: dict[int, date], rows: Rows, limits: dict[int | None, Limits], since: date
) -> list[Tested]:
    """A community whose orders stop before the end of a week has not fallen silent: its data is late."""
    found = []
    for week in alert_rules.weeks_over(whole_to, since):
        ends = week + timedelta(days=7)
        there = {place: cohorts for place, cohorts in rows.items() if reaches.get(place, date.min) >= ends}
        found += alert_rules.tests_of_week(week, there, lambda place: limits.get(place, limits[None]), since)
    return found


def _raise(test: Tested, version: int) -> RetentionAlert | None:
    """None when this rang before."""
    told = {
        "direction": test.direction, "customers": test.came.customers, "returned": test.came.returned,
        "base_customers": test.base.customers, "base_returned": test.base.returned, "base_weeks": test.base.weeks,
        "p": test.p, "q": test.q, "policy_version": version,
    }  # fmt: skip
    alert, is_new = RetentionAlert.objects.select_related("community").get_or_create(
        community_id=test.place, cohort=test.cohort, k=test.k, defaults=told
    )
    if not is_new:
        return None
    _tell(alert, FELL if alert.direction == alert_rules.FALL else ROSE, "raised")
    return alert


def _notice_recoveries(whole_to: date, rows: Rows, limits: dict[int | None, Limits]) -> int:
    """Alerts of which a later cohort is no longer told apart from what the alert was raised against."""
    waiting = RetentionAlert.objects.select_related("community").filter(closed_at=None, recovered_on=None)
    found = 0
    for alert in waiting.filter(cohort__gte=whole_to - _BACK):
        of_place = limits.get(alert.community_id, limits[None])
        if (day := _usual_again(alert, whole_to, rows, of_place)) is not None:
            found += 1
            alert.recovered_on = day
            alert.save(update_fields=["recovered_on"])
            _tell(alert, AGAIN, "recovered")
    return found


def _usual_again(alert: RetentionAlert, whole_to: date, rows: Rows, limits: Limits) -> date | None:
    """The day on which the week of the first such cohort was over."""
    base = Base(alert.base_customers, alert.base_returned, alert.base_weeks)
    cohorts = rows.get(alert.community_id, {})
    for cohort in sorted(day for day in cohorts if day > alert.cohort):
        ends = alert_rules.week_of(cohort, alert.k + 1)
        if ends <= whole_to and alert_rules.is_usual(alert_rules.came_of(cohorts, cohort, alert.k), base, limits):
            return ends
    return None


def _tell(alert: RetentionAlert, text: str, occasion: str) -> None:
    came, base = alert.returned / alert.customers, alert.base_returned / alert.base_customers
    notices.tell_capable(
        RUN_CASES, community_id=alert.community_id, kind=KIND, icon="alert-triangle", text=text,
        key=f"alert-{alert.pk}", occasion=occasion, href=reverse("alert", args=[alert.pk]),
        params={
            "community": alert.community.name, "cohort": alert.cohort.isoformat(), "k": alert.k,
            "rate": figures.percent(came, 0), "base": figures.percent(base, 0),
        },
    )  # fmt: skip


# -- What people do with one -----------------------------------------------------------------------------------------


@transaction.atomic
def snooze(alert: RetentionAlert, until: date, by: StaffMember) -> bool:
    """Out of sight until a day; False when somebody has closed it meanwhile."""
    return _change(alert, "snooze", by, until=until.isoformat(), snoozed_until=until, snoozed_by=by)


@transaction.atomic
def wake(alert: RetentionAlert, by: StaffMember) -> bool:
    """Open again before its day."""
    return _change(alert, "wake", by, snoozed_until=None, snoozed_by=None)


@transaction.atomic
def close(alert: RetentionAlert, verdict: str, by: StaffMember) -> bool:
    """Looked into, and what came of it in words; False when somebody was faster."""
    return _change(alert, "close", by, closed_at=timezone.now(), closed_by=by, verdict=verdict)


@transaction.atomic
def reopen(alert: RetentionAlert, by: StaffMember) -> bool:
    """As it stood before it was closed; the words go with it (the log keeps them)."""
    found = RetentionAlert.objects.filter(pk=alert.pk).exclude(closed_at=None)
    if not found.update(closed_at=None, closed_by=None, verdict=""):
        return False
    _log(alert, "reopen", by)
    return True


def _change(alert: RetentionAlert, verb: str, by: StaffMember, until: str = "", **fields: object) -> bool:
    if not RetentionAlert.objects.filter(pk=alert.pk, closed_at=None).update(**fields):
        return False
    _log(alert, verb, by, str(fields.get("verdict", "")), {"until": until} if until else {})
    return True


def _log(
    alert: RetentionAlert, verb: str, by: StaffMember, reason: str = "", detail: dict[str, str] | None = None
) -> None:
    told = {"cohort": alert.cohort.isoformat(), "k": alert.k} | (detail or {})
    write_log(
        staff=by, verb=verb, thing="alert", thing_id=alert.pk, community_id=alert.community_id, reason=reason,
        detail=told,
    )  # fmt: skip
