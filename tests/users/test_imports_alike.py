"""Addresses understood together are understood as each by itself."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from users.imports import alike
from users.imports.places import Gazetteer, KnownCommunity, KnownStation

GARDEN = KnownCommunity(1, "garden", "翠屏花园", ["翠屏", "花园三期"])
LANE = KnownCommunity(2, "lane", "弄堂里", [], ["{building}栋{unit}单元{room}", "{building}弄{unit}号{room}"])
VILLAGE = KnownCommunity(3, "village", "金陵1村")
STREET = KnownCommunity(4, "street", "阳光1", ["阳光街12", "阳光12号"])
STATIONS = [KnownStation(7, "东门站", 1), KnownStation(8, "里站", 2)]

GAZETTEERS = [
    Gazetteer([GARDEN, VILLAGE], STATIONS[:1], create_all=True),
    Gazetteer([GARDEN, VILLAGE, LANE], STATIONS, create_all=True),
    Gazetteer([GARDEN, STREET], STATIONS[:1], create_all=True),
    Gazetteer([KnownCommunity(5, "long", "长" * 110)], create_all=True),
]
WORDS = [
    "翠屏花园", "翠屏", "花园三期", "弄堂里", "金陵1村", "阳光", "阳光街", "长" * 110, "新城", "中山路12号", "东区",
    "二期", "三", "至", "3号楼", "5座", "12栋", "1-2-301", "A", "0", " ", "#",
]  # fmt: skip
BEFORE = st.lists(st.sampled_from(WORDS), max_size=3).map("".join)
NUMBER = st.integers(0, 20_000).map(str)
MARK, GATE, END = (
    st.sampled_from(["栋", "幢", "号楼", "座"]),
    st.sampled_from(["单元", "门"]),
    st.sampled_from(["室", "", "号"]),
)
ADDRESS = st.tuples(BEFORE, NUMBER, MARK, st.integers(0, 120).map(str), GATE, NUMBER, END).map("".join)
ROW = st.tuples(
    st.sampled_from(["", "翠屏花园", "弄堂里", "金陵1村", "新城"]),
    st.sampled_from(["", "东门站", "里站"]),
    st.one_of(ADDRESS, BEFORE, st.just("")),
)


def together(rows, gazetteer):
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    found = alike.places(*columns, gazetteer)
    return list(zip(*(column.to_pylist() for column in found.values()), strict=True))


@settings(deadline=None, max_examples=400)
@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(GAZETTEERS))
def test_a_chunk_of_addresses_is_understood_as_each_of_them(rows, gazetteer):
    assert together(rows, gazetteer) == [tuple(gazetteer.place(*row)) for row in rows]


CASES = [
    ("翠屏花园12栋3单元502室", "翠屏花园:12-3-502"),
    ("12幢3单元1502", "翠屏花园:12-3-1502"),
    ("翠屏花园二期7号楼2单元301", "翠屏花园二期:7-2-301"),
]


@pytest.mark.parametrize(("text", "key"), CASES)
def test_the_usual_way_of_writing_needs_no_reading_of_its_own(text, key):
    gazetteer = Gazetteer([GARDEN])
    other = text.replace("2", "9").replace("3", "8")
    together([("翠屏花园", "", other)], gazetteer)
    known = len(gazetteer._places)
    assert together([("翠屏花园", "", text)], gazetteer)[0][3] == key
    assert len(gazetteer._places) == known


def test_no_address_at_all_is_understood_too():
    empty = pa.array([], pa.string())
    assert {len(column) for column in alike.places(empty, empty, empty, GAZETTEERS[0]).values()} == {0}
