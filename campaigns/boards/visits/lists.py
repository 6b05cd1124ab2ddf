"""Who stands behind a number of the visit table and of the supervisor board: doors with what was told there, and
customers with what they bought. The same definitions as the numbers, so that both count alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.boards.visits import queries
from campaigns.boards.visits.queries import KNOCKED, OPENED, ORDERED, Period
from campaigns.boards.visits.rules import Place
from campaigns.visits import queries as visits
from campaigns.visits.models import Visit
from communities.models import StaffMember
from communities.scoping import Scope
from opsdesk.lib import sql

_OUTCOMES = {
    "visited": Q(outcome__in=KNOCKED),
    "opened": Q(outcome__in=OPENED),
    "ordered": Q(outcome__in=ORDERED),
    "not_reached": ~Q(outcome__in=KNOCKED),
}

# One row an opened door of the period whose window has ended: the visit and the net attributed to it.
_PAID = f"""
{queries.DOORS}
SELECT d.id, sum(c.net)::bigint
  FROM door d
  JOIN opening o ON o.task_id = d.task_id AND o.day = d.day
  JOIN users_customerday c ON c.customer_id = o.customer_id AND c.day >= o.day AND c.day < o.until
                          AND c.day < %(as_of)s
 WHERE d.day + d.attribution <= %(as_of)s
 GROUP BY d.id
"""

# One row a customer of one side, the newest drive's.
_PERSON = f"""
{queries.PEOPLE}
SELECT DISTINCT ON (customer_id) customer_id, drive_id, start, first
  FROM judged WHERE treated = %(treated)s AND {{which}}
 ORDER BY customer_id, drive_id DESC
"""
_WHICH = {
    "all": "over",
    "woken": "over AND woken",
    "waiting": "NOT over",
    "recalled": "first IS NOT NULL",
    "week": "week_over AND in_a_week",
    "weeks": "weeks_over AND in_weeks",
}


@dataclass(frozen=True)
class Came:
    """`start`: first visit in the period, or the drive's first day; `first`: the purchase that made them recalled."""

    drive_id: int
    start: date
    first: date | None


def told(
    scope: Scope,
    first: date,
    last: date,
    places: Mapping[int, Place] | None = None,
    staff: int | None = None,
    station: int | None = None,
) -> QuerySet[Visit]:
    """Live outcomes of those days in reach (visit_of_a_day)."""
    found = visits.live(scope).filter(day__range=(first, last))
    found = found.filter(community_id__in=list(places)) if places is not None else found
    found = found.filter(staff_id=staff) if staff is not None else found
    return found if station is None else found.filter(station_id=station)


def tellers(scope: Scope) -> QuerySet[StaffMember]:
    """Whoever ever told something in reach (visit_of_a_person)."""
    mine = visits.live(scope).filter(staff_id=OuterRef("pk"))
    return StaffMember.objects.filter(Exists(mine))


def at_hour(found: QuerySet[Visit], weekday: int | None, hour: int | None, building: str) -> QuerySet[Visit]:
    """Of one weekday (Monday is 1), one hour and one building; None and "": of every one."""
    found = found if weekday is None else found.filter(at__iso_week_day=weekday)
    found = found if hour is None else found.filter(at__hour=hour)
    return found.filter(building=building) if building else found


def of_kind(found: QuerySet[Visit], what: str, staff: int | None = None) -> QuerySet[Visit]:
    """Those that a number counts: a door once a task and day (and, of one person, once of theirs); a knock each
    time."""
    if what == "all":
        return found
    if what == "knocked":
        return found.filter(_OUTCOMES["visited"], channel="door")
    if what == "talks":
        return counted(found.exclude(channel="door"), staff)
    return counted(found.filter(channel="door"), staff).filter(_OUTCOMES.get(what, Q()))


def counted(found: QuerySet[Visit], staff: int | None = None) -> QuerySet[Visit]:
    """The last of each task and day (visit_of_a_task)."""
    later = Visit.objects.filter(live=True, task_id=OuterRef("task_id"), day=OuterRef("day"))
    later = later if staff is None else later.filter(staff_id=staff)
    return found.filter(~Exists(later.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id")))))


def paid(scope: Scope, period: Period, where: Mapping[int, Place]) -> dict[int, int]:
    """Visit -> net attributed to it, of doors whose window has ended."""
    return dict(sql.rows(_PAID, **queries.params(scope, period, where)))


def people(scope: Scope, period: Period, where: Mapping[int, Place], side: str, what: str) -> dict[int, Came]:
    """Customer -> how they came into it; `side` visited or held, `what` a key of words.PEOPLE."""
    statement = _PERSON.format(which=_WHICH[what])
    params = queries.params(scope, period, where) | {"treated": side == "visited"}
    return {row[0]: Came(*row[1:]) for row in sql.rows(statement, **params)}
