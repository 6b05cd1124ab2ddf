"""What the boards read of days and weeks: roll-ups only, no order and no customer-day."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import fields

from opsdesk.lib import sql
from users.pulse import step_rules
from users.pulse.rules import (
    LAG_DAYS,
    CommunityFigures,
    DayFigures,
    Freshness,
    Grain,
    Lagging,
    Rates,
    Span,
    Sums,
    Unit,
    WakeFigures,
    complete_mondays,
    rates_together,
    same_weekdays,
)
from users.pulse.step_rules import EVERYBODY, Ledger, Step

_TABLES = {"community": "users_communityday", "station": "users_stationday"}
_PAYERS = {"day": "payers", "week": "week_payers", "month": "month_payers"}

# One row a place and step between two cuts, from the roll-up of days (by its key). The running counts of distinct
# payers end at their highest.
_STEPS = """
SELECT {unit}_id, width_bucket(day, %(cuts)s::date[]) - 1, sum(gross)::bigint, sum(discount)::bigint, sum(net)::bigint,
       sum(orders), sum(purchases), max({payers}), sum(payers), sum(new_payers), sum(fresh_back),
       sum(new_payers * (day - %(first)s))
  FROM {table}
 WHERE {unit}_id = ANY(%(places)s) AND day >= %(first)s AND day < %(last)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""


def ledger(unit: Unit, grain: Grain, spans: Sequence[Span], places: Collection[int]) -> Ledger:
    """What each community or station of `places` did in these spans, and all of them together. `grain` says how paying
    users are told apart: a customer counts once a day, week or month. A span begins with a period of its grain."""
    cuts = step_rules.cuts_of(grain, spans)
    text = _STEPS.format(unit=unit, table=_TABLES[unit], payers=_PAYERS[grain])
    rows = sql.rows(text, cuts=cuts, first=cuts[0], last=cuts[-1], places=list(places)) if cuts else []
    steps = step_rules.apart(cuts, grain, ((place, n, Step._make(numbers)) for place, n, *numbers in rows))
    return step_rules.ledger(cuts, steps)


def sums(unit: Unit, grain: Grain, spans: Sequence[Span], places: Collection[int]) -> list[dict[int, Sums]]:
    """The same at once: for each span what each place did; those without an order in any are missing."""
    told = ledger(unit, grain, spans, places)
    return [{place: told.sums(place, span) for place in told.steps if place != EVERYBODY} for span in spans]


# One row a Monday and place of those told apart, and one a Monday with all places together (rates_of_a_monday).
_EACH_RATE = """
SELECT monday, {place}, sum(fresh), sum(fresh_back), sum(silent), sum(woken) FROM users_weekrates
 WHERE kind = %(unit)s AND monday = ANY(%({mondays})s::date[]) AND place_id = ANY(%(places)s) GROUP BY 1, 2
"""
_APART = _EACH_RATE.format(place="place_id", mondays="apart")
_TOGETHER = _EACH_RATE.format(place=EVERYBODY, mondays="together")


def rates(
    unit: Unit, mondays: Collection[dt.date], places: Collection[int], together: Collection[dt.date] = ()
) -> dict[dt.date, dict[int, Rates]]:
    """By Monday and place, and EVERYBODY of the Mondays of `together`; only Mondays that have a snapshot. The caller
    sees to it that their weeks are over."""
    found: dict[dt.date, dict[int, Rates]] = {}
    text = " UNION ALL ".join([text for text, days in ((_APART, mondays), (_TOGETHER, together)) if days] or [_APART])
    asked = {"apart": sorted(mondays), "together": sorted(together), "places": list(places)}
    for monday, place, *numbers in sql.rows(f"{text} ORDER BY 1", unit=unit, **asked):
        found.setdefault(monday, {})[place] = Rates._make(numbers)
    return found


def day_figures(day: dt.date, communities: Sequence[int]) -> list[DayFigures]:
    """This day and the same weekday of the seven weeks before, oldest first; 0 in `communities` is the unassigned."""
    days = same_weekdays(day)
    spans = [Span(one, one + dt.timedelta(days=1)) for one in days]
    told = ledger("community", "day", spans, communities)
    return [_day_figures(one, told.sums(EVERYBODY, span)) for one, span in zip(days, spans, strict=True)]


def _day_figures(day: dt.date, all_places: Sums) -> DayFigures:
    names = [field.name for field in fields(DayFigures) if field.name != "day"]
    return DayFigures(day, **{name: getattr(all_places, name) for name in names})


def wake_figures(as_of: dt.date, communities: Sequence[int]) -> list[WakeFigures]:
    """The last complete weeks that have a Monday snapshot, oldest first."""
    found = rates("community", complete_mondays(as_of), communities)
    together = {monday: rates_together(places.values()) for monday, places in found.items()}
    return [WakeFigures(monday, told.silent, told.woken) for monday, told in together.items()]


# The newest date with its snapshot (primary key). Every page asks: the ORM takes three times as long to put it.
_NEWEST = "SELECT as_of, data_to, last_import_id FROM users_snapshotday ORDER BY as_of DESC LIMIT 1"


def freshness(today: dt.date) -> Freshness | None:
    """The latest computed as-of date; stale when it is not today's. None before the first run."""
    for as_of, data_to, last_import_id in sql.rows(_NEWEST):
        return Freshness(as_of, data_to, last_import_id, stale=as_of < today)
    return None


# One row a community with orders; reads the roll-up backwards by its key.
_LAST_DAYS = """
SELECT community_id, max(day), max(max(day)) OVER () - max(day)
  FROM users_communityday WHERE community_id = ANY(%(communities)s) GROUP BY community_id
"""


def lagging(communities: Sequence[int]) -> list[Lagging]:
    """Communities whose newest order is two days or more older than the newest of all in sight."""
    found = [Lagging(*row) for row in sql.rows(_LAST_DAYS, communities=list(communities))]
    return sorted((lag for lag in found if lag.days_behind >= LAG_DAYS), key=lambda lag: -lag.days_behind)


# One row a community: its day beside its classes as of the next morning (keys of both roll-ups).
_COMMUNITIES = """
SELECT c.id, COALESCE(d.gross, 0), COALESCE(d.net, 0), COALESCE(d.payers, 0), COALESCE(d.new_payers, 0),
       COALESCE(l.active, 0), COALESCE(l.silent, 0), COALESCE(l.payers_ever, 0)
  FROM unnest(%(communities)s) AS c(id)
  LEFT JOIN users_communityday d ON d.community_id = c.id AND d.day = %(day)s
  LEFT JOIN LATERAL (
       SELECT sum(customers) FILTER (WHERE lifecycle = 'active') active,
              sum(customers) FILTER (WHERE lifecycle = 'silent') silent,
              sum(customers) FILTER (WHERE lifecycle <> 'prospect') payers_ever
         FROM users_lifecyclecount WHERE as_of = %(as_of)s AND community_id = c.id) l ON true
 ORDER BY 2 DESC, c.id
"""


def community_days(day: dt.date, as_of: dt.date, communities: Sequence[int]) -> list[CommunityFigures]:
    rows = sql.rows(_COMMUNITIES, day=day, as_of=as_of, communities=list(communities))
    return [CommunityFigures(*map(int, row)) for row in rows]
