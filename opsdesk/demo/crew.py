"""The staff of the made-up shop: who holds which role where, and who signs in to the demo."""

from collections.abc import Sequence

from opsdesk.demo.records import StaffMember, Station, World

PASSWORD = "demo-nanjing"

MANAGER = "operations_manager"
OPERATOR = "operator"
ADMIN = "data_admin"
LEAD = "station_lead"
STAFF = "station_staff"
ANALYST = "analyst"
AUDITOR = "auditor"

HEAD_OFFICE = (
    StaffMember("manager", "陈思远", MANAGER),
    StaffMember("manager2", "顾晓曼", MANAGER),
    StaffMember("operator", "林若溪", OPERATOR),
    StaffMember("admin", "许文博", ADMIN),
    StaffMember("analyst", "沈知夏", ANALYST),
    StaffMember("auditor", "韩守仁", AUDITOR),
)

# At each station the partner who leads it, then the people who deliver and ring at doors.
AT_STATIONS: dict[str, tuple[str, ...]] = {
    "cuiping-1": ("周海燕", "吴秀兰", "马春梅", "钱小满"),
    "jinling-1": ("郑国强", "孙桂英", "蒋玉萍"),
    "baijiahu-1": ("何俊峰", "曹雪婷", "彭立冬"),
    "hexi-1": ("薛红霞", "丁春花", "余建国"),
    "hexi-2": ("范志强", "石秋月", "陆丹丹"),
    "yincheng-1": ("潘素芬", "田家慧", "方永福"),
    "yueyahu-1": ("邹明慧", "梁巧云", "姜彩凤"),
    "xianlin-1": ("侯德宝", "白晓燕", "秦小雅"),
    "zilu-1": ("江淑芳", "尹春桃"),
    "huaishui-1": ("史丽娟", "康月娥"),
    "yuhu-1": ("龚卫东", "汤桂珍"),
}

# Stations of the demo sign-ins; a lead may have more than one.
SIGN_IN_STATIONS = {"lead": ("cuiping-1", "baijiahu-1"), "staff": ("cuiping-1",), "staff2": ("yueyahu-1",)}
_SIGN_IN_NAMES = {"周海燕": "lead", "吴秀兰": "staff", "梁巧云": "staff2"}


def sign_ins() -> list[tuple[str, str, str]]:
    """(role, user name, password) of everybody who can sign in to the demo, one a role and a second of two."""
    office = [(member.role, member.username, PASSWORD) for member in HEAD_OFFICE]
    stations = [(LEAD, "lead", PASSWORD), (STAFF, "staff", PASSWORD), (STAFF, "staff2", PASSWORD)]
    return office + stations


def staff(world: World) -> tuple[StaffMember, ...]:
    """Everybody who works here, with role and place; only `sign_ins` have a password."""
    return world.staff


def staff_of(stations: Sequence[Station]) -> tuple[StaffMember, ...]:
    at_work = [member for station in stations for member in _team(station)]
    return (*HEAD_OFFICE, *at_work)


def _team(station: Station) -> list[StaffMember]:
    team = []
    for place, name in enumerate(AT_STATIONS[station.code]):
        username = _SIGN_IN_NAMES.get(name, f"{station.code}-{place + 1}")
        role = STAFF if place else LEAD
        team.append(StaffMember(username, name, role, (), SIGN_IN_STATIONS.get(username, (station.code,))))
    return team
