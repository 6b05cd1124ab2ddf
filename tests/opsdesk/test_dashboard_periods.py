"""Which periods are over, what they are held against, what is still running."""

import datetime as dt
import itertools

import pytest

from opsdesk.insight.dashboard_periods import finished, periods
from users.pulse.rules import Span

FIRST = dt.date(2018, 1, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2018-{text}")


def span(start: str, end: str) -> Span:
    return Span(day(start), day(end))


@pytest.mark.parametrize(
    ("grain", "as_of", "last", "shown", "running", "base"),
    [
        ("week", "05-07", "05-06", span("04-30", "05-07"), None, None),  # Monday: the week is just over
        ("week", "05-09", "05-08", span("04-30", "05-07"), span("05-07", "05-09"), span("04-30", "05-02")),
        ("week", "05-09", "05-06", span("04-30", "05-07"), None, None),  # nothing of the new week has been imported
        ("week", "05-09", "05-04", span("04-30", "05-07"), None, None),  # closed at the weekend
        ("week", "05-14", "05-02", span("04-23", "04-30"), span("04-30", "05-03"), span("04-23", "04-26")),
        ("month", "05-01", "04-30", span("04-01", "05-01"), None, None),
        ("month", "05-31", "05-30", span("04-01", "05-01"), span("05-01", "05-31"), span("04-01", "05-01")),
        ("month", "03-31", "03-30", span("02-01", "03-01"), span("03-01", "03-31"), span("02-01", "03-01")),
        ("day", "05-07", "05-06", span("05-06", "05-07"), None, None),
        ("day", "05-07", "05-04", span("05-04", "05-05"), None, None),  # days without an import are not days of zero
    ],
)
def test_a_period_that_is_not_over_is_never_shown_whole(
    grain: str, as_of: str, last: str, shown: Span, running: Span | None, base: Span | None
) -> None:
    found = periods(grain, day(as_of), FIRST, day(last))
    assert (found.shown, found.running, found.running_base) == (shown, running, base)


def test_a_day_stands_in_line_with_its_own_weekday_and_beside_the_day_before() -> None:
    found = periods("day", day("05-07"), FIRST, day("05-06"))
    assert {one.start.weekday() for one in found.whole} == {6}
    assert (len(found.line), len(found.earlier), found.before) == (8, 8, span("05-05", "05-06"))


@pytest.mark.parametrize(
    ("grain", "first", "weekdays"),
    [
        ("month", "01-01", span("04-03", "04-12")),  # 1 May and 3 April were Tuesdays
        ("month", "04-04", None),
        ("week", "01-01", None),  # running_base is that already
    ],
)
def test_a_running_month_is_beside_the_same_weekdays_too(grain: str, first: str, weekdays: Span | None) -> None:
    found = periods(grain, day("05-10"), day(first), day("05-09"))
    assert found.weekdays == weekdays
    assert weekdays not in found.every


def test_nothing_is_compared_with_a_time_before_the_first_order() -> None:
    found = periods("week", day("05-07"), day("04-25"), day("05-06"))
    assert [one.start for one in found.whole] == [day("04-23"), day("04-30")]
    assert periods("week", day("05-02"), day("05-01"), day("05-01")) is None


def test_every_finished_period_follows_the_one_before() -> None:
    found = finished("month", day("05-07"), day("01-20"), day("05-06"))
    assert [one.start.month for one in found] == [1, 2, 3, 4]
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
