import gzip
import io
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from opsdesk.lib import xlsxfile
from opsdesk.lib.filesource import File
from opsdesk.lib.limits import COMMAND_LINE
from tests.users.corpus_case import HEADER, OTHER, ROW, TABLE, row, text
from tests.users.workbook_parts import workbook
from users.imports import reading
from users.imports.columns import Mapping
from users.imports.reading import Chunk, Inspection, UnreadableFile

TODAY = date(2018, 12, 31)
NOW = date(2026, 1, 1)
DATA = Path(__file__).parents[3] / "shared" / "data"


class Pipe(io.RawIOBase):
    """A stream that can only be read once, as standard input is."""

    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.content.read(size)


def looked_at(file: File, name: str = "orders.csv", today: date = TODAY, **options: object) -> Inspection:
    return reading.inspect(file, name, today=today, **options)  # type: ignore[arg-type]


def chunks_of(file: File, today: date = TODAY, **options: object) -> list[Chunk]:
    return list(reading.read(file, looked_at(file, today=today), today=today, **options))  # type: ignore[arg-type]


def test_a_file_is_inspected_and_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(text("订单导出", HEADER, ROW, row(phone="1"), "", OTHER, encoding="gbk"))
    found = looked_at(path)
    assert (found.kind, found.encoding, found.delimiter, found.header_line) == ("csv", "gb18030", ",", 2)
    assert found.mapping.columns["amount"] == "实付金额"
    assert [line for line, _cells in found.sample] == [3, 4, 6]
    assert (found.missing, found.unmapped, found.questions) == ([], [], {})
    (chunk,) = reading.read(path, found, today=TODAY)
    assert chunk.frame["line"].tolist() == [3, 6]
    assert chunk.frame["amount_fen"].tolist() == [1250, 490]
    assert [(problem.line, problem.column, problem.code) for problem in chunk.problems] == [
        (4, "手机号", "phone_length")
    ]
    assert [line for line, _cells in chunk.refused] == [4]
    assert (chunk.rows_read, chunk.blank_rows, chunk.last_line) == (3, 1, 6)
    assert chunk.bytes_read == found.size == path.stat().st_size


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_path_a_stream_and_a_pipe_are_read_alike(pack: object, tmp_path: Path) -> None:
    content = pack(TABLE.encode())  # type: ignore[operator]
    path = tmp_path / "orders"
    path.write_bytes(content)
    found = looked_at(path)
    for file in (path, str(path), io.BytesIO(content), Pipe(content)):
        (chunk,) = reading.read(file, found, today=TODAY)
        assert len(chunk.frame) == 2
    assert looked_at(Pipe(content)) == found


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    assert len(chunks_of("-")[0].frame) == 2


@pytest.mark.parametrize("path", ["no/such/file.csv", "."])
def test_a_file_that_is_not_there_is_said_so(path: str) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file at"):
        looked_at(path)


def test_an_inspection_round_trips_through_json() -> None:
    found = looked_at(io.BytesIO(text("t", HEADER + ",订单状态,折扣", ROW + ",待成团,0.8", ROW + ",,")))
    assert Inspection.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_only_a_person_can_say_is_asked() -> None:
    found = looked_at(
        io.BytesIO(text(HEADER + ",状态", row(time="1/3/2018") + ",待成团", row(time="2/3/2018") + ",待成团"))
    )
    assert found.questions == {"day_order": ["1/3/2018", "2/3/2018"], "status_words": ["待成团"]}
    taught = replace(found.mapping, day_order="dmy", status_words={"待成团": "unpaid"})
    again = looked_at(io.BytesIO(text(HEADER + ",状态", row(time="1/3/2018") + ",待成团")), mapping=taught)
    assert again.questions == {}


def test_a_mapping_by_hand_reads_headers_that_nobody_knows() -> None:
    file = io.BytesIO(text("我的列一;我的列二;x", "13800138000;2018-03-01;7"))
    assert looked_at(file).missing == ["phone", "ordered_at"]
    mapping = Mapping({"phone": "我的列一", "ordered_at": "我的列二"})
    found = looked_at(file, mapping=mapping)
    assert (found.delimiter, found.missing, found.unmapped) == (";", [], ["x"])
    (chunk,) = reading.read(file, found, today=TODAY)
    assert chunk.frame["phone"].tolist() == ["13800138000"]


def test_a_mapping_made_for_other_headers_is_refused() -> None:
    with pytest.raises(UnreadableFile) as refused:
        looked_at(io.BytesIO(TABLE.encode()), mapping=Mapping({"phone": "手机", "ordered_at": "下单时间"}))
    assert (refused.value.code, refused.value.params["names"]) == ("columns_gone", "手机")


def test_a_file_that_changed_since_its_inspection_is_refused() -> None:
    found = looked_at(io.BytesIO(TABLE.encode()))
    with pytest.raises(UnreadableFile, match="no longer has"):
        list(reading.read(io.BytesIO(b"a,b\n1,2\n"), found, today=TODAY))


def test_a_forced_delimiter_overrides_detection() -> None:
    found = looked_at(io.BytesIO(b"\xe6\x89\x8b\xe6\x9c\xba\xe5\x8f\xb7;x,y\n1;2,3\n"), delimiter=",")
    assert found.headers == ["手机号;x", "y"]


