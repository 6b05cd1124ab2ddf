import datetime as dt

import pytest

from campaigns.boards.phone import grid as phone_grid
from campaigns.boards.phone import rules as phone_rules
from campaigns.boards.phone.grid import Block, Place
from tests.factories import SHANGHAI

AT = dt.datetime(2018, 5, 7, 16, tzinfo=SHANGHAI)


def drawn(*rooms: str, block: Block | None = None, unit: str = "2") -> phone_grid.Building[str]:
    doors = phone_grid.doors_of(rooms, lambda room: Place(1, "6", unit, room))
    (building,) = phone_grid.draw(doors, {(1, "6"): block} if block else {})
    return building


def picture(building: phone_grid.Building[str]) -> list[str]:
    """One line a floor: doors on the list in brackets."""
    lines = []
    for floor in building.units[0].floors:
        cells = [f"[{cell.room}]" if cell.door else cell.room for cell in floor.cells]
        lines.append(" ".join(cells) or f"{floor.highest}-{floor.lowest}")
    return lines


def test_a_block_is_drawn_as_it_stands_from_the_top_down() -> None:
    assert picture(drawn("602", "403", block=Block(6, 4))) == [
        "601 [602] 603 604", "501 502 503 504", "401 402 [403] 404", "3-1"
    ]  # fmt: skip


def test_an_unknown_block_is_as_high_and_as_wide_as_its_list_says() -> None:
    assert picture(drawn("302", "101")) == ["301 [302]", "201 202", "[101] 102"]


def test_a_list_that_goes_beyond_the_known_block_is_drawn_in_full() -> None:
    assert picture(drawn("705", block=Block(6, 2)))[0] == "701 702 703 704 [705]"


def test_a_number_that_tells_no_place_stands_under_the_grid() -> None:
    unit = drawn("502", "A", "599", block=Block(6, 2)).units[0]
    assert [door.place.room for door in unit.rest] == ["A", "599"]
    assert len(unit.doors) == 3


def test_two_ways_to_write_one_door_lose_nobody() -> None:
    unit = drawn("502", "0502").units[0]
    assert sorted(door.place.room for door in unit.doors) == ["0502", "502"]


def test_several_people_behind_one_door_are_one_door() -> None:
    people = [("a", "502"), ("b", "501"), ("c", "502")]
    doors = phone_grid.doors_of(people, lambda one: Place(1, "6", "2", one[1]))
    assert [(door.n, [name for name, _room in door.people]) for door in doors] == [(1, ["a", "c"]), (2, ["b"])]


def test_who_has_no_door_is_behind_none() -> None:
    assert phone_grid.doors_of(["x"], lambda _one: Place(1, "6", "", "")) == []


def test_units_stand_in_the_order_of_their_numbers() -> None:
    places = [Place(1, "6", unit, "101") for unit in ("10", "2", "")]
    (building,) = phone_grid.draw(phone_grid.doors_of(places, lambda place: place), {})
    assert [unit.number for unit in building.units] == ["2", "10", ""]


AGO, EARLIER, SOON = AT - dt.timedelta(hours=1), AT - dt.timedelta(hours=13), AT + dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "outcome", "last_at", "later_at", "shown"),
    [
        ("open", "", None, None, "todo"),
        ("open", "no_answer", AGO, None, "no_answer"),
        ("open", "no_answer", EARLIER, None, "todo"),
        ("open", "later", AGO, SOON, "later"),
        ("open", "later", EARLIER, AGO, "due"),
        ("done", "ordered", EARLIER, None, "ordered"),
        ("closed", "", None, None, "closed"),
        ("closed", "dnc", AGO, None, "dnc"),
    ],
)
def test_an_outcome_stands_in_the_grid_for_half_a_day(
    state: str, outcome: str, last_at: dt.datetime | None, later_at: dt.datetime | None, shown: str
) -> None:
    assert phone_rules.state_of(state, outcome, last_at, later_at, AT) == shown


def test_a_home_with_somebody_left_to_meet_is_to_be_visited() -> None:
    assert phone_rules.home_state(["ordered", "todo"]) == "todo"
    assert phone_rules.home_state(["no_answer", "ordered"]) == "ordered"


@pytest.mark.parametrize(
    ("choice", "hour", "means"),
    [
        ("hour", 16, "05-07 17:00"), ("evening", 16, "05-07 18:30"), ("evening", 18, "05-07 19:00"),
        ("morning", 16, "05-08 09:30"), ("night", 16, "05-08 18:30"),
    ],
)  # fmt: skip
def test_later_is_a_moment(choice: str, hour: int, means: str) -> None:
    assert f"{phone_rules.later_at(choice, AT.replace(hour=hour)):%m-%d %H:%M}" == means


def test_the_price_of_a_script_stands_out() -> None:
    assert phone_rules.marked("今天 ¥29.9，再减", "¥29.9") == [("今天 ", False), ("¥29.9", True), ("，再减", False)]
    assert phone_rules.marked("今天", "¥29.9") == [("今天", False)]
    assert phone_rules.marked("今天", "") == [("今天", False)]


def test_every_state_and_outcome_has_a_word_and_a_rank() -> None:
    assert set(phone_rules.RANK) == set(phone_rules.CELLS)
    assert set(phone_rules.TALKS) < set(phone_rules.BUTTONS) < set(phone_rules.CELLS)
