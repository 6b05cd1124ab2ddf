# ruff: noqa: DTZ001 - moments of an export are naive on purpose
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib import moments
from opsdesk.lib.badvalue import BadValue

TODAY = date(2018, 12, 31)
DAY, NOON = datetime(2018, 3, 1), datetime(2018, 3, 1, 12)

READ = [
    ("2018-03-01", DAY, False),
    ("2018-3-1", DAY, False),
    ("2018/3/1", DAY, False),
    ("2018.03.01", DAY, False),
    ("2018年3月1日", DAY, False),
    ("2018年3月1号", DAY, False),
    ("２０１８－０３－０１", DAY, False),
    ("20180301", DAY, False),
    ("43160", DAY, False),
    ("43160.0", DAY, False),
    ("2018-03-01 00:00:00", DAY, True),
    ("2018-03-01 12:00", NOON, True),
    ("2018-03-01 12:00:00", NOON, True),
    ("2018/3/1 12:0", NOON, True),
    ("2018.3.1 12:00:00", NOON, True),
    ("2018年3月1日 12:00", NOON, True),
    ("2018年3月1日12时0分0秒", NOON, True),
    ("2018-03-01T12:00:00", NOON, True),
    ("2018-03-01T04:00:00Z", NOON, True),
    ("2018-03-01T12:00:00+08:00", NOON, True),
    ("2018-02-28T23:00:00-0500", NOON, True),
    ("2018-03-01 12:00:00.5", NOON + timedelta(milliseconds=500), True),
    ("2018/3/1 下午12:00", NOON, True),
    ("2018/3/1 上午 8:05", datetime(2018, 3, 1, 8, 5), True),
    ("2018-03-01 3:05 PM", datetime(2018, 3, 1, 15, 5), True),
    ("2018-03-01 12:00 AM", DAY, True),
    ("20180301120000", NOON, True),
    ("43160.5", NOON, True),
    ("43160.3506944444", datetime(2018, 3, 1, 8, 25), True),
    ("13/3/2018", datetime(2018, 3, 13), False),
    ("3/13/2018", datetime(2018, 3, 13), False),
    ("3/3/2018", datetime(2018, 3, 3), False),
    ("2000-01-01", datetime(2000, 1, 1), False),
    ("2018-12-31 23:59:59", datetime(2018, 12, 31, 23, 59, 59), True),
]
REFUSED = [
    ("2018-02-30", "date_impossible"),
    ("2018-13-01", "date_impossible"),
    ("2017-02-29", "date_impossible"),
    ("0000-00-00 00:00:00", "date_impossible"),
    ("2018-03-01 24:00:00", "date_impossible"),
    ("2018-03-01 12:60", "date_impossible"),
    ("2018-03-01 13:00 PM", "date_impossible"),
    ("2018-03-01T12:00:00+99:00", "date_impossible"),
    ("20181301", "date_impossible"),
    ("1/3/2018", "date_ambiguous"),
    ("01-03-2018 12:00", "date_ambiguous"),
    ("18/3/1", "date_short_year"),
    ("3/1/18 12:00", "date_short_year"),
    ("2019-01-01", "date_in_the_future"),
    ("2018-12-31T17:00:00Z", "date_in_the_future"),
    ("9999-12-31", "date_in_the_future"),
    ("1999-12-31", "date_too_old"),
    ("1970-01-01 08:00:00", "date_too_old"),
    ("30000", "date_too_old"),
    ("1519862400", "date_unreadable"),
    ("12:00", "date_unreadable"),
    ("yesterday", "date_unreadable"),
    ("Mar 1, 2018", "date_unreadable"),
    ("2018-03", "date_unreadable"),
    ("2018-03/01", "date_unreadable"),
    ("3月1日", "date_unreadable"),
    ("4.316E+4", "date_unreadable"),
]


@pytest.mark.parametrize(("text", "at", "has_time"), READ)
def test_a_date_is_read_as_usually_written(text: str, at: datetime, has_time: bool) -> None:
    assert moments.read(text, TODAY) == (at, has_time)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_date_is_refused_with_its_own_reason(text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        moments.read(text, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize(("order", "day"), [("dmy", datetime(2018, 3, 1)), ("mdy", datetime(2018, 1, 3))])
def test_a_taught_day_order_settles_an_ambiguous_date(order: str, day: datetime) -> None:
    assert moments.read("1/3/2018", TODAY, order) == (day, False)


def test_a_taught_day_order_is_held_to() -> None:
    with pytest.raises(BadValue, match="date_impossible"):
        moments.read("13/3/2018", TODAY, "mdy")


def test_an_old_macintosh_workbook_counts_from_1904() -> None:
    assert moments.read("41698", TODAY, since_1904=True) == (DAY, False)


def test_a_delivery_may_lie_ahead() -> None:
    assert moments.read("2019-01-02", TODAY, may_be_ahead=7) == (datetime(2019, 1, 2), False)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2018, 12, 31, 23, 59, 59)).map(lambda at: at.replace(microsecond=0)))
def test_a_moment_written_and_read_again_is_the_same(at: datetime) -> None:
    assert moments.read(str(at), TODAY) == (at, True)
    assert moments.read(at.isoformat() + "+08:00", TODAY) == (at, True)


@given(st.text(alphabet="0123456789-/.: T年月日时分Z+PM下午", max_size=24))
def test_any_text_is_a_moment_or_a_refusal(text: str) -> None:
    try:
        found = moments.read(text, TODAY)
    except BadValue:
        return
    assert found is None or datetime(2000, 1, 1) <= found.at < datetime(2019, 1, 1)
