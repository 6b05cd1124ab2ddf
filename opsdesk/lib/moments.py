"""Dates and times as exports write them, into naive Asia/Shanghai moments (pure)."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from opsdesk.lib import plaintext
from opsdesk.lib.badvalue import BadValue

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_YEAR = 2000
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no time zone
DAYS_TO_1904 = 1462
DAY_ORDERS = ("dmy", "mdy")

_TIME = (
    r"(?:[T\s]*(?P<half>上午|下午|AM|PM)?\s*(?P<hour>[0-9]{1,2})[:时](?P<minute>[0-9]{1,2})"
    r"(?:[:分](?P<second>[0-9]{1,2})秒?(?:[.,](?P<part>[0-9]{1,9}))?)?分?\s*(?P<after>AM|PM)?"
    r"\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?P<sep>[-/.年])(?P<month>[0-9]{1,2})(?:(?P=sep)|月)(?P<day>[0-9]{1,2})[日号]?" + _TIME,
    re.IGNORECASE,
)
COMPACT = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T\s]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2}):?(?P<second>[0-9]{2}))?"
)
YEAR_LAST = re.compile(r"(?P<one>[0-9]{1,2})[-/.](?P<two>[0-9]{1,2})[-/.](?P<year>[0-9]{4})" + _TIME, re.IGNORECASE)
SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:\s.*)?")
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]{1,15})?")


class Moment(NamedTuple):
    """A naive business-zone time; `has_time` is False when only a day was written (the time is then 00:00)."""

    at: datetime
    has_time: bool


def read(
    text: str, today: date, day_order: str = "", may_be_ahead: int = 0, *, since_1904: bool = False
) -> Moment | None:
    """The moment in a cell; None when empty; BadValue when it is unreadable, impossible, too old or in the future.

    `day_order` ("dmy" or "mdy") settles 1/3/2018; without it such a text is refused.
    `may_be_ahead`: days after `today` that are still believed (a delivery day).
    `since_1904`: Excel day numbers count as old Macintosh workbooks do.
    """
    plain = plaintext.narrow(text)
    if not plain:
        return None
    moment = _parsed(plain, day_order, since_1904)
    if moment.at.year < FIRST_YEAR:
        raise BadValue("date_too_old")
    if moment.at.date() > today + timedelta(days=may_be_ahead):
        raise BadValue("date_in_the_future")
    return moment


def _parsed(plain: str, day_order: str, since_1904: bool) -> Moment:
    if found := YEAR_FIRST.fullmatch(plain) or COMPACT.fullmatch(plain):
        return _moment(found, int(found["month"]), int(found["day"]))
    if SERIAL.fullmatch(plain):
        return from_serial(plain, since_1904)
    if found := YEAR_LAST.fullmatch(plain):
        return _moment(found, *_month_and_day(int(found["one"]), int(found["two"]), day_order))
    raise BadValue("date_short_year" if SHORT_YEAR.fullmatch(plain) else "date_unreadable")


def from_serial(text: str, since_1904: bool = False) -> Moment:
    """Excel's day number, 1900 system: 43160 is 2018-03-01, 43160.5 its noon, rounded to the second."""
    serial = Decimal(text)
    seconds = (serial % 1 * 86_400).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    shift = DAYS_TO_1904 if since_1904 else 0
    at = EXCEL_EPOCH + timedelta(days=int(serial) + shift, seconds=int(seconds))
    return Moment(at, serial % 1 != 0)


def _month_and_day(one: int, two: int, day_order: str) -> tuple[int, int]:
    """Which of two numbers is the month: as taught, else only where one number cannot be, or both are the same."""
    if day_order == "dmy" or (not day_order and one > 12):
        return two, one
    if day_order == "mdy" or two > 12 or one == two:
        return one, two
    raise BadValue("date_ambiguous")


def _moment(found: re.Match[str], month: int, day: int) -> Moment:
    parts = found.groupdict()
    hour = parts["hour"]
    try:
        at = datetime(int(parts["year"]), month, day) + _time_of_day(parts)  # noqa: DTZ001 - naive on purpose
        return Moment(_in_shanghai(at, parts.get("zone")), hour is not None)
    except (ValueError, OverflowError):
        raise BadValue("date_impossible") from None


def _time_of_day(parts: dict[str, str | None]) -> timedelta:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or parts.get("after") or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("hour of half a day")
        hour = hour % 12 + (12 if half in ("PM", "下午") else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("time of day")
    micros = int((parts.get("part") or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)


def _in_shanghai(at: datetime, zone: str | None) -> datetime:
    if not zone:
        return at
    offset = "+00:00" if zone.upper() == "Z" else zone
    return datetime.fromisoformat(at.isoformat() + offset).astimezone(SHANGHAI).replace(tzinfo=None)
