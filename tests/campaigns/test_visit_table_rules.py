"""The definitions of the visit table, case by case."""

import datetime as dt

import pytest

from campaigns.boards.visits import rules
from campaigns.boards.visits.rules import Bought, Figures, Person, Place, Told
from tests.campaigns.doors import at
from tests.conftest import TODAY

WHERE = {1: Place(7, 3000), 2: Place(3, 3600)}


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def told(
    number: int = 0, clock: str = "18:00", outcome: str = "not_ordered", *, task: int = 1, place: int = 1, id: int = 1
) -> Told:
    return Told(id, task, task, place, 1, at(day(number), clock), day(number), outcome)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([("18:00", "no_answer"), ("19:00", "ordered")], "ordered", id="the last of the day"),
        pytest.param([("19:00", "ordered"), ("18:00", "no_answer")], "ordered", id="by moment, not by arrival"),
        pytest.param([("18:00", "no_answer"), ("18:00", "refused")], "refused", id="at one moment the one told later"),
    ],
)
def test_a_door_counts_once_a_day_by_what_was_told_last(events: list[tuple[str, str]], expected: str) -> None:
    found = rules.counted(told(0, clock, outcome, id=n) for n, (clock, outcome) in enumerate(events))
    assert [one.outcome for one in found] == [expected]


def test_a_door_counts_again_on_another_day_and_for_another_task() -> None:
    assert len(rules.counted([told(0), told(1, id=2), told(0, task=2, id=3)])) == 3


@pytest.mark.parametrize(
    ("after", "place", "belongs"),
    [(-1, 1, False), (0, 1, True), (6, 1, True), (7, 1, False), (2, 2, True), (3, 2, False)],
)
def test_a_purchase_belongs_to_a_visit_for_the_days_of_its_community(after: int, place: int, belongs: bool) -> None:
    assert bool(rules.attributed([told(place=place)], [Bought(1, day(after), 100)], WHERE)) is belongs


@pytest.mark.parametrize(
    ("second", "takes"),
    [("interested", 2), ("no_answer", 1), ("no_entry", 1)],
)
def test_a_later_door_that_opened_takes_over(second: str, takes: int) -> None:
    visits = [told(0), told(2, outcome=second, id=2)]
    [(visit, _bought)] = rules.attributed(visits, [Bought(1, day(3), 100)], WHERE)
    assert visit.id == takes


def test_a_visit_of_another_customer_takes_nothing() -> None:
    assert rules.attributed([told(task=2)], [Bought(1, day(0), 100)], WHERE) == []


def test_what_a_day_cost_is_the_time_between_outcomes_and_the_coupons() -> None:
    visits = [told(0, "18:00"), told(0, "18:10", task=2, id=2), told(0, "19:00", task=3, id=3)]
    figures = rules.day_figures(visits, [Bought(1, day(0), 40_000)], day(0), 1, WHERE, day(30))
    assert figures.worked == dt.timedelta(minutes=5 + 10 + 5)
    assert (figures.staff_cost, figures.net, figures.cost) == (1000, 40_000, 1000)
    assert figures.roi(0.25) == pytest.approx((10_000 - 1000) / 1000)


def test_money_from_the_day_of_reading_on_is_not_known_and_the_window_is_not_over() -> None:
    bought = [Bought(1, day(0), 100), Bought(1, day(3), 50)]
    early = rules.day_figures([told()], bought, day(0), 1, WHERE, day(3))
    late = rules.day_figures([told()], bought, day(0), 1, WHERE, day(7))
    assert (early.over, early.net, early.roi(0.25)) == (0, 100, None)
    assert (late.over, late.net) == (1, 150)


def test_a_sum_takes_counts_of_all_days_and_money_of_those_that_are_over() -> None:
    over = Figures(visited=4, opened=2, net=100, staff_cost=50, coupons=10, worked=dt.timedelta(minutes=9))
    running = Figures(over=0, visited=6, opened=1, net=70, staff_cost=30)
    both = rules.together([over, running])
    assert (both.days, both.over, both.visited, both.opened) == (2, 1, 10, 3)
    assert (both.net, both.cost, both.worked) == (100, 60, dt.timedelta(minutes=9))
    assert both.roi(0.9) == pytest.approx(0.5)
    assert rules.together([running]).roi(0.9) is None


def test_nothing_of_nothing_is_no_rate() -> None:
    nobody = Figures(visited=0)
    assert (nobody.open_rate, nobody.order_rate, nobody.order_rate_of_visited, nobody.roi(0.25)) == (None,) * 4


@pytest.mark.parametrize(
    ("worked", "hour", "fen"),
    [(0, 3000, 0), (3600, 3000, 3000), (3, 3000, 3), (1, 3000, 1), (60, 3001, 50)],
)
def test_wages_are_whole_fen_half_up(worked: int, hour: int, fen: int) -> None:
    assert rules.staff_cost(dt.timedelta(seconds=worked), hour) == fen


@pytest.mark.parametrize(
    ("purchases", "reading", "expected"),
    [
        pytest.param([], 7, (1, 0, 0), id="nobody woke up"),
        pytest.param([6], 7, (1, 1, 0), id="the last day of the window counts"),
        pytest.param([7], 20, (1, 0, 0), id="the day after does not"),
        pytest.param([-1], 20, (1, 0, 0), id="nor the day before"),
        pytest.param([2], 6, (0, 0, 1), id="before the window has ended nobody is told of"),
    ],
)
def test_woken_is_a_purchase_within_the_window(purchases: list[int], reading: int, expected: tuple[int, ...]) -> None:
    arm = rules.arm([Person(day(0), 7, [day(one) for one in purchases])], day(reading))
    assert (arm.people, arm.woken, arm.waiting) == expected


@pytest.mark.parametrize(
    ("second", "reading", "week", "weeks"),
    [
        pytest.param(9, 9, (0, 0), (0, 0), id="the week after the first purchase is not over"),
        pytest.param(9, 10, (1, 1), (0, 0), id="over, and back on its last day"),
        pytest.param(10, 31, (1, 0), (1, 1), id="a day later is too late for the week"),
        pytest.param(2, 31, (1, 0), (1, 0), id="the day of the first purchase is no other purchase"),
        pytest.param(30, 31, (1, 0), (1, 1), id="the last day of four weeks"),
        pytest.param(31, 40, (1, 0), (1, 0), id="a day later is too late"),
    ],
)
def test_kept_is_another_purchase_within_7_and_28_days_of_the_first(
    second: int, reading: int, week: tuple[int, int], weeks: tuple[int, int]
) -> None:
    arm = rules.arm([Person(day(0), 7, [day(2), day(second)], first=day(2))], day(reading))
    assert ((arm.week_people, arm.week_back), (arm.weeks_people, arm.weeks_back)) == (week, weeks)
