"""The export files of the demo world: the same every time, dirty in known places, repeating each other's edges."""

import csv
import hashlib
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from opsdesk.demo import exports, truths, world

UNTIL = date(2026, 3, 2)
CODE = """
import hashlib, pathlib, sys, datetime
from opsdesk.demo import exports, world
made = world.build(until=datetime.date(2026, 3, 2), customers=600, weeks=12)
for path in exports.write_exports(made, pathlib.Path(sys.argv[1])):
    print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
"""


def made(folder: Path, **arguments: int) -> tuple[world.World, list[Path]]:
    city = world.build(**{"until": UNTIL, "customers": 600, "weeks": 12, **arguments})
    return city, exports.write_exports(city, folder)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="gb18030", newline="") as file:
        return list(csv.reader(file))


def body(path: Path) -> list[dict[str, str]]:
    rows = rows_of(path)
    top = 0 if len(rows[0]) > 1 else 1
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[world.World, list[Path]]:
    return made(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def order_files(city) -> list[Path]:
    return city[1][1:]


def test_the_same_arguments_give_the_same_bytes_in_another_process(city, tmp_path):
    mine = [f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.name}" for path in city[1]]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "utf-8"}
    other = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
    )
    assert other.stdout.splitlines() == mine


def test_another_seed_gives_other_people(city, tmp_path):
    other, _ = made(tmp_path, seed=8)
    assert not {one.phone for one in other.customers} & {one.phone for one in city[0].customers}


def test_files_are_named_after_their_days_and_cover_them_without_a_gap(city, order_files):
    spans = [re.fullmatch(r"订单导出_(\S{10})_(\S{10})\.csv", path.name).groups() for path in order_files]
    firsts = [date.fromisoformat(first) for first, _ in spans]
    lasts = [date.fromisoformat(last) for _, last in spans]
    assert firsts == [city[0].start, *(last + timedelta(days=1) for last in lasts[:-1])]
    assert lasts[-1] == UNTIL - timedelta(days=1)


def test_forty_weeks_make_seven_order_files(tmp_path):
    _, paths = made(tmp_path, weeks=40)
    assert len(paths) == 8


def test_a_week_begun_gets_a_file_of_its_own():
    city = world.build(until=date(2026, 3, 5), customers=600, weeks=12)
    last = exports.order_files(city)[-1]
    assert last.name == "订单导出_2026-03-02_2026-03-04.csv"
    assert max(order.day for order in city.orders) == date(2026, 3, 4)


def test_files_need_gb18030(city):
    with pytest.raises(UnicodeDecodeError):
        city[1][0].read_bytes().decode("gbk")


def test_some_files_have_a_title_above_the_header(order_files):
    titled = [len(rows_of(path)[0]) == 1 for path in order_files]
    assert any(titled) and not all(titled)


def test_each_file_repeats_the_last_day_of_the_one_before(order_files):
    for before, after in pairwise(order_files):
        last = before.stem[-10:]
        ended, begun = (
            {row["订单编号"] for row in body(path) if row["下单时间"].startswith(last)} for path in (before, after)
        )
        assert ended and ended - strangers(before) <= begun


def strangers(path: Path) -> set[str]:
    return {row["订单编号"] for row in body(path) if row["订单编号"].startswith("NJD")}


def test_an_order_repeated_may_have_gone_on_meanwhile(order_files):
    seen: dict[str, set[str]] = {}
    for path in order_files:
        for row in body(path):
            seen.setdefault(row["订单编号"], set()).add(row["订单状态"])
    changed = {frozenset(states) for states in seen.values() if len(states) > 1}
    assert {frozenset({"待配送", "已完成"}), frozenset({"待付款", "已完成"})} <= changed


def test_amounts_add_up_in_every_line_of_goods(order_files):
    for path in order_files:
        for row in body(path):
            gross, discount, paid = (row[name] for name in ("原价金额", "优惠金额", "实付金额"))
            if re.fullmatch(r"\d+\.\d\d", paid):
                assert fen(gross) - fen(discount) == fen(paid)


def test_the_lines_of_an_order_share_its_coupon_to_the_fen(city):
    off = {"XR-29-10": 1000, "MJ-39-5": 500, "MJ-59-8": 800, "MJ-99-15": 1500, "LJ-3": 300, "": 0}
    orders = [order for order in city[0].orders if order.coupon in off]
    assert {order.coupon for order in orders} == set(off)
    assert all(order.discount == off[order.coupon] for order in orders)


def fen(text: str) -> int:
    return int(text.replace(".", ""))


BROKEN = {
    "phone_scientific": r"1\.\d+E\+10",
    "phone_masked": r"1\d\d\*{4}\d{4}",
    "phone_two": r"1\d{10}/1\d{10}",
    "phone_length": r"1\d{9}",
    "phone_missing": r"",
    "date_impossible": r"\d{4}-02-30 .*",
    "time_missing": r"",
    "negative_without_mark": r"-\d+\.\d\d",
    "amount_not_a_number": r"NaN|待核|#VALUE!",
    "status_unknown": r"异常单|人工复核|XX",
}


def test_every_refused_row_stands_on_its_line_and_is_broken_as_told(city, order_files):
    told = {one.name: one.refused for one in truths.files(city[0])}
    for path in order_files:
        rows = rows_of(path)
        header = rows[0] if len(rows[0]) > 1 else rows[1]
        for refused in told[path.name]:
            assert re.fullmatch(BROKEN[refused.kind], rows[refused.line - 1][header.index(refused.column)]), refused


def test_the_kinds_of_broken_rows_are_as_many_as_documented(city):
    kinds = [refused.kind for file in truths.files(city[0]) for refused in file.refused]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "phone_scientific": 12, "phone_masked": 9, "phone_two": 6, "phone_length": 5, "phone_missing": 4,
        "date_impossible": 7, "time_missing": 3, "negative_without_mark": 8, "amount_not_a_number": 4,
        "status_unknown": 5,
    }  # fmt: skip


def test_no_other_row_is_broken(city, order_files):
    told = {one.name: {refused.line for refused in one.refused} for one in truths.files(city[0])}
    odd = set(truths.truths(city[0]).odd_cells)
    for path in order_files:
        rows = rows_of(path)
        top = 1 if len(rows[0]) > 1 else 2
        for line, row in enumerate(rows[top:], start=top + 1):
            assert (line in told[path.name]) or row[0] in odd or is_clean(row), (path.name, line, row)


def is_clean(row: list[str]) -> bool:
    _number, phone, _, placed, *_ = row
    marked = row[13] == "部分退款" or not row[11].startswith("-")
    return bool(re.fullmatch(r"1[3-9]\d{9}", phone)) and bool(datetime.fromisoformat(placed)) and marked


def test_row_counts_are_as_told(city):
    told = {one.name: one.rows for one in truths.files(city[0])}
    assert {path.name: len(body(path)) for path in city[1]} == told


def test_odd_cells_are_in_the_files_as_told(city, order_files):
    odd = truths.truths(city[0]).odd_cells
    found = {}
    for path in order_files:
        found |= {row["订单编号"]: row for row in body(path) if row["订单编号"] in odd}
    assert {number: found[number][column] for number, (column, _) in odd.items()} == {
        number: text for number, (_, text) in odd.items()
    }
