"""What each headline number means and how it changed. Money in fen, rates as (part, whole)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from opsdesk.lib.words import N_
from users.purchases.rules import monday_of

Grain = Literal["day", "week", "month"]
Unit = Literal["community", "station"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRESH_DAYS = 7  # days after a first purchase in which its customer is fresh
WEEKS_BACK = 8  # a tile's line: this day and the same weekday of the seven weeks before


@dataclass(frozen=True)
class DayFigures:
    """One business day of the communities in sight. Money in fen; `fresh`: first purchase in the 7 days before."""

    day: dt.date
    gross: int = 0
    net: int = 0
    orders: int = 0
    payers: int = 0
    new_payers: int = 0
    fresh: int = 0
    fresh_back: int = 0

    @property
    def arppu(self) -> int | None:
        return None if not self.payers else round(self.net / self.payers)

    @property
    def repurchase_rate(self) -> float | None:
        return None if not self.fresh else self.fresh_back / self.fresh


@dataclass(frozen=True)
class WakeFigures:
    """Of those silent as of a Monday, who bought in the seven days from it."""

    monday: dt.date
    silent: int = 0
    woken: int = 0

    @property
    def rate(self) -> float | None:
        return None if not self.silent else self.woken / self.silent


def same_weekdays(day: dt.date) -> list[dt.date]:
    """This day and the same weekday of the weeks before, oldest first."""
    return [day - dt.timedelta(weeks=back) for back in range(WEEKS_BACK - 1, -1, -1)]


def complete_mondays(as_of: dt.date) -> list[dt.date]:
    """The Mondays whose seven days are over before as_of, oldest first."""
    last = monday_of(as_of) - dt.timedelta(weeks=1)
    return [last - dt.timedelta(weeks=back) for back in range(WEEKS_BACK - 1, -1, -1)]


def change(now: float | None, before: float | None) -> float | None:
    """The relative change, or None where there is nothing to compare with."""
    if now is None or not before:
        return None
    return now / before - 1


# What each number counts, in the words of the metric dictionary.
DEFINITIONS = {
    "gmv": N_("Gross amount of counted orders, before discounts and refunds."),
    "net": N_("What customers paid for counted orders, after discounts and refunds."),
    "payers": N_("Distinct customers with a counted order in the period."),
    "daily_payers": N_("Distinct customers with a counted order that day, on average."),
    "arppu": N_("Net amount of the period ÷ its paying users."),
    "aov": N_("Net amount of the period ÷ its purchases: orders of one customer that the merge rule puts together."),
    "new_payers": N_("Customers whose first purchase ever lies in the period."),
    "repurchase": N_("Of the new payers of the Monday, the share with a purchase in the seven days from it."),
    "daily_repurchase": N_("Of customers whose first purchase fell in the 7 days before, the share buying that day."),
    "wake": N_("Of customers silent on the Monday, the share with a purchase in the seven days from it."),
    "discount_rate": N_("What was taken off counted orders ÷ their gross amount."),
    "frequency": N_("Purchases of the period ÷ its paying users."),
}


class Span(NamedTuple):
    """Days from `start` up to, not with, `end`."""

    start: dt.date
    end: dt.date


class Sums(NamedTuple):
    """A place in a span. Money in fen. `payers`: distinct in a day, week or month, summed over several of them;
    `payer_days`: summed over days; `fresh`, `fresh_back`: summed over days, of those whose first purchase fell in the
    seven days before, who bought."""

    gross: int = 0
    discount: int = 0
    net: int = 0
    orders: int = 0
    purchases: int = 0
    payers: int = 0
    payer_days: int = 0
    new_payers: int = 0
    fresh: int = 0
    fresh_back: int = 0


class Rates(NamedTuple):
    """Of the new payers and of the silent of one or more Mondays, who bought in the seven days from it."""

    fresh: int = 0
    fresh_back: int = 0
    silent: int = 0
    woken: int = 0


NO_SUMS, NO_RATES = Sums(), Rates()


def together(each: Iterable[Sums]) -> Sums:
    return Sums(*map(sum, zip(*each, strict=True)))


def rates_together(each: Iterable[Rates]) -> Rates:
    return Rates(*map(sum, zip(*each, strict=True)))


@dataclass(frozen=True)
class CommunityFigures:
    """One community on one day (money in fen) and its classes as of the morning after."""

    community_id: int
    gross: int
    net: int
    payers: int
    new_payers: int
    active: int
    silent: int
    payers_ever: int

    @property
    def arppu(self) -> int | None:
        return None if not self.payers else round(self.net / self.payers)


@dataclass(frozen=True)
class Freshness:
    """How far the numbers reach: the last computed as-of, the last business day in it, the newest batch in it."""

    as_of: dt.date
    data_to: dt.date | None
    batch: int | None
    stale: bool

    @property
    def reaches(self) -> dt.datetime | None:
        """The last minute that is in the numbers."""
        return dt.datetime.combine(self.data_to, dt.time(23, 59), SHANGHAI) if self.data_to else None


@dataclass(frozen=True)
class Lagging:
    """A community whose orders stop earlier than the others'."""

    community_id: int
    last_day: dt.date
    days_behind: int


LAG_DAYS = 2  # a community this far behind the newest order is missing data rather than customers
