"""The people and places every test may count on: who runs what, and who must see nothing.

Cuiping and Jinling are communities with a station each. Everybody's user name is their part.
"""

from dataclasses import dataclass

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
    cuiping = Community.objects.create(code="cuiping", name="翠屏花园", households=1800, aliases=["翠屏"])
    jinling = Community.objects.create(code="jinling", name="金陵名苑", households=1500)
    places = {
        "cuiping_station": ServiceStation.objects.create(community=cuiping, name="翠屏站"),
        "jinling_station": ServiceStation.objects.create(community=jinling, name="金陵站"),
    }
    roles: list[tuple[str, str, dict[str, object]]] = [
        ("manager", "operations_manager", {}),
        ("manager2", "operations_manager", {}),
        ("operator", "operator", {}),
        ("data_admin", "data_admin", {}),
        ("lead", "station_lead", {"station": places["cuiping_station"]}),
        ("staff", "station_staff", {"station": places["cuiping_station"]}),
        ("other_staff", "station_staff", {"station": places["jinling_station"]}),
        ("analyst", "analyst", {}),
        ("jinling_analyst", "analyst", {"community": jinling}),
        ("auditor", "auditor", {}),
        ("newcomer", "", {}),
    ]
    people = {username: _hire(username, role, where) for username, role, where in roles}
    return Cast(cuiping=cuiping, jinling=jinling, **places, **people)


def _hire(username: str, role: str, where: dict[str, object]) -> StaffMember:
    member = StaffMember.objects.create_user(username=username, password="a long password", name=username)
    if role:
        Assignment.objects.create(staff=member, role=role, **where)
    return member
