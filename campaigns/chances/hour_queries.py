"""Open rates of doors by weekday and hour, and by building, as they are shown: chances with the visits behind them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from campaigns.chances import queries, rules
from campaigns.chances.queries import DOORS, HERE, REMEMBERED, BestHour
from campaigns.chances.rules import Chance, Hour
from communities.scoping import Scope
from opsdesk.lib import sql

HOURS = range(rules.FIRST_HOUR, rules.LAST_HOUR)
# Of a building's visits: as many as the community's hours weigh beside them. Fewer say little of their own.
LEAST_AT_BUILDING = round(rules.BUILDING_STRENGTH)

# One row a weekday and hour here: visits, opened, and the weights of both (visit_of_a_day).
_BY_WEEKDAY = f"""
SELECT weekday, hour, count(*), count(*) FILTER (WHERE opened), sum(weight),
       coalesce(sum(weight) FILTER (WHERE opened), 0)
  FROM ({DOORS}) seen WHERE {{here}} GROUP BY weekday, hour
"""

# One row a kind of day and hour of the company, of each community, and of each of the buildings that most is known of:
# weight, opened weight, visits, opened (visit_of_a_day).
_BY_BUILDING = f"""
WITH seen AS ({DOORS}),
many AS (
  SELECT community_id, building FROM seen WHERE {{here}} AND building <> ''
   GROUP BY 1, 2 HAVING count(*) >= %(least)s ORDER BY count(*) DESC, 1, 2 LIMIT %(most)s)
SELECT CASE grouping(community_id, building) WHEN 3 THEN 'company' WHEN 1 THEN 'community' ELSE 'building' END,
       community_id, building, kind, hour, sum(weight), coalesce(sum(weight) FILTER (WHERE opened), 0),
       count(*), count(*) FILTER (WHERE opened)
  FROM seen LEFT JOIN many USING (community_id, building)
 GROUP BY GROUPING SETS ((kind, hour), (community_id, kind, hour), (community_id, building, kind, hour))
HAVING CASE grouping(community_id, building)
       WHEN 3 THEN TRUE WHEN 1 THEN community_id IN (SELECT community_id FROM many) ELSE bool_and(many IS NOT NULL) END
"""


@dataclass(frozen=True)
class Spell:
    """One hour of one weekday (Monday is 1): doors visited and opened as they were counted, and what is expected."""

    weekday: int
    hour: int
    visits: int
    opened: int
    chance: Chance


@dataclass(frozen=True)
class Building:
    """`best`: by kind of day the hour at which somebody is likeliest at home."""

    community_id: int
    name: str
    visits: int
    opened: int
    best: Mapping[str, BestHour] = field(default_factory=dict)


def since(as_of: date) -> date:
    """The first day that is remembered."""
    return as_of - REMEMBERED + timedelta(days=1)


def by_weekday(scope: Scope, as_of: date, usual: Mapping[Hour, Chance] | None = None) -> dict[tuple[int, int], Spell]:
    """By weekday and hour, every one: the weekday shrunk towards such days here, these towards the company's.
    `usual`: such days here (queries.by_hour), where they are known already."""
    usual = queries.by_hour(scope, as_of) if usual is None else usual
    found = {
        (weekday, hour): sums
        for weekday, hour, *sums in sql.rows(_here(_BY_WEEKDAY, scope), **queries.remembered(as_of), **_places(scope))
    }
    return {
        (weekday, hour): _spell(weekday, hour, found.get((weekday, hour)), usual[rules.kind_of(weekday - 1), hour].p)
        for weekday in range(1, 8)
        for hour in HOURS
    }


def _here(statement: str, scope: Scope) -> str:
    return statement.replace("{here}", "TRUE" if scope.everywhere else HERE)


def _places(scope: Scope) -> dict[str, list[int]]:
    return {"communities": sorted(scope.communities), "stations": sorted(scope.stations)}


def _spell(weekday: int, hour: int, sums: Sequence[float] | None, usual: float) -> Spell:
    visits, opened, n, weight = sums or (0, 0, 0.0, 0.0)
    return Spell(weekday, hour, int(visits), int(opened), rules.chance(weight, n, usual, rules.WEEKDAY_STRENGTH))


def by_building(scope: Scope, as_of: date, most: int | None = None) -> list[Building]:
    """Buildings with at least LEAST_AT_BUILDING visits, the most visited first, `most` of them."""
    params = queries.remembered(as_of) | _places(scope)
    sums = {
        (level, community, building, kind, hour): numbers
        for level, community, building, kind, hour, *numbers in sql.rows(
            _here(_BY_BUILDING, scope), **params, least=LEAST_AT_BUILDING, most=most
        )
    }
    counted: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for (level, community, building, _kind, _hour), (_n, _weight, visits, opened) in sums.items():
        if level == "building":
            counted[community, building][0] += visits
            counted[community, building][1] += opened
    found = [
        Building(community, name, visits, opened, _best(sums, community, name))
        for (community, name), (visits, opened) in counted.items()
    ]
    return sorted(found, key=lambda one: (-one.visits, one.community_id, one.name))


Sums = Mapping[tuple[str, int | None, str | None, str, int], Sequence[float]]


def _best(sums: Sums, community: int, building: str) -> dict[str, BestHour]:
    hours = [BestHour(kind, hour, _at(sums, community, building, kind, hour)) for kind in rules.KINDS for hour in HOURS]
    return {
        kind: max((one for one in hours if one.kind == kind), key=lambda one: (one.chance.p, -one.hour))
        for kind in rules.KINDS
    }


def _at(sums: Sums, community: int, building: str, kind: str, hour: int) -> Chance:
    """A building shrunk towards its community, that towards the company, that towards what was believed."""
    p = rules.prior((kind, hour))
    for level in (("company", None, None), ("community", community, None)):
        n, opened = (sums.get((*level, kind, hour)) or queries.NOTHING)[:2]
        p = rules.shrunk(opened, n, p, rules.HOUR_STRENGTH)
    n, opened = (sums.get(("building", community, building, kind, hour)) or queries.NOTHING)[:2]
    return rules.chance(opened, n, p, rules.BUILDING_STRENGTH)
