"""The log read back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from communities.models import Community, ServiceStation, StaffAct, StaffMember
from communities.scoping import Scope

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Asked:
    """Which lines are wanted; an empty value is no condition. Days are business days, both ends counted."""

    staff: StaffMember | None = None
    verb: str = ""
    thing: str = ""
    thing_id: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def acts_in(scope: Scope, asked: Asked, community: Community | None = None) -> QuerySet[StaffAct]:
    """One row a line. Whoever reads for some communities reads what was done there, and nothing of the rest.

    By the key for the newest; act_of_a_person for a person's, act_of_a_thing for a thing's.
    """
    found = StaffAct.objects.select_related("staff", "community").filter(_within(scope))
    if community is not None:
        found = found.filter(community=community)
    for name in ("staff", "verb", "thing", "thing_id"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    if asked.since:
        found = found.filter(at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(at__lt=_midnight(asked.until + dt.timedelta(days=1)))
    return found


def names() -> Mapping[str, Mapping[int, str]]:
    """By label of a line that keeps an id: who or what has it. All of a company's are a few hundred."""
    people = {one.pk: str(one) for one in StaffMember.objects.only("name", "username")}
    stations = dict(ServiceStation.objects.values_list("pk", "name"))
    return {"worker": people, "worker_dropped": people, "station": stations}


def tally(scope: Scope, since: dt.date) -> list[tuple[str, str, int]]:
    """(verb, thing, how often) from a day on, the most frequent first."""
    found = acts_in(scope, Asked(since=since)).select_related(None).order_by()
    return list(found.values_list("verb", "thing").annotate(n=Count("id")).order_by("-n", "verb", "thing"))


def _within(scope: Scope) -> Q:
    return Q() if scope.everywhere else Q(community__in=scope.communities)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)
