"""Doors shared out: whole buildings where they fit, cut by unit and then by door where not, nobody over their time."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.recall import sharing
from campaigns.recall.sharing import Hand, Stop


def hands(*capacities: int) -> list[Hand]:
    """People 1, 2, ... who each do so many doors; a call costs half a door."""
    return [Hand(n, capacity * 60, {"door": 60, "phone": 30}) for n, capacity in enumerate(capacities, start=1)]


def stops(*buildings: tuple[str, str, int]) -> list[Stop]:
    """(building, unit, doors)."""
    doors = [(building, unit, f"{n + 1}01") for building, unit, count in buildings for n in range(count)]
    return [Stop(key, door, "door") for key, door in enumerate(doors)]


def by_building(found: dict[int, int], all_: list[Stop]) -> dict[tuple[int, str], int]:
    return dict(Counter((found[stop.key], stop.door[0]) for stop in all_ if stop.key in found))


@pytest.mark.parametrize(
    ("buildings", "capacities", "expected"),
    [
        ([("1", "1", 6), ("2", "1", 6)], (10, 10), {(1, "1"): 6, (2, "2"): 6}),
        ([("1", "1", 6), ("2", "1", 6), ("10", "1", 6)], (20, 20), {(1, "1"): 6, (1, "2"): 6, (2, "10"): 6}),
        ([("1", "1", 2), ("2", "1", 9)], (10, 10), {(1, "1"): 2, (2, "2"): 9}),
        ([("1", "1", 4), ("1", "2", 4)], (5, 5), {(1, "1"): 4, (2, "1"): 4}),
        ([("1", "1", 9)], (5, 5), {(1, "1"): 5, (2, "1"): 4}),
        ([("1", "1", 9)], (3, 3), {(1, "1"): 3, (2, "1"): 3}),
        ([("1", "1", 5), ("2", "1", 15)], (5, 15), {(1, "1"): 5, (2, "2"): 15}),
        ([], (5,), {}),
    ],
)
def test_buildings_stay_whole_where_they_fit(buildings, capacities, expected):
    there = stops(*buildings)
    assert by_building(sharing.share(there, hands(*capacities)), there) == expected


def test_a_building_that_fits_nobody_is_cut_between_units():
    there = stops(("1", "1", 5), ("1", "2", 5), ("1", "3", 5))
    found = sharing.share(there, hands(9, 9))
    takers = defaultdict(set)
    for stop in there:
        takers[stop.door[1]].add(found[stop.key])
    assert [len(takers[unit]) for unit in "123"] == [1, 1, 2]


def test_one_home_goes_to_one_person():
    there = [Stop(n, ("1", "1", f"{n // 2 + 1}01"), "door") for n in range(12)]
    found = sharing.share(there, hands(6, 6))
    assert all(found[n] == found[n + 1] for n in range(0, 12, 2))


def test_calls_cost_what_they_take():
    there = [Stop(n, ("1", "1", f"{n + 1}01"), "phone") for n in range(12)]
    assert Counter(sharing.share(there, hands(3, 2)).values()) == {1: 6, 2: 4}


def test_addresses_nobody_knows_do_not_hold_together():
    there = [Stop(n, ("", "", ""), "phone") for n in range(10)]
    assert Counter(sharing.share(there, hands(3, 3)).values()) == {1: 5, 2: 5}


def test_who_has_more_time_does_more():
    there = stops(*[(str(n), "1", 4) for n in range(9)])
    assert Counter(sharing.share(there, hands(60, 30)).values()) == {1: 24, 2: 12}


def test_stretched_hands_take_everything():
    there = stops(("1", "1", 50), ("2", "1", 3))
    found = sharing.share(there, sharing.stretched(there, hands(3, 2)))
    assert len(found) == 53
    assert set(found.values()) == {1, 2}


DOORS = st.tuples(st.sampled_from("12345"), st.sampled_from("12"), st.sampled_from(["101", "102", "201", ""]))
CHANNELS = st.sampled_from(["door", "phone"])


@given(st.lists(st.tuples(DOORS, CHANNELS), max_size=60), st.lists(st.integers(0, 30), max_size=4))
def test_nobody_has_more_than_they_can_do_and_nothing_that_fits_is_left(places, capacities):
    there = [Stop(key, door, channel) for key, (door, channel) in enumerate(places)]
    crew = hands(*capacities)
    found = sharing.share(there, crew)
    loads = {hand.staff: hand.cost(stop for stop in there if found.get(stop.key) == hand.staff) for hand in crew}
    assert all(loads[hand.staff] <= hand.capacity for hand in crew)
    left = [stop for stop in there if stop.key not in found]
    assert all(loads[hand.staff] + hand.costs[stop.channel] > hand.capacity for hand in crew for stop in left)
    assert len(sharing.share(there, sharing.stretched(there, crew))) == (len(there) if crew else 0)
