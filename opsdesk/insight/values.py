"""The value of a metric in every community or station over finished weeks: what quadrants and exports read."""

from collections.abc import Sequence
from datetime import date

from communities.models import ServiceStation
from opsdesk.insight import dashboard_queries as queries
from opsdesk.insight.dashboard_rules import PAIRS, Pair
from opsdesk.insight.metric_values import OF_COMMUNITIES
from users.pulse.rules import Span, Unit

COMMUNITY_ONLY = ("subsidy", "subsidy_rate", "penetration", "registered_penetration")


def keys_for(unit: str) -> list[str]:
    """The metrics that `of_units` can tell of a unit; none of a unit that it does not know."""
    if unit == "station":
        return [key for key in PAIRS if key not in COMMUNITY_ONLY]
    return [*PAIRS, *OF_COMMUNITIES] if unit == "community" else []


def of_units(key: str, unit: Unit, start: date, end: date, scope_places: Sequence[int]) -> dict[int, Pair]:
    """(part, whole) of a metric by community or station id, from Monday `start` to, not with, Monday `end`; the value
    is part / whole, nobody to divide by is a whole of 0. `scope_places`: community ids (0: the unassigned), of which
    stations are taken too. Over several weeks paying users are those of a week, on average; money is their sum."""
    if key not in keys_for(unit):
        raise ValueError(f"{key} cannot be told of a {unit}")
    if key in OF_COMMUNITIES:
        return OF_COMMUNITIES[key](start, end, scope_places)
    places = _stations_of(scope_places) if unit == "station" else list(scope_places)
    [found] = queries.figures(unit, "week", [Span(start, end)], places, end)
    weeks = max(1, (end - start).days // 7)
    return {place: PAIRS[key](one._replace(weeks=weeks)) for place, one in found.items()}


def _stations_of(communities: Sequence[int]) -> list[int]:
    return list(ServiceStation.objects.filter(community__in=communities).order_by("id").values_list("id", flat=True))
