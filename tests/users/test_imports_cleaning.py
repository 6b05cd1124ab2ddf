"""The vectorised cleaner is held to rules.clean_row, row by row."""

import itertools
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from users.imports import chunks, columns, rules
from users.imports.cleaning import Batch, Cleaned, Cleaner
from users.imports.columns import Mapping
from users.imports.problems import RowProblem
from users.imports.rules import CleanRow, How

TODAY = date(2018, 12, 31)

USUAL = {
    "phone": ["13800138000", "15912345678", "19900000000"],
    "moment": ["2018-03-01 08:30:15", "2018-03-01", "2018/3/1 8:05", "2018/12/31 23:59", "2000-01-01"],
    "day": ["2018-03-01", "2019-01-01", "2018/3/1 8:05", ""],
    "money": ["12.50", "0", "9999999.99", "3", "12.5", "007.10"],
    "price": ["2.55", "0", "0.3333", "0.005", "99999", "12"],
    "quantity": ["1", "2.5", "0", "999999.999", "0.001"],
    "status": ["", "已完成", "已退款", "部分退款", "待付款"],
    "text": ["", "五花肉 400g", "NJ1", "C536379", "12栋3单元502室", "a-b/c", "（满减）"],
}
ODD = {
    "phone": "|+86 138-0013-8000|１３８００１３８０００|1.38E+10|138****8000|13800138000.0|13800138000\n|12800138",
    "moment": """|2018年3月1日|43160.5|1/3/2018|13/3/2018|2018-02-30|2018-02-30 08:00:00|2019-01-01|1999-12-31|x|-
        |2018-12-31T17:00:00Z|2018-03-01T08:00:00|2018-03-01 24:00:00|2018/3-1| 2018-03-01|2018-03-01 8:5
        |2018-3-1 8:05:09|2018-03-01 08:00:00.25|2018-03-01  08:00|2018/03/1 8:05:9|20180301""",
    "day": "2018年3月1日|2021-01-01|2018-02-29|x|-",
    "money": "|-9.90|￥12.50|1,234.5|12.345|-0.005|NaN|1e309|10000000|10000000.01|１２|-|12.|.5|12345678|-3",
    "price": "|-1|0.33333|100000|￥2|x|9999999|-",
    "quantity": "|-1|-0.5|1.2345|1000000|x|－2|-",
    "status": "待成团|unpaid| 已 完成 |-|partial refund",
    "text": f"""-|无| x |a  b|zero\u200bwidth|\u202er|="0138"|e\u0301|ＡＢ|{"x" * 41}|{"y" * 201}|tab\t|=1+1|C1|退1""",
}


ANYTHING = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ALPHABETS = {"money": "0189.,-", "quantity": "0189.,-", "price": "0189.,-", "moment": "0123-/: 2", "phone": "1389 -+."}


def odd_cells(kind: str) -> list[str]:
    return re.sub(r"\n +", "", ODD[kind]).split("|")


def odd_cell(key: str) -> st.SearchStrategy[str]:
    kind = columns.BY_KEY[key].kind
    listed = st.sampled_from(odd_cells(kind))
    return listed | listed | st.text(alphabet=ALPHABETS.get(kind, ANYTHING), max_size=12)


