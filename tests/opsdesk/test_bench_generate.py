"""The benchmark's export is the same for everybody, and dirty in the way it says."""

import datetime as dt

from opsdesk.bench import generate
from users.imports import reading

LINES = 3_000


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others(tmp_path):
    files = [tmp_path / name for name in ("one", "two", "three")]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        generate.write(file, LINES, seed)
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()


def test_about_one_row_in_two_hundred_is_refused_and_none_is_lost(tmp_path):
    path = tmp_path / "orders.csv"
    written = generate.write(path, LINES)
    today = dt.date(2026, 12, 31)
    chunks = list(reading.read(path, reading.inspect(path, path.name, today=today), today=today))
    refused = sum(len(chunk.refused) for chunk in chunks)
    assert sum(chunk.rows_read for chunk in chunks) == written >= LINES
    assert 0 < refused < written // 50


def test_a_file_that_ends_with_a_whole_block_has_no_blank_row(tmp_path):
    path = tmp_path / "orders.csv"
    written = generate.write(path, generate.BLOCK)
    assert path.read_bytes().count(b"\r\n") == written + 1, "a row each, and the header"
