"""CSV text without a quotation mark, split by column (arrow): the same rows as csvfile, several times as fast.

Most exports quote nothing. Where a row is quoted, ragged or longer than it may be, nothing is decided here.
"""

import io
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from opsdesk.lib.filesource import Source
from opsdesk.lib.textfile import Lines


def batches(
    source: Source, encoding: str, delimiter: str, width: int, size: int, skip: int
) -> Iterator[pa.Table | None]:
    """Tables of `size` rows (fewer at the end, or when the text is very long) of `width` text columns, after `skip`
    rows; a row is a line.

    None at the end says that the rows behind the last table are for csvfile: some of them are not plain.
    """
    names = [str(place) for place in range(width)]
    waiting = pa.table({name: pa.array([], pa.string()) for name in names})
    for text in Lines(source, encoding).texts():
        skipped, body = _without_lines(text, skip)
        skip -= skipped
        table = _table(body, delimiter, names, source.limits.cell_chars) if '"' not in text else None
        if table is None:
            yield None
            return
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= size or waiting.nbytes > source.limits.batch_chars:
            yield waiting.slice(0, size).combine_chunks()
            waiting = waiting.slice(size)
    if waiting.num_rows:
        yield waiting.combine_chunks()


def _without_lines(text: str, count: int) -> tuple[int, str]:
    """(how many of its first `count` lines the text has, the text behind them)"""
    if not count:
        return 0, text
    lines = io.StringIO(text, newline="")
    found = sum(1 for _line in islice(lines, count))
    return found, lines.read()


def _table(text: str, delimiter: str, names: list[str], longest: int) -> pa.Table | None:
    """The rows of quote-free text; None when one has another number of cells or may be too long."""
    if len(names) < 2 or text.startswith("\ufeff"):  # arrow would take a blank row, or a mark, for nothing
        return None
    kinds = dict.fromkeys(names, pa.string())
    if not text:
        return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    packed = text.encode()
    try:
        table = pa.csv.read_csv(
            io.BytesIO(packed),
            read_options=pa.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(packed) + 1),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            convert_options=pa.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    sizes = (pc.max(pc.binary_length(table.column(name))).as_py() or 0 for name in names)
    return table if max(sizes) <= longest else None
