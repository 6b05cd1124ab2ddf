"""The values of metrics that only whole communities tell: growth, cohorts, funnel, acquisition."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from opsdesk.insight.dashboard_rules import Pair
from opsdesk.lib import sql
from users.acquisition import spend_queries as spend
from users.funnel import rules as funnel
from users.pulse import queries as pulse
from users.pulse.rules import Span
from users.purchases.models import UNASSIGNED
from users.retention import queries as retention

# -- Growth and cohorts ----------------------------------------------------------------------------------------------

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
Reader = Callable[[date, date, Sequence[int]], dict[int, Pair]]  # weeks from a Monday to a Monday, community ids


def _flows(read: Callable[[Flow, int], Pair]) -> Reader:
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


# -- Funnel ----------------------------------------------------------------------------------------------------------

# One row a community and set of stages: who registered in the weeks (key community_id, channel, week, stages).
_STAGES = """
SELECT community_id, stages::int, sum(customers)::bigint FROM users_funnelcell
 WHERE week >= %(start)s AND week < %(end)s AND community_id = ANY(%(places)s) GROUP BY 1, 2
"""


def _stage(name: str) -> Reader:
    """Who went on to a stage ÷ who had reached all before it and whose window is over."""

    def told(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
        cells: dict[int, list[tuple[int, int]]] = {place: [] for place in places}
        for place, stages, customers in sql.rows(_STAGES, start=start, end=end, places=list(places)):
            cells[place].append((stages, customers))
        steps = {place: {step.name: step for step in funnel.funnel(found)} for place, found in cells.items()}
        return {place: (each[name].part, each[name].whole) for place, each in steps.items()}

    return told


def _registered(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    found = dict.fromkeys(places, 0)
    for place, _stages, customers in sql.rows(_STAGES, start=start, end=end, places=list(places)):
        found[place] += customers
    return {place: (customers, 1) for place, customers in found.items()}


# -- Acquisition -----------------------------------------------------------------------------------------------------


def _spend(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    """Fen of all channels; of places of which nothing was told a whole of 0. The company's own sheet is no place's."""
    within = [place for place in places if place != UNASSIGNED]
    found: dict[int, int] = {}
    for (_week, place, _channel), fen in spend.told(within, start, end - timedelta(days=1)).items():
        found[place] = found.get(place, 0) + fen
    return {place: (found.get(place, 0), int(place in found)) for place in places}


def _cost_per_new(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    [new] = pulse.sums("community", "week", [Span(start, end)], places)
    spent = _spend(start, end, places)
    return {
        place: (fen, new[place].new_payers if is_told and place in new else 0)
        for place, (fen, is_told) in spent.items()
    }


def _budget(start: date, end: date, places: Sequence[int]) -> dict[int, Pair]:
    within = [place for place in places if place != UNASSIGNED]
    found: dict[int, int] = {}
    for (week, place), fen in retention.budgets(within, start).items():
        if week < end:
            found[place] = found.get(place, 0) + fen
    return {place: (found.get(place, 0), int(place in found)) for place in places}


OF_COMMUNITIES: dict[str, Reader] = {
    "registered": _registered,
    "activation": _stage(funnel.ACTIVATED),
    "funnel_activated": _stage(funnel.ACTIVATED),
    "funnel_retained": _stage(funnel.RETAINED),
    "funnel_revenue": _stage(funnel.REVENUE),
    "funnel_referred": _stage(funnel.REFERRED),
    "acquisition_budget": _budget,
    "spend": _spend,
    "cost_per_new": _cost_per_new,
    "retention": _retention,
    "churn": _churn,
    "active": _flows(lambda flow, weeks: (flow[0], weeks)),
    "retained": _flows(lambda flow, weeks: (flow[2], weeks)),
    "recall": _recall,
    "lost": _flows(lambda flow, weeks: (flow[4], weeks)),
    "quick_ratio": _flows(lambda flow, weeks: (flow[1] + flow[3], flow[4])),
}
