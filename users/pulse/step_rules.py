"""Sums of spans from steps: the days are read once, cut wherever a span needs it, and steps are added up. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from users.pulse.rules import FRESH_DAYS, Grain, Span, Sums
from users.retention import rules as cohorts

EVERYBODY = -1  # all places together, beside their ids
DAY = timedelta(days=1)
WEEK = timedelta(days=FRESH_DAYS)


class Step(NamedTuple):
    """A place from one cut to the next. Every column can be added up, over steps and over places. `payers`: those of
    the day, week or month who had not paid in it before; `moment`: new payers, each times its day's number."""

    gross: int = 0
    discount: int = 0
    net: int = 0
    orders: int = 0
    purchases: int = 0
    payers: int = 0
    payer_days: int = 0
    new_payers: int = 0
    fresh_back: int = 0
    moment: int = 0


Steps = Mapping[int, Step]  # by number: step n begins at cut n; one without an order is missing
NOTHING: Steps = {}


def cuts_of(grain: Grain, spans: Sequence[Span]) -> list[date]:
    """Where days have to be told apart, ascending: at the ends of every span, a week before them, and where a period
    begins within."""
    ends = {end for span in spans for end in span}
    return sorted(ends | {end - WEEK for end in ends} | {start for span in spans for start in _periods(grain, span)})


def _periods(grain: Grain, span: Span) -> Iterator[date]:
    day = span.start
    while day < span.end:
        if cohorts.start_of(day, grain) == day:
            yield day
        day += DAY


def apart(cuts: Sequence[date], grain: Grain, running: Iterable[tuple[int, int, Step]]) -> dict[int, dict[int, Step]]:
    """By place, from (place, number, step) in that order, whose payers are running counts within their period."""
    periods = [cohorts.start_of(cut, grain) for cut in cuts]
    found: dict[int, dict[int, Step]] = {}
    before, most = (EVERYBODY, date.min), 0
    for place, number, step in running:
        here = (place, periods[number])
        already = most if here == before else 0
        before, most = here, step.payers
        found.setdefault(place, {})[number] = step._replace(payers=most - already) if already else step
    return found


def together(places: Iterable[Steps], count: int) -> dict[int, Step]:
    each = list(places)
    numbers = [(n, [steps[n] for steps in each if n in steps]) for n in range(count)]
    return {n: Step(*map(sum, zip(*told, strict=True))) for n, told in numbers if told}


class Layout(NamedTuple):
    """What a span is made of: its steps; and of each step whose new payers are fresh within it, by its number, how many
    days each of them is so: `days`, less the number of their day (`by_day` 1) or not."""

    inside: range
    fresh: list[tuple[int, int, int]]


@dataclass(frozen=True)
class Ledger:
    """What places did between cuts; EVERYBODY is one of them. A span asked for is one of those that it was cut for."""

    cuts: Sequence[date]
    steps: Mapping[int, Steps]
    at: Mapping[date, int]
    layouts: dict[Span, Layout] = field(default_factory=dict)

    def sums(self, place: int, span: Span) -> Sums:
        steps, layout = self.steps.get(place, NOTHING), self._layout(span)
        inside = [steps[n] for n in layout.inside if n in steps]
        added = inside[0] if len(inside) == 1 else Step(*map(sum, zip(*inside, strict=True)))
        fresh = sum(
            days * steps[n].new_payers - by_day * steps[n].moment for n, days, by_day in layout.fresh if n in steps
        )
        return Sums(*added[:-2], fresh, added.fresh_back)

    def new_payers_until(self, place: int) -> list[int]:
        """New payers from the first cut up to each cut."""
        steps = self.steps.get(place, NOTHING)
        each = (steps[n].new_payers if n in steps else 0 for n in range(len(self.cuts) - 1))
        return list(accumulate(each, initial=0))

    def _layout(self, span: Span) -> Layout:
        if span not in self.layouts:
            since, until = self.at[span.start - WEEK], self.at[span.end]
            self.layouts[span] = Layout(
                range(self.at[span.start], until), [(n, *self._fresh_days(n, span)) for n in range(since, until)]
            )
        return self.layouts[span]

    def _fresh_days(self, n: int, span: Span) -> tuple[int, int]:
        """A first purchase on day f makes its customer fresh on the days f + 1 to f + 7. Before day x these are seven
        if f lies more than a week back, else x - 1 - f. So many before the end of the span, less those before it."""
        days, by_day = (FRESH_DAYS, 0) if self.cuts[n] < span.end - WEEK else (self._number(span.end) - 1, 1)
        if self.cuts[n] >= span.start:
            return days, by_day
        return days - (self._number(span.start) - 1), by_day - 1

    def _number(self, day: date) -> int:
        return (day - self.cuts[0]).days


def ledger(cuts: Sequence[date], apart: dict[int, dict[int, Step]]) -> Ledger:
    steps = apart | {EVERYBODY: together(apart.values(), len(cuts))}
    return Ledger(cuts, steps, {cut: n for n, cut in enumerate(cuts)})
