"""Ten communities of a Nanjing that is not on any map, and their service stations."""

from datetime import time, timedelta
from typing import NamedTuple

from opsdesk.demo.records import Community, Station
from opsdesk.demo.rhythm import Frame

BAD_VEGETABLES = "cuiping"
STAR = "yueyahu"
TWO_STATIONS = "hexi"
LEAST_BUILDINGS = 4


class Plot(NamedTuple):
    """`opened`: weeks from the start (negative: before) or, below 1, a share of the weeks of the world.
    `reach`: customers per household; `loyalty`: factor on coming back."""

    code: str
    name: str
    short: str
    district: str
    street: str
    share: float
    reach: float
    loyalty: float
    opened: float
    unit_floor_door: tuple[int, int, int]
    cutoff: time
    writings: tuple[str, ...]


LATE = time(23, 0)
# fmt: off
PLOTS = (
    Plot("cuiping", "翠屏花园", "翠屏", "江宁区", "翠屏山东路18号",
         0.18, 0.62, 1.06, -60, (3, 18, 4), LATE, ("dong", "dash")),
    Plot("jinling", "金陵名苑", "金陵", "鼓楼区", "北云桥街7号",
         0.09, 0.48, 1.04, -52, (5, 11, 2), LATE, ("zhuang", "dong")),
    Plot("baijiahu", "百家湖国际花园", "百家湖", "江宁区", "双湖大道56号",
         0.13, 0.44, 0.97, -45, (2, 28, 4), LATE, ("dong", "tower")),
    Plot("hexi", "河西新城苑", "河西", "建邺区", "望江东街120号",
         0.14, 0.51, 1.00, -40, (2, 24, 4), LATE, ("dash", "tower")),
    Plot("yincheng", "银城东苑", "银城", "鼓楼区", "草场西里33号",
         0.10, 0.55, 0.98, -34, (5, 7, 3), LATE, ("dong", "alley")),
    Plot("yueyahu", "月牙湖花园", "月牙湖", "秦淮区", "后标营巷9号",
         0.11, 0.46, 1.02, -28, (4, 11, 3), LATE, ("zhuang", "dash")),
    Plot("xianlin", "仙林雅居", "仙林", "栖霞区", "学海北路211号",
         0.09, 0.39, 0.96, -20, (3, 15, 4), time(22, 0), ("tower", "dash")),
    Plot("zilu", "紫麓山庄", "紫麓", "玄武区", "樱驼北街2号",
         0.06, 0.33, 1.05, 0.12, (3, 11, 3), LATE, ("zhuang", "dong")),
    Plot("huaishui", "淮水雅苑", "淮水", "秦淮区", "来凤里61号",
         0.06, 0.36, 0.95, 0.30, (3, 9, 3), LATE, ("dong", "dash")),
    Plot("yuhu", "江北新区绿水湾南路滨江生态科技园御湖国际公馆人才公寓二期东区", "御湖", "浦口区", "绿水湾南路1008号",
         0.04, 0.28, 0.94, 0.45, (1, 32, 6), LATE, ("tower", "dong")),
)
# fmt: on


def opening_week(plot: Plot, frame: Frame) -> int:
    return round(plot.opened * frame.weeks) if 0 < plot.opened < 1 else int(plot.opened)


def community(plot: Plot, frame: Frame, customers: int) -> Community:
    """As many buildings as its share of the customers needs at the community's reach."""
    units, floors, doors = plot.unit_floor_door
    households = customers * plot.share / plot.reach
    buildings = max(LEAST_BUILDINGS, round(households / (units * floors * doors)))
    opened_on = frame.start + timedelta(weeks=opening_week(plot, frame))
    return Community(
        plot.code, plot.name, plot.district, plot.street, buildings, units, floors, doors,
        opened_on, plot.cutoff, plot.writings,
    )  # fmt: skip


def communities(frame: Frame, customers: int) -> tuple[Community, ...]:
    return tuple(community(plot, frame, customers) for plot in PLOTS)


def stations_of(place: Community) -> tuple[Station, ...]:
    short = next(plot.short for plot in PLOTS if plot.code == place.code)
    if place.code != TWO_STATIONS:
        return (Station(f"{place.code}-1", f"{short}站", place.code, 1, place.buildings),)
    half = place.buildings // 2
    return (
        Station(f"{place.code}-1", f"{short}东站", place.code, 1, half),
        Station(f"{place.code}-2", f"{short}西站", place.code, half + 1, place.buildings),
    )
