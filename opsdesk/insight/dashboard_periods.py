"""Which spans of days the dashboard looks at: finished periods, what each is compared with, the running one. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from users.pulse.rules import Grain, Span
from users.retention import rules as cohorts

GRAINS: tuple[Grain, ...] = ("day", "week", "month")
LINE = 8  # periods of a line, and earlier ones in the mean that the newest is held against
DAY = timedelta(days=1)
FOUR_WEEKS = timedelta(weeks=4)


@dataclass(frozen=True)
class Periods:
    """`whole`: finished periods, oldest first, the last one is the one shown; of days only those of its weekday.
    `before`: the period right before it. `running`: the one that is not over, up to the last day with orders;
    `running_base`: as many days of the period before (of a week: the same weekdays); `weekdays`: of a month its days
    four weeks earlier, which are the same weekdays."""

    grain: Grain
    whole: tuple[Span, ...]
    before: Span | None = None
    running: Span | None = None
    running_base: Span | None = None
    weekdays: Span | None = None

    @property
    def shown(self) -> Span:
        return self.whole[-1]

    @property
    def line(self) -> tuple[Span, ...]:
        return self.whole[-LINE:]

    @property
    def earlier(self) -> tuple[Span, ...]:
        """Up to eight finished ones before the one shown."""
        return self.whole[:-1][-LINE:]

    @property
    def every(self) -> tuple[Span, ...]:
        """All of them that begin with a period, each once, by their end."""
        others = (self.before, self.running, self.running_base)
        found = {*self.whole, *(one for one in others if one is not None)}
        return tuple(sorted(found, key=lambda span: (span.end, span.start)))

    @property
    def read(self) -> tuple[Span, ...]:
        return (*self.every, self.weekdays) if self.weekdays else self.every


def finished(grain: Grain, as_of: date, first: date, last: date) -> tuple[Span, ...]:
    """Every period that is over, oldest first, from the first order's on."""
    newest = _newest(grain, min(as_of, last + DAY), cohorts.reach(as_of, last))
    oldest = cohorts.start_of(first, grain)
    steps = cohorts.steps_between(oldest, newest, grain)
    return tuple(_span(grain, cohorts.after(oldest, grain, k)) for k in range(steps + 1))


def periods(grain: Grain, as_of: date, first: date, last: date, count: int = LINE + 1) -> Periods | None:
    """Up to `count` finished periods as of a date, none before the first order's. `first`, `last`: the first and the
    last day with an order before as_of. A week or month is over when its days are and the orders do not stop within
    it; a day when it has orders. None where none is over."""
    data_to = min(as_of, last + DAY)
    newest = _newest(grain, data_to, cohorts.reach(as_of, last))
    step = 7 if grain == "day" else 1
    starts = [cohorts.after(newest, grain, -step * back) for back in range(count - 1, -1, -1)]
    whole = tuple(_span(grain, start) for start in starts if start >= cohorts.start_of(first, grain))
    if not whole:
        return None
    earlier = _span(grain, cohorts.after(newest, grain, -1))
    before = earlier if earlier.start >= cohorts.start_of(first, grain) else None
    running = Span(whole[-1].end, data_to) if grain != "day" and data_to > whole[-1].end else None
    if running is None:
        return Periods(grain, whole, before)
    return Periods(grain, whole, before, running, _base(grain, running), _weekdays(grain, running, first))


def _newest(grain: Grain, data_to: date, whole_to: date) -> date:
    if grain == "day":
        return data_to - DAY
    return cohorts.after(cohorts.start_of(whole_to, grain), grain, -1)


def _span(grain: Grain, start: date) -> Span:
    return Span(start, cohorts.after(start, grain, 1))


def _base(grain: Grain, running: Span) -> Span:
    """As far into the period before; a shorter month gives all it has."""
    start = cohorts.after(running.start, grain, -1)
    return Span(start, min(start + (running.end - running.start), running.start))


def _weekdays(grain: Grain, running: Span, first: date) -> Span | None:
    """None where the orders begin later, and for weeks, whose days are the same weekdays anyhow."""
    earlier = Span(running.start - FOUR_WEEKS, running.end - FOUR_WEEKS)
    return earlier if grain == "month" and earlier.start >= first else None
