"""An incident opened by a person: the phone rings and the vegetables are rotten, weeks before a number can fall."""

from datetime import date

from django.db import IntegrityError, transaction

from campaigns.cases import actions, numbers, opening, queries
from campaigns.cases.models import Case
from communities.models import Community, StaffAct, StaffMember
from opsdesk.lib import phones
from opsdesk.lib.words import N_

OPENED = N_("%(number)s: opened by hand for %(community)s: %(words)s")
TOLD = N_("%(number)s: more was told of %(community)s: %(words)s")
SHORT = 80  # letters of a notice


def open_for(community: Community, week: date, words: str, as_of: date, by: StaffMember) -> tuple[Case, bool]:
    """The incident of a community and whether it is new. One that is open there is told of it too: one trouble is one
    case. `week` is a Monday, `words` what happened, kept with phones masked; the same words told again change
    nothing."""
    told = phones.mask_within(words.strip())[:2000]
    known = queries.open_incident(community.pk)
    if known is None:
        try:
            return _open(community, week, told, as_of, by), True
        except IntegrityError:  # somebody opened one a moment ago
            known = queries.open_incident(community.pk)
            if known is None:
                raise
    _tell(known, week, told, by)
    return known, False


@transaction.atomic
def _open(community: Community, week: date, told: str, as_of: date, by: StaffMember) -> Case:
    case = opening.begun(community, week, numbers.of_week(community.pk, week, as_of), told)
    actions.note("open", case, by, cohort=week.isoformat(), words=told)
    opening.tell(case, OPENED, "opened", words=told[:SHORT])
    return case


@transaction.atomic
def _tell(case: Case, week: date, told: str, by: StaffMember) -> None:
    of_it = StaffAct.objects.filter(thing=actions.THING, thing_id=str(case.pk), verb__in=("open", "note"))
    if of_it.filter(detail__words=told).exists():
        return
    actions.note("note", case, by, cohort=week.isoformat(), words=told)
    opening.tell(case, TOLD, f"told {of_it.count()}", words=told[:SHORT])
