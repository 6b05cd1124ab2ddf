import pytest

from opsdesk.insight import quadrant_rules as rules
from opsdesk.insight.quadrant_rules import Bubble


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("25", "percent", 0.25), ("25%", "percent", 0.25), ("1,200.50", "yuan", 120050), ("3", "count", 3),
        ("", "count", None), ("abc", "yuan", None), ("nan", "count", None), ("inf", "count", None),
        ("1e99", "count", None), ("-2", "count", -2),
    ],
)  # fmt: skip
def test_a_threshold_is_read_in_the_unit_of_its_metric(text: str, kind: str, value: float | None) -> None:
    assert rules.read_cut(text, kind) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("across", "up", "corner"),
    [(5, 5, "high_high"), (5, 4.9, "high_low"), (4.9, 5, "low_high"), (4.9, 4.9, "low_low"), (9, 0, "high_low")],
)
def test_the_threshold_itself_is_high(across: float, up: float, corner: str) -> None:
    assert rules.corner_of(across, up, 5, 5) == corner


def test_the_median_is_a_value_that_is_there() -> None:
    assert rules.cut_of([4, 1, 3, 2], None) == 2
    assert rules.cut_of([4, 1, 3, 2], 2.5) == 2.5
    assert rules.cut_of([], None) == 0


def test_every_bubble_lies_in_one_corner() -> None:
    bubbles = [Bubble(str(n), "", n % 3, n % 5) for n in range(30)]
    counted = rules.counts(bubbles, 1, 2)
    assert sum(counted.values()) == 30
    assert counted == {"high_high": 12, "high_low": 8, "low_high": 6, "low_low": 4}
