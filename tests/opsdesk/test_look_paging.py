import datetime as dt
import itertools
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.models import Community
from opsdesk.lib import paging, tables

KEYS: Mapping[str, paging.SortKey] = {
    "households": paging.SortKey("households", int),
    "opened": paging.SortKey("opened_on", dt.date.fromisoformat),
    "name": paging.SortKey("name", str),
}


@pytest.fixture
def ten_places(db: None) -> list[Community]:
    """Ties in households, days missing, so that every comparison of the paging is needed."""
    days = [None, dt.date(2020, 1, 1), dt.date(2021, 6, 1)]
    return [
        Community.objects.create(code=f"c{n}", name=f"社区{n * 7 % 10}", households=n % 3 * 100, opened_on=days[n % 3])
        for n in range(10)
    ]


def read_on(query: dict[str, str], size: int) -> paging.Page:
    sort = paging.sort_of(query, KEYS, default="-households")
    key = KEYS[sort.key]
    return paging.page_of(Community.objects.all(), key, sort, paging.place_of(query, key.read), size)


def walk(sort: str, size: int) -> list[paging.Page]:
    pages = [read_on({"sort": sort}, size)]
    while pages[-1].after:
        pages.append(read_on({"sort": sort, "after": pages[-1].after}, size))
    return pages


@pytest.mark.parametrize("size", [1, 3, 5, 10, 11])
@pytest.mark.parametrize("sort", ["households", "-households", "opened", "-opened", "name", "-name"])
def test_pages_forward_show_every_row_once_in_order(ten_places: list[Community], sort: str, size: int) -> None:
    shown = [row for page in walk(sort, size) for row in page.rows]
    assert sorted(row.pk for row in shown) == sorted(place.pk for place in ten_places)
    values = [getattr(row, KEYS[sort.lstrip("-")].field) for row in shown]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values[: len(known)] == known


@pytest.mark.parametrize("sort", ["households", "-households", "opened", "-opened"])
def test_pages_backward_are_the_pages_forward(ten_places: list[Community], sort: str) -> None:
    pages = walk(sort, 3)
    for earlier, later in itertools.pairwise(pages):
        again = read_on({"sort": sort, "before": later.before}, 3)
        assert [row.pk for row in again.rows] == [row.pk for row in earlier.rows]
        assert bool(again.before) == bool(earlier.before)
        assert again.after


def test_the_ends_of_a_list_lead_nowhere(ten_places: list[Community]) -> None:
    pages = walk("-households", 4)
    assert pages[0].before == "" and pages[-1].after == ""


def test_an_empty_list_is_one_empty_page(db: None) -> None:
    assert read_on({}, 3) == paging.Page([], "", "")


@pytest.mark.parametrize(
    "cursor",
    ["x", "%%", "W10", paging.encode("abc", 1), paging.encode(10**30, 1), paging.encode(1, 10**30), "bnVsbA"],
)
def test_a_cursor_that_cannot_be_read_is_the_first_page(ten_places: list[Community], cursor: str) -> None:
    first = read_on({}, 3)
    assert [row.pk for row in read_on({"after": cursor}, 3).rows] == [row.pk for row in first.rows]


def test_a_cursor_with_a_nul_sign_never_reaches_the_database() -> None:
    assert paging.decode(paging.encode("a\0b", 1), str) is None


@given(st.text())
def test_no_cursor_makes_trouble(cursor: str) -> None:
    for read in paging.READERS.values():
        place = paging.decode(cursor, read)
        assert place is None or isinstance(place.id, int)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("money", -1234),
        ("exact", Decimal("1.50")),
        ("text", '翠屏, "花园"'),
        ("day", dt.date(2026, 11, 22)),
        ("moment", dt.datetime(2026, 11, 22, 23, 59, tzinfo=dt.UTC)),
        ("day", None),
    ],
)
def test_a_place_survives_the_address(kind: str, value: object) -> None:
    assert paging.decode(paging.encode(value, 7), paging.READERS[kind]) == paging.Place(value, 7)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, paging.Sort("households", True)),
        ({"sort": "name"}, paging.Sort("name", False)),
        ({"sort": "-name"}, paging.Sort("name", True)),
        ({"sort": "--name"}, paging.Sort("name", True)),
        ({"sort": "password"}, paging.Sort("households", True)),
    ],
)
def test_only_offered_ways_to_sort_are_taken(query: dict[str, str], expected: paging.Sort) -> None:
    assert paging.sort_of(query, KEYS, default="-households") == expected


@pytest.mark.parametrize(("asked", "size"), [("100", 100), ("7", 50), ("-1", 50), ("9" * 99, 50), ("", 50), ("²", 50)])
def test_only_offered_sizes_are_taken(asked: str, size: int) -> None:
    assert paging.size_of({"size": asked}) == size


COLUMNS = [
    tables.Column("name", "Name", fixed=True),
    tables.Column("net", "Net", "yuan", sortable=True),
    tables.Column("address", "Address", shown=False),
]


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ([], ["name", "net"]),
        (["address"], ["name", "address"]),
        (["address", "net"], ["name", "net", "address"]),
        (["no_such_column"], ["name", "net"]),
    ],
)
def test_a_list_shows_the_columns_asked_for(chosen: list[str], shown: list[str]) -> None:
    table = tables.table_of(COLUMNS, paging.Page([], "", ""), paging.Sort("net", True), chosen)
    assert [column.key for column in table.shown] == shown


def test_a_second_press_on_a_column_turns_the_order() -> None:
    assert tables.next_sort("net", paging.Sort("name", False)) == "-net"
    assert tables.next_sort("net", paging.Sort("net", True)) == "net"
    assert tables.next_sort("net", paging.Sort("net", False)) == "-net"


def test_numbers_stand_right_and_words_left() -> None:
    assert [column.css for column in COLUMNS] == ["", "num", ""]
