"""Effects and subsidies, read from roll-ups that the night writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from communities.policies import queries as policies
from coupons.batches.models import Batch
from coupons.effects import rules
from coupons.effects.rules import Arm, Effect
from coupons.effects.scores import WeekFigures
from opsdesk.lib import sql

# One row a batch and arm: sums over its people (key batch_id, days, arm, ...).
_ARMS = """
SELECT batch_id, arm, sum(people)::bigint, sum(buyers)::bigint, sum(purchases)::bigint, sum(purchases_sq)::bigint,
       sum(orders)::bigint, sum(orders_sq)::bigint, sum(net)::bigint, sum(net_sq), sum(profit)::bigint, sum(profit_sq)
  FROM coupons_outcome
 WHERE batch_id = ANY(%(batches)s::bigint[]) AND days = %(days)s
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
   AND (%(lifecycle)s = '' OR lifecycle = %(lifecycle)s) AND (%(rfm)s = '' OR rfm_class = %(rfm)s)
 GROUP BY 1, 2
"""

# One number a batch: fen of its coupons used and of the messages it sent (grant_batch_state, touch_of_a_thing).
_COSTS = """
SELECT b.id, COALESCE(u.cost, 0) + COALESCE(t.cost, 0)
  FROM unnest(%(batches)s::bigint[]) AS b(id)
  LEFT JOIN LATERAL (SELECT sum(discount)::bigint cost FROM coupons_grant
                      WHERE batch_id = b.id AND state = 'used') u ON true
  LEFT JOIN LATERAL (SELECT sum(cost)::bigint cost FROM users_touch
                      WHERE thing = 'batch' AND thing_id = b.id AND channel <> 'coupon') t ON true
"""

_ISSUED_ON = """
SELECT id, (issued_at AT TIME ZONE 'Asia/Shanghai')::date FROM coupons_batch
 WHERE id = ANY(%(batches)s::bigint[]) AND issued_at IS NOT NULL
"""


def effect_of(
    batches: Iterable[Batch],
    as_of: date,
    *,
    days: int | None = None,
    places: Sequence[int] | None = None,
    lifecycle: str = "",
    rfm: str = "",
) -> Effect:
    """Treated against held out over these batches, each compared within itself. `days`: the window; None: the one
    that effects are judged by. `places`: community ids, None everywhere."""
    ids = [batch.pk for batch in batches]
    issued = dict(sql.rows(_ISSUED_ON, batches=ids))
    window = days or rules.JUDGED_BY
    chosen = {"places": None if places is None else list(places), "lifecycle": lifecycle, "rfm": rfm}
    arms = {(row[0], row[1]): Arm(*map(int, row[2:])) for row in sql.rows(_ARMS, batches=ids, days=window, **chosen)}
    pairs = [(arms.get((one, "send"), Arm()), arms.get((one, "control"), Arm())) for one in ids]
    return rules.effect(
        [pair for pair in pairs if pair[0].people],
        days=window,
        over=bool(issued) and all(rules.window_is_over(day, window, as_of) for day in issued.values()),
        cost=sum(cost for _batch, cost in sql.rows(_COSTS, batches=ids)),
        least=policies.for_company().effect_min_people,
    )


def effect_of_batch(batch: Batch, as_of: date, days: int | None = None) -> Effect:
    return effect_of([batch], as_of, days=days)


def effect_of_version(version_id: int, as_of: date, days: int | None = None) -> Effect:
    return effect_of(Batch.objects.filter(strategy_version_id=version_id, issued_at__isnull=False), as_of, days=days)


def effect_of_strategy(strategy_id: int, as_of: date, days: int | None = None) -> Effect:
    issued = Batch.objects.filter(strategy_version__strategy_id=strategy_id, issued_at__isnull=False)
    return effect_of(issued, as_of, days=days)


@dataclass(frozen=True)
class Subsidy:
    """One line of the subsidy ledger. Money in fen; `payers` counts a customer once a week."""

    key: str
    weeks: int
    payers: int
    payer_days: int
    gross: int
    net: int
    discount: int
    uses: int
    cost: int

    @property
    def rate(self) -> float | None:
        return rules.subsidy_rate(self.cost, self.gross)

    @property
    def discount_rate(self) -> float | None:
        return rules.subsidy_rate(self.discount, self.gross)

    @property
    def arppu(self) -> int | None:
        """Net a paying customer and week."""
        return round(self.net / self.payers) if self.payers else None

    @property
    def daily_payers(self) -> float | None:
        return self.payer_days / (self.weeks * 7) if self.weeks else None


GROUPS = {"week": "week::text", "community": "community_id::text", "lifecycle": "lifecycle", "rfm": "rfm_class"}

_SUBSIDIES = """
SELECT {group} AS key, count(DISTINCT week), sum(payers)::bigint, sum(payer_days)::bigint, sum(gross)::bigint,
       sum(net)::bigint, sum(discount)::bigint, sum(uses)::bigint, sum(cost)::bigint
  FROM coupons_subsidyweek
 WHERE week >= %(first)s AND week <= %(last)s AND community_id = ANY(%(places)s)
 GROUP BY 1 ORDER BY 1
