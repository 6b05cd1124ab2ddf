import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from users.growth import rules
from users.growth.rules import Flow

MONDAY = dt.date(2018, 4, 2)
WEEKS = [MONDAY + dt.timedelta(weeks=n) for n in range(12)]


def week(active_before: int, new: int, recalled: int, lost: int) -> Flow:
    retained = active_before - lost
    return Flow(active=retained + new + recalled, new=new, retained=retained, recalled=recalled, lost=lost)


def steady(start: int, tap: int, leak: float, weeks: int = 12) -> list[Flow]:
    """Weeks in which so many join and this share of the pool leaves."""
    told = [week(0, start, 0, 0)]
    for _n in range(weeks - 1):
        told.append(week(told[-1].active, tap, 0, round(told[-1].active * leak)))
    return told


@pytest.mark.parametrize(
    ("flow", "ratio", "adds_up"),
    [
        (week(100, 30, 10, 20), 2.0, True),
        (week(0, 5, 0, 0), None, True),
        (week(10, 0, 0, 10), 0.0, True),
        (Flow(active=10, new=5, retained=4, recalled=0, lost=2), 2.5, False),
    ],
)
def test_a_week_has_a_quick_ratio_and_adds_up_or_not(flow: Flow, ratio: float | None, adds_up: bool) -> None:
    assert flow.quick_ratio == ratio
    assert flow.adds_up is adds_up


def test_a_week_that_does_not_follow_from_the_one_before_is_named() -> None:
    good = dict(zip(WEEKS, steady(100, 20, 0.2), strict=True))
    assert rules.breaks(good) == []
    bad = good | {WEEKS[5]: week(good[WEEKS[4]].active + 1, 20, 0, 20)}
    assert rules.breaks(bad) == [WEEKS[5], WEEKS[6]]


def test_all_places_together_hold_a_week_in_which_one_of_them_had_nobody() -> None:
    flows = {1: {WEEKS[0]: week(0, 5, 0, 0)}, 2: {WEEKS[0]: week(0, 2, 0, 0), WEEKS[1]: week(2, 1, 0, 2)}}
    assert rules.total(flows, WEEKS[:3]) == {
        WEEKS[0]: Flow(active=7, new=7), WEEKS[1]: Flow(active=1, new=1, lost=2), WEEKS[2]: Flow(),
    }  # fmt: skip


def test_a_steady_tap_and_leak_have_their_ceiling_and_no_spread() -> None:
    seen = rules.outlook(steady(200, 50, 0.25))
    assert seen is not None
    assert (seen.pool, seen.ceiling) == (200, 200)
    assert seen.until(200) == (0, 0, 0)
    assert seen.until(201) == (None, None, None)


@pytest.mark.parametrize(
    ("pool", "tap", "leak", "target", "weeks"),
    [
        (100, 10, 0.0, 150, 5),
        (100, 10, 0.0, 151, 6),
        (100, 0, 0.0, 101, None),
        (100, 0, 0.5, 101, None),
        (100, 40, 0.2, 150, 4),  # 120 136 148.8 159.04
        (100, 40, 0.2, 200, None),  # its ceiling is never reached
        (100, 40, 1.0, 100, 0),
        (300, 40, 0.2, 250, 0),
    ],
)
def test_the_week_in_which_the_pool_is_full(pool: int, tap: float, leak: float, target: int, weeks: int | None) -> None:
    seen = rules.Outlook(pool, 8, rules.Range(tap, tap, tap), rules.Range(leak, leak, leak))
    assert seen.until(target) == (weeks, weeks, weeks)


def test_too_short_a_history_has_no_outlook() -> None:
    assert rules.outlook(steady(100, 10, 0.1, weeks=2)) is None
    assert rules.outlook([Flow()] * 9) is None


taps = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.floats(0, 1)), min_size=3, max_size=12)


@given(taps, st.integers(1, 600))
def test_more_tap_and_less_leak_are_never_later(told: list[tuple[int, int, float]], target: int) -> None:
    flows = [week(0, 50, 0, 0)]
    for new, recalled, leak in told:
        flows.append(week(flows[-1].active, new, recalled, int(flows[-1].active * leak)))
    seen = rules.outlook(flows)
    if seen is None:
        return
    never = rules.FURTHEST + 1
    expected, soonest, latest = (never if weeks is None else weeks for weeks in seen.until(target))
    assert soonest <= expected <= latest
    for ahead in range(rules.AHEAD + 1):
        pool = seen.after(ahead)
        assert pool.low <= pool.at + 1e-6
        assert pool.at <= pool.high + 1e-6
    if 0 < expected < never:
        assert seen.after(expected).at >= target > seen.after(expected - 1).at
