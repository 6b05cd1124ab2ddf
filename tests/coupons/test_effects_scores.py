import datetime as dt

import pytest

from coupons.effects import scores
from coupons.effects.scores import WeekFigures

MONDAY = dt.date(2018, 5, 7)


def week(**figures: int) -> WeekFigures:
    usual = dict.fromkeys(("gross", "net", "payers", "payer_days", "cost", "fresh", "back", "silent", "woken"), 0)
    return WeekFigures(MONDAY, **(usual | figures))


@pytest.mark.parametrize(
    ("began", "last_over", "before", "after", "there"),
    [
        ("2018-05-07", "2018-06-04", "2018-04-23", "2018-05-07", 2),  # on its Monday: that week counts as after
        ("2018-05-09", "2018-06-04", "2018-04-23", "2018-05-14", 2),  # on a Wednesday: that week belongs to neither
        ("2018-05-13", "2018-06-04", "2018-04-23", "2018-05-14", 2),
        ("2018-05-09", "2018-05-14", "2018-04-23", "2018-05-14", 1),
        ("2018-05-09", "2018-05-07", "2018-04-23", "2018-05-14", 0),
        ("2018-05-09", "2018-04-30", "2018-04-23", "2018-05-14", 0),
    ],
)
def test_whole_weeks_on_both_sides(began: str, last_over: str, before: str, after: str, there: int) -> None:
    found = scores.spans(dt.date.fromisoformat(began), 2, dt.date.fromisoformat(last_over))
    assert found == (dt.date.fromisoformat(before), dt.date.fromisoformat(after), there)


def test_shares_are_pooled_over_the_weeks_and_have_a_range() -> None:
    lines = scores.board([week(fresh=100, back=5), week(fresh=300, back=15)], [week(fresh=200, back=40)])
    line = next(line for line in lines if line.score.key == "repurchase")
    assert (line.before, line.after) == (0.05, 0.2)
    assert line.difference is not None
    assert line.difference.at == pytest.approx(0.15)
    assert line.difference.tells
    assert line.weekly == [0.05, 0.05, 0.2]


def test_money_changes_relatively_and_claims_no_range() -> None:
    lines = scores.board([week(net=1000, payers=10)], [week(net=1500, payers=10)])
    line = next(line for line in lines if line.score.key == "arppu")
    assert (line.before, line.after, line.change, line.difference) == (100, 150, 0.5, None)


def test_nothing_sold_before_is_no_change() -> None:
    assert all(line.change is None for line in scores.board([week()], [week(gross=5, net=5, payers=1)]))
