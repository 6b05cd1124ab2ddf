"""Falls become incidents: one trouble is one case, opened with its split and evidence frozen."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from campaigns.cases import actions, numbers, queries, rules
from campaigns.cases.models import Case, CaseAlert, CaseStep
from communities.models import Community, StaffMember
from communities.notices import actions as notices
from communities.rules import RUN_CASES
from opsdesk.lib import sql
from opsdesk.lib.words import N_
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
    one trouble is one case. Then those opened by hand get the numbers of weeks that are over by now."""
    opened = joined = 0
    for alert in queries.without_case(queries.FALL, as_of):
        _case, is_new = open_for(alert, as_of)
        opened, joined = opened + is_new, joined + (not is_new)
    numbers.fill_due(as_of)
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
    _join(known, alert, as_of, by)
    return known, False


@transaction.atomic
def _open(alert: RetentionAlert, as_of: date, by: StaffMember | None) -> Case:
    case = begun(alert.community, alert.cohort, numbers.of_alert(alert, as_of))
    CaseAlert.objects.create(alert=alert, case=case)
    actions.note("open", case, by, cohort=alert.cohort.isoformat(), k=alert.k)
    tell(case, OPENED, "opened")
    return case


def begun(community: Community, week: date, split: dict[str, Any], story: str = "") -> Case:
    """A new incident with the steps of its checklist. Raises IntegrityError where one is open in the community."""
    pk = int(sql.value(_NEXT_ID))
    case = Case(
        pk=pk, number=rules.number_of("incident", pk), kind="incident", community=community, week=week, split=split,
        story=story,
    )  # fmt: skip
    case.save(force_insert=True)
    CaseStep.objects.bulk_create(CaseStep(case=case, step=step) for step in rules.STEPS)
    return case


@transaction.atomic
def _join(case: Case, alert: RetentionAlert, as_of: date, by: StaffMember | None) -> None:
    _row, is_new = CaseAlert.objects.get_or_create(alert=alert, defaults={"case": case})
    if is_new:
        numbers.take_in(case, alert, as_of)
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
