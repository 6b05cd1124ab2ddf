"""Rows of a CSV file, strictly: nothing is swallowed, every row knows its line (stdlib csv with strict=True)."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NoReturn

from opsdesk.lib.filesource import Source
from opsdesk.lib.textfile import Lines
from opsdesk.lib.unreadable import UnreadableFile

Row = tuple[int, list[str]]
Batch = tuple[list[int], list[list[str]]]


def rows(source: Source, encoding: str, delimiter: str) -> Iterator[Row]:
    """(line, cells) of every row, blank ones ([]) included; `line` is where the row begins in an editor."""
    lines = Lines(source, encoding)
    yield from _rows(lines, delimiter, source, encoding)


def batches(source: Source, encoding: str, delimiter: str, size: int, skip: int) -> Iterator[Batch]:
    """The same as parallel lists, `size` rows at a time (fewer when the text is very long), after `skip` rows."""
    lines = Lines(source, encoding)
    numbers: list[int] = []
    cells: list[list[str]] = []
    full_at = source.limits.batch_chars
    for line, row in islice(_rows(lines, delimiter, source, encoding), skip, None):
        numbers.append(line)
        cells.append(row)
        if len(cells) >= size or lines.chars > full_at:
            yield numbers, cells
            numbers, cells, full_at = [], [], lines.chars + source.limits.batch_chars
    if cells:
        yield numbers, cells


def _rows(lines: Lines, delimiter: str, source: Source, encoding: str) -> Iterator[Row]:
    limits = source.limits
    csv.field_size_limit(limits.cell_chars)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    ended = 0
    try:
        for row in reader:
            if len(row) > limits.columns:
                _too_many(row, ended + 1, limits.columns)
            yield ended + 1, row
            ended = reader.line_num
    except csv.Error as error:
        _refuse(str(error), ended + 1, reader.line_num, source, encoding, delimiter)


def _too_many(row: list[str], line: int, most: int) -> None:
    """Trailing empty cells beyond the limit do no harm."""
    while row and not row[-1]:
        row.pop()
    if len(row) > most:
        raise UnreadableFile("columns_too_many", line=line, found=len(row), limit=most)


def _refuse(what: str, first: int, last: int, source: Source, encoding: str, delimiter: str) -> NoReturn:
    """csv names the place where it gave up; people need the line where the trouble began."""
    if "field larger" in what and first == last:
        raise UnreadableFile("cell_too_long", line=first, limit=source.limits.cell_chars)
    if "expected after" in what and first == last:
        raise UnreadableFile("quote_misplaced", line=first)
    record = islice(Lines(source, encoding), first - 1, last)
    raise UnreadableFile("quote_unclosed", line=first + _line_of_open_quote(record, delimiter))


def _line_of_open_quote(record: Iterable[str], delimiter: str) -> int:
    """How many lines below the start of the record the last quoted cell was opened."""
    opened, quoted, closed, before = 0, False, False, "\n"
    for number, line in enumerate(record):
        for character in line:
            if character == '"' and (quoted or closed):
                quoted, closed = not quoted, quoted
            elif character == '"' and before in delimiter + "\r\n":
                quoted, opened = True, number
            else:
                closed = False
            before = character
    return opened