def test_headers_of_a_file_without_a_header_show_no_phone() -> None:
    found = looked_at(io.BytesIO(text("订单 13800138000,时间", "x,y")))
    assert found.headers[0] == "订单 138****8000"


def numbered(rows: int) -> bytes:
    return text(HEADER, *(row(phone=f"138{n:08d}" if n % 7 else "1") for n in range(rows)))


def test_chunks_are_bounded_and_add_up() -> None:
    chunks = chunks_of(io.BytesIO(numbered(100)), chunk_rows=30)
    assert [chunk.rows_read for chunk in chunks] == [30, 30, 30, 10]
    assert [chunk.number for chunk in chunks] == [0, 1, 2, 3]
    assert sum(len(chunk.frame) for chunk in chunks) == 85
    assert [chunk.last_line for chunk in chunks] == [31, 61, 91, 101]
    lines = [line for chunk in chunks for line in chunk.frame["line"]] + [line for c in chunks for line, _ in c.refused]
    assert sorted(lines) == list(range(2, 102))


@pytest.mark.parametrize(
    "make", [numbered, lambda rows: workbook([line.split(",") for line in numbered(rows).decode().splitlines()])]
)
def test_a_run_that_died_goes_on_with_the_next_chunk(make: object) -> None:
    content = make(100).replace(b"2018-03-01 08", b"2018-03-01T08")  # type: ignore[operator]
    whole = chunks_of(io.BytesIO(content), chunk_rows=30)
    rest = chunks_of(io.BytesIO(content), chunk_rows=30, skip_chunks=2)
    assert [chunk.number for chunk in rest] == [2, 3]
    for one, other in zip(whole[2:], rest, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)
        assert (one.problems, one.refused, one.bytes_read) == (other.problems, other.refused, other.bytes_read)


def test_a_chunk_of_very_long_rows_is_cut_by_its_text() -> None:
    long = row(address="x" * 30_000)
    bounds = replace(COMMAND_LINE, batch_chars=2_000_000)
    chunks = chunks_of(io.BytesIO(text(HEADER, *[long] * 300)), limits=bounds)
    assert len(chunks) > 3
    assert sum(chunk.rows_read for chunk in chunks) == 300


def test_leaving_a_workbook_half_read_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def remember(*arguments: object, **options: object) -> "subprocess.Popen[str]":
        started.append(popen(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)
    rows = [line.split(",") for line in numbered(2000).decode().split("\n")]
    file = io.BytesIO(workbook(rows))
    chunks = reading.read(file, looked_at(file), today=TODAY, chunk_rows=10)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert len(started) == 2
    assert all(child.poll() is not None for child in started)


@pytest.mark.parametrize("last_words", ["", '{"sheet": "a"', '[[1, ["x"]'])
def test_a_workbook_whose_process_dies_is_refused_not_cut_short(
    last_words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"import os, sys\nsys.stdout.write('''{last_words}''')\nsys.stdout.flush()\nos.abort()\n")
    monkeypatch.setattr(xlsxfile, "CHILD", child)
    with pytest.raises(UnreadableFile) as refused:
        looked_at(io.BytesIO(workbook([["手机号", "时间"], ["13800138000", "2018-03-01"]])))
    assert refused.value.code == "xlsx_gave_up"


def summed(name: str) -> tuple[pd.DataFrame, Counter[str], int]:
    """(good rows, refusals by code, refused rows) of a real file, or a skip with a reason."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"the real file {name} is not on this machine")
    frames, codes, refused = [], Counter[str](), 0
    for chunk in chunks_of(path, today=NOW):
        assert chunk.rows_read == len(chunk.frame) + len(chunk.refused)
        frames.append(chunk.frame)
        codes.update(problem.code for problem in chunk.problems)
        refused += len(chunk.refused)
    return pd.concat(frames, ignore_index=True), codes, refused


def test_the_real_grocer_is_read_whole() -> None:
    frame, codes, refused = summed("ta_feng_2000-11_12.gb18030.csv.gz")
    assert (len(frame), refused, codes) == (401_838, 0, Counter())
    assert frame["phone"].nunique() == 23_589
    assert frame[["phone", "ordered_at"]].drop_duplicates().shape[0] == 58_626
    assert frame["amount_fen"].sum() == 52_313_646_00
    assert not frame["has_time"].any()


def test_the_real_superstore_is_read_whole() -> None:
    frame, codes, refused = summed("cn_superstore.gbk.csv")
    assert (len(frame), refused, codes) == (9_959, 0, Counter())
    assert frame["phone"].nunique() == 790
    assert frame["discount_fen"].isna().all()
    assert set(frame["category"]) >= {"用品", "信封"}
    assert int(frame["rounded"].sum()) > 0


def test_the_real_retailer_loses_only_lines_without_a_customer() -> None:
    frame, codes, refused = summed("online_retail.csv.gz")
    assert len(frame) + refused == 541_909
    assert (refused, codes["phone_missing"], codes["refund_line"]) == (135_080, 135_080, 8_905)
    sales = frame[frame["kind"] == "sale"]
    invoices = sales.groupby("phone")["order_number"].nunique()
    priced = sales[sales["amount_fen"] > 0]
    assert len(invoices) == 4_339
    assert priced["phone"].nunique() == 4_338
    assert round(100 * float((priced.groupby("phone")["order_number"].nunique() > 1).mean()), 2) == 65.58
