"""The people and places every test may count on: who runs what, and who must see nothing. Four statements make them
all: thousands of tests do.

Cuiping and Jinling are communities with a station each. Everybody's user name is their part.
"""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from communities.models import Assignment, Community, ServiceStation, StaffMember


@dataclass
class Cast:
    cuiping: Community
    jinling: Community
    cuiping_station: ServiceStation
    jinling_station: ServiceStation
    manager: StaffMember  # runs everything
    manager2: StaffMember  # so that nobody approves their own
    operator: StaffMember  # drafts
    data_admin: StaffMember  # imports, sets policies
    lead: StaffMember  # leads Cuiping's station
    staff: StaffMember  # works at Cuiping's station
    other_staff: StaffMember  # works at Jinling's: must never see Cuiping's customers
    analyst: StaffMember  # reads, masked
    jinling_analyst: StaffMember  # reads Jinling only
    auditor: StaffMember  # reads the trail, no customer
    newcomer: StaffMember  # signed in, no role: may open nothing


def assemble() -> Cast:
    cuiping, jinling = Community.objects.bulk_create(
        [
            Community(code="cuiping", name="翠屏花园", households=1800, aliases=["翠屏"]),
            Community(code="jinling", name="金陵名苑", households=1500),
        ]
    )
    cuiping_station, jinling_station = ServiceStation.objects.bulk_create(
        [ServiceStation(community=cuiping, name="翠屏站"), ServiceStation(community=jinling, name="金陵站")]
    )
    roles: list[tuple[str, str, dict[str, object]]] = [
        ("manager", "operations_manager", {}),
        ("manager2", "operations_manager", {}),
        ("operator", "operator", {}),
        ("data_admin", "data_admin", {}),
        ("lead", "station_lead", {"station": cuiping_station}),
        ("staff", "station_staff", {"station": cuiping_station}),
        ("other_staff", "station_staff", {"station": jinling_station}),
        ("analyst", "analyst", {}),
        ("jinling_analyst", "analyst", {"community": jinling}),
        ("auditor", "auditor", {}),
        ("newcomer", "", {}),
    ]
    people = _hire([username for username, _role, _where in roles])
    Assignment.objects.bulk_create(
        Assignment(staff=people[username], role=role, **where) for username, role, where in roles if role
    )
    return Cast(cuiping, jinling, cuiping_station, jinling_station, **people)


def _hire(usernames: list[str]) -> dict[str, StaffMember]:
    """At once: nearly every test begins with all of them."""
    made = StaffMember.objects.bulk_create(
        StaffMember(username=username, password=_hashed(), name=username) for username in usernames
    )
    return {member.username: member for member in made}


@cache
def _hashed() -> str:
    return make_password("a long password")
