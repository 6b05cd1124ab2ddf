import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.users.corpus import CASES
from tests.users.corpus_case import HEADER, ROW, Case
from users.imports import reading
from users.imports.reading import Chunk, Inspection, UnreadableFile

TODAY = date(2018, 12, 31)


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case.code], ids=[name for name, case in CASES.items() if case.code]
)
def test_a_hopeless_file_is_refused_with_a_reason_and_a_place(case: Case) -> None:
    with pytest.raises(UnreadableFile) as refused:
        everything(case)
    assert (refused.value.code, refused.value.line) == (case.code, case.line)
    assert str(refused.value)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES.values() if not case.code],
    ids=[name for name, case in CASES.items() if not case.code],
)
def test_a_readable_file_is_read_and_nothing_is_lost(case: Case) -> None:
    inspection, chunks = everything(case)
    frame = pd.concat([chunk.frame for chunk in chunks], ignore_index=True)
    refused = [line for chunk in chunks for line, _cells in chunk.refused]
    problems = [problem for chunk in chunks for problem in chunk.problems if problem.severity == "refused"]
    assert len(frame) == case.good
    assert tuple(f"{problem.line} {problem.code}" for problem in problems) == case.refused
    assert sorted({problem.line for problem in problems}) == refused
    assert sum(chunk.rows_read for chunk in chunks) == case.good + len(refused)
    assert tuple(notice.code for notice in inspection.notices) == case.notices
    assert {name: plain(frame[name].iloc[0]) for name in case.has} == case.has


def everything(case: Case) -> tuple[Inspection, list[Chunk]]:
    file = io.BytesIO(case.make())
    inspection = reading.inspect(file, case.name, today=TODAY, encoding=case.encoding, limits=case.limits)
    return inspection, list(reading.read(file, inspection, today=TODAY, limits=case.limits))


def plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return str(value) if isinstance(value, pd.Timestamp) else value.item() if hasattr(value, "item") else value


def chunks_of(content: bytes) -> Iterator[Chunk]:
    file = io.BytesIO(content)
    yield from reading.read(file, reading.inspect(file, "x.csv", today=TODAY), today=TODAY, chunk_rows=3)


PIECES = st.sampled_from(
    [
        HEADER.encode(),
        ROW.encode(),
        HEADER.encode("gbk"),
        ROW.encode("gbk"),
        b"\n",
        b"\r",
        b'"',
        b",",
        b"\0",
        b"\xff\xfe",
        b"\x1f\x8b",
        b"=",
    ]
)


@given(st.binary(max_size=300) | st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_as_a_file(content: bytes) -> None:
    try:
        chunks = list(chunks_of(content))
    except UnreadableFile as refused:
        assert str(refused)
        return
    for chunk in chunks:
        assert chunk.rows_read == len(chunk.frame) + len(chunk.refused)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=60))
@settings(max_examples=80, deadline=None)
def test_any_text_under_a_good_header_costs_no_good_row(cells: list[str]) -> None:
    rows = "\n".join(",".join(cells[at : at + 7]) for at in range(0, len(cells), 7))
    try:
        chunks = list(chunks_of(f"{HEADER}\n{ROW}\n{rows}\n{ROW}\n".encode(errors="replace")))
    except UnreadableFile:
        return
    assert sum(len(chunk.frame) for chunk in chunks) >= 1
