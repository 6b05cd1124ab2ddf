"""Growth from its roll-ups, and who the people of a flow are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from communities.models import Community
from opsdesk.lib import sql
from users.growth import rules
from users.growth.rules import Flow
from users.purchases.models import UNASSIGNED, CustomerDay
from users.purchases.rules import monday_of

Places = Sequence[int] | None

# One row a community and week in which anybody bought or was lost (key community_id, week).
_FLOWS = """
SELECT community_id, week, active, fresh, retained, recalled, lost
  FROM users_flowweek
 WHERE week BETWEEN %(since)s AND %(until)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 ORDER BY community_id, week
"""


def flows(places: Places, since: date, until: date) -> dict[int, dict[date, Flow]]:
    """By community (0: unassigned) and Monday, both ends counted. A week without a row had nobody, and lost nobody."""
    found: dict[int, dict[date, Flow]] = {}
    for place, week, *numbers in sql.rows(_FLOWS, places=_listed(places), since=since, until=until):
        found.setdefault(place, {})[week] = Flow(*numbers)
    return found


# One row a community and week: purchases in it and customers who paid for the first time, of weeks that are over from
# their roll-up (primary key), of the days since from days (days_of_everybody, or key community_id, day); and one row
# without a week for those of all weeks before, from the weeks' flows (key community_id, week).
_LEVERS = """
SELECT community_id, NULL::date AS week, 0 AS purchases, sum(fresh)::int
  FROM users_flowweek
 WHERE week < %(since)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY 1
UNION ALL
SELECT community_id, start, purchases, new_payers FROM users_communityperiod
 WHERE grain = 'week' AND start >= %(since)s AND start < %(open)s
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
UNION ALL
SELECT community_id, %(open)s, sum(purchases)::int, sum(new_payers)::int FROM users_communityday
 WHERE day >= %(open)s AND day < %(until)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY 1
"""


@dataclass(frozen=True)
class Levers:
    """A community's two levers: purchases by week; customers who ever paid, by the end of each week and in all."""

    purchases: dict[date, int]
    payers: dict[date, int]
    payers_ever: int


def levers(places: Places, weeks: Sequence[date], until: date) -> dict[int, Levers]:
    """By community, for these Mondays in a row; `until`: the as-of date, none before the first of them."""
    found: dict[int, dict[date | None, tuple[int, int]]] = {}
    asked = {"since": weeks[0], "open": monday_of(until), "until": until}
    for place, week, purchases, fresh in sql.rows(_LEVERS, places=_listed(places), **asked):
        found.setdefault(place, {})[week] = (purchases, fresh)
    return {place: _levers(told, weeks) for place, told in found.items()}


def _levers(told: dict[date | None, tuple[int, int]], weeks: Sequence[date]) -> Levers:
    payers, running = {}, told.get(None, (0, 0))[1]
    for week in weeks:
        running += told.get(week, (0, 0))[1]
        payers[week] = running
    return Levers(
        {week: told.get(week, (0, 0))[0] for week in weeks}, payers, sum(fresh for _purchases, fresh in told.values())
    )


# -- The people of a flow --------------------------------------------------------------------------------------------


def flowed(flow: Sequence[str], week: date) -> Q:
    """Customers of any of these flows in the week that starts on a Monday (community_customer_day; customer_day for
    what was before)."""
    here, before = Q(id__in=_bought(week)), Q(id__in=_bought(week - rules.WEEK))
    ever = Exists(CustomerDay.objects.filter(customer_id=OuterRef("pk"), day__lt=week, starts_purchase=True))
    meaning = {
        rules.NEW: here & ~Q(ever),
        rules.RETAINED: here & before,
        rules.RECALLED: here & ~before & Q(ever),
        rules.LOST: before & ~here,
        rules.ACTIVE: here,
    }
    return reduce(or_, (meaning[one] for one in flow))


def _bought(week: date) -> QuerySet[CustomerDay, int]:
    """Who began a purchase in the week. Every community is named, so that the index leads."""
    everywhere = [UNASSIGNED, *Community.objects.values_list("id", flat=True)]
    days = CustomerDay.objects.filter(
        community_id__in=everywhere, day__gte=week, day__lt=week + timedelta(days=7), starts_purchase=True
    )
    return days.values_list("customer_id", flat=True)


def _listed(places: Places) -> list[int] | None:
    return None if places is None else list(places)
