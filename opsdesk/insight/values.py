"""The value of a metric in every community or station over finished weeks: what quadrants and exports read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from communities.models import ServiceStation
from opsdesk.insight import dashboard_queries as queries
from opsdesk.insight.dashboard_rules import PAIRS, Pair
from opsdesk.lib import sql
from users.pulse.rules import Span, Unit

COMMUNITY_ONLY = ("subsidy", "subsidy_rate", "penetration", "registered_penetration")


def keys_for(unit: str) -> list[str]:
    """The metrics that `of_units` can tell of a unit; none of a unit that it does not know."""
    if unit == "station":
        return [key for key in PAIRS if key not in COMMUNITY_ONLY]
    return [*PAIRS, *_OF_COMMUNITIES] if unit == "community" else []


def of_units(key: str, unit: Unit, start: date, end: date, scope_places: Sequence[int]) -> dict[int, Pair]:
    """(part, whole) of a metric by community or station id, from Monday `start` to, not with, Monday `end`; the value
    is part / whole, nobody to divide by is a whole of 0. `scope_places`: community ids (0: the unassigned), of which
    stations are taken too. Over several weeks paying users are those of a week, on average; money is their sum."""
    if key not in keys_for(unit):
        raise ValueError(f"{key} cannot be told of a {unit}")
    if key in _OF_COMMUNITIES:
        return _OF_COMMUNITIES[key](start, end, scope_places)
    places = _stations_of(scope_places) if unit == "station" else list(scope_places)
    [found] = queries.figures(unit, "week", [Span(start, end)], places, end)
    weeks = max(1, (end - start).days // 7)
    return {place: PAIRS[key](replace(one, weeks=weeks)) for place, one in found.items()}


def _stations_of(communities: Sequence[int]) -> list[int]:
    return list(ServiceStation.objects.filter(community__in=communities).order_by("id").values_list("id", flat=True))


# -- What only whole communities tell --------------------------------------------------------------------------------

# One row a community: growth accounting summed over the weeks (key community_id, week).
_FLOWS = """
SELECT community_id, sum(active)::bigint, sum(fresh)::bigint, sum(retained)::bigint, sum(recalled)::bigint,
       sum(lost)::bigint
  FROM users_flowweek WHERE week >= %(start)s AND week < %(end)s AND community_id = ANY(%(places)s) GROUP BY 1
"""

# One row a community: cohorts whose first week after their own lies in the span (key community_id, cohort, week).
_BACK = """
SELECT c.community_id, COALESCE(sum(b.customers), 0)::bigint, sum(c.customers)::bigint
  FROM users_cohortcell c
  LEFT JOIN users_cohortcell b ON b.community_id = c.community_id AND b.cohort = c.cohort AND b.week = c.cohort + 7
 WHERE c.week = c.cohort AND c.cohort >= %(start)s::date - 7 AND c.cohort < %(end)s::date - 7
   AND c.community_id = ANY(%(places)s)
 GROUP BY 1
"""

Flow = tuple[int, int, int, int, int]


def _flows(read: Callable[[Flow, int], Pair]) -> Callable[[date, date, Sequence[int]], dict[int, Pair]]:
    def told(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
        weeks = max(1, (end - start).days // 7)
        rows = sql.rows(_FLOWS, start=start, end=end, places=list(places))
        found: dict[int, Flow] = {place: (numbers[0], *numbers[1:]) for place, *numbers in rows}
        return {place: read(found.get(place, (0, 0, 0, 0, 0)), weeks) for place in places}

    return told


# One row a community and week up to the end of the span: who was bound to come back, and who did.
_LAPSED = """
SELECT community_id, week, active::bigint, fresh::bigint, recalled::bigint FROM users_flowweek
 WHERE week < %(end)s AND community_id = ANY(%(places)s) ORDER BY community_id, week
"""


def _recall(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    """Came back ÷ had bought before but not in the week before, summed over the weeks."""
    flows: dict[int, dict[date, tuple[int, int, int]]] = {}
    for place, week, *numbers in sql.rows(_LAPSED, end=end, places=list(places)):
        flows.setdefault(place, {})[week] = (numbers[0], numbers[1], numbers[2])
    weeks = [start + timedelta(weeks=n) for n in range((end - start).days // 7)]
    pairs = {place: [_lapsed(flows.get(place, {}), week) for week in weeks] for place in places}
    return {place: (sum(one for one, _n in each), sum(n for _one, n in each)) for place, each in pairs.items()}


def _lapsed(flow: dict[date, tuple[int, int, int]], week: date) -> Pair:
    ever = sum(fresh for other, (_active, fresh, _recalled) in flow.items() if other < week)
    before = flow.get(week - timedelta(weeks=1), (0, 0, 0))[0]
    return flow.get(week, (0, 0, 0))[2], ever - before


def _retention(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    found = {place: (part, whole) for place, part, whole in sql.rows(_BACK, start=start, end=end, places=list(places))}
    return {place: found.get(place, (0, 0)) for place in places}


def _churn(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    return {place: (whole - part, whole) for place, (part, whole) in _retention(start, end, places).items()}


_OF_COMMUNITIES: dict[str, Callable[[date, date, Sequence[int]], dict[int, Pair]]] = {
    "retention": _retention,
    "churn": _churn,
    "active": _flows(lambda flow, weeks: (flow[0], weeks)),
    "retained": _flows(lambda flow, weeks: (flow[2], weeks)),
    "recall": _recall,
    "lost": _flows(lambda flow, weeks: (flow[4], weeks)),
    "quick_ratio": _flows(lambda flow, weeks: (flow[1] + flow[3], flow[4])),
}
