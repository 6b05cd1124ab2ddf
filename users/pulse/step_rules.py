"""Sums of spans from steps: the days are read once, cut wherever a span needs it, and steps are added up. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
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


@dataclass(frozen=True)
class Ledger:
    """What places did between cuts; EVERYBODY is one of them. A span asked for is one of those that it was cut for."""

    cuts: Sequence[date]
    steps: Mapping[int, Steps]
    at: dict[date, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", {cut: n for n, cut in enumerate(self.cuts)})

    def sums(self, place: int, span: Span) -> Sums:
        steps = self.steps.get(place, NOTHING)
        inside = [steps[n] for n in range(self.at[span.start], self.at[span.end]) if n in steps]
        added = Step(*map(sum, zip(*inside, strict=True)))
        fresh = self._fresh_until(steps, span.end, span) - self._fresh_until(steps, span.start, span)
        return Sums(*added[:-2], fresh, added.fresh_back)

    def _fresh_until(self, steps: Steps, day: date, span: Span) -> int:
        """Fresh customers of each day before `day`, summed, but for those who were so before the span in any case. A
        first purchase on day f makes its customer fresh on the days f + 1 to f + 7: on seven days if f lies more than
        a week back, else on day - 1 - f."""
        since, week_before, until = self.at[span.start - WEEK], self.at[day - WEEK], self.at[day]
        whole = sum(steps[n].new_payers for n in range(since, week_before) if n in steps)
        late = [steps[n] for n in range(max(since, week_before), until) if n in steps]
        reach = (day - self.cuts[0]).days - 1
        return FRESH_DAYS * whole + sum(reach * step.new_payers - step.moment for step in late)

    def new_payers_until(self, place: int) -> list[int]:
        """New payers from the first cut up to each cut."""
        steps, running, found = self.steps.get(place, NOTHING), 0, []
        for n in range(len(self.cuts)):
            found.append(running)
            running += steps[n].new_payers if n in steps else 0
        return found
