"""The one writer of every download: CSV for Excel, XLSX, and plain CSV for pipes. No cell of it can run.

Values: text, whole numbers, Decimal, dates, None (an empty cell). Text that a spreadsheet would take for a formula gets
an apostrophe before it; numbers and dates are written as such. The last row of a file says who took it and when.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, cast

import xlsxwriter
from django.http import FileResponse, HttpResponse

from opsdesk.lib import plaintext

Row = Sequence[Any]

CSV, XLSX = "csv", "xlsx"
KINDS = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_ROWS = 1_048_576  # what a sheet holds
_FORMULA = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|[\t\r\n]")
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class TooLong(ValueError):
    """More rows than a sheet can hold."""


@dataclass(frozen=True)
class Written:
    """A finished file, wound back to its start, and how many rows it holds (head and mark not counted)."""

    body: IO[bytes]
    rows: int


def neutral(value: Any) -> Any:
    """The value as a cell that stays text: control signs out, an apostrophe before what could start a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    return f"'{plaintext.INVISIBLE.sub('', value)}" if _FORMULA.match(value) else plaintext.INVISIBLE.sub("", value)


def lines(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Plain CSV, a line at a time: no byte-order mark, no mark of the taker."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in _with_head(head, rows):
        writer.writerow([neutral(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def write(kind: str, head: Row, rows: Iterable[Row], mark: str) -> Written:
    """A file of `kind`; `mark` is its last row. Memory stays bounded: rows go to disk as they come."""
    return _write_xlsx(head, rows, mark) if kind == XLSX else _write_csv(head, rows, mark)


def answer(written: Written, kind: str, name: str) -> HttpResponse:
    """The download; `name` without its ending."""
    file = FileResponse(written.body, as_attachment=True, filename=f"{name}.{kind}", content_type=KINDS[kind])
    return cast(HttpResponse, file)  # what doors and views are typed for; a streaming answer behaves the same


def _with_head(head: Row, rows: Iterable[Row]) -> Iterator[Row]:
    yield head
    yield from rows


def _write_csv(head: Row, rows: Iterable[Row], mark: str) -> Written:
    body = TemporaryFile()  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(body, encoding="utf-8-sig", newline="", write_through=True)
    written = -1
    for line in lines(head, rows):
        text.write(line)
        written += 1
    text.writelines(lines([mark], []))
    text.detach()
    body.seek(0)
    return Written(body, written)


def _write_xlsx(head: Row, rows: Iterable[Row], mark: str) -> Written:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        written = _fill_sheet(path, head, rows, mark)
        body = TemporaryFile()  # noqa: SIM115 - the answer closes it
        with path.open("rb") as made:
            while piece := made.read(1 << 20):
                body.write(piece)
    body.seek(0)
    return Written(body, written)


def _fill_sheet(path: Path, head: Row, rows: Iterable[Row], mark: str) -> int:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **_SAFE})
    sheet = book.add_worksheet()
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    sheet.freeze_panes(1, 0)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    written = -1
    for written, row in enumerate(_with_head(head, rows)):
        if written >= XLSX_ROWS - 1:
            raise TooLong(written)
        for column, value in enumerate(row):
            _write_cell(sheet, written, column, value, day)
    sheet.write_string(written + 1, 0, neutral(mark))
    book.close()
    return written


def _write_cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, value, day)
    elif value is not None and value != "":
        sheet.write_string(row, column, neutral(str(value)))
