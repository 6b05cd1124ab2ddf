"""How likely somebody answers by hour and building, and what each channel brought by class: from own visits, the old
ones counting less, shrunk towards the company's and its towards what is believed before any visit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from campaigns.chances import rules
from campaigns.chances.rules import Chance, Hour, Rates, Tried
from campaigns.drives.models import Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.drives.rules import DRIVE_CHANNELS
from communities.policies import queries as policies
from communities.scoping import Scope
from opsdesk.lib import sql
from users.rfm.rules import CLASSES

# Older visits weigh less than an eighth: they are left out.
REMEMBERED = timedelta(weeks=3 * rules.HALF_LIFE_WEEKS)
_KNOCKED = [code for code, outcome in OUTCOMES.items() if outcome.knocked]
_OPENED = [code for code, outcome in OUTCOMES.items() if outcome.opened]

# The door visits that are remembered, with hour, weekday (Monday is 1), kind of day and weight (visit_of_a_day).
DOORS = """
SELECT v.community_id, v.building, v.station_id,
       date_part('isodow', v.at AT TIME ZONE 'Asia/Shanghai')::int AS weekday,
       CASE WHEN date_part('isodow', v.at AT TIME ZONE 'Asia/Shanghai') > 5 THEN 'weekend' ELSE 'workday' END AS kind,
       date_part('hour', v.at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
       power(0.5::float, (%(as_of)s::date - v.day)::float / 7 / %(half_life)s) AS weight,
       v.outcome = ANY(%(opened)s) AS opened
  FROM campaigns_visit v
 WHERE v.live AND v.day > %(since)s AND v.day <= %(as_of)s AND v.channel = 'door' AND v.outcome = ANY(%(knocked)s)
"""

# One row an hour and kind of day: weight and opened weight of the company, and of the places asked for.
_BY_HOUR = f"""
SELECT kind, hour, sum(weight), coalesce(sum(weight) FILTER (WHERE opened), 0),
       coalesce(sum(weight) FILTER (WHERE {{here}}), 0), coalesce(sum(weight) FILTER (WHERE opened AND {{here}}), 0)
  FROM ({DOORS}) seen GROUP BY kind, hour
"""
HERE = "(community_id = ANY(%(communities)s) OR station_id = ANY(%(stations)s))"

# One row a building of these communities, one a community and one for the company, all at one hour of such days; then
# the same of the one weekday.
_AT_ONE_HOUR = f"""
SELECT CASE grouping(community_id, building) WHEN 3 THEN 'company' WHEN 1 THEN 'community' ELSE 'building' END,
       community_id, building, sum(weight), coalesce(sum(weight) FILTER (WHERE opened), 0),
       coalesce(sum(weight) FILTER (WHERE weekday = %(weekday)s), 0),
       coalesce(sum(weight) FILTER (WHERE opened AND weekday = %(weekday)s), 0)
  FROM ({DOORS}) seen WHERE kind = %(kind)s AND hour = %(hour)s
 GROUP BY GROUPING SETS ((), (community_id), (community_id, building))
HAVING grouping(community_id) = 1 OR community_id = ANY(%(communities)s)
"""

# One row a channel and class: tries with weight, reached, ordered within the days that belong to a visit, their net.
# A try is a task by what was told of it, or a text message that reached. The order may be placed at the door, shortly
# before its outcome is told. Indexes visit_of_a_day, touch_of_a_thing, order_of_a_customer.
_BY_CHANNEL = """
WITH told AS (
    SELECT v.customer_id, t.channel, t.rfm_class, min(v.at) AS at, min(v.day) AS day,
           bool_or(v.outcome = ANY(%(opened)s)) AS opened
      FROM campaigns_visit v JOIN campaigns_task t ON t.id = v.task_id
     WHERE v.live AND v.day > %(since)s AND v.day <= %(until)s
     GROUP BY v.task_id, v.customer_id, t.channel, t.rfm_class
    UNION ALL
    SELECT x.customer_id, x.channel, x.rfm_class, x.at, (x.at AT TIME ZONE 'Asia/Shanghai')::date, TRUE
      FROM users_touch x
     WHERE x.thing = 'drive' AND x.channel = 'sms' AND x.state = 'done'
       AND (x.at AT TIME ZONE 'Asia/Shanghai')::date > %(since)s
       AND (x.at AT TIME ZONE 'Asia/Shanghai')::date <= %(until)s),
weighed AS (
    SELECT told.channel, told.rfm_class, told.opened, bought.net,
           power(0.5::float, (%(as_of)s::date - told.day)::float / 7 / %(half_life)s) AS weight
      FROM told LEFT JOIN LATERAL (
           SELECT sum(o.net)::float AS net FROM users_order o
            WHERE o.customer_id = told.customer_id AND o.counted
              AND o.day >= told.day AND o.day <= told.day + %(days)s
              AND o.placed_at > told.at - interval '1 hour'
              AND o.placed_at <= told.at + make_interval(days => %(days)s)) bought ON TRUE)
SELECT channel, rfm_class, sum(weight), coalesce(sum(weight) FILTER (WHERE opened), 0),
       coalesce(sum(weight) FILTER (WHERE net IS NOT NULL), 0), coalesce(sum(weight * net), 0)
  FROM weighed GROUP BY channel, rfm_class
"""
_NET_OF_A_PURCHASE = "SELECT sum(net)::float / NULLIF(sum(purchases), 0) FROM users_standing"
NOTHING = (0.0, 0.0, 0.0, 0.0)  # of a building: weight, opened, and both of the one weekday
BEFORE_ANY_ORDER = 5000.0  # fen an order, before there is one


def by_hour(places: Scope | Collection[int] | None, as_of: date) -> dict[Hour, Chance]:
    """Open rate of doors by kind of day and hour, for every hour at which doors are knocked at: of the communities or
    the reach asked for (None: the company), shrunk towards the company's, and its towards the prior."""
    scope = scope_of(places)
    here = {"communities": list(scope.communities), "stations": list(scope.stations)}
    found = {
        (kind, hour): sums
        for kind, hour, *sums in sql.rows(
            _BY_HOUR.replace("{here}", "TRUE" if scope.everywhere else HERE), **remembered(as_of), **here
        )
    }
    hours = [(kind, hour) for kind in rules.KINDS for hour in range(rules.FIRST_HOUR, rules.LAST_HOUR)]
    return {hour: _at(hour, found.get(hour, [0.0] * 4), scope.everywhere) for hour in hours}


def scope_of(places: Scope | Collection[int] | None) -> Scope:
    if isinstance(places, Scope):
        return places
    return Scope(everywhere=True) if places is None else Scope(communities=frozenset(places))


def _at(hour: Hour, sums: list[float], everywhere: bool) -> Chance:
    n, opened, n_here, opened_here = sums
    company = rules.chance(opened, n, rules.prior(hour), rules.HOUR_STRENGTH)
    return company if everywhere else rules.chance(opened_here, n_here, company.p, rules.HOUR_STRENGTH)


def remembered(as_of: date) -> dict[str, Any]:
    """The params of DOORS."""
    return {
        "as_of": as_of, "since": as_of - REMEMBERED, "half_life": rules.HALF_LIFE_WEEKS, "opened": _OPENED,
        "knocked": _KNOCKED,
    }  # fmt: skip


@dataclass(frozen=True)
class BestHour:
    """`kind`: a key of rules.KINDS."""

    kind: str
    hour: int
    chance: Chance


def best_hours(places: Scope | Collection[int] | None, as_of: date) -> list[BestHour]:
    """Every hour of working days and weekends, the likeliest first; of equals the earlier."""
    return likeliest(by_hour(places, as_of))


def likeliest(found: Mapping[Hour, Chance]) -> list[BestHour]:
    """These hours, ordered so."""
    rows = [BestHour(kind, hour, chance) for (kind, hour), chance in found.items()]
    return sorted(rows, key=lambda row: (-row.chance.p, row.kind != "workday", row.hour))


# -- Now, by building ------------------------------------------------------------------------------------------------


def by_building(community_id: int, building: str, at: datetime) -> Chance:
    """That somebody of this building answers at this hour of such a day."""
    return likely_at({(community_id, building)}, at)[community_id, building]


def likely_now(tasks: Iterable[Task], at: datetime) -> dict[str, Chance]:
    """By building of these tasks: that somebody answers now. One query. Of buildings of two communities with one name
    the one that more is known of."""
    found = likely_at({(task.community_id, task.building) for task in tasks}, at)
    return {building: one for (_place, building), one in sorted(found.items(), key=lambda item: item[1].n)}


def likely_at(places: set[tuple[int, str]], at: datetime) -> dict[tuple[int, str], Chance]:
    """By community and building: the building on this weekday, shrunk towards the building on such days, its
    community, the company, the prior."""
    local = timezone.localtime(at)
    hour = rules.kind_of(local.weekday()), local.hour
    asked = {"kind": hour[0], "hour": hour[1], "weekday": local.isoweekday()}
    here = sorted({community for community, _name in places})
    rows = sql.rows(_AT_ONE_HOUR, **remembered(local.date()), **asked, communities=here) if places else []
    seen = {(level, community, building): sums for level, community, building, *sums in rows}
    company = _towards(rules.prior(hour), rules.HOUR_STRENGTH, seen.get(("company", None, None)))
    found = {}
    for community, building in places:
        there = _towards(company, rules.HOUR_STRENGTH, seen.get(("community", community, None)))
        sums = seen.get(("building", community, building), NOTHING)
        such_days = _towards(there, rules.BUILDING_STRENGTH, sums)
        found[community, building] = rules.chance(sums[3], sums[2], such_days, rules.WEEKDAY_STRENGTH)
    return found


def _towards(prior: float, strength: float, sums: Sequence[float] | None) -> float:
    n, opened = (sums or NOTHING)[:2]
    return rules.shrunk(opened or 0.0, n or 0.0, prior, strength)


# -- By channel ------------------------------------------------------------------------------------------------------


def by_channel(as_of: date) -> dict[tuple[str, str], Rates]:
    """By channel of a drive and RFM class ("": outside the window): how many are reached and order, and for how much;
    a class shrunk towards all classes of its channel. Tries whose days are not over by `as_of` are left out. Every
    channel and class is there."""
    days = policies.for_company().attribution_days
    until = as_of - timedelta(days=days)
    found = {
        (channel, rfm_class): Tried(*sums)
        for channel, rfm_class, *sums in sql.rows(_BY_CHANNEL, **remembered(as_of), until=until, days=days)
    }
    net = sql.value(_NET_OF_A_PURCHASE) or BEFORE_ANY_ORDER
    return {
        (channel, rfm_class): one
        for channel in DRIVE_CHANNELS
        for rfm_class, one in _by_class(channel, found, net).items()
    }


def _by_class(channel: str, found: dict[tuple[str, str], Tried], net: float) -> dict[str, Rates]:
    mine = {rfm_class: tried for (used, rfm_class), tried in found.items() if used == channel}
    every = Tried(*(sum(getattr(one, name) for one in mine.values()) for name in ("n", "opened", "ordered", "net")))
    opens, orders = rules.BEFORE[channel]
    company = rules.rates(every, Rates(opens, orders, net, 0.0))
    return {rfm_class: rules.rates(mine.get(rfm_class, Tried()), company) for rfm_class in (*CLASSES, "")}
