"""Where people live, and how they write it."""

from random import Random

from opsdesk.demo.records import Community, Home

# The parser of an importer knows all of these but "alley", which one community's people use.
WRITINGS = {
    "dong": "{building}栋{unit}单元{room}室",
    "zhuang": "{building}幢{unit}单元{room}",
    "dash": "{building}-{unit}-{room}",
    "tower": "{building}号楼{unit}单元{room}室",
    "alley": "{building}弄{unit}号{room}",
}
UNREAD = "alley"
NOWHERE = Home(None, 0, 0, 0, "", "")
_SECOND_WRITING_SHARE = 0.32
_PLAIN = "dong"


def home(rng: Random, place: Community) -> Home:
    first, second = place.writings
    writing = second if rng.random() < _SECOND_WRITING_SHARE else first
    room = rng.randint(1, place.floors) * 100 + rng.randint(1, place.doors)
    return Home(place, rng.randint(1, place.buildings), rng.randint(1, place.units), room, writing, _prefix(rng, place))


def another_door(rng: Random, known: list[Home]) -> Home:
    """A door of the same community that is none of the known ones."""
    place = known[0].community
    assert place is not None
    taken = {home[1:4] for home in known}
    while True:
        found = home(rng, place)._replace(writing=known[0].writing, prefix=known[0].prefix)
        if found[1:4] not in taken:
            return found


def written(here: Home, writing: str = "") -> str:
    """The address as text; empty for someone without one."""
    if here.community is None:
        return ""
    door = WRITINGS[writing or here.writing]
    return here.prefix + door.format(building=here.building, unit=here.unit, room=here.room)


def written_otherwise(here: Home) -> str:
    """The same door in the plain writing; who uses the unread writing keeps to it."""
    return written(here, here.writing if here.writing == UNREAD else _PLAIN)


def _prefix(rng: Random, place: Community) -> str:
    draw = rng.random()
    if draw < 0.5:
        return place.name
    return f"南京市{place.district}{place.street}{place.name}" if draw < 0.85 else ""
