"""The scoreboard of an initiative: the same weeks before and after it began, number by number (S14; pure).

A change between two spans of time is not an effect: the season changes too. The page says so, and shows the comparison
with the held-out side wherever there is one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from opsdesk.lib.intervals import Interval, share_difference
from opsdesk.lib.words import N_
from users.purchases.rules import monday_of


@dataclass(frozen=True)
class WeekFigures:
    """What the scoreboard compares, for one week. Money in fen; rates as (part, whole).

    `fresh`, `back`: summed over its days, of those whose first purchase fell in the seven days before, who bought.
    """

    week: date
    gross: int
    net: int
    payers: int
    payer_days: int
    cost: int
    fresh: int
    back: int
    silent: int
    woken: int


@dataclass(frozen=True)
class Score:
    """A number of the board: `kind` says how it is written; part / whole is a week's value."""

    key: str
    label: str
    what: str
    kind: str
    part: Callable[[WeekFigures], int]
    whole: Callable[[WeekFigures], int]
    is_share: bool = False


SCORES = (
    Score("repurchase", N_("Daily repurchase of new payers"),
          N_("Of customers whose first purchase fell in the 7 days before, the share buying that day."),
          "percent", lambda w: w.back, lambda w: w.fresh, is_share=True),
    Score("wake", N_("Wake rate"),
          N_("Of customers silent on the Monday, the share with a purchase in the seven days from it."),
          "percent", lambda w: w.woken, lambda w: w.silent, is_share=True),
    Score("arppu", N_("ARPPU of a week"), N_("Net amount of the week ÷ its paying users."),
          "yuan", lambda w: w.net, lambda w: w.payers),
    Score("daily_payers", N_("Daily paying users"), N_("Paying users of each day, on average over the week."),
          "number", lambda w: w.payer_days, lambda w: 7),
    Score("gmv", N_("GMV of a week"), N_("Gross amount of counted orders, before discounts and refunds."),
          "yuan0", lambda w: w.gross, lambda w: 1),
    Score("subsidy", N_("Subsidy rate"), N_("Taken off by coupons of batches ÷ GMV."),
          "percent", lambda w: w.cost, lambda w: w.gross),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A score over both spans: pooled values, their change, and for shares the interval of the difference."""

    score: Score
    before: float | None
    after: float | None
    difference: Interval | None
    weekly: Sequence[float]

    @property
    def change(self) -> float | None:
        """Relative; None where there is nothing to compare with."""
        if self.before is None or self.after is None or not self.before:
            return None
        return self.after / self.before - 1


def spans(began: date, weeks: int, last_over: date) -> tuple[date, date, int]:
    """(first Monday before, first Monday after, weeks after that are over). The week in which it began belongs to
    neither side unless it began on its Monday. `last_over`: Monday of the last whole week."""
    after = monday_of(began + timedelta(days=6))
    before = monday_of(began) - timedelta(weeks=weeks)
    there = max(0, min(weeks, (last_over - after).days // 7 + 1))
    return before, after, there


def board(before: Sequence[WeekFigures], after: Sequence[WeekFigures]) -> list[Line]:
    return [_line(score, before, after) for score in SCORES]


def _line(score: Score, before: Sequence[WeekFigures], after: Sequence[WeekFigures]) -> Line:
    (part, whole), (new_part, new_whole) = _sums(score, before), _sums(score, after)
    difference = share_difference(new_part, new_whole, part, whole) if score.is_share else None
    weekly = [score.part(week) / (score.whole(week) or 1) for week in (*before, *after)]
    return Line(score, part / whole if whole else None, new_part / new_whole if new_whole else None, difference, weekly)


def _sums(score: Score, weeks: Sequence[WeekFigures]) -> tuple[int, int]:
    return sum(map(score.part, weeks)), sum(map(score.whole, weeks))
