"""What the supervisor board says of a day, case by case."""

import datetime as dt
from typing import Any

import pytest

from campaigns.boards.supervisor import rules
from campaigns.boards.supervisor.rules import Shift, Told
from tests.campaigns.doors import at
from tests.conftest import TODAY

FAST = {1: 20}
TOMORROW = TODAY + dt.timedelta(days=1)


def told(clock: str, outcome: str = "no_answer", *, id: int = 0, task: int = 0, **fields: Any) -> Told:
    """One at a door; each of a task of its own unless told otherwise."""
    moment = at(TODAY, clock)
    number = id or int(moment.timestamp())
    usual = {"staff_id": 1, "station_id": 1, "community_id": 1, "channel": "door", "received_at": moment}
    return Told(id=number, task_id=task or number, outcome=outcome, at=moment, **(usual | fields))


def evening(*outcomes: str, minutes: int = 3) -> list[Told]:
    start = at(TODAY, "18:00")
    return [
        told(f"{start + dt.timedelta(minutes=minutes * n):%H:%M:%S}", one, id=n + 1) for n, one in enumerate(outcomes)
    ]


def kinds(events: list[Told]) -> dict[str, int]:
    return {one.kind: one.n for one in rules.findings(events, FAST)}


def test_a_shift_counts_each_door_once_by_the_last_that_this_person_told() -> None:
    shift = rules.shift_of([told("18:00", task=1), told("18:30", "ordered", task=1), told("18:40", "no_entry")])
    assert (shift.visited, shift.opened, shift.ordered, shift.not_reached) == (1, 1, 1, 1)


def test_doors_and_calls_of_an_hour_are_told_by_the_time_worked() -> None:
    shift = rules.shift_of([told("18:00"), told("18:10"), told("18:15", channel="phone"), told("20:00")])
    assert (shift.visited, shift.talks, shift.minutes) == (3, 1, 5 + 10 + 5 + 5)
    assert shift.an_hour == pytest.approx(4 * 60 / 25)
    assert Shift().an_hour is None


def test_people_are_added_up_by_station() -> None:
    events = [told("18:00"), told("18:05", staff_id=2), told("18:10", station_id=2)]
    assert set(rules.shifts(events)) == {(1, 1), (1, 2), (2, 1)}
    both = rules.together(rules.shifts(events).values())
    assert (both.visited, both.minutes, both.last_at) == (3, 15, at(TODAY, "18:10"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([told("18:00:00"), told("18:00:19")], {"fast": 1}, id="nineteen seconds apart"),
        pytest.param([told("18:00:00"), told("18:00:20")], {}, id="twenty are enough"),
        pytest.param([told("18:00:00"), told("18:00:05", staff_id=2)], {}, id="two people"),
        pytest.param([told("18:00:00"), told("18:00:05", many=True)], {}, id="told for many doors at once"),
        pytest.param([told("18:00:00"), told("18:00:25"), told("18:00:50")], {"minute": 1}, id="three in one minute"),
        pytest.param([told("18:00:00"), told("18:00:40"), told("18:01:10")], {}, id="two and one"),
        pytest.param(
            [told("18:00", received_at=at(TOMORROW, "06:01"))], {"late": 1}, id="heard the day after"
        ),
        pytest.param([told("18:00", received_at=at(TOMORROW, "06:00"))], {}, id="in twelve hours"),
        pytest.param([told("18:00", skewed=True)], {"skewed": 1}, id="a clock that is wrong"),
        pytest.param(
            [told("18:00", task=1, conflict=True), told("18:30", task=1, conflict=True, staff_id=2)], {"conflict": 1},
            id="two people at one door",
        ),
    ],
)  # fmt: skip
def test_what_does_not_look_like_a_visit_is_found(events: list[Told], expected: dict[str, int]) -> None:
    assert kinds(events) == expected


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param(["no_answer"] * 10 + ["ordered"], {"nobody": 10}, id="ten in a row"),
        pytest.param(["no_answer"] * 9 + ["ordered"], {}, id="nine are chance"),
        pytest.param(["no_answer"] * 6 + ["ordered"] + ["no_answer"] * 6, {}, id="twelve, but not in a row"),
        pytest.param(["no_answer"] * 5, {"nobody": 5}, id="a whole shift"),
        pytest.param(["no_answer"] * 4, {}, id="hardly a shift"),
    ],
)
def test_nobody_home_again_and_again_is_found(outcomes: list[str], expected: dict[str, int]) -> None:
    assert kinds(evening(*outcomes)) == expected


def test_a_finding_names_the_outcomes_it_is_told_from() -> None:
    [found] = rules.findings([told("18:00:00", door="3-1-501"), told("18:00:05", door="3-1-502")], FAST)
    assert [one.door for one in found.evidence] == ["3-1-501", "3-1-502"]
    assert (found.staff_id, found.station_id) == (1, 1)


@pytest.mark.parametrize(
    ("to_do", "heard", "silent"), [(5, "18:00", True), (0, "18:00", False), (5, "18:30", False), (5, "", False)]
)
def test_silence_with_doors_left_is_pointed_at(to_do: int, heard: str, silent: bool) -> None:
    shift = Shift(heard_at=at(TODAY, heard) if heard else None)
    assert shift.is_silent(to_do, at(TODAY, "19:00")) is silent
