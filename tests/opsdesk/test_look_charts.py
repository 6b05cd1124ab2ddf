import itertools

import pytest

from opsdesk.lib import charts


def points(line: charts.Sparkline) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in line.points.split()]


def test_a_sparkline_stays_in_its_box_and_ends_at_its_dot() -> None:
    line = charts.sparkline([3, 5, 4, 8, 7, 9, 11, 14])
    assert line is not None
    drawn = points(line)
    assert len(drawn) == 8
    assert all(0 <= x <= 160 and 0 <= y <= 28 for x, y in drawn)
    assert drawn[-1] == (float(line.x_end), float(line.y_end))
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)


def test_higher_values_are_drawn_higher() -> None:
    line = charts.sparkline([1, 3, 2])
    assert line is not None
    (_, first), (_, second), (_, third) = points(line)
    assert second < third < first


def test_the_dotted_line_is_the_mean_of_the_earlier_points() -> None:
    line = charts.sparkline([0, 10, 20], low=0, high=20)
    assert line is not None and line.y_mean is not None
    assert float(line.y_mean) == pytest.approx(4 + 20 * 0.75)


def test_several_lines_share_a_scale_when_told_to() -> None:
    small, large = charts.sparkline([5, 5], low=0, high=20), charts.sparkline([5, 20], low=0, high=20)
    assert small is not None and large is not None
    assert points(small)[0] == points(large)[0]


@pytest.mark.parametrize("values", [[7], [7, 7, 7]])
def test_a_flat_line_lies_in_the_middle(values: list[int]) -> None:
    line = charts.sparkline(values)
    assert line is not None
    assert {y for _, y in points(line)} == {14.0}


def test_nothing_is_drawn_from_nothing() -> None:
    assert charts.sparkline([]) is None


def test_the_pieces_of_a_bar_lie_side_by_side_and_leave_the_rest_open() -> None:
    parts = charts.stacked_bar([("a", 30, ""), ("b", 20, ""), ("c", 25, "")], whole=100)
    assert [(part.x, part.width) for part in parts] == [("0", "30"), ("30", "20"), ("50", "25")]


def test_without_a_whole_the_pieces_fill_the_bar() -> None:
    parts = charts.stacked_bar([("a", 1, ""), ("b", 3, "")])
    assert [(part.x, part.width) for part in parts] == [("0", "25"), ("25", "75")]


def test_a_bar_of_nothing_is_empty() -> None:
    assert [part.width for part in charts.stacked_bar([("a", 0, "")])] == ["0"]


def test_months_stand_on_one_base_and_the_tallest_is_named() -> None:
    chart = charts.columns([("9", 10), ("10", 0), ("11", 40), ("12", 0)])
    assert {float(one.y) + float(one.height) for one in chart.columns} == {float(chart.base)}
    assert chart.peak is not None and chart.peak.label == "11"
    assert [one.kind for one in chart.columns] == ["full", "none", "full", "open"]


def test_bars_do_not_overlap() -> None:
    chart = charts.columns([(str(month), month) for month in range(12)])
    ends = [(float(one.x), float(one.x) + float(one.width)) for one in chart.columns]
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(ends))


def test_months_without_any_value_name_no_peak() -> None:
    assert charts.columns([("1", 0), ("2", 0)]).peak is None


@pytest.mark.parametrize(
    ("value", "cuts", "score", "falling"),
    [
        (31, [63, 27, 13, 6], 2, True),
        (400, [63, 27, 13, 6], 1, True),
        (1, [63, 27, 13, 6], 5, True),
        (27, [3, 7, 13, 20], 5, False),
        (0, [3, 7, 13, 20], 1, False),
        (9_999_999, [168, 396, 742, 1318], 5, False),
        (5, [5, 5, 5, 5], 3, False),
        (1, [1, 1, 1, 2], 1, False),
    ],
)
def test_the_mark_lies_inside_the_band_of_its_score(value: int, cuts: list[int], score: int, falling: bool) -> None:
    place = charts.position(value, cuts, score, falling=falling)
    assert (score - 1) * 20 < float(place.mark) < score * 20
    assert [band.score for band in place.bands if band.here] == [score]
    assert [cut for _, cut in place.cuts] == cuts


def test_further_into_the_band_is_further_right() -> None:
    near, far = (charts.position(days, [63, 27, 13, 6], 2, falling=True) for days in (60, 30))
    assert float(near.mark) < float(far.mark)


def test_an_interval_lies_on_the_scale_of_its_neighbours() -> None:
    drawn = charts.interval(114, 141, 173, (100, 200))
    assert (drawn.low, drawn.estimate, drawn.high) == ("14", "41", "73")


def test_a_score_fills_as_many_squares() -> None:
    assert [full for _, full in charts.score_squares(2)] == [True, True, False, False, False]


@pytest.mark.parametrize(("share", "shown"), [(0.64, "64"), (0, "0"), (1.7, "100"), (-1, "0"), (1 / 3, "33.33")])
def test_shares_for_drawing_are_plain_numbers_in_every_language(share: float, shown: str) -> None:
    assert charts.per_cent(share) == shown