def usual_cell(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from(USUAL[columns.BY_KEY[key].kind])


@st.composite
def a_row(draw: st.DrawFn, keys: list[str]) -> list[str]:
    """A usual row, often with one or two odd cells in it."""
    row = {key: draw(usual_cell(key)) for key in keys}
    for key in draw(st.sets(st.sampled_from(keys), max_size=2)):
        row[key] = draw(odd_cell(key))
    return list(row.values())


@st.composite
def exports(draw: st.DrawFn) -> tuple[list[str], list[list[str]], dict[str, Any]]:
    """(field keys, rows, options of the mapping)."""
    optional = [key for key in columns.BY_KEY if key not in ("phone", "ordered_at", "registered_at")]
    times = draw(st.sampled_from([["ordered_at"], ["ordered_at"], ["registered_at"], ["ordered_at", "registered_at"]]))
    keys = ["phone", *times, *draw(st.lists(st.sampled_from(optional), unique=True, max_size=8))]
    options = {
        "day_order": draw(st.sampled_from(["", "dmy", "mdy"])),
        "refund_prefixes": draw(st.sampled_from([[], ["NJ"]])),
        "status_words": draw(st.sampled_from([{}, {"待成团": "cancelled"}])),
    }
    return keys, draw(st.lists(a_row(keys), min_size=1, max_size=20)), options


def cleaned(keys: Sequence[str], rows: list[list[str]], options: dict[str, Any] | None = None) -> Cleaned:
    how = How.of(Mapping({key: key for key in keys}, **(options or {})), TODAY)
    return Cleaner(how, list(keys)).clean(Batch(range(2, len(rows) + 2), rows))


def one_by_one(
    keys: Sequence[str], rows: list[list[str]], options: dict[str, Any]
) -> tuple[list[CleanRow], list[RowProblem], list[tuple[int, list[str]]]]:
    how = How.of(Mapping({key: key for key in keys}, **options), TODAY)
    good, found, refused = [], [], []
    for line, row in enumerate(rows, start=2):
        clean, problems = rules.clean_row(line, dict(zip(keys, row, strict=True)), how)
        found.extend(problems)
        if clean is None:
            refused.append((line, row))
        else:
            good.append(clean)
    return good, found, refused


def rows_of(frame: pd.DataFrame) -> list[CleanRow]:
    """The table as rows of plain Python values."""
    plain = {
        name: [
            None if pd.isna(value) else getattr(value, "to_pydatetime", lambda value=value: value)() for value in column
        ]
        for name, column in frame.items()
    }
    return [CleanRow(*values) for values in zip(*plain.values(), strict=True)]


EVERY_FIELD = list(columns.BY_KEY)
PRICED = ["phone", "ordered_at", "unit_price", "quantity"]


def one_cell_changed() -> list[list[str]]:
    """A usual row of every field for every listed cell, which is the only one that differs."""
    usual = {key: USUAL[each.kind][0] for key, each in columns.BY_KEY.items()}
    return [
        list({**usual, key: text}.values())
        for key, each in columns.BY_KEY.items()
        for text in USUAL[each.kind] + odd_cells(each.kind)
    ]


def prices_and_quantities() -> list[list[str]]:
    texts = [USUAL[kind] + odd_cells(kind) for kind in ("price", "quantity")]
    return [["13800138000", "2018-03-01", *pair] for pair in itertools.product(*texts)]


@pytest.mark.parametrize(
    ("keys", "rows"), [(EVERY_FIELD, one_cell_changed()), (PRICED, prices_and_quantities())], ids=["cells", "prices"]
)
def test_every_listed_cell_is_cleaned_as_the_rules_say(keys: list[str], rows: list[list[str]]) -> None:
    same_as_the_rules(keys, rows, {})


@given(exports())
@settings(max_examples=100, deadline=None)
def test_cleaning_a_chunk_is_cleaning_its_rows(export: tuple[list[str], list[list[str]], dict[str, Any]]) -> None:
    keys, rows, options = export
    same_as_the_rules(keys, [row for row in rows if any(cell.strip() for cell in row)], options)


def same_as_the_rules(keys: list[str], filled: list[list[str]], options: dict[str, Any]) -> None:
    done = cleaned(keys, filled, options)
    good, found, refused = one_by_one(keys, filled, options)
    assert rows_of(done.frame) == good
    assert done.problems == found
    assert done.refused == refused


@given(exports())
@settings(max_examples=30, deadline=None)
def test_a_chunk_has_one_shape_whatever_is_in_it(export: tuple[list[str], list[list[str]], dict[str, Any]]) -> None:
    frame = cleaned(*export).frame
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        name: str(pd.Series(dtype=dtype).dtype) for name, dtype in chunks.DTYPES.items()
    }
    assert not frame[[name for name, dtype in chunks.DTYPES.items() if dtype is chunks.TEXT]].isna().any(axis=None)
    assert list(frame.index) == list(range(len(frame)))


@pytest.mark.filterwarnings("error")
def test_usual_and_odd_rows_come_back_in_the_order_of_the_file() -> None:
    rows = [
        ["13800138000", "2018-03-01"],
        ["+86 13800138001", "2018年3月2日"],
        ["13800138002", ""],
        ["13800138003", "2018-03-04"],
    ]
    done = cleaned(["phone", "ordered_at"], rows)
    assert done.frame["line"].tolist() == [2, 3, 5]
    assert done.frame["phone"].tolist() == ["13800138000", "13800138001", "13800138003"]
    assert [line for line, _cells in done.refused] == [4]


RAGGED = [
    (["13800138000", "2018-03-01", "x", ""], "read"),
    (["13800138000", "2018-03-01", "x", "", " "], "read"),
    (["13800138000", "2018-03-01"], "read"),
    (["13800138000", "2018-03-01", "x", "1"], "cells_too_many"),
    (["13800138000"], "cells_too_few"),
    ([], "blank"),
    (["", " ", "\t"], "blank"),
    ([" ", "", ""], "blank"),
    (["", "", "", "1"], "cells_too_many"),
]


@pytest.mark.parametrize(("row", "outcome"), RAGGED)
def test_a_ragged_row_is_read_only_when_nothing_could_be_shifted(row: list[str], outcome: str) -> None:
    how = How.of(Mapping({"phone": "a", "ordered_at": "b"}), TODAY)
    done = Cleaner(how, ["a", "b", "unused"]).clean(Batch([9], [row]))
    assert (len(done.frame), done.blank_rows) == (outcome == "read", outcome == "blank")
    if outcome.startswith("cells"):
        assert done.refused == [(9, row)]
        assert done.problems == [(9, "", "", f"{len(row)} / 3", outcome, "refused")]


def test_rows_of_a_sheet_may_be_short_and_have_remarks_beside_them() -> None:
    how = How.of(Mapping({"phone": "a", "ordered_at": "b", "name": "c"}), TODAY)
    rows = [["13800138000", "2018-03-01"], ["13800138000", "2018-03-01", "x", "", "remark"]]
    done = Cleaner(how, ["a", "b", "c"], padded=True).clean(Batch([2, 3], rows))
    assert done.frame["name"].tolist() == ["", "x"]


def test_a_cleaner_forgets_before_its_memory_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("users.imports.cleaning.REMEMBERED", 5)
    how = How.of(Mapping({"phone": "a", "ordered_at": "b"}), TODAY)
    cleaner = Cleaner(how, ["a", "b"])
    rows = [[f"+86138001380{number:02d}", "2018-03-01"] for number in range(50)]
    assert len(cleaner.clean(Batch(range(50), rows)).frame) == 50
    assert len(cleaner.memory) <= 5
