"""The figures of places in spans, put together from the roll-ups: a handful of statements whatever is asked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from communities.models import Community
from opsdesk.insight.dashboard_rules import Figures
from opsdesk.lib import sql
from users.pulse import queries as pulse
from users.pulse.rules import Grain, Rates, Span, Sums, Unit

WEEK = timedelta(days=7)

# One row a week and community (key week, community_id first).
_SUBSIDIES = """
SELECT week, community_id, sum(cost)::bigint, sum(gross)::bigint FROM coupons_subsidyweek
 WHERE week = ANY(%(weeks)s) AND community_id = ANY(%(places)s) GROUP BY 1, 2
"""

Paid = dict[date, dict[int, tuple[int, int]]]


def figures(
    unit: Unit, grain: Grain, spans: Sequence[Span], places: Sequence[int], as_of: date
) -> list[dict[int, Figures]]:
    """For each span (ascending) the figures of every place of `places`, those without any too. Nothing from as_of on
    is read: spans end by then, and only weeks that are over by then give rates."""
    mondays = [weeks_of(span, grain, as_of) for span in spans]
    every = sorted({monday for weeks in mondays for monday in weeks})
    sums = pulse.sums(unit, grain, spans, places)
    rates = pulse.rates(unit, every, places) if every else {}
    paid = _subsidies(every, places) if every and unit == "community" else {}
    crowd = _crowds(spans, places) if unit == "community" else [{} for _span in spans]
    return [
        {
            place: _one(span, sums[n].get(place), _rates(rates, mondays[n], place), paid, mondays[n], place, crowd[n])
            for place in places
        }
        for n, span in enumerate(spans)
    ]


def weeks_of(span: Span, grain: Grain, as_of: date) -> list[date]:
    """The Mondays whose weeks speak for a span: those that begin in it and are over; of a day, the last whole week."""
    if grain == "day":
        return [span.end - timedelta(days=span.end.weekday()) - WEEK]
    first = span.start + timedelta(days=-span.start.weekday() % 7)
    count = max(0, -(-(span.end - first).days // 7))
    return [monday for n in range(count) if (monday := first + n * WEEK) + WEEK <= as_of]


Crowd = Mapping[int, tuple[int, int, int]]


def _crowds(spans: Sequence[Span], places: Sequence[int]) -> list[Crowd]:
    """(ever paid, known, households) of each community at the end of each span; without households it is left out."""
    ends = sorted({span.end for span in spans})
    homes = dict(Community.objects.filter(id__in=places, households__gt=0).values_list("id", "households"))
    ever, known = pulse.payers_ever("community", ends, list(homes)), pulse.known(ends, list(homes))
    at = {end: n for n, end in enumerate(ends)}
    return [
        {place: (ever[place][n] if place in ever else 0, known[n].get(place, 0), homes[place]) for place in homes}
        for n in (at[span.end] for span in spans)
    ]


def _subsidies(weeks: Sequence[date], places: Sequence[int]) -> Paid:
    found: Paid = {}
    for week, place, cost, gross in sql.rows(_SUBSIDIES, weeks=list(weeks), places=list(places)):
        found.setdefault(week, {})[place] = (cost, gross)
    return found


def _rates(rates: Mapping[date, Mapping[int, Rates]], mondays: Sequence[date], place: int) -> Rates | None:
    """None where no Monday has a snapshot; a place without new payers and silent ones has zeros."""
    told = [rates[monday].get(place, Rates()) for monday in mondays if monday in rates]
    return sum(told, Rates()) if told else None


def _one(
    span: Span, sums: Sums | None, rates: Rates | None, paid: Paid, mondays: Sequence[date], place: int, crowd: Crowd
) -> Figures:
    spent = [paid[monday].get(place, (0, 0)) for monday in mondays if monday in paid]
    days = (span.end - span.start).days
    return Figures(
        sums or Sums(),
        rates,
        sum(cost for cost, _gross in spent) if spent else None,
        sum(gross for _cost, gross in spent) if spent else None,
        *crowd.get(place, (0, 0, 0)),
        days=days,
    )
