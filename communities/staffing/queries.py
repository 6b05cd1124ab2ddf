"""Staff as the pages show them: within somebody's reach, closed accounts apart."""

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from communities.models import ApiToken, Assignment, Community, StaffMember
from communities.rules import CHANGE_STAFF, ROLES
from communities.scoping import Scope

KEEPER_ROLES = [key for key, role in ROLES.items() if CHANGE_STAFF in role.may]


def people_in(scope: Scope) -> QuerySet[StaffMember]:
    """One row a person, by name. Whoever is limited to places sees those who work there, and new
    accounts that have no place yet."""
    places = Assignment.objects.select_related("community", "station__community").order_by("role", "id")
    people = StaffMember.objects.prefetch_related(Prefetch("assignments", places)).order_by("-is_active", "name", "id")
    if scope.everywhere:
        return people
    there = Assignment.objects.filter(
        Q(community__in=scope.communities) | Q(station__in=scope.stations) | Q(station__community__in=scope.communities)
    )
    return people.filter(Q(assignments__in=there) | Q(assignments=None)).distinct()


def found(people: QuerySet[StaffMember], words: str, role: str, closed: bool) -> QuerySet[StaffMember]:
    """Those whose name or user name holds the words, with a role; closed accounts only where asked for."""
    if words:
        people = people.filter(Q(name__icontains=words) | Q(username__icontains=words))
    if role:
        people = people.filter(assignments__role=role).distinct()
    return people if closed else people.filter(is_active=True)


def working_at(people: QuerySet[StaffMember], community: Community | None) -> QuerySet[StaffMember]:
    """Those whose work is in this community, its stations included; no community means everybody."""
    if community is None:
        return people
    return people.filter(Q(assignments__community=community) | Q(assignments__station__community=community)).distinct()


def in_order(people: QuerySet[StaffMember]) -> list[StaffMember]:
    """Open accounts first; head office by role, then station by station, whoever has no role yet at the end."""
    return sorted(people, key=_place_in_order)


def _place_in_order(member: StaffMember) -> tuple[bool, bool, str, int, str]:
    held = list(member.assignments.all())
    roles = list(ROLES)
    first = min((roles.index(one.role) for one in held), default=-1 if member.is_superuser else len(roles))
    station = next((f"{one.station.community.name} {one.station.name}" for one in held if one.station), "")
    return not member.is_active, bool(station), station, first, member.name


def keeper_remains() -> bool:
    """Whether an open account is left that manages staff everywhere."""
    everywhere = Q(assignments__role__in=KEEPER_ROLES, assignments__community=None, assignments__station=None)
    return StaffMember.objects.filter(Q(is_superuser=True) | everywhere, is_active=True).exists()


def assignments_of(member: StaffMember) -> QuerySet[Assignment]:
    return Assignment.objects.filter(staff=member).select_related("community", "station__community")


def living_tokens(member: StaffMember) -> QuerySet[ApiToken]:
    """Keys that open something today, newest first."""
    return member.api_tokens.filter(revoked_at=None, expires_at__gt=timezone.now())
