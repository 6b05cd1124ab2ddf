"""The process that opens a workbook, started by xlsxfile and nobody else: `xlsxchild.py FILE MEMORY SECONDS CHARS`.

A hostile workbook can make the parser abort or grow without end, so it runs here: little memory, little time, nothing
to lose. Imports nothing of the project. Writes JSON lines: a description of the sheet, then lists of [row, cells].
"""

import json
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import python_calamine

BATCH = 200
COLUMNS = 201  # one more than is read, so that the reader sees there are too many
WORKSHEET = python_calamine.SheetTypeEnum.WorkSheet
VISIBLE = python_calamine.SheetVisibleEnum.Visible


def main(path: str, memory: int, seconds: int, chars: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.alarm(seconds)
    try:
        about, sheet = described(path)
        tell(about)
        batches = batches_of(sheet, chars)
        first = next(batches, None)
        signal.alarm(0)  # parsed; from here on the reader sets the pace
        if first:
            tell(first)
        for batch in batches:
            tell(batch)
    except python_calamine.PasswordError:
        tell({"error": "xlsx_encrypted"})
    except (MemoryError, OverflowError):
        tell({"error": "xlsx_gave_up"})
    except LongCell as error:
        tell({"error": "cell_too_long", "line": error.args[0], "limit": chars})
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        tell({"error": "xlsx_damaged", "detail": str(error)[:200]})


class LongCell(Exception):
    """A cell longer than Excel itself allows; its argument is the row."""


def described(path: str) -> tuple[dict[str, Any], python_calamine.CalamineSheet | None]:
    """The first visible sheet that has cells, and what to tell about the workbook."""
    workbook = python_calamine.load_workbook(path)
    sheets = [each for each in workbook.sheets_metadata if each.typ == WORKSHEET]
    shown = [each.name for each in sheets if each.visible == VISIBLE]
    chosen = next((sheet for sheet in map(workbook.get_sheet_by_name, shown) if sheet.end), None)
    name = chosen.name if chosen else None
    about = {
        "sheet": name,
        "others": [other for other in shown if other != name],
        "hidden": [each.name for each in sheets if each.visible != VISIBLE],
        "height": chosen.total_height if chosen else 0,
        "merged": len(chosen.merged_cell_ranges or ()) if chosen else 0,
        "since_1904": counts_from_1904(path),
    }
    return about, chosen


def counts_from_1904(path: str) -> bool:
    with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
        return bool(re.search(rb'date1904="(1|true)"', file.read(65_536)))


def batches_of(sheet: python_calamine.CalamineSheet | None, chars: int) -> Iterator[list[Any]]:
    rows = rows_of(sheet, chars) if sheet else iter(())
    while batch := list(islice(rows, BATCH)):
        yield batch


def rows_of(sheet: python_calamine.CalamineSheet, chars: int) -> Iterator[list[Any]]:
    """[row number in the sheet, texts] of every row that is not empty, without trailing empty cells."""
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [text_of(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            if max(map(len, cells)) > chars:
                raise LongCell(number)
            yield [number, cells[:COLUMNS]]


def text_of(value: Any) -> str:
    """A cell as text, the way Excel would show its value with all digits."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return number_text(value)
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def number_text(value: float) -> str:
    """Fifteen digits, as Excel keeps: 12.3*3 is 36.9; a whole number has no ".0"."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return format(value, ".15g")


def tell(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
