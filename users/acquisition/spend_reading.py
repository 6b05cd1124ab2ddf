"""A sheet of spend as it arrives: pasted text, or a CSV or XLSX file. Rows of cells come out."""

import csv
import io
from collections.abc import Iterable
from itertools import islice
from typing import IO

from opsdesk.lib import csvfile, encodings, filesource, magic, money, xlsxfile
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.filesource import Source
from opsdesk.lib.limits import MEGABYTE, Limits
from opsdesk.lib.unreadable import UnreadableFile
from users.acquisition.spend_rules import Row

LIMITS = Limits(stored_bytes=2 * MEGABYTE, unpacked_bytes=16 * MEGABYTE, xlsx_bytes=2 * MEGABYTE, columns=60)
MOST_ROWS = 1000  # a longer sheet is sent in parts
MOST_CHARS = 200_000
SEPARATORS = "\t,;"


def of_text(text: str) -> list[Row]:
    """What a spreadsheet leaves on the clipboard (tabs), or text with commas; a lone column of amounts may have commas
    of its own (1,234.50). UnreadableFile when it is too much."""
    if len(text) > MOST_CHARS:
        raise UnreadableFile("too_many_rows", limit=MOST_ROWS)
    lone = all(_is_number(line) for line in text.splitlines())
    separator = "\t" if lone else next((one for one in SEPARATORS if one in text), "\t")
    return _bounded(enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1))


def of_file(file: IO[bytes]) -> list[Row]:
    """The first sheet of a workbook, or a text in any usual encoding. UnreadableFile where there is none."""
    with filesource.opened(file, LIMITS) as source:
        if magic.kind_of(source.head()) == "xlsx":
            with xlsxfile.opened(source) as sheet:
                return _bounded((line, list(cells)) for line, cells in sheet.rows)
        return _bounded(_of_csv(source))


def _is_number(line: str) -> bool:
    try:
        money.read_decimal(line)
    except BadValue:
        return False
    return True


def as_text(rows: Iterable[Row]) -> str:
    """The same rows as pasted text, each in its own line: how a page hands a file on to its second step."""
    out = io.StringIO()
    writer, written = csv.writer(out, delimiter="\t", lineterminator="\n"), 0
    for line, cells in rows:
        out.write("\n" * (line - written - 1))
        writer.writerow([" ".join(cell.split()) for cell in cells])
        written = line
    return out.getvalue()


def _of_csv(source: Source) -> Iterable[Row]:
    encoding = encodings.detect(source)
    first = source.head().decode(encodings.codec_of(encoding), "replace").partition("\n")[0]
    return csvfile.rows(source, encoding, max(SEPARATORS, key=first.count))


def _bounded(rows: Iterable[Row]) -> list[Row]:
    found = list(islice(rows, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise UnreadableFile("too_many_rows", limit=MOST_ROWS)
    return found
