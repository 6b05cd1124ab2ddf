"""The fast way of splitting plain text gives csvfile's rows, or says that it cannot."""

import io
import random
from dataclasses import replace

import pytest

from opsdesk.lib import csvfile, filesource, plaincsv
from opsdesk.lib.limits import COMMAND_LINE
from users.imports import reading
from users.imports.cleaning import Split
from users.imports.inspection import Inspection

HEAD = "手机号,姓名,时间,商品,金额"


def plain(content: bytes, width: int, size: int = 10, skip: int = 1) -> tuple[list[list[str]], bool]:
    """(rows, whether that was the whole file)"""
    rows: list[list[str]] = []
    with filesource.opened(io.BytesIO(content), COMMAND_LINE) as source:
        for table in plaincsv.batches(source, "utf-8", ",", width, size, skip):
            if table is None:
                return rows, False
            assert table.num_rows <= size
            rows += [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    return rows, True


def strict(content: bytes, skip: int = 1) -> list[list[str]]:
    with filesource.opened(io.BytesIO(content), COMMAND_LINE) as source:
        return [cells for _line, cells in csvfile.rows(source, "utf-8", ",")][skip:]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", ["", "end"])
def test_plain_rows_are_csvfile_s_rows(end, last):
    lines = ["a,b,c", *(f"{n}, x {n} ,=1+{n}" for n in range(35))]
    content = (end.join(lines) + (end if last else "")).encode()
    assert plain(content, 3) == (strict(content), True)


@pytest.mark.parametrize(
    "line",
    ['1,"x",3', "1,2", "1,2,3,4", f"1,{'x' * 40_000},3"],
    ids=["quoted", "too few", "too many", "long"],
)
def test_what_is_not_plain_is_left_to_csvfile(line):
    assert plain(f"a,b,c\n1,2,3\n{line}\n4,5,6\n".encode(), 3)[1] is False


def test_a_blank_line_is_a_row_of_empty_cells():
    rows, whole = plain(b"a,b,c\n1,2,3\n\n4,5,6\n\n", 3)
    assert (rows, whole) == ([["1", "2", "3"], ["", "", ""], ["4", "5", "6"], ["", "", ""]], True)


def test_one_column_is_left_to_csvfile():
    assert plain(b"a\n1\n2\n", 1) == ([], False)


def test_a_quote_in_a_skipped_row_is_enough_to_leave_it():
    assert plain(b'"a title\nof two lines",\na,b\n1,2\n', 2, skip=2) == ([], False)


def _random_file(dice: random.Random) -> bytes:
    """Blocks of plain rows, and now and then a row that is not."""
    odd = ['"138,001"', "", " ", "x" * 50, '"two\nlines"', "1,2"]
    rows = []
    for _ in range(dice.choice((5, 60, 300))):
        cells = ["13800138000", "王小明", "2018-05-01", "青菜", "10"]
        if dice.random() < 0.01:
            cells[dice.randrange(5)] = dice.choice(odd)
        rows.append(",".join(cells) if dice.random() > 0.01 else dice.choice(["", ",,,,", "  ,,,,"]))
    return "\n".join([HEAD, *rows, ""]).encode()


@pytest.mark.parametrize("seed", range(20))
def test_a_file_read_both_ways_is_the_same(seed, monkeypatch, today):
    """Small blocks, so that a file is left to csvfile in its middle; then everything by csvfile."""
    content = _random_file(random.Random(seed))
    both = [_read(content, today)]
    monkeypatch.setattr(plaincsv, "batches", lambda *arguments: iter([None]))
    both.append(_read(content, today))
    assert both[0] == both[1]


def _read(content: bytes, today) -> tuple[list, list, list, int, int]:
    inspection: Inspection = reading.inspect(io.BytesIO(content), "a.csv", today=today)
    limits = replace(COMMAND_LINE, block_bytes=600)
    chunks = list(reading.read(io.BytesIO(content), inspection, today=today, chunk_rows=50, limits=limits))
    rows = [
        row for chunk in chunks for row in chunk.frame.astype(object).where(chunk.frame.notna(), None).values.tolist()
    ]
    refused = [row for chunk in chunks for row in chunk.refused]
    problems = [problem for chunk in chunks for problem in chunk.problems]
    return rows, refused, problems, sum(c.rows_read for c in chunks), sum(c.blank_rows for c in chunks)


def test_a_plain_export_is_read_the_fast_way(today):
    content = "\n".join([HEAD, *["13800138000,王,2018-05-01,青菜,10"] * 30, ""]).encode()
    inspection = reading.inspect(io.BytesIO(content), "a.csv", today=today)
    with filesource.opened(io.BytesIO(content), COMMAND_LINE) as source:
        batches = [batch for batch, _done in reading._text_batches(source, inspection, 20)]
    assert [type(batch) for batch in batches] == [Split, Split]
    assert [batch.lines[0] for batch in batches] == [2, 22]
