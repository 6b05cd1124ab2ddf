"""What a row says about where it goes: which community, which station, which door (pure; the gazetteer is given)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from users.customers import addresses
from users.imports import cells

REMEMBERED = 200_000
CREATE = "create"
DOOR_CHARS = 16
SAMPLE = ("1", "1", "101")  # the door of an address that stands for others
BEGINS_A_DOOR = re.compile("[0-9](?:$|[栋幢单室]|号$|号楼)")


@dataclass(frozen=True)
class KnownCommunity:
    """A community as the importer needs it. `aliases` are other names that exports use for it."""

    id: int
    code: str
    name: str
    aliases: Sequence[str] = ()
    templates: Sequence[str] = ()


@dataclass(frozen=True)
class KnownStation:
    id: int
    name: str
    community_id: int


class Named(NamedTuple):
    """What a community cell means. `name` without `id`: a community that the commit will create."""

    id: int | None
    name: str
    unknown: bool = False


class Place(NamedTuple):
    """One order's place. `new_community` names one that does not exist yet."""

    community_id: int | None
    new_community: str
    station_id: int | None
    address_key: str
    building: str
    unit: str
    room: str


NOWHERE = Named(None, "")


@dataclass
class Gazetteer:
    """All known places, and what was decided for unknown names: {name: code, or "create"}."""

    communities: Sequence[KnownCommunity]
    stations: Sequence[KnownStation] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    create_all: bool = False

    def __post_init__(self) -> None:
        self.by_id = {place.id: place for place in self.communities}
        self.by_name = _unambiguous((name, place) for place in self.communities for name in _names(place))
        self.by_station = {cells.word_key(station.name): station for station in self.stations}
        self.chosen = {cells.word_key(name): choice for name, choice in self.choices.items()}
        called = {name: place.name for name, place in _unambiguous(_called(self.communities)).items()}
        taught = {place.name: place.templates for place in self.communities if place.templates}
        self.book = addresses.Book(called, taught)
        self._runs_on = any(BEGINS_A_DOOR.search(cells.word_key(name)) for name in called)
        self._cells: dict[str, Named] = {"": NOWHERE}
        self._places: dict[tuple[str, str, str], Place] = {}
        self._standing: dict[tuple[str, str, str], bool] = {}

    def named(self, cell: str) -> Named:
        """By name, alias or code; as chosen for this file; else by a known name that stands in the cell."""
        known = self._cells.get(cell)
        if known is None:
            known = self._cells[cell] = self._named(cell)
        return known

    def place(self, cell: str, station: str, address: str) -> Place:
        """The community cell decides, then the station's community, then the one that the address names."""
        key = (cell, station, address)
        place = self._places.get(key)
        if place is None:
            if len(self._places) >= REMEMBERED:  # threads share it: what one clears another holds in its hands
                self._places.clear()
            place = self._places[key] = self._place(*key)
        return place

    def stands_for_others(self, cell: str, station: str, text: str) -> bool:
        """Whether `text`, whose door is SAMPLE, is understood like one that has other numbers: not by a way of writing
        that was taught, and no name runs on into the number of a building."""
        key = (cell, station, text)
        stands = self._standing.get(key)
        if stands is None:
            if len(self._standing) >= REMEMBERED:
                self._standing.clear()
            stands = self._standing[key] = self._stands_for_others(*key)
        return stands

    def _stands_for_others(self, cell: str, station: str, text: str) -> bool:
        place = self.place(cell, station, text)
        known = self.by_id.get(place.community_id or 0)
        concerned = {"", self.book.parse(text).community, known and known.name}
        read = (place.building, place.unit, place.room) == SAMPLE and len(place.address_key) < addresses.KEY_CHARS - 10
        return read and not self._runs_on and not concerned & self.book.taught.keys()

    def _named(self, cell: str) -> Named:
        key = cells.word_key(cell)
        choice = self.chosen.get(key, "")
        code = cells.word_key(choice)
        if choice != CREATE and (known := self.by_name.get(code if choice else key)):
            return Named(known.id, known.name)
        if found := self.book.parse(cell).community:
            return self._called(found)
        if choice == CREATE or self.create_all:
            return Named(None, cell[:80])
        return Named(None, cell, unknown=True)

    def _called(self, name: str) -> Named:
        return Named(self.by_name[cells.word_key(name)].id, name)

    def _place(self, cell: str, station_name: str, text: str) -> Place:
        named = self.named(cell)
        station = self.by_station.get(cells.word_key(station_name)) if station_name else None
        if not named.name and station:
            named = Named(station.community_id, self.by_id[station.community_id].name)
        found = self.book.parse(text, named.name or None)
        if not named.name and found.community:
            named = self._called(found.community)
        door = [part or "" for part in (found.building, found.unit, found.room)]
        building, unit, room = door if all(len(part) <= DOOR_CHARS for part in door) else ("", "", "")
        return Place(
            community_id=named.id,
            new_community="" if named.id else named.name,
            station_id=station.id if station else None,
            address_key=addresses.normalised(found, named.name or None),
            building=building,
            unit=unit,
            room=room,
        )


def _names(place: KnownCommunity) -> Iterable[str]:
    return {cells.word_key(name) for name in (place.name, place.code, *place.aliases)}


def _called(communities: Iterable[KnownCommunity]) -> Iterable[tuple[str, KnownCommunity]]:
    return ((name, place) for place in communities for name in {place.name, *place.aliases})


def _unambiguous(pairs: Iterable[tuple[str, KnownCommunity]]) -> dict[str, KnownCommunity]:
    """Names that belong to one community only: what two share says nothing."""
    found: dict[str, set[int]] = {}
    known = {}
    for name, place in pairs:
        found.setdefault(name, set()).add(place.id)
        known[name] = place
    return {name: place for name, place in known.items() if name and len(found[name]) == 1}
