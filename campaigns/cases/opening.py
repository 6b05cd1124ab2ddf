"""Falls become incidents: one trouble is one case, opened with its split and evidence frozen."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from campaigns.cases import actions, evidence, queries, rules, split_queries
from campaigns.cases.models import Case, CaseAlert, CaseStep
from campaigns.cases.split_queries import Fall
from communities.models import StaffMember
from communities.notices import actions as notices
from communities.rules import RUN_CASES
from opsdesk.lib import sql
from opsdesk.lib.words import N_
from users.retention import alert_queries, alert_rules
from users.retention.models import RetentionAlert

KIND = N_("Incident")
OPENED = N_("%(number)s: %(community)s, fewer new payers came back than usual")
JOINED = N_("%(number)s: another alert of %(community)s joined it")
_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('campaigns_case', 'id'))"


@dataclass(frozen=True)
class Opened:
    """Alerts that opened an incident, and those that joined one."""

    cases: int = 0
    joined: int = 0


def open_due(as_of: date) -> Opened:
    """Every fall nobody has looked into yet opens an incident or joins the one of its community. Oldest first, so that
    one trouble is one case."""
    opened = joined = 0
    for alert in queries.without_case(queries.FALL, as_of):
        _case, is_new = open_for(alert, as_of)
        opened, joined = opened + is_new, joined + (not is_new)
    return Opened(opened, joined)


def open_for(alert: RetentionAlert, as_of: date, by: StaffMember | None = None) -> tuple[Case, bool]:
    """The case of a fall and whether it is new: the one it is in, the open one of its community, the one (open or not)
    that another alert of the same cohort opened, or a new one with its split frozen."""
    known = queries.case_of(alert) or queries.case_to_join(alert)
    if known is None:
        try:
            return _open(alert, as_of, by), True
        except IntegrityError:  # somebody opened one a moment ago
            known = queries.case_to_join(alert)
            if known is None:
                raise
    _join(known, alert, by)
    return known, False


@transaction.atomic
def _open(alert: RetentionAlert, as_of: date, by: StaffMember | None) -> Case:
    fall = Fall(alert.community_id, alert.cohort, alert.k, _base_weeks(alert))
    frozen = split_queries.freeze(fall, as_of)
    frozen["evidence"] = evidence.freeze(fall, frozen)
    pk = int(sql.value(_NEXT_ID))
    case = Case(
        pk=pk, number=rules.number_of("incident", pk), kind="incident", community=alert.community, week=alert.cohort,
        split=frozen,
    )  # fmt: skip
    case.save(force_insert=True)
    CaseAlert.objects.create(alert=alert, case=case)
    CaseStep.objects.bulk_create(CaseStep(case=case, step=step) for step in rules.STEPS)
    actions.note("open", case, by, cohort=alert.cohort.isoformat(), k=alert.k)
    tell(case, OPENED, "opened")
    return case


def _base_weeks(alert: RetentionAlert) -> int:
    """From the oldest cohort that it was raised against; weeks in which nobody came are none of those."""
    since = alert.cohort - alert_rules.LOOK_BACK * 8 * split_queries.WEEK
    until = alert.cohort + (alert.k + 1) * split_queries.WEEK
    rows = alert_queries.first_weeks(since, until, [alert.community_id])
    told = alert_queries.base_now(alert, rows)
    return (alert.cohort - told[0][0]).days // 7 if told else alert.base_weeks


@transaction.atomic
def _join(case: Case, alert: RetentionAlert, by: StaffMember | None) -> None:
    _row, is_new = CaseAlert.objects.get_or_create(alert=alert, defaults={"case": case})
    if is_new:
        actions.note("join", case, by, cohort=alert.cohort.isoformat(), k=alert.k)
        if case.state not in rules.FINISHED:
            tell(case, JOINED, f"joined {alert.pk}")


def tell(case: Case, text: str, occasion: str, **params: Any) -> None:
    """Everybody who runs cases there, and whoever has taken it."""
    told = {
        "kind": KIND, "icon": "alert-triangle", "text": text, "key": f"case-{case.pk}", "occasion": occasion,
        "params": {"number": case.number, "community": case.community.name} | params, "href": actions.href(case),
    }  # fmt: skip
    notices.tell_capable(RUN_CASES, community_id=case.community_id, **told)
