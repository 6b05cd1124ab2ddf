import datetime as dt

import pytest

from users.retention import rules
from users.retention.rules import DONE, LATER, NONE, OPEN, Cell

MONDAY = dt.date(2018, 4, 2)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def cells(*back: int, every: tuple[int, ...] = (), last: tuple[int, ...] = ()) -> dict[int, Cell]:
    """A cohort's cells from week 0 on: who bought, who did every week, whose newest purchase it was."""
    return {
        k: Cell(
            n, n * 2, n * 500, n * 600, every[k] if k < len(every) else n, 1 if k > 1 else 0,
            last[k] if k < len(last) else 0,
        )
        for k, n in enumerate(back)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grain", "inside", "start", "next_start", "last"),
    [
        ("week", "2018-04-08", "2018-04-02", "2018-04-09", "2018-04-08"),
        ("week", "2019-01-01", "2018-12-31", "2019-01-07", "2019-01-06"),
        ("month", "2018-12-31", "2018-12-01", "2019-01-01", "2018-12-31"),
        ("month", "2020-02-29", "2020-02-01", "2020-03-01", "2020-02-29"),
        ("day", "2018-04-08", "2018-04-08", "2018-04-09", "2018-04-08"),
    ],
)
def test_a_period_starts_and_ends_by_its_grain(grain: str, inside: str, start: str, next_start: str, last: str) -> None:
    begun = rules.start_of(day(inside), grain)
    assert (begun, rules.after(begun, grain, 1), rules.last_day(begun, grain)) == (
        day(start), day(next_start), day(last),
    )  # fmt: skip
    assert rules.steps_between(begun, rules.after(begun, grain, 13), grain) == 13
    assert rules.after(rules.after(begun, grain, 13), grain, -13) == begun


@pytest.mark.parametrize(
    ("as_of", "last_order", "whole_to"),
    [
        ("2018-05-07", "2018-05-06", "2018-05-07"),
        ("2018-05-07", "2018-05-04", "2018-05-07"),  # nobody ordered at the weekend
        ("2018-05-07", "2018-05-03", "2018-05-06"),  # the orders stop: the week is not whole
        ("2018-05-07", None, "2018-05-07"),
    ],
)
def test_numbers_are_whole_to_where_the_orders_stop(as_of: str, last_order: str | None, whole_to: str) -> None:
    assert rules.reach(day(as_of), day(last_order) if last_order else None) == day(whole_to)


def test_a_week_is_over_when_its_sunday_is() -> None:
    assert rules.is_over(MONDAY, 0, "week", day("2018-04-09"))
    assert not rules.is_over(MONDAY, 0, "week", day("2018-04-08"))


def test_cohorts_shown_are_over_and_never_older_than_the_first_order() -> None:
    shown = rules.cohorts_shown(day("2018-04-04"), day("2018-04-26"), "week", 8)
    assert shown == [day("2018-04-02"), day("2018-04-09"), day("2018-04-16")]
    assert rules.cohorts_shown(day("2018-04-04"), day("2018-04-26"), "week", 2) == shown[1:]
    assert rules.cohorts_shown(day("2018-04-04"), day("2018-04-08"), "week", 8) == []


def test_the_table_is_a_triangle_with_one_unfinished_cell_a_line_and_nothing_after_it() -> None:
    cohorts = [rules.after(MONDAY, "week", n) for n in range(4)]
    found = {cohort: cells(*range(40, 40 - 8 * (4 - n), -8)) for n, cohort in enumerate(cohorts)}
    lines = rules.triangle(found, cohorts, grain="week", whole_to=day("2018-05-02"), metric="retention")
    assert [[spot.state for spot in line.spots] for line in lines] == [
        [DONE, DONE, DONE, DONE],
        [DONE, DONE, DONE, OPEN],
        [DONE, DONE, OPEN, LATER],
        [DONE, OPEN, LATER, LATER],
    ]
    assert [[spot.part for spot in line.spots if spot.state == DONE] for line in lines] == [
        [40, 32, 24, 16], [40, 32, 24], [40, 32], [40],
    ]  # fmt: skip
    assert {spot.value for line in lines for spot in line.spots if spot.state != DONE} == {None}


def test_nobody_back_in_a_week_that_is_over_is_nought_and_an_empty_cohort_has_no_rate() -> None:
    empty, lost = MONDAY, day("2018-04-09")
    lines = rules.triangle(
        {lost: cells(5)}, [empty, lost], grain="week", whole_to=day("2018-04-23"), metric="retention"
    )
    assert [spot.state for spot in lines[0].spots] == [NONE, NONE]
    assert (lines[1].spots[1].state, lines[1].spots[1].value) == (DONE, 0)


