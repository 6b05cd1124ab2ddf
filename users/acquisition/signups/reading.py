"""A file of registrations or referrals: what it is, which column is which, its rows. The order import's own readers."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from opsdesk.lib import csvfile, filesource, xlsxfile
from opsdesk.lib.limits import MEGABYTE, Limits
from opsdesk.lib.unreadable import UnreadableFile
from users.acquisition.signups import rules
from users.imports import inspection
from users.imports.cells import Context
from users.imports.inspection import Inspection

LIMITS = Limits(stored_bytes=8 * MEGABYTE, unpacked_bytes=64 * MEGABYTE, xlsx_bytes=8 * MEGABYTE, columns=100)
MOST_ROWS = 50_000  # read and written while the reader waits; more is sent in parts


class Row(NamedTuple):
    """A row as it stands: `fields` are the mapped cells, `cells` all of them; `code`: why it is no row of the table."""

    line: int
    fields: dict[str, str]
    cells: list[str]
    code: str = ""


@dataclass(frozen=True)
class Look:
    """How a file is read. `columns`: header by field; `context`: what its cells depend on besides their text."""

    kind: str
    seen: Inspection
    columns: dict[str, str]
    context: Context

    @property
    def missing(self) -> list[str]:
        return rules.missing(self.kind, self.columns)


def look(
    content: bytes,
    name: str,
    *,
    today: date,
    kind: str = "",
    columns: dict[str, str] | None = None,
    day_order: str = "",
) -> Look:
    """UnreadableFile where there is no table, or a mapped column is gone. An empty `kind` is found by the columns."""
    seen = inspection.inspect(io.BytesIO(content), name, today=today, limits=LIMITS)
    headers = tuple(seen.headers)
    kind = kind or rules.kind_of(headers)
    if columns is None:
        columns = rules.recognise(kind, headers)
    if gone := [header for header in columns.values() if header not in headers]:
        raise UnreadableFile("columns_gone", names=", ".join(gone))
    in_order = {key: columns[key] for key in rules.NAMES[kind] if key in columns}
    return Look(kind, seen, in_order, Context(today, day_order, since_1904=seen.since_1904))


def rows(content: bytes, how: Look) -> Iterator[Row]:
    """Every row under the header that is not blank, at most MOST_ROWS of them. UnreadableFile where it breaks off."""
    places = {key: how.seen.headers.index(header) for key, header in how.columns.items()}
    count = 0
    for line, cells in _raw(content, how.seen):
        if line <= how.seen.header_line or not any(map(str.strip, cells)):
            continue
        count += 1
        if count > MOST_ROWS:
            raise UnreadableFile("too_many_rows", limit=MOST_ROWS)
        yield _row(line, cells, places, how.seen)


def _row(line: int, cells: list[str], places: dict[str, int], seen: Inspection) -> Row:
    width = len(seen.headers)
    if any(map(str.strip, cells[width:])):
        return Row(line, {}, cells, "cells_too_many")
    if len(cells) < width and seen.kind != "xlsx":
        return Row(line, {}, cells, "cells_too_few")
    fields = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
    return Row(line, fields, cells)


def _raw(content: bytes, seen: Inspection) -> Iterator[csvfile.Row]:
    with filesource.opened(io.BytesIO(content), LIMITS) as source:
        if seen.kind == "xlsx":
            with xlsxfile.opened(source) as sheet:
                yield from sheet.rows
        else:
            yield from csvfile.rows(source, seen.encoding, seen.delimiter)
