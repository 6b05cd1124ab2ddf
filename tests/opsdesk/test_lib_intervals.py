"""Intervals, held to values published or computed by other programs."""

import pytest

from opsdesk.lib.intervals import Interval, Sample, mean_difference, share_difference, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_the_interval_of_a_share_is_the_published_one(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert found is not None
    assert (found.at, found.low, found.high) == pytest.approx((part / whole, low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),  # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((6, 7), (2, 7), 0.0582, 0.8062),
    ],
)
def test_the_interval_of_two_shares_is_the_published_one(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(*one, *other)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert share_difference(1, 2, 0, 0) is None
    assert mean_difference([(sample(1, 2, 3), sample(1))]) is None


def sample(*values: float) -> Sample:
    return Sample(len(values), sum(values), sum(value * value for value in values))


def test_a_difference_of_means_has_the_spread_of_both_sides() -> None:
    found = mean_difference([(sample(1, 2, 3, 4), sample(1, 1, 2, 2))])
    assert found is not None
    spread = (5 / 3 / 4 + 1 / 3 / 4) ** 0.5
    assert found == Interval(1.0, pytest.approx(1 - 1.959964 * spread), pytest.approx(1 + 1.959964 * spread))


def test_experiments_run_apart_are_compared_within_themselves() -> None:
    """The second was run among heavy buyers and held out more of them: thrown together, treatment would look bad."""
    light, heavy = (sample(2, 2, 2, 2, 3, 1), sample(1, 1, 2, 0)), (sample(10, 12), sample(9, 11, 8, 12))
    together = mean_difference([(sample(2, 2, 2, 2, 3, 1, 10, 12), sample(1, 1, 2, 0, 9, 11, 8, 12))])
    apart = mean_difference([light, heavy])
    assert together is not None and apart is not None
    assert together.at < 0 < apart.at == pytest.approx(6 / 8 * 1 + 2 / 8 * 1)


def test_an_interval_tells_when_zero_is_outside() -> None:
    assert Interval(1, 0.1, 2).tells and Interval(-1, -2, -0.1).tells
    assert not Interval(1, -0.1, 2).tells
    assert Interval(1, 0, 2).times(-2) == Interval(-2, -4, 0)