BACK = cells(100, 40, 30, every=(100, 40, 12), last=(45, 25, 30))


@pytest.mark.parametrize(
    ("metric", "mode", "expected"),
    [
        ("retention", "in", [(100, 100), (40, 100), (30, 100)]),
        ("retention", "after", [(100, 100), (55, 100), (30, 100)]),
        ("retention", "every", [(100, 100), (40, 100), (12, 100)]),
        ("churn", "in", [(0, 100), (60, 100), (70, 100)]),
        ("churn", "after", [(0, 100), (45, 100), (70, 100)]),
        ("churn", "every", [(0, 100), (60, 100), (88, 100)]),
        ("recall", "in", [(0, 0), (0, 0), (1, 60)]),
        ("purchases", "in", [(200, 100), (80, 40), (60, 30)]),
        ("arppu", "in", [(50_000, 100), (20_000, 40), (15_000, 30)]),
        ("gmv", "in", [(60_000, 100), (24_000, 100), (18_000, 100)]),
    ],
)
def test_what_a_cell_is_worth(metric: str, mode: str, expected: list[tuple[int, int]]) -> None:
    assert [rules.measure(BACK, k, metric, mode) for k in range(3)] == expected


def test_in_it_or_after_is_never_less_than_in_it_nor_every_week_more() -> None:
    for k in range(3):
        inside, after, every = (rules.kept(BACK, k, mode) for mode in ("in", "after", "every"))
        assert every <= inside <= after


def test_the_mean_weighs_cohorts_by_their_size_and_leaves_out_what_is_not_over() -> None:
    cohorts = [MONDAY, day("2018-04-09")]
    found = {cohorts[0]: cells(100, 40, 9), cohorts[1]: cells(20, 2)}
    means = rules.averages(rules.triangle(found, cohorts, grain="week", whole_to=day("2018-04-16"), metric="retention"))
    assert [(spot.part, spot.whole) for spot in means] == [(120, 120), (40, 100)]


def test_units_put_together_are_the_sum_of_their_cells() -> None:
    rows = [(MONDAY, 0, Cell(5, 6, 7, 8, 5, 0, 2)), (MONDAY, 0, Cell(1, 1, 1, 1, 1, 0, 1)), (MONDAY, 1, Cell(2))]
    assert rules.by_cohort(rows) == {MONDAY: {0: Cell(6, 7, 8, 9, 6, 0, 3), 1: Cell(2)}}


@pytest.mark.parametrize(
    ("value", "step"), [(None, 0), (0.0, 1), (0.0499, 1), (0.05, 2), (0.3, 7), (0.3999, 7), (0.4, 8), (1.0, 8)]
)
def test_blue_goes_by_fixed_steps(value: float | None, step: int) -> None:
    assert rules.heat(value, "retention") == step


def test_every_metric_has_its_words_and_its_steps_and_every_mode_a_definition() -> None:
    assert set(rules.STEPS) == set(rules.METRICS)
    assert all(len(bounds) == 7 and list(bounds) == sorted(bounds) for bounds in rules.STEPS.values())
    modal = {(metric, mode) for metric in rules.MODAL for mode in rules.MODES}
    assert set(rules.DEFINITIONS) == modal | {(m, "in") for m in rules.METRICS if m not in rules.MODAL}


def test_what_weeks_cost_is_shared_evenly_over_their_days() -> None:
    weekly = {dt.date(2018, 4, 23): 700, dt.date(2018, 4, 30): 1400}
    starts = [dt.date(2018, 3, 1), dt.date(2018, 4, 1), dt.date(2018, 5, 1)]
    assert rules.shared(weekly, starts, "month") == {dt.date(2018, 4, 1): 900, dt.date(2018, 5, 1): 1200}
    assert rules.shared(weekly, [dt.date(2018, 4, 30)], "day") == {dt.date(2018, 4, 30): 200}
    assert rules.shared(weekly, list(weekly), "week") == weekly


def test_a_narrow_triangle_is_the_left_of_the_whole_one() -> None:
    cohorts = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(4)]
    cells = {cohort: {0: Cell(customers=5), 1: Cell(customers=2)} for cohort in cohorts}
    told = {"grain": "week", "whole_to": dt.date(2018, 4, 30), "metric": "retention"}
    whole, narrow = (rules.triangle(cells, cohorts, width=width, **told) for width in (None, 2))
    assert [line.spots[:2] for line in whole] == [line.spots for line in narrow]
    assert len(whole[0].spots) == 4
