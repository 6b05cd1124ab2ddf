from django.db.models import Q, QuerySet

from communities.models import Community, ServiceStation, StaffAct, StaffMember
from communities.rules import Grant
from communities.scoping import Scope
from opsdesk.lib import sql

# One row an assignment. Every page asks: written out, it is a fifth of what composing it costs.
_GRANTS = """
SELECT a.role, a.community_id, a.station_id, s.community_id
  FROM communities_assignment a LEFT JOIN communities_servicestation s ON s.id = a.station_id
 WHERE a.staff_id = %(staff)s ORDER BY a.role, a.id
"""


def grants_of(staff: StaffMember) -> list[Grant]:
    """One Grant an assignment; a superuser holds the manager's and the auditor's roles everywhere."""
    if staff.is_superuser:
        return [Grant("operations_manager"), Grant("data_admin"), Grant("auditor")]
    return [Grant(*row) for row in sql.rows(_GRANTS, staff=staff.pk)]


def communities_in(scope: Scope) -> QuerySet[Community]:
    """Communities a scope touches: its own, and those its stations stand in."""
    everything = Community.objects.all()
    if scope.everywhere:
        return everything
    return everything.filter(id__in=scope.communities) | everything.filter(
        id__in=ServiceStation.objects.filter(id__in=scope.stations).values("community_id")
    )


def called(text: str) -> Community | None:
    """The community of this code or name, else the one that exports call so."""
    found = Community.objects.filter(Q(code=text) | Q(name=text) | Q(aliases__contains=[text]))
    return min(found, key=lambda place: (place.code != text, place.name != text), default=None)


def stations_in(scope: Scope) -> QuerySet[ServiceStation]:
    return ServiceStation.objects.filter(scope.condition("community_id", "id")).select_related("community")


def stations_in_communities(communities: QuerySet[Community]) -> QuerySet[ServiceStation]:
    """Open stations of whole communities."""
    return ServiceStation.objects.filter(community__in=communities, is_active=True).select_related("community")


def acts_on(thing: str, thing_id: object) -> QuerySet[StaffAct]:
    """The log of one thing, newest first (index act_of_a_thing)."""
    return StaffAct.objects.filter(thing=thing, thing_id=str(thing_id)).select_related("staff")
