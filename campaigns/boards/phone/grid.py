"""The doors of a walk, drawn as the buildings stand: building, unit, floor by door (pure)."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

from campaigns.drives import rules

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
WIDEST = 12  # doors on a floor; a room whose last two digits say more stands under the grid
FOLDED_FROM = 2  # so many floors in a row without a task are drawn as one line


class Place(NamedTuple):
    community_id: int
    building: str
    unit: str
    room: str


class Block(NamedTuple):
    """A building as it is known to stand."""

    floors: int
    doors: int


@dataclass(frozen=True)
class Door(Generic[T]):
    """One home: whoever of a list lives behind this door, in the order of the list. `n`: its turn in the walk."""

    place: Place
    people: list[T]
    n: int

    @property
    def key(self) -> str:
        return key_of(self.place)


@dataclass(frozen=True)
class Cell(Generic[T]):
    room: str
    door: Door[T] | None


@dataclass(frozen=True)
class Floor(Generic[T]):
    """A floor's cells; without cells, a run of floors where nobody is on the list: `highest` down to `lowest`."""

    highest: int
    lowest: int
    cells: list[Cell[T]]


@dataclass(frozen=True)
class Unit(Generic[T]):
    """`rest`: doors whose number tells no place on a floor."""

    number: str
    columns: int
    floors: list[Floor[T]]
    rest: list[Door[T]]

    @property
    def doors(self) -> list[Door[T]]:
        drawn = [cell.door for floor in self.floors for cell in floor.cells if cell.door]
        return [*drawn, *self.rest]


@dataclass(frozen=True)
class Building(Generic[T]):
    community_id: int
    number: str
    units: list[Unit[T]]

    @property
    def key(self) -> str:
        return f"{self.community_id}-{self.number}"

    @property
    def doors(self) -> list[Door[T]]:
        return [door for unit in self.units for door in unit.doors]


def key_of(place: Place) -> str:
    return "|".join(map(str, place))


def doors_of(people: Iterable[T], place_of: Callable[[T], Place]) -> list[Door[T]]:
    """People on a list as doors, in the order in which the list first comes to each; several phones of one home are
    one door. Whoever has no building and no room stands behind no door."""
    homes: dict[Place, list[T]] = {}
    for person in people:
        place = place_of(person)
        if place.building and place.room:
            homes.setdefault(place, []).append(person)
    return [Door(place, home, n) for n, (place, home) in enumerate(homes.items(), 1)]


def draw(doors: Sequence[Door[T]], blocks: dict[tuple[int, str], Block]) -> list[Building[T]]:
    """Buildings in the order in which the walk first comes to each."""
    return [
        Building(where[0], where[1], _units(inside, blocks.get(where)))
        for where, inside in _together(doors, lambda door: (door.place.community_id, door.place.building))
    ]


def _units(doors: Sequence[Door[T]], block: Block | None) -> list[Unit[T]]:
    units = _together(doors, lambda door: door.place.unit)
    return [_unit(number, inside, block) for number, inside in sorted(units, key=lambda one: rules.natural(one[0]))]


def _unit(number: str, doors: Sequence[Door[T]], block: Block | None) -> Unit[T]:
    spots: dict[tuple[int, int], Door[T]] = {}
    rest = [door for door in doors if not (spot := spot_of(door.place.room)) or spots.setdefault(spot, door) != door]
    columns = max([block.doors if block else 0, *(column for _floor, column in spots)], default=0)
    highest = max([block.floors if block else 0, *(floor for floor, _column in spots)], default=0)
    drawn = [_floor(floor, columns, spots) for floor in range(highest, 0, -1)] if spots else []
    return Unit(number, columns, _folded(drawn), rest)


def spot_of(room: str) -> tuple[int, int] | None:
    """Floor and door by a room number: 502 is the second door on the fifth. None where it tells neither."""
    floor = rules.floor_of(room)
    column = int(room[-2:]) if floor else 0
    return (floor, column) if floor and 1 <= column <= WIDEST else None


def _floor(floor: int, columns: int, spots: dict[tuple[int, int], Door[T]]) -> Floor[T]:
    cells = [_cell(floor, column, spots.get((floor, column))) for column in range(1, columns + 1)]
    return Floor(floor, floor, cells)


def _cell(floor: int, column: int, door: Door[T] | None) -> Cell[T]:
    return Cell(door.place.room if door else f"{floor}{column:02d}", door)


def _folded(floors: Sequence[Floor[T]]) -> list[Floor[T]]:
    found: list[Floor[T]] = []
    for empty, run in groupby(floors, key=lambda floor: not any(cell.door for cell in floor.cells)):
        these = list(run)
        fold = empty and len(these) >= FOLDED_FROM
        found += [Floor(these[0].highest, these[-1].lowest, [])] if fold else these
    return found


def _together(things: Iterable[Door[T]], by: Callable[[Door[T]], K]) -> list[tuple[K, list[Door[T]]]]:
    found: dict[K, list[Door[T]]] = {}
    for thing in things:
        found.setdefault(by(thing), []).append(thing)
    return list(found.items())
