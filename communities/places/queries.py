"""Communities and stations with what stands in them, within somebody's reach."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Length

from communities import queries
from communities.models import Assignment, Building, Community, ServiceStation
from communities.places import rules
from communities.rules import ROLES
from communities.scoping import Scope

_DOORS = F("units") * F("floors") * F("doors")


def communities_with_sizes(scope: Scope) -> QuerySet[Community]:
    """One row a community, open ones first; its buildings, doors and open stations counted."""
    buildings = Building.objects.filter(community=OuterRef("pk")).order_by().values("community")
    stations = ServiceStation.objects.filter(community=OuterRef("pk"), is_active=True).order_by().values("community")
    return (
        queries.communities_in(scope)
        .annotate(building_count=_number(buildings.annotate(n=Count("id"))))
        .annotate(door_count=_number(buildings.annotate(n=Sum(_DOORS))))
        .annotate(station_count=_number(stations.annotate(n=Count("id"))))
        .order_by("-is_active", "name")
    )


def _number(counted: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


def buildings_of(community: Community) -> QuerySet[Building]:
    """One row a building, in walking order as far as SQL can say it: 2 before 10."""
    return community.buildings.order_by(Length("number"), "number")


def building_rows(community: Community) -> list[rules.Row]:
    """The same as people say it: like neighbours in one row."""
    return rules.rows_of(rules.Block(b.number, b.units, b.floors, b.doors) for b in community.buildings.all())


def stations_at(community: Community, scope: Scope) -> QuerySet[ServiceStation]:
    """Stations of a community in reach, open ones first, with the assignments of who works there today."""
    team = Assignment.objects.filter(staff__is_active=True).select_related("staff").order_by("role", "staff__name")
    return (
        queries.stations_in(scope)
        .filter(community=community)
        .prefetch_related(Prefetch("team", team))
        .order_by("-is_active", "name")
    )


def names_taken(besides: Community | None = None) -> dict[str, Community]:
    """Every name and other name that already points to a community: an export's word may mean only one."""
    others = Community.objects.exclude(pk=besides.pk) if besides and besides.pk else Community.objects.all()
    return {name: community for community in others for name in [community.name, *community.aliases]}


@dataclass(frozen=True)
class Model:
    """The business as it stands: how many stations sort and store, how many doors they serve, who works where."""

    stations: int
    sorting: int
    storing: int
    selling: int
    communities: int
    households: int
    doors: int
    online: list[tuple[str, int]]
    offline: list[tuple[str, int]]


def business_model(scope: Scope) -> Model:
    """Counts of the nodes between supplier and door, within reach; closed places and accounts are not counted."""
    places = queries.communities_in(scope).filter(is_active=True)
    stations = queries.stations_in(scope).filter(is_active=True)
    sizes = places.aggregate(n=Count("id"), households=Sum("households"))
    doors = Building.objects.filter(community__in=places).aggregate(n=Sum(_DOORS))
    teams = _team_sizes(scope)
    return Model(
        **stations.aggregate(
            stations=Count("id"),
            sorting=Count("id", filter=Q(sorts_goods=True)),
            storing=Count("id", filter=Q(has_store_room=True)),
            selling=Count("id", filter=Q(sells_on_site=True)),
        ),
        communities=sizes["n"],
        households=sizes["households"] or 0,
        doors=doors["n"] or 0,
        online=[(ROLES[role].label, n) for role, n in teams.items() if not ROLES[role].at_station],
        offline=[(ROLES[role].label, n) for role, n in teams.items() if ROLES[role].at_station],
    )


def _team_sizes(scope: Scope) -> dict[str, int]:
    """Open accounts by role, each person once a role; station roles only of the stations in reach."""
    held = Assignment.objects.filter(staff__is_active=True).order_by()
    held = held.filter(Q(station=None) | Q(station__in=queries.stations_in(scope)))
    counted = held.values("role").annotate(n=Count("staff", distinct=True)).values_list("role", "n")
    sizes = dict(counted)
    return {role: sizes[role] for role in ROLES if role in sizes}
