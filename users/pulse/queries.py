"""What the boards read of days and weeks: roll-ups only, no order and no customer-day."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import fields
from itertools import accumulate

from opsdesk.lib import sql
from users.lifecycle.models import SnapshotDay
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
    same_weekdays,
)

_TABLES = {"community": "users_communityday", "station": "users_stationday"}
_PAYERS = {"day": "payers", "week": "week_payers", "month": "month_payers"}

# One row a span and place, from the roll-up of days (by its key). The running counts of distinct payers end at their
# highest. A first purchase on day f makes its customer one of the fresh of the seven days from f + 1 on.
_SUMS = """
SELECT n, place, sum(gross)::bigint, sum(discount)::bigint, sum(net)::bigint, sum(orders)::bigint,
       sum(purchases)::bigint, sum(payers)::bigint, sum(payer_days)::bigint, sum(new_payers)::bigint,
       sum(fresh)::bigint, sum(fresh_back)::bigint
  FROM (SELECT s.n, d.{unit}_id AS place, sum(d.gross * inside) AS gross, sum(d.discount * inside) AS discount,
               sum(d.net * inside) AS net, sum(d.orders * inside) AS orders, sum(d.purchases * inside) AS purchases,
               max(d.{payers} * inside) AS payers, sum(d.payers * inside) AS payer_days,
               sum(d.new_payers * inside) AS new_payers, sum(d.fresh_back * inside) AS fresh_back,
               sum(d.new_payers * GREATEST(0, LEAST(d.day + 8, s.stop) - GREATEST(d.day + 1, s.start))) AS fresh
          FROM unnest(%(starts)s::date[], %(stops)s::date[]) WITH ORDINALITY AS s(start, stop, n)
          JOIN {table} d ON d.{unit}_id = ANY(%(places)s) AND d.day >= s.start - 7 AND d.day < s.stop
         CROSS JOIN LATERAL (SELECT (d.day >= s.start)::int AS inside) i
         GROUP BY 1, 2, date_trunc('{grain}', d.day::timestamp)) buckets
 GROUP BY n, place
"""


def sums(unit: Unit, grain: Grain, spans: Sequence[Span], places: Sequence[int]) -> list[dict[int, Sums]]:
    """For each span: what each community or station (of `places`) did; those without an order are missing. `grain`
    says how paying users are told apart: a customer counts once a day, week or month. A span begins with a period of
    its grain."""
    text = _SUMS.format(unit=unit, table=_TABLES[unit], payers=_PAYERS[grain], grain=grain)
    found: list[dict[int, Sums]] = [{} for _span in spans]
    starts, stops = [span.start for span in spans], [span.end for span in spans]
    for n, place, *numbers in sql.rows(text, starts=starts, stops=stops, places=list(places)):
        found[n - 1][place] = Sums(*numbers)
    return found


# One row a Monday and place (by the key).
_RATES = """
SELECT monday, place_id, fresh, fresh_back, silent, woken FROM users_weekrates
 WHERE kind = %(unit)s AND place_id = ANY(%(places)s) AND monday = ANY(%(mondays)s)
 ORDER BY monday
"""


def rates(unit: Unit, mondays: Collection[dt.date], places: Sequence[int]) -> dict[dt.date, dict[int, Rates]]:
    """By Monday and place; only Mondays that have a snapshot. The caller sees to it that their weeks are over."""
    found: dict[dt.date, dict[int, Rates]] = {}
    for monday, place, *numbers in sql.rows(_RATES, unit=unit, mondays=sorted(mondays), places=list(places)):
        found.setdefault(monday, {})[place] = Rates(*numbers)
    return found


# One row a place and step between two dates: first purchases in it, from the roll-up of days.
_FIRSTS = """
SELECT {unit}_id, width_bucket(day, %(ends)s::date[]), sum(new_payers)::bigint FROM {table}
 WHERE {unit}_id = ANY(%(places)s) AND day < %(last)s GROUP BY 1, 2
"""


def payers_ever(unit: Unit, ends: Sequence[dt.date], places: Sequence[int]) -> dict[int, list[int]]:
    """By place: customers with a first purchase before each of these dates (ascending)."""
    if not ends:
        return {}
    text = _FIRSTS.format(unit=unit, table=_TABLES[unit])
    steps: dict[int, list[int]] = {}
    for place, bucket, n in sql.rows(text, ends=list(ends), last=ends[-1], places=list(places)):
        steps.setdefault(place, [0] * len(ends))[bucket] += n
    return {place: list(accumulate(counts)) for place, counts in steps.items()}


# One row a date and community: everybody known by the newest snapshot on or before the date (keys of both).
_KNOWN = """
SELECT e.n, c.community_id, sum(c.customers)::bigint
  FROM unnest(%(ends)s::date[]) WITH ORDINALITY AS e(stop, n)
 CROSS JOIN LATERAL (SELECT max(as_of) AS as_of FROM users_snapshotday WHERE as_of <= e.stop) s
  JOIN users_lifecyclecount c ON c.as_of = s.as_of AND c.community_id = ANY(%(places)s)
 GROUP BY 1, 2
"""


def known(ends: Sequence[dt.date], places: Sequence[int]) -> list[dict[int, int]]:
    """For each date: how many customers each community had, registered or buying, by the newest snapshot until then."""
    found: list[dict[int, int]] = [{} for _end in ends]
    for n, place, customers in sql.rows(_KNOWN, ends=list(ends), places=list(places)):
        found[n - 1][place] = customers
    return found


def day_figures(day: dt.date, communities: Sequence[int]) -> list[DayFigures]:
    """This day and the same weekday of the seven weeks before, oldest first; 0 in `communities` is the unassigned."""
    days = same_weekdays(day)
    told = sums("community", "day", [Span(one, one + dt.timedelta(days=1)) for one in days], communities)
    return [_day_figures(one, sum(places.values(), Sums())) for one, places in zip(days, told, strict=True)]


def _day_figures(day: dt.date, all_places: Sums) -> DayFigures:
    names = [field.name for field in fields(DayFigures) if field.name != "day"]
    return DayFigures(day, **{name: getattr(all_places, name) for name in names})


def wake_figures(as_of: dt.date, communities: Sequence[int]) -> list[WakeFigures]:
    """The last complete weeks that have a Monday snapshot, oldest first."""
    found = rates("community", complete_mondays(as_of), communities)
    together = {monday: sum(places.values(), Rates()) for monday, places in found.items()}
    return [WakeFigures(monday, told.silent, told.woken) for monday, told in together.items()]


def freshness(today: dt.date) -> Freshness | None:
    """The latest computed as-of date; stale when it is not today's. None before the first run."""
    last = SnapshotDay.objects.order_by("-as_of").first()
    if last is None:
        return None
    return Freshness(last.as_of, last.data_to, last.last_import_id, stale=last.as_of < today)


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
