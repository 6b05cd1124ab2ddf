"""The figures of places in spans, put together from the roll-ups: a handful of statements whatever is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from opsdesk.insight.dashboard_rules import Figures
from opsdesk.lib import sql
from users.pulse import queries as pulse
from users.pulse import rules
from users.pulse.rules import NO_RATES, Grain, Rates, Span, Unit
from users.pulse.step_rules import EVERYBODY, Ledger

WEEK = timedelta(days=7)

# One row a week and community (key week, community_id first).
_SUBSIDIES = """
SELECT week, community_id, sum(cost)::bigint, sum(gross)::bigint FROM coupons_subsidyweek
 WHERE week = ANY(%(weeks)s) AND community_id = ANY(%(places)s) GROUP BY 1, 2
"""

# One row a community whose households are told (primary key).
_HOMES = "SELECT id, households FROM communities_community WHERE id = ANY(%(places)s) AND households > 0"

Paid = Mapping[date, Mapping[int, tuple[int, int]]]


@dataclass(frozen=True)
class Crowds:
    """By place whose households are told: customers who ever paid before each of the ledger's cuts, all that there are
    by the end of a span, households."""

    ever: Mapping[int, Sequence[int]]
    known: Mapping[date, Mapping[int, int]]
    homes: Mapping[int, int]

    def at(self, end: date, cut: int, place: int) -> tuple[int, int, int]:
        if place not in self.homes:
            return 0, 0, 0
        return self.ever[place][cut], self.known[end].get(place, 0), self.homes[place]


@dataclass(frozen=True)
class Reading:
    """What was read of places and spans, worked out as it is asked for. EVERYBODY is a place too: all of them. By
    Monday: rates, and what coupons took off with what was sold."""

    ledger: Ledger
    mondays: Mapping[Span, Sequence[date]]
    rates: Mapping[date, Mapping[int, Rates]]
    paid: Paid
    crowds: Crowds
    known: dict[tuple[Span, int], Figures] = field(default_factory=dict)

    def at(self, span: Span, place: int) -> Figures:
        """Those of a place without any orders too."""
        if (span, place) not in self.known:
            self.known[span, place] = self._figures(span, place)
        return self.known[span, place]

    def _figures(self, span: Span, place: int) -> Figures:
        mondays = self.mondays[span]
        spent = [self.paid[monday].get(place, (0, 0)) for monday in mondays if monday in self.paid]
        return Figures(
            self.ledger.sums(place, span),
            self._rates(mondays, place),
            sum(cost for cost, _gross in spent) if spent else None,
            sum(gross for _cost, gross in spent) if spent else None,
            *self.crowds.at(span.end, self.ledger.at[span.end], place),
            days=(span.end - span.start).days,
        )

    def _rates(self, mondays: Sequence[date], place: int) -> Rates | None:
        """None where no Monday has a snapshot; a place without new payers and silent ones has zeros."""
        told = [self.rates[monday].get(place, NO_RATES) for monday in mondays if monday in self.rates]
        return rules.rates_together(told) if told else None


def read(unit: Unit, grain: Grain, spans: Sequence[Span], places: Collection[int], as_of: date) -> Reading:
    """Nothing from as_of on is read: spans end by then, and only weeks that are over by then give rates."""
    mondays = {span: weeks_of(span, grain, as_of) for span in spans}
    every = sorted({monday for weeks in mondays.values() for monday in weeks})
    ledger = pulse.ledger(unit, grain, spans, places)
    rates = pulse.rates(unit, every, places) if every else {}
    of_communities = unit == "community"
    return Reading(
        ledger,
        mondays,
        {monday: found | {EVERYBODY: rules.rates_together(found.values())} for monday, found in rates.items()},
        _subsidies(every, places) if every and of_communities else {},
        _crowds(spans, places, ledger) if of_communities else Crowds({}, {}, {}),
    )


def figures(
    unit: Unit, grain: Grain, spans: Sequence[Span], places: Collection[int], as_of: date
) -> list[dict[int, Figures]]:
    """The same at once: for each span the figures of every place of `places`, those without any too."""
    reading = read(unit, grain, spans, places, as_of)
    return [{place: reading.at(span, place) for place in places} for span in spans]


def weeks_of(span: Span, grain: Grain, as_of: date) -> list[date]:
    """The Mondays whose weeks speak for a span: those that begin in it and are over; of a day, the last whole week."""
    if grain == "day":
        return [span.end - timedelta(days=span.end.weekday()) - WEEK]
    first = span.start + timedelta(days=-span.start.weekday() % 7)
    count = max(0, -(-(span.end - first).days // 7))
    return [monday for n in range(count) if (monday := first + n * WEEK) + WEEK <= as_of]


def _crowds(spans: Sequence[Span], places: Collection[int], ledger: Ledger) -> Crowds:
    ends = sorted({span.end for span in spans})
    homes = dict(sql.rows(_HOMES, places=list(places)))
    before, known = pulse.payers_ever(ledger.cuts[:1], homes), pulse.known(ends, homes)
    ever = {place: [before.get(place, [0])[0] + since for since in ledger.new_payers_until(place)] for place in homes}
    return Crowds(
        ever | {EVERYBODY: [sum(each) for each in zip(*ever.values(), strict=True)]},
        {end: told | {EVERYBODY: sum(told.values())} for end, told in zip(ends, known, strict=True)},
        homes | {EVERYBODY: sum(homes.values())} if homes else {},
    )


def _subsidies(weeks: Sequence[date], places: Collection[int]) -> Paid:
    found: dict[date, dict[int, tuple[int, int]]] = {}
    for week, place, cost, gross in sql.rows(_SUBSIDIES, weeks=list(weeks), places=list(places)):
        found.setdefault(week, {})[place] = (cost, gross)
    for told in found.values():
        cost, gross = map(sum, zip(*told.values(), strict=True))
        told[EVERYBODY] = (cost, gross)
    return found
