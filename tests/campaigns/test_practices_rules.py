import datetime as dt

import pytest

from campaigns.cases import practice_rules as rules
from campaigns.cases.practice_rules import Count, Measure, Share

MONDAY = dt.date(2018, 4, 16)
WEDNESDAY = dt.date(2018, 5, 2)


def week(n: int) -> dt.date:
    return MONDAY + dt.timedelta(weeks=n)


@pytest.mark.parametrize(
    ("own", "others", "stands_out"),
    [
        (Share(90, 100), Share(300, 600), True),
        (Share(30, 100), Share(300, 600), False),  # far below
        (Share(52, 100), Share(300, 600), False),  # chance
        (Share(10, 10), Share(300, 600), False),  # of too few
        (Share(90, 100), Share(0, 0), False),  # nothing to compare with
    ],
)
def test_what_stands_out_is_above_the_others_by_more_than_chance(own: Share, others: Share, stands_out: bool) -> None:
    assert Measure("told", own, others).stands_out is stands_out


def test_what_stands_out_comes_first_then_the_farthest_above_and_what_cannot_be_compared_last() -> None:
    shares = {
        "told": (Share(60, 100), Share(300, 600)), "wechat": (Share(95, 100), Share(300, 600)),
        "group": (Share(80, 100), Share(300, 600)), "used": (Share(10, 100), Share(300, 600)),
    }  # fmt: skip
    counts = [Count(MONDAY, (1, 7), key, own) for key, (own, _others) in shares.items()]
    counts += [Count(MONDAY, (2, 8), key, others) for key, (_own, others) in shares.items()]
    found = [one.key for one in rules.compared(counts, 1)]
    assert found[:4] == ["wechat", "group", "told", "used"]
    assert found[4:] == ["on_time", "reminded", "opened", "ordered"]


def test_the_parts_of_places_make_up_the_whole() -> None:
    counts = [Count(week(n), (1, station), "told", Share(n, 10)) for n in range(3) for station in (7, 8)]
    (measure, *_rest) = [one for one in rules.compared(counts, 1) if one.key == "told"]
    assert measure.own == Share(6, 60)
    assert rules.by_station(counts, "told") == {(1, 7): Share(3, 30), (1, 8): Share(3, 30)}


@pytest.mark.parametrize(
    ("monday", "weeks", "expected"),
    [(week(1), 1, True), (week(1), 2, None), (week(0), 2, True), (week(2), 1, None), (week(3), 1, False)],
)
def test_the_week_of_the_telling_is_neither_before_nor_after(
    monday: dt.date, weeks: int, expected: bool | None
) -> None:
    assert rules.is_before(monday, WEDNESDAY, weeks) is expected


def test_before_and_after_are_pooled_by_group() -> None:
    told = {("read", "told", week(n)): Share(5, 10) for n in (0, 1)} | {("read", "told", week(2)): Share(9, 9)}
    told |= {("read", "told", week(n)): Share(8, 10) for n in (3, 4)} | {("unread", "told", week(0)): Share(1, 2)}
    read, unread = rules.changes(told, WEDNESDAY)
    assert (read.group, read.before, read.after) == ("read", Share(10, 20), Share(16, 20))
    assert read.gap is not None and read.gap.at == pytest.approx(0.3)
    assert unread.gap is None


def test_a_community_has_read_when_everybody_there_has() -> None:
    assert [rules.group_of(place, 1, {1, 2}) for place in (1, 2, 3)] == ["own", "read", "unread"]
