"""The test behind an alert, as tables and as properties; and how often it rings where nothing happened."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from math import isclose

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from users.retention import alert_rules as rules
from users.retention.alert_rules import Base, Came, Limits

MONDAY = dt.date(2018, 4, 30)
WEEK = dt.timedelta(days=7)
NEVER = dt.date(2000, 1, 3)
USUAL = Limits()
came = st.integers(1, 300).flatmap(lambda n: st.builds(Came, st.just(n), st.integers(0, n)))

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def base(customers: int, returned: int, weeks: int = 8, spread: float = rules.USUAL_SPREAD) -> Base:
    return Base(customers, returned, weeks, spread)


def limits(_place: int) -> Limits:
    return USUAL


@pytest.mark.parametrize(
    ("of", "compared", "rings"),
    [
        (Came(100, 15), base(800, 280), True),  # 15 % where 35 % is usual
        (Came(100, 55), base(800, 280), True),  # a rise
        (Came(100, 26), base(800, 280), False),  # 9 points: too few, whatever the probability
        (Came(2000, 520), base(80_000, 28_000), False),  # and however certain
        (Came(19, 0), base(800, 280), False),  # too small a cohort
        (Came(25, 5), base(800, 280), False),  # 15 points, and chance does that among 25
        (Came(20, 0), base(800, 40), False),  # nobody of 20 where one in 20 is usual
        (Came(100, 15), base(30, 10, weeks=1), False),  # the base itself is uncertain
        (Came(100, 15), base(800, 280, spread=0.05), False),  # weeks here differ by so much anyway
    ],
)
def test_a_difference_rings_when_it_is_large_and_hardly_chance(of: Came, compared: Base, rings: bool) -> None:
    p = rules.probability(of, compared)
    [tested] = rules.corrected([rules.Tested(1, MONDAY, 1, of, compared, p)])
    assert rules.rings(tested, USUAL) is rings


@patient
@given(of=came, compared=came, spread=st.floats(rules.USUAL_SPREAD, 0.3))
def test_the_probabilities_of_every_outcome_add_up_to_one(of: Came, compared: Came, spread: float) -> None:
    a, b = rules._shape(base(compared.customers, compared.returned, 3, spread))
    assert isclose(sum(rules._mass(i, of.customers, a, b) for i in range(of.customers + 1)), 1, rel_tol=1e-6)
    assert 0 <= rules.probability(of, base(compared.customers, compared.returned, 3, spread)) <= 1


@patient
@given(compared=came, n=st.integers(1, 200))
def test_the_further_from_the_base_the_smaller_the_probability(compared: Came, n: int) -> None:
    like = base(compared.customers, compared.returned)
    found = [rules.probability(Came(n, r), like) for r in range(n + 1)]
    peak = found.index(max(found))
    assert all(one <= other + 1e-9 for one, other in pairwise(found[: peak + 1]))
    assert all(one >= other - 1e-9 for one, other in pairwise(found[peak:]))


@patient
@given(compared=came, n=st.integers(1, 200))
def test_more_spread_never_makes_anything_more_certain(compared: Came, n: int) -> None:
    near, far = (rules.expected(base(compared.customers, compared.returned, 8, s), n) for s in (0.003, 0.05))
    assert far.low - 1e-9 <= near.low <= near.at <= near.high <= far.high + 1e-9


def test_the_corrected_probabilities_are_benjaminis_and_hochbergs() -> None:
    """0.01 0.02 0.03 0.5 of four: 0.04 0.04 0.04 0.5, in whatever order they come."""
    tests = [
        rules.Tested(place, MONDAY, 1, Came(9, 1), base(9, 1), p) for place, p in enumerate((0.5, 0.03, 0.01, 0.02))
    ]
    assert [(test.place, round(test.q, 9)) for test in rules.corrected(tests)] == [
        (2, 0.04), (3, 0.04), (1, 0.04), (0, 0.5),
    ]  # fmt: skip
    assert rules.corrected([]) == []


@patient
@given(st.lists(st.floats(0, 1), max_size=30))
def test_a_corrected_probability_is_never_smaller_and_keeps_the_order(ps: list[float]) -> None:
    found = rules.corrected([rules.Tested(i, MONDAY, 1, Came(9, 1), base(9, 1), p) for i, p in enumerate(ps)])
    assert all(test.p <= test.q + 1e-12 and test.q <= 1 for test in found)
    assert [test.q for test in found] == sorted(test.q for test in found)


def test_weeks_that_differ_among_themselves_are_seen_as_such_and_a_few_weeks_prove_little() -> None:
    calm = [[Came(100, 35)] * 8] * 10
    wild = [[Came(100, 20), Came(100, 50)] * 4] * 10
    assert rules.spread_of(calm) == rules.spread_of([]) == rules.spread_of([[Came(50, 5)]]) == rules.USUAL_SPREAD
    assert rules.spread_of(wild) > 0.05
    assert rules.USUAL_SPREAD < rules.spread_of([[Came(100, 20), Came(100, 50)]]) < rules.spread_of(wild)


def cohorts(rates: Iterable[int], size: int = 100, newest: dt.date = MONDAY - WEEK) -> dict[dt.date, dict[int, int]]:
    """Cohorts one week apart, the last one `newest`, of whom so many came in the next week."""
    return {newest - back * WEEK: {0: size, 1: n} for back, n in enumerate(reversed(list(rates)))}


def first_weeks(rows: rules.Rows, since: dt.date = NEVER) -> list[rules.Tested]:
    return [test for test in rules.tests_of_week(MONDAY, rows, limits, since) if test.k == 1]


def test_a_cohort_is_compared_with_its_own_communitys_eight_before_it_and_with_no_others() -> None:
    rows = {1: cohorts([90, *[30] * 8, 5]), 2: cohorts([60] * 10)}
    one, other = sorted(first_weeks(rows), key=lambda test: test.place)
    assert (one.base.customers, one.base.returned, one.base.weeks, one.direction) == (800, 240, 8, rules.FALL)
    assert (rules.rings(one, USUAL), rules.rings(other, USUAL)) == (True, False)


def test_a_community_without_a_cohort_before_never_rings_nor_does_one_that_is_too_small() -> None:
    rows = {1: cohorts([5]), 2: cohorts([1], size=19), 3: cohorts([9, 0], size=10)}
    assert rules.tests_of_week(MONDAY, rows, limits, NEVER) == []


def test_cohorts_that_may_have_bought_before_the_data_began_are_no_base_and_are_not_tested() -> None:
    rows = {1: cohorts([90, 90, 30, 30, 30])}
    [test] = first_weeks(rows, since=MONDAY - 3 * WEEK)
    assert (test.base.weeks, test.base.rate) == (2, 0.3)
    assert rules.tests_of_week(MONDAY, rows, limits, since=MONDAY) == []


def test_the_second_week_is_tested_beside_the_first_and_both_count_as_one_weeks_tests() -> None:
    rows = {1: {MONDAY - back * WEEK: {0: 100, 1: 30, 2: 20 if back > 2 else 0} for back in range(1, 9)}}
    first, second = sorted(rules.tests_of_week(MONDAY, rows, limits, NEVER), key=lambda test: test.k)
    assert (first.cohort, second.cohort) == (MONDAY - WEEK, MONDAY - 2 * WEEK)
    assert (rules.rings(first, USUAL), rules.rings(second, USUAL)) == (False, True)
    assert second.q == min(1, second.p * 2)


@pytest.mark.parametrize(
    ("whole_to", "last"),
    [(dt.date(2018, 5, 7), MONDAY), (dt.date(2018, 5, 6), MONDAY - WEEK), (dt.date(2018, 5, 13), MONDAY)],
)
def test_only_weeks_that_are_over_are_looked_at(whole_to: dt.date, last: dt.date) -> None:
    weeks = rules.weeks_over(whole_to, NEVER)
    assert (weeks[-1], len(weeks)) == (last, rules.LOOK_BACK)
    assert rules.weeks_over(whole_to, last) == [last]


@pytest.mark.parametrize(
    ("later", "usual"),
    [(Came(60, 21), True), (Came(60, 5), False), (Came(19, 6), None), (Came(60, 17), True)],
)
def test_a_later_cohort_is_usual_again_small_ones_say_nothing(later: Came, usual: bool | None) -> None:
    assert rules.is_usual(later, base(800, 280), USUAL) is usual
