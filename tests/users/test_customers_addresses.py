import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib import numerals
from users.customers import addresses, doors
from users.customers.addresses import Address, BadTemplate, Book

NAMES = {
    "河西新城苑": "河西新城苑",
    "新城苑": "河西新城苑",
    "翠屏花园": "翠屏花园",
    "阳光花园": "阳光花园",
    "弄堂里": "弄堂里",
}
BOOK = Book(NAMES, {"弄堂里": ["{building}弄{unit}号{room}"]})

DOORS = [
    ("12栋3单元502室", "12", "3", "502"),
    ("12幢3单元502", "12", "3", "502"),
    ("12号楼3单元502", "12", "3", "502"),
    ("12号楼 3单元 502号", "12", "3", "502"),
    ("12-3-502", "12", "3", "502"),
    ("12-3-502室", "12", "3", "502"),
    ("12－3－502", "12", "3", "502"),
    ("12#3-502", "12", "3", "502"),
    ("12栋3-502", "12", "3", "502"),
    ("12栋-3单元-502", "12", "3", "502"),
    ("１２栋３单元５０２室", "12", "3", "502"),
    ("十二栋三单元五零二", "12", "3", "502"),
    ("二十一栋三单元1203", "21", "3", "1203"),
    ("12栋三单元502", "12", "3", "502"),
    ("12栋502", "12", "", "502"),
    ("A栋1203", "A", "", "1203"),
    ("b座 502", "B", "", "502"),
    ("12A栋3单元502B室", "12A", "3", "502B"),
    ("12栋3单元5楼502室", "12", "3", "502"),
    ("3栋2单元5室", "3", "2", "5"),
    ("中山路12号5栋3单元502室", "5", "3", "502"),
    ("5-2-1801", "5", "2", "1801"),
]


@pytest.mark.parametrize(("text", "building", "unit", "room"), DOORS)
def test_a_door_is_read_however_it_is_written(text: str, building: str, unit: str, room: str) -> None:
    found = BOOK.parse(text)
    assert (found.building, found.unit, found.room) == (building, unit, room)


NO_DOORS = [
    "",
    "中山路12号",
    "12栋3单元",
    "中山路12号3单元502",
    "5-2-2012",
    "2018-3-1",
    "1-3-2018",
    "送2018-03-01-502",
    "138-0013-8000",
    "400-800-8820",
    "020-12-3-502",
    "21-12-5678",
    "2-3-4",
    "9.9-12.5元",
    "10-20-300元",
    "12-3-502斤",
    "￥12-3-502",
    "12-3-502-1",
    "12栋3单元502/503",
    "12栋3单元502室(代收5栋101)",
    "12弄3号502",
    "十栋",
]


@pytest.mark.parametrize("text", NO_DOORS)
def test_what_is_not_surely_a_door_stays_text(text: str) -> None:
    assert BOOK.parse(text) == Address(None, None, None, None, text)


COMMUNITIES = [
    ("河西新城苑12栋3单元502室", "河西新城苑", ""),
    ("南京市建邺区新城苑12栋3单元502室", "河西新城苑", "南京市建邺区"),
    ("翠屏花园二期3栋2单元101", "翠屏花园", "二期"),
    ("阳光花园小区3栋101 门口", "阳光花园", "小区 门口"),
    ("阳光花园", "阳光花园", "阳光花园"),
    ("新阳光花园3栋101", None, "新阳光花园"),
    ("阳光花园小筑3栋101", None, "阳光花园小筑"),
]


@pytest.mark.parametrize(("text", "community", "rest"), COMMUNITIES)
def test_a_community_is_named_only_by_its_whole_name(text: str, community: str | None, rest: str) -> None:
    found = BOOK.parse(text)
    assert (found.community, found.rest) == (community, rest)


def test_right_behind_a_community_a_date_like_run_is_a_door() -> None:
    assert BOOK.parse("翠屏花园5-2-2012")[:4] == ("翠屏花园", "5", "2", "2012")


def test_a_taught_way_of_writing_is_read_in_its_community_only() -> None:
    assert BOOK.parse("弄堂里12弄3号502室")[:4] == ("弄堂里", "12", "3", "502")
    assert BOOK.parse("12弄3号502", community="弄堂里")[1:4] == ("12", "3", "502")
    assert not BOOK.parse("12弄3号502", community="翠屏花园").has_door


@pytest.mark.parametrize(
    "template",
    [
        "{building}{room}",
        "{room}",
        "",
        "{x}-{building}-{room}",
        "{building}#{building}-{room}",
        "{building}-{room}" + "x" * 60,
    ],
)
def test_a_template_that_cannot_be_read_back_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate):
        addresses.template(template)


def test_a_template_is_text_and_never_a_pattern() -> None:
    book = Book((), {"": ["(.*)+{building}x{room}"]})
    assert not book.parse("aaaa12x502", community="any").has_door
    assert book.parse("(.*)+12x502", community="any")[1:4] == ("12", "", "502")


SAME = [
    ("河西新城苑12栋3单元502室", "南京市建邺区河西新城苑12-3-502", "河西新城苑:12-3-502"),
    ("翠屏花园二期3栋2单元101", "翠屏花园 二期3栋2单元101室", "翠屏花园二期:3-2-101"),
    ("中山路 12号", "中山路12号", "中山路12号"),
    ("", " 无 ", ""),
]


@pytest.mark.parametrize(("one", "other", "key"), SAME)
def test_two_spellings_of_one_door_have_one_key(one: str, other: str, key: str) -> None:
    assert addresses.normalised(BOOK.parse(one)) == addresses.normalised(BOOK.parse(other)) == key


def test_the_community_of_the_export_completes_a_key() -> None:
    assert addresses.normalised(BOOK.parse("12-3-502"), "翠屏花园") == "翠屏花园:12-3-502"


def test_a_long_address_has_a_short_key_of_its_own() -> None:
    keys = {addresses.normalised(BOOK.parse("路" * 150 + end)) for end in "甲乙"}
    assert len(keys) == 2
    assert max(map(len, keys)) <= addresses.KEY_CHARS


def test_a_table_of_addresses_is_read_row_by_row() -> None:
    texts = pd.Series(["12-3-502", "中山路", "12-3-502", ""], index=[5, 6, 7, 8], dtype="string[pyarrow]")
    communities = pd.Series(["翠屏花园", "", "", ""], index=[5, 6, 7, 8], dtype="string[pyarrow]")
    found = doors.of(texts, communities, BOOK)
    assert list(found.index) == [5, 6, 7, 8]
    assert found["key"].tolist() == ["翠屏花园:12-3-502", "中山路", ":12-3-502", ""]
    assert found["room"].tolist() == ["502", None, "502", None]


@given(st.text(alphabet="12十三A栋单元室号-# 期区河西新城苑翠屏花园", max_size=40))
def test_any_text_is_a_door_or_stays_whole(text: str) -> None:
    found = BOOK.parse(text)
    if not found.has_door:
        assert found[1:4] == (None, None, None)
    assert len(addresses.normalised(found)) <= addresses.KEY_CHARS


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("二十一", "21"),
        ("一百零二", "102"),
        ("五零二", "502"),
        ("A", "A"),
        ("", ""),
    ],
)
def test_chinese_numerals_become_digits(text: str, number: str) -> None:
    assert numerals.plain(text) == number
