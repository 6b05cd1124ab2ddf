"""Good rows of partly refused orders: an order in a later file replaces, so the mended file must hold all its rows.

Rows belong together by their order number as the file writes it (a refund's names its order), whatever their phone:
the phone may be what was wrong. Without a number a phone and a moment make the order; a row refused for one of those
two has no siblings that could be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from opsdesk.lib.badvalue import BadValue
from users.imports import columns, rules
from users.imports.inspection import Inspection
from users.imports.rules import How

Cells = Sequence[str]
Key = tuple[Any, ...]


@dataclass
class Orders:
    """The orders that lost a row, and the first line that each has lost; filled row by row, then asked."""

    how: How
    places: Mapping[str, int]
    first: dict[Key, int] = field(default_factory=dict)
    phones: set[str] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, inspection: Inspection, today: date) -> "Orders":
        how = How.of(inspection.mapping, today, inspection.since_1904)
        return cls(how, {key: inspection.headers.index(header) for key, header in how.mapping.columns.items()})

    def lost(self, line: int, cells: Cells) -> None:
        """A refused row, in the order of the file."""
        self.lines.add(line)
        if phone := self._read("phone", cells):
            self.phones.add(phone)
        if key := self._key(cells):
            self.first.setdefault(key, line)

    def alongside(self, rows: Iterator[tuple[int, list[str]]], after: int) -> Iterator[tuple[int, list[str], int]]:
        """The good ones among the rows below line `after`: (line, cells, the first line that their order has lost)."""
        for line, cells in rows if self.first else ():
            if line > after and line not in self.lines and (lost := self.first.get(self._key(cells))):
                yield line, cells, lost

    def _key(self, cells: Cells) -> Key:
        """() of a row whose order nobody can tell."""
        if number := self._read("order_number", cells):
            return (rules.original_of(number, self.how) or number,)
        phone = self._read("phone", cells)
        moment = self._read("ordered_at", cells) if phone in self.phones else None
        return (phone, moment.at, moment.has_time) if phone and moment else ()

    def _read(self, key: str, cells: Cells) -> Any:
        place = self.places.get(key, len(cells))
        if place >= len(cells):
            return None
        try:
            return columns.BY_KEY[key].read(cells[place], self.how.context)
        except BadValue:
            return None
