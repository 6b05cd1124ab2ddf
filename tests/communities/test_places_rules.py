import pytest

from communities.places import rules
from communities.places.rules import Block


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("翠屏, 翠屏花园", ["翠屏", "翠屏花园"]),
        ("翠屏，翠屏花园、翠屏；翠", ["翠屏", "翠屏花园", "翠"]),
        ("a\n\n b \n", ["a", "b"]),
        ("", []),
    ],
)
def test_a_list_is_typed_with_any_comma_or_a_line_each(typed: str, names: list[str]) -> None:
    assert rules.listed(typed) == names


def test_a_run_of_buildings_is_numbered() -> None:
    assert rules.run_of_numbers(9, 11) == ["9", "10", "11"]


def test_like_neighbours_are_one_row_in_walking_order() -> None:
    low, high = (1, 6, 2), (2, 18, 4)
    blocks = [Block("10", *high), Block("2", *low), Block("1", *low), Block("9", *high), Block("A1", *low)]

    assert rules.rows_of(blocks) == [
        rules.Row("1", "2", 2, *low),
        rules.Row("9", "10", 2, *high),
        rules.Row("A1", "A1", 1, *low),
    ]
    assert [row.door_count for row in rules.rows_of(blocks)] == [24, 288, 12]


def test_neighbouring_house_numbers_are_said_as_one_span() -> None:
    assert rules.spans(["10", "2", "1", "3", "A1", "7"]) == ["1–3", "7", "10", "A1"]
    assert rules.spans([]) == []
