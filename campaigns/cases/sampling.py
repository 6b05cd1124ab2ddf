"""Which affected customers are called back: a stable random sample within the contact gate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from campaigns.cases import actions, callbacks, queries, split_queries
from campaigns.cases.models import Case
from communities.models import StaffMember
from communities.policies import queries as policies
from opsdesk.lib import sql
from users.contact import queries as contact
from users.contact.models import ContactPause

# The first so many of the candidates, in an order that is the case's own and always the same; none is drawn twice.
_DRAW = """
INSERT INTO campaigns_callback (case_id, customer_id, community_id, station_id, state, came_back, cause, words, tries)
SELECT %(case)s, c.id, COALESCE(c.community_id, 0), c.station_id, 'open', '', '', '', 0
  FROM ({gate}) gate JOIN users_customer c ON c.id = gate.customer_id
 WHERE gate.reason IN ('', 'quiet') AND c.community_id = %(community)s
 ORDER BY md5(%(number)s || ':' || c.id::text)
 LIMIT %(most)s
    ON CONFLICT (case_id, customer_id) DO NOTHING
"""
_HELD_BACK = (
    "SELECT reason, count(*) FROM ({gate}) gate WHERE reason NOT IN ('', 'quiet') GROUP BY 1 ORDER BY 2 DESC, 1"
)
_AFFECTED = "SELECT unnest(%(affected)s::bigint[])"


@dataclass(frozen=True)
class Drawn:
    """affected: of the cohort, did not come back; held_back: reason: how many of them nobody may call."""

    calls: int
    affected: int
    held_back: dict[str, int]


def affected(case: Case) -> list[int]:
    """Customers of its cohort who did not come back."""
    return [customer for customer, back in split_queries.people(queries.fall_of(case)) if not back]


@transaction.atomic
def draw(case: Case, by: StaffMember, at: datetime) -> Drawn:
    """Callbacks for as many affected customers as the policy says, whom the gate lets us call; the quiet hours only say
    when. Drawn again it makes up for those who may no longer be called, never beyond the policy's number."""
    case = actions.begin(case, "take")
    most = policies.for_community(case.community_id).callback_sample - queries.callbacks(case).count()
    people = affected(case)
    gate, params = _gate(case, people, at)
    text = _DRAW.replace("{gate}", gate)
    made = sql.run(text, **params, case=case.pk, number=case.number, community=case.community_id, most=max(most, 0))
    held_back = dict(sql.rows(_HELD_BACK.replace("{gate}", gate), **params))
    if made:
        actions.note("draw", case, by, calls=made)
        callbacks.tell(case)
    return Drawn(made, len(people), held_back)


def _gate(case: Case, people: list[int], at: datetime) -> tuple[str, dict[str, Any]]:
    """The gate of a phone call. A pause that this case itself opened does not stand against its own calls: then the
    gate is asked as of the moment before."""
    own = ContactPause.objects.filter(pk=case.pause_id or 0, ended_at=None).first()
    asked = min(at, own.begins_at - timedelta(microseconds=1)) if own else at
    return contact.gate(_AFFECTED, {"affected": people}, channel="phone", at=asked, by_class=False)
