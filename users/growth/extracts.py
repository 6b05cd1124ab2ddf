"""Growth accounting as a table for pipes: a line a week that is over."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from communities.models import Community
from users.growth import queries, rules
from users.growth.rules import Flow
from users.retention import queries as retention
from users.retention import rules as weeks_of

HEAD = ("week", "active_before", "new", "recalled", "lost", "active", "retained", "quick_ratio")
COMMUNITY = "community"


def extract(as_of: date, places: queries.Places, breakdown: str) -> tuple[tuple[str, ...], Iterator[list[Any]]]:
    """Head and rows, oldest week first; by community its name at the end (empty: unassigned)."""
    span, everywhere = retention.span(as_of, places), retention.span(as_of)
    weeks = _weeks(as_of, span[0], everywhere[1]) if span and everywhere else []
    flows = queries.flows(places, weeks[0], weeks[-1]) if weeks else {}
    if breakdown != COMMUNITY:
        return HEAD, ([week, *cells(flow)] for week, flow in rules.total(flows, weeks).items())
    names = dict(Community.objects.values_list("pk", "name"))
    rows = ([week, *cells(flows[one].get(week, rules.NOTHING)), names.get(one, "")] for one in flows for week in weeks)
    return (*HEAD, COMMUNITY), rows


def _weeks(as_of: date, first: date, last: date) -> list[date]:
    return weeks_of.cohorts_shown(first, weeks_of.reach(as_of, last), "week", weeks_of.MOST)


def cells(flow: Flow) -> list[Any]:
    ratio = flow.quick_ratio
    told = None if ratio is None else round(ratio, 4)
    return [flow.before, flow.new, flow.recalled, flow.lost, flow.active, flow.retained, told]
