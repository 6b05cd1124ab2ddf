"""Where the table is in a file: its delimiter and its header row (pure)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice

from opsdesk.lib import csvfile, phones, plaintext
from opsdesk.lib.filesource import Source
from opsdesk.lib.unreadable import UnreadableFile
from users.imports import columns
from users.imports.columns import Mapping

DELIMITERS = (",", "\t", ";", "|")
HEADER_WITHIN = 20
SAMPLE_ROWS = 20
NAME_CHARS = 200
LOOK_ROWS = 3 * SAMPLE_ROWS


@dataclass(frozen=True)
class Header:
    """The header row: its place among the rows looked at, its line, its tidied names, how many are known."""

    place: int
    line: int
    names: tuple[str, ...]
    known: int


def find_delimiter(source: Source, encoding: str, wanted: Collection[str]) -> str:
    """The delimiter under which most headers are recognised; else the one that makes most columns."""
    best, trouble = ((0, -1), ""), None
    for delimiter in DELIMITERS:
        try:
            header = find_header(first_rows(source, encoding, delimiter), wanted)
        except UnreadableFile as error:
            trouble = trouble or error
            continue
        score = (header.known, len(header.names) if header.known == 0 else 0)
        best = max(best, (score, delimiter), key=lambda found: found[0])
    if trouble and not best[0][0]:
        raise trouble
    return best[1]


def first_rows(source: Source, encoding: str, delimiter: str) -> list[csvfile.Row]:
    return list(islice(csvfile.rows(source, encoding, delimiter), LOOK_ROWS))


def find_header(rows: Sequence[csvfile.Row], wanted: Collection[str]) -> Header:
    """The row among the first twenty that are not blank with most names recognised (aliases, or `wanted` headers).

    Where no row has any, the first with at least two cells, else the first.
    """
    filled = [(at, line, cells) for at, (line, cells) in enumerate(rows) if any(map(str.strip, cells))]
    if not filled:
        raise UnreadableFile("empty")
    headers = [_header(*row, wanted) for row in filled[:HEADER_WITHIN]]
    best = max(headers, key=lambda header: header.known)
    if best.known:
        return best
    return next((header for header in headers if sum(map(bool, header.names)) > 1), headers[0])


def _header(place: int, line: int, cells: list[str], wanted: Collection[str]) -> Header:
    names = names_of(cells)
    known = len(columns.recognise(names).mapping.columns) + sum(name in wanted for name in names if name)
    return Header(place, line, names, known)


def names_of(cells: Sequence[str]) -> tuple[str, ...]:
    """A header row as names. Masked, because a file without a header has phones there."""
    return tuple(phones.mask_within(plaintext.tidy(cell[:NAME_CHARS])) for cell in cells)


def check_header(header: Header, cells: Sequence[str], most: int) -> None:
    """A name that occurs twice cannot be mapped; pandas and others would silently keep one."""
    if len(header.names) > most:
        raise UnreadableFile("columns_too_many", line=header.line, found=len(header.names), limit=most)
    if not header.known and any(phones.MOBILE.fullmatch(cell.strip()) for cell in cells):
        raise UnreadableFile("no_header", line=header.line)
    names = [name for name in header.names if name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile("headers_twice", line=header.line, names=", ".join(twice))


def check_mapped(mapping: Mapping, headers: Sequence[str]) -> None:
    gone = [header for header in mapping.columns.values() if header not in headers]
    if gone:
        raise UnreadableFile("columns_gone", names=", ".join(gone))


def sample(rows: Sequence[csvfile.Row], header: Header) -> list[csvfile.Row]:
    """The first rows under the header that are not blank."""
    below = (row for row in rows[header.place + 1 :] if any(map(str.strip, row[1])))
    return list(islice(below, SAMPLE_ROWS))
