"""The front door of the reader: `inspect` a file, then `read` it in cleaned chunks of bounded size.

    inspection = reading.inspect(path, "orders.csv", today=today)
    for chunk in reading.read(path, inspection, today=today):
        ...

Both raise UnreadableFile (code, message, params, line) where the file as a whole cannot be read, and nothing else.
A file is a path, a binary stream or "-" (standard input, which can be read only once: copy it to a file first).
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from typing import TypeVar

from opsdesk.lib import ahead, collector, csvfile, filesource, plaincsv, xlsxfile
from opsdesk.lib.filesource import File, Source
from opsdesk.lib.limits import COMMAND_LINE, Limits
from opsdesk.lib.unreadable import UnreadableFile
from users.imports import columns, layout
from users.imports.chunks import Chunk
from users.imports.cleaning import Batch, Cleaner, Split
from users.imports.inspection import Inspection, inspect
from users.imports.rules import How

__all__ = ["CHUNK_ROWS", "Chunk", "Inspection", "UnreadableFile", "inspect", "read"]

CHUNK_ROWS = 40_000
Raw = Generator[tuple[Batch | Split, int], None, None]
Numbered = tuple[int, Batch | Split, int]
Made = TypeVar("Made")


def read(
    file: File,
    inspection: Inspection,
    *,
    today: date,
    chunk_rows: int = CHUNK_ROWS,
    skip_chunks: int = 0,
    limits: Limits = COMMAND_LINE,
) -> Iterator[Chunk]:
    """The rows under the header, cleaned, at most `chunk_rows` a chunk; a file always falls into the same chunks.

    `today`: later dates are refused. `skip_chunks`: chunks to pass over at the start, to resume where a run died.
    """
    cleaner = _cleaner(inspection, today)
    with closing(_raw(file, inspection, chunk_rows, skip_chunks, limits)) as raw:
        for batch in raw:
            yield _chunk(cleaner, batch)


def read_ahead(
    file: File, inspection: Inspection, then: Callable[[Chunk], Made], *, today: date, chunk_rows: int = CHUNK_ROWS
) -> Iterator[tuple[Chunk, Made]]:
    """The chunks of `read` with what `then` makes of each, worked out by threads while the last one is used."""
    cleaner = _cleaner(inspection, today)

    def make(batch: Numbered) -> tuple[Chunk, Made]:
        chunk = _chunk(cleaner, batch)
        return chunk, then(chunk)

    return ahead.mapped(make, _raw(file, inspection, chunk_rows, 0, COMMAND_LINE))


def _cleaner(inspection: Inspection, today: date) -> Cleaner:
    if inspection.missing:
        labels = ", ".join(columns.BY_KEY[key].label for key in inspection.missing)
        raise UnreadableFile("columns_missing", names=labels)
    how = How.of(inspection.mapping, today, inspection.since_1904)
    return Cleaner(how, inspection.headers, padded=inspection.kind == "xlsx")


def _raw(file: File, inspection: Inspection, size: int, skip: int, limits: Limits) -> Generator[Numbered, None, None]:
    batches = _sheet_batches if inspection.kind == "xlsx" else _text_batches
    with filesource.opened(file, limits) as source, closing(batches(source, inspection, size)) as raw:
        for number, (batch, bytes_read) in enumerate(raw):
            if number >= skip:
                yield number, batch, bytes_read


def _chunk(cleaner: Cleaner, numbered: Numbered) -> Chunk:
    number, batch, bytes_read = numbered
    with collector.paused():
        done = cleaner.clean(batch)
    return Chunk(
        number=number,
        frame=done.frame,
        problems=done.problems,
        refused=done.refused,
        rows_read=len(batch) - done.blank_rows,
        blank_rows=done.blank_rows,
        bytes_read=bytes_read,
        last_line=batch.lines[-1],
    )


def _text_batches(source: Source, inspection: Inspection, size: int) -> Raw:
    """Raw rows under the header, with the stored bytes behind them: split by column as long as the text is plain, which
    the rows before are then too, so that rows and lines are counted alike."""
    encoding, delimiter = inspection.encoding, inspection.delimiter
    skip = _rows_to_header(csvfile.rows(source, encoding, delimiter), inspection)
    for table in plaincsv.batches(source, encoding, delimiter, len(inspection.headers), size, skip):
        if table is None:
            break
        yield Split(range(skip + 1, skip + 1 + table.num_rows), table), source.position()
        skip += table.num_rows
    else:
        return
    for lines, rows in csvfile.batches(source, encoding, delimiter, size, skip):
        yield Batch(lines, rows), source.position()


def _sheet_batches(source: Source, inspection: Inspection, size: int) -> Raw:
    with xlsxfile.opened(source) as sheet:
        _rows_to_header(sheet.rows, inspection)
        while rows := list(islice(sheet.rows, size)):
            batch = Batch([line for line, _cells in rows], [cells for _line, cells in rows])
            yield batch, source.size * batch.lines[-1] // sheet.height


def _rows_to_header(rows: Iterator[csvfile.Row], inspection: Inspection) -> int:
    """Reads up to and with the header row; the file must still be the one that was inspected."""
    for count, (line, cells) in enumerate(rows, start=1):
        if line == inspection.header_line:
            layout.check_mapped(inspection.mapping, layout.names_of(cells))
            return count
    raise UnreadableFile("columns_gone", names=", ".join(inspection.headers))