"""


def subsidies(by: str, first: date, last: date, places: Sequence[int]) -> list[Subsidy]:
    """The weeks from Monday `first` to Monday `last`, one row a value of `by` (a key of GROUPS); 0 in `places` is the
    unassigned. Rows add up: each customer-week is counted in one class and one community."""
    statement = _SUBSIDIES.format(group=GROUPS[by])
    return [Subsidy(*row) for row in sql.rows(statement, first=first, last=last, places=list(places))]


@dataclass(frozen=True)
class BatchCost:
    """What a batch's coupons took off in a period, and the orders they were used on. Money in fen."""

    batch_id: int
    number: str
    name: str
    uses: int
    cost: int
    net: int


_BATCH_COSTS = """
SELECT b.id, b.number, b.name, count(*), sum(g.discount)::bigint, COALESCE(sum(o.net), 0)::bigint
  FROM coupons_grant g
  JOIN coupons_batch b ON b.id = g.batch_id
  LEFT JOIN users_order o ON o.id = g.order_id
 WHERE g.state = 'used' AND g.used_at >= %(begin)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
   AND g.used_at < %(end)s::date::timestamp AT TIME ZONE 'Asia/Shanghai' AND g.community_id = ANY(%(places)s)
 GROUP BY b.id, b.number, b.name ORDER BY 5 DESC, b.id
"""


def batch_costs(begin: date, end: date, places: Sequence[int]) -> list[BatchCost]:
    """Batches with a use in [begin, end), dearest first."""
    return [BatchCost(*row) for row in sql.rows(_BATCH_COSTS, begin=begin, end=end, places=list(places))]


# One row a week. fresh and back are summed over its days: of those whose first purchase fell in the seven days before,
# who bought (standing, customer_day); silent and woken by the snapshot of its Monday (snapshot_class).
_WEEKS = """
WITH span AS (SELECT w::date AS week FROM generate_series(%(first)s::date, %(last)s::date, interval '7 days') w),
sold AS (
  SELECT week, sum(gross)::bigint AS gross, sum(net)::bigint AS net, sum(payers)::bigint AS payers,
         sum(payer_days)::bigint AS payer_days, sum(cost)::bigint AS cost
    FROM coupons_subsidyweek WHERE week BETWEEN %(first)s AND %(last)s AND community_id = ANY(%(places)s) GROUP BY 1),
fresh AS (
  SELECT date_trunc('week', s.first_purchase + k)::date AS week, count(*) AS fresh, count(d.customer_id) AS back
    FROM users_standing s
   CROSS JOIN generate_series(1, 7) k
    LEFT JOIN users_customerday d ON d.customer_id = s.customer_id AND d.day = s.first_purchase + k
   WHERE s.first_purchase >= %(first)s::date - 7 AND s.first_purchase < %(last)s::date + 7
     AND COALESCE(s.community_id, 0) = ANY(%(places)s)
   GROUP BY 1),
woken AS (
  SELECT l.as_of AS week, count(*) AS silent, count(*) FILTER (WHERE EXISTS (
         SELECT FROM users_customerday d WHERE d.customer_id = l.customer_id AND d.starts_purchase
                   AND d.day >= l.as_of AND d.day < l.as_of + 7)) AS woken
    FROM users_lifecyclesnapshot l JOIN span ON span.week = l.as_of
   WHERE l.lifecycle = 'silent' AND l.community_id = ANY(%(places)s) GROUP BY 1)
SELECT week, COALESCE(gross, 0), COALESCE(net, 0), COALESCE(payers, 0), COALESCE(payer_days, 0), COALESCE(cost, 0),
       COALESCE(fresh, 0), COALESCE(back, 0), COALESCE(silent, 0), COALESCE(woken, 0)
  FROM span LEFT JOIN sold USING (week) LEFT JOIN fresh USING (week) LEFT JOIN woken USING (week)
 ORDER BY week
"""


def week_figures(first: date, last: date, places: Sequence[int]) -> list[WeekFigures]:
    """The weeks from Monday `first` to Monday `last`, each there even when nothing was sold."""
    return [WeekFigures(*row) for row in sql.rows(_WEEKS, first=first, last=last, places=list(places))]
