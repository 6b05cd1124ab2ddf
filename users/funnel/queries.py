"""The definition of rules.py as set-based SQL, and what the board reads. `places` are community ids in sight, 0 the
unassigned; None everybody."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.funnel.models import Stage, StageAction

Places = Sequence[int] | None
Cell = tuple[Any, int, int]

# One row a registered customer, from everybody's customer-days (customer_day), RFM amounts and referrals. A purchase is
# the days from one that starts it to the next. Bits as in rules.STAGES and rules.OPEN. {scored}: who has a score.
_STAGES = """
WITH policy AS (
    SELECT * FROM unnest(%(ids)s::int[], %(activation)s::int[], %(second)s::int[], %(big)s::bigint[])
               AS p(community_id, activation, second, big)),
known AS MATERIALIZED (
    SELECT c.id, COALESCE(c.community_id, 0) AS community_id, COALESCE(NULLIF(r.channel, ''), c.channel) AS channel,
           (c.registered_at AT TIME ZONE 'Asia/Shanghai')::date AS registered
      FROM users_customer c LEFT JOIN users_registration r ON r.customer_id = c.id
     WHERE c.registered_at < (%(as_of)s::date)::timestamp AT TIME ZONE 'Asia/Shanghai'),
half AS (
    SELECT COALESCE(community_id, 0) AS community_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY monetary) AS monetary
      FROM {scored} AS s GROUP BY 1),
numbered AS (
    SELECT d.customer_id, d.day, d.net,
           count(*) FILTER (WHERE d.starts_purchase) OVER (PARTITION BY d.customer_id ORDER BY d.day) AS number
      FROM users_customerday d JOIN known k ON k.id = d.customer_id WHERE d.day < %(as_of)s),
purchase AS (
    SELECT customer_id, number, min(day) AS day, sum(net) AS net FROM numbered GROUP BY 1, 2),
bought AS (
    SELECT customer_id, min(day) FILTER (WHERE number = 1) AS first, min(day) FILTER (WHERE number = 2) AS second,
           max(net) AS largest
      FROM purchase GROUP BY 1),
brought AS (
    SELECT DISTINCT r.referrer_id AS customer_id FROM users_referral r JOIN known k ON k.id = r.referred_id)
SELECT k.id AS customer_id, k.community_id, k.channel,
       k.registered - (EXTRACT(isodow FROM k.registered)::int - 1) AS week,
       (CASE WHEN b.first < k.registered + p.activation THEN 1 ELSE 0 END
      + CASE WHEN b.second < b.first + p.second THEN 2 ELSE 0 END
      + CASE WHEN s.monetary > h.monetary OR b.largest >= p.big THEN 4 ELSE 0 END
      + CASE WHEN g.customer_id IS NOT NULL THEN 8 ELSE 0 END
      + CASE WHEN %(as_of)s < k.registered + p.activation THEN 16 ELSE 0 END
      + CASE WHEN %(as_of)s < b.first + p.second THEN 32 ELSE 0 END)::smallint AS stages
  FROM known k
  JOIN policy p ON p.community_id = k.community_id
  LEFT JOIN bought b ON b.customer_id = k.id
  LEFT JOIN {scored} AS s ON s.customer_id = k.id
  LEFT JOIN half h ON h.community_id = k.community_id
  LEFT JOIN brought g ON g.customer_id = k.id
"""
STAGES = _STAGES.format(scored="(SELECT * FROM users_standing WHERE frequency IS NOT NULL)")

CELLS = """
(SELECT community_id, channel, week, stages, count(*)::int AS customers
   FROM users_stage GROUP BY community_id, channel, week, stages)
"""

TOTALS = """
(SELECT channel, week, stages, sum(customers)::int AS customers
   FROM users_funnelcell GROUP BY channel, week, stages)
"""

# One row a unit and set of bits: of some communities by the key, of everybody from totals. {unit} is one of UNITS.
_CELLS = """
SELECT {unit}, stages, sum(customers)::int FROM {table}
 WHERE {where} AND (%(came)s::text IS NULL OR channel = %(came)s) AND (%(week)s::date IS NULL OR week = %(week)s)
 GROUP BY 1, 2
"""
# The same as of an earlier date of which the scores are kept (primary key of users_rfmscore); counted anew when asked.
_CELLS_THEN = f"""
SELECT {{unit}}, stages, count(*)::int
  FROM ({_STAGES.format(scored="(SELECT * FROM users_rfmscore WHERE as_of = %(as_of)s)")}) AS told
 WHERE (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
   AND (%(came)s::text IS NULL OR channel = %(came)s) AND (%(week)s::date IS NULL OR week = %(week)s)
 GROUP BY 1, 2
"""
_THERE = "(%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))"
UNITS = {"week": "week", "channel": "channel", "community": "community_id"}

_KNOWN = """
SELECT COALESCE(sum(customers), 0)::int FROM users_lifecyclecount
 WHERE as_of = %(as_of)s AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
"""


def params(policies: Mapping[int, Policies], as_of: date) -> dict[str, Any]:
    """Of STAGES. Policies by place, the unassigned's at 0."""
    each = list(policies.values())
    return {
        "as_of": as_of,
        "ids": list(policies),
        "activation": [one.activation_days for one in each],
        "second": [one.second_purchase_days for one in each],
        "big": [one.revenue_min_purchase for one in each],
    }


def cells(places: Places, unit: str, *, came: str | None = None, week: date | None = None) -> list[Cell]:
    """(unit, bits, customers), the unit by one of UNITS. `came`: those of this channel only, "" those whose channel
    nobody told; `week`: those who registered in the week of this Monday."""
    is_total = places is None and unit != "community"
    table, where = ("users_funneltotal", "true") if is_total else ("users_funnelcell", _THERE)
    statement = _CELLS.format(unit=UNITS[unit], table=table, where=where)
    return sql.rows(statement, places=None if places is None else list(places), came=came, week=week)


def cells_as_of(
    as_of: date, policies: Mapping[int, Policies], places: Places, unit: str, *, came: str | None = None,
    week: date | None = None,
) -> list[Cell]:  # fmt: skip
    """What `cells` told on an earlier date, by today's policies (of every place, as for `params`)."""
    asked = {"places": None if places is None else list(places), "came": came, "week": week}
    return sql.rows(_CELLS_THEN.format(unit=UNITS[unit]), **params(policies, as_of), **asked)


def known(as_of: date, places: Places) -> int:
    """Everybody known as of a date, registered or not."""
    return int(sql.value(_KNOWN, as_of=as_of, places=None if places is None else list(places)))


def staged(**asked: Any) -> Q:
    """For a list of customers: those whose stages fulfil conditions on Stage (stage_of_a_week)."""
    return Q(id__in=Stage.objects.filter(**asked).values("customer_id"))


def knows_referrals() -> bool:
    """Whether anybody was ever told to have brought somebody: before that nobody's bringing is known."""
    return bool(sql.value("SELECT EXISTS (SELECT FROM users_referral)"))


def actions_told() -> dict[str, StageAction]:
    """By stage, those that somebody has written down."""
    return {one.stage: one for one in StageAction.objects.all()}
