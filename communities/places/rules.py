"""How a community writes its addresses, and how its houses are numbered: what may be typed (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from opsdesk.lib.words import N_

PLACES = ("building", "unit", "floor", "room")
_COMMAS = re.compile("[,;\n\N{FULLWIDTH COMMA}\N{FULLWIDTH SEMICOLON}\N{IDEOGRAPHIC COMMA}]")
_PLACE = re.compile(r"\{(\w*)\}")

NEEDS_BUILDING_AND_ROOM = N_("Name at least {building} and {room}.")
UNKNOWN_PLACE = N_("Only {building}, {unit}, {floor} and {room} can stand in braces.")
TWICE = N_("Each of the places can stand in it only once.")
TOUCHING = N_("Put a sign between two places, or nobody can tell where one ends.")
LOOSE_BRACE = N_("A brace is left open.")


def template_fault(template: str) -> str:
    """What is wrong with a way of writing an address, or nothing. `{building}-{unit}-{room}` is right."""
    names = _PLACE.findall(template)
    faults = (
        (UNKNOWN_PLACE, set(names) - set(PLACES)),
        (LOOSE_BRACE, set("{}") & set(_PLACE.sub("", template))),
        (NEEDS_BUILDING_AND_ROOM, {"building", "room"} - set(names)),
        (TWICE, len(set(names)) < len(names)),
        (TOUCHING, "}{" in template),
    )
    return next((message for message, wrong in faults if wrong), "")


def listed(text: str) -> list[str]:
    """Names typed in one field: one a line, or set apart by commas of either kind; each once, in the order typed."""
    parts = (part.strip() for part in _COMMAS.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def run_of_numbers(first: int, last: int, pattern: str = "{n}") -> list[str]:
    """The numbers of a run of like buildings: 1, 3, "A{n}" -> A1 A2 A3."""
    return [pattern.replace("{n}", str(number)) for number in range(first, last + 1)]


def number_order(number: str) -> tuple[tuple[int, str], ...]:
    """Sorts 2 before 10, and A2 after both: the way people walk."""
    return tuple((int(part), "") if part.isdigit() else (10**9, part) for part in re.findall(r"\d+|\D+", number))


@dataclass(frozen=True)
class Block:
    """One building as it stands."""

    number: str
    units: int
    floors: int
    doors: int

    @property
    def size(self) -> tuple[int, int, int]:
        return self.units, self.floors, self.doors


@dataclass(frozen=True)
class Row:
    """Like buildings that follow one another, as one line: 1 to 27, three units, eighteen floors, four doors."""

    first: str
    last: str
    buildings: int
    units: int
    floors: int
    doors: int

    @property
    def door_count(self) -> int:
        return self.buildings * self.units * self.floors * self.doors


def rows_of(blocks: Iterable[Block]) -> list[Row]:
    """Buildings in walking order, neighbours of one size taken together."""
    walked = sorted(blocks, key=lambda block: number_order(block.number))
    groups = [list(group) for _size, group in groupby(walked, key=lambda block: block.size)]
    return [Row(group[0].number, group[-1].number, len(group), *group[0].size) for group in groups]
