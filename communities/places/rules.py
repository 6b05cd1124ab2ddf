"""How the houses of a community are numbered, and how lists of names are typed (pure)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

_COMMAS = re.compile("[,;\n\N{FULLWIDTH COMMA}\N{FULLWIDTH SEMICOLON}\N{IDEOGRAPHIC COMMA}]")


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


def spans(numbers: Iterable[str]) -> list[str]:
    """House numbers with neighbours taken together: 1, 2, 3, 7, A1 -> 1–3, 7, A1."""
    walked = sorted(numbers, key=number_order)
    plain = [int(number) for number in walked if number.isdigit()]
    groups = groupby(enumerate(plain), key=lambda pair: pair[1] - pair[0])
    runs = [[number for _place, number in group] for _step, group in groups]
    joined = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return [*joined, *(number for number in walked if not number.isdigit())]
