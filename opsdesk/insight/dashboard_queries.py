"""The figures of places in spans, put together from the roll-ups: a handful of statements whatever is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from opsdesk.insight import dashboard_rules
from opsdesk.insight.dashboard_rules import CROWDS, PAID, PARTS, RATES, SUMS, Figures, Pair
from opsdesk.lib import revisions, sql
from opsdesk.lib.revisions import Revision
from users.pulse import crowd_queries, period_queries, rules
from users.pulse import queries as pulse
from users.pulse.crowd_queries import Crowds
from users.pulse.period_queries import PeriodSums
from users.pulse.rules import NO_RATES, Grain, Rates, Span, Unit
from users.pulse.step_rules import EVERYBODY, Ledger
from users.purchases.rules import monday_of

WEEK = timedelta(days=7)

# One row a week and community of those told apart, and one a week with all of them together (primary key).
_EACH_SUBSIDY = """
SELECT week, {place}, sum(cost)::bigint, sum(gross)::bigint FROM coupons_subsidytotal
 WHERE week = ANY(%({weeks})s::date[]) AND community_id = ANY(%(places)s) GROUP BY 1, 2
"""
_APART = _EACH_SUBSIDY.format(place="community_id", weeks="apart")
_TOGETHER = _EACH_SUBSIDY.format(place=EVERYBODY, weeks="together")

Paid = Mapping[date, Mapping[int, tuple[int, int]]]
EVERY_PART = (SUMS, RATES, PAID, CROWDS)


@dataclass(frozen=True)
class Reading:
    """Places in spans, each part read once, when it is first asked for. EVERYBODY is a place too, told of `spans`: all
    `places` together; each of them is told of the spans of `apart`. Nothing from as_of on is read: spans end by then,
    and only weeks that are over by then give rates."""

    unit: Unit
    grain: Grain
    spans: Sequence[Span]
    apart: Sequence[Span]
    places: Collection[int]
    as_of: date
    known: dict[tuple[str, Span, int], Figures] = field(default_factory=dict)

    def pair(self, key: str, span: Span, place: int) -> Pair:
        """(part, whole) of a metric; those of a place without any orders too."""
        part = PARTS.get(key, SUMS)
        at = (part, span, place)
        if at not in self.known:
            self.known[at] = self._figures((part,), span, place)
        return dashboard_rules.PAIRS[key](self.known[at])

    def at(self, span: Span, place: int) -> Figures:
        return self._figures(EVERY_PART, span, place)

    def _figures(self, parts: Collection[str], span: Span, place: int) -> Figures:
        cost, sold = self._spent(span, place) if PAID in parts else (None, None)
        return Figures(
            self._sums.sums(place, span) if SUMS in parts else rules.NO_SUMS,
            self._rates_of(span, place) if RATES in parts else None,
            cost,
            sold,
            *(self._crowds.at(span.end, place) if CROWDS in parts else (0, 0, 0)),
            days=(span.end - span.start).days,
        )

    def _spent(self, span: Span, place: int) -> tuple[int | None, int | None]:
        spent = [self._paid[monday].get(place, (0, 0)) for monday in self._mondays[span] if monday in self._paid]
        return (sum(cost for cost, _gross in spent), sum(gross for _cost, gross in spent)) if spent else (None, None)

    def _rates_of(self, span: Span, place: int) -> Rates | None:
        """None where no Monday has a snapshot; a place without new payers and silent ones has zeros."""
        told = [self._rates[monday].get(place, NO_RATES) for monday in self._mondays[span] if monday in self._rates]
        return rules.rates_together(told) if told else None

    @cached_property
    def _mondays(self) -> dict[Span, list[date]]:
        return {span: weeks_of(span, self.grain, self.as_of) for span in (*self.spans, *self.apart)}

    @cached_property
    def _sums(self) -> Ledger | PeriodSums:
        """Days and stations have no roll-up of periods, and spans of several periods told apart are not in it."""
        rolled_up = self.unit == "community" and self.grain != "day"
        if rolled_up and all(period_queries.is_whole(self.grain, span) for span in self.apart):
            return period_queries.period_sums(self.grain, self.spans, self.apart, self.places)
        return pulse.ledger(self.unit, self.grain, [*{*self.spans, *self.apart}], self.places)

    @cached_property
    def _rates(self) -> dict[date, dict[int, Rates]]:
        together, apart = self._weeks(self.spans), self._weeks(self.apart)
        return pulse.rates(self.unit, apart, self.places, together) if together or apart else {}

    @cached_property
    def _paid(self) -> Paid:
        together, apart = self._weeks(self.spans), self._weeks(self.apart)
        return _subsidies(apart, together, self.places) if self.unit == "community" and (together or apart) else {}

    @cached_property
    def _crowds(self) -> Crowds:
        if self.unit != "community":
            return crowd_queries.NOBODY
        return crowd_queries.crowds(_ends(self.spans), _ends(self.apart), self.places)

    def _weeks(self, spans: Sequence[Span]) -> list[date]:
        return sorted({monday for span in spans for monday in self._mondays[span]})


def reading(
    revision: Revision,
    unit: Unit,
    grain: Grain,
    spans: Sequence[Span],
    apart: Sequence[Span],
    places: Collection[int],
    as_of: date,
) -> Reading:
    """The one that was made for these words at this revision, with all that it has read since."""
    asked = (unit, grain, tuple(spans), tuple(apart), tuple(places), as_of)
    return revisions.kept(revision, (Reading, asked), lambda: Reading(*asked))


def figures(
    unit: Unit, grain: Grain, spans: Sequence[Span], places: Collection[int], as_of: date
) -> list[dict[int, Figures]]:
    """For each span the figures of every place of `places`, those without any too."""
    reading = Reading(unit, grain, (), spans, places, as_of)
    return [{place: reading.at(span, place) for place in places} for span in spans]


def weeks_of(span: Span, grain: Grain, as_of: date) -> list[date]:
    """The Mondays whose weeks speak for a span: those that begin in it and are over; of a day, the last whole week."""
    if grain == "day":
        return [monday_of(span.end) - WEEK]
    first = span.start + timedelta(days=-span.start.weekday() % 7)
    count = max(0, -(-(span.end - first).days // 7))
    return [monday for n in range(count) if (monday := first + n * WEEK) + WEEK <= as_of]


def _ends(spans: Sequence[Span]) -> list[date]:
    return sorted({span.end for span in spans})


def _subsidies(apart: Sequence[date], together: Sequence[date], places: Collection[int]) -> Paid:
    found: dict[date, dict[int, tuple[int, int]]] = {}
    text = " UNION ALL ".join(text for text, weeks in ((_APART, apart), (_TOGETHER, together)) if weeks)
    for week, place, cost, gross in sql.rows(text, apart=apart, together=together, places=list(places)):
        found.setdefault(week, {})[place] = (cost, gross)
    return found
