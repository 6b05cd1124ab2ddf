"""The night's part: what the people of each batch did, and what each week's coupons cost."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from communities.policies import queries as policies
from coupons.effects.rules import WINDOWS
from opsdesk.lib import sql
from users.lifecycle.models import SnapshotDay

# Batches that have something new to say: a window open since they were last measured, or a back-dated order.
_DUE = """
SELECT b.id FROM coupons_batch b LEFT JOIN coupons_measured m ON m.batch_id = b.id
 WHERE b.issued_at IS NOT NULL
   AND (m.batch_id IS NULL
        OR m.as_of < LEAST(%(as_of)s, (b.issued_at AT TIME ZONE 'Asia/Shanghai')::date + %(longest)s)
        OR EXISTS (SELECT FROM users_dayschanged c
                    WHERE c.id > m.last_change_id
                      AND c.first_day < (b.issued_at AT TIME ZONE 'Asia/Shanghai')::date + %(longest)s))
 ORDER BY b.id
"""

_FORGET = "DELETE FROM coupons_outcome WHERE batch_id = %(batch)s"

# One customer of the batch in one window (customer_day), then added up by arm, place and class.
_MEASURE = """
INSERT INTO coupons_outcome (batch_id, days, arm, community_id, lifecycle, rfm_class, people, buyers, purchases,
       purchases_sq, orders, orders_sq, net, net_sq, profit, profit_sq)
SELECT %(batch)s, w.days, p.fate, p.community_id, p.lifecycle, p.rfm_class, count(*),
       count(*) FILTER (WHERE p.purchases[w.nth] > 0),
       sum(p.purchases[w.nth]), sum(p.purchases[w.nth] ^ 2), sum(p.orders[w.nth]), sum(p.orders[w.nth] ^ 2),
       sum(p.net[w.nth]), sum(p.net[w.nth]::numeric ^ 2), sum(p.profit[w.nth]), sum(p.profit[w.nth]::numeric ^ 2)
  FROM (SELECT m.fate, m.community_id, m.lifecycle, m.rfm_class, d.*
          FROM coupons_batch b
          JOIN coupons_batchmember m ON m.batch_id = b.id AND m.fate IN ('send', 'control')
          CROSS JOIN LATERAL (SELECT {windows}
                                FROM users_customerday d
                               WHERE d.customer_id = m.customer_id AND d.day < %(as_of)s
                                 AND d.day >= (b.issued_at AT TIME ZONE 'Asia/Shanghai')::date
                                 AND d.day < (b.issued_at AT TIME ZONE 'Asia/Shanghai')::date + %(longest)s) d
         WHERE b.id = %(batch)s) p
 CROSS JOIN unnest(%(windows)s::int[]) WITH ORDINALITY AS w(days, nth)
 GROUP BY w.days, p.fate, p.community_id, p.lifecycle, p.rfm_class
"""

_MARK = """
INSERT INTO coupons_measured (batch_id, as_of, last_change_id)
VALUES (%(batch)s, %(as_of)s, (SELECT COALESCE(max(id), 0) FROM users_dayschanged))
ON CONFLICT (batch_id) DO UPDATE SET as_of = EXCLUDED.as_of, last_change_id = EXCLUDED.last_change_id
"""

_VALUES = {
    "purchases": "d.starts_purchase::int",
    "orders": "d.orders",
    "net": "d.net",
    "profit": "round((d.net + d.discount) * %(margin)s)::bigint - d.discount",
}


def _windows() -> str:
    """One array a measure, one place in it a window."""
    within = (
        "COALESCE(sum({value}) FILTER (WHERE d.day < (b.issued_at AT TIME ZONE 'Asia/Shanghai')::date + {days}), 0)"
    )
    return ", ".join(
        f"ARRAY[{', '.join(within.format(value=value, days=days) for days in WINDOWS)}]::bigint[] AS {name}"
        for name, value in _VALUES.items()
    )


@dataclass(frozen=True)
class Counted:
    batches: int
    weeks: int
    rows: int


def measure(as_of: date) -> Counted:
    """Measure every batch that has something new, and the weeks whose money may have changed. Idempotent; a date
    before the newest that was computed changes nothing, for what is known since would be lost."""
    newest = SnapshotDay.objects.aggregate(newest=Max("as_of"))["newest"]
    if newest and as_of < newest:
        return Counted(0, 0, 0)
    margin = policies.for_company().margin_share
    due = [batch for (batch,) in sql.rows(_DUE, as_of=as_of, longest=WINDOWS[-1])]
    for batch in due:
        _measure(batch, as_of, margin)
    weeks = [week for (week,) in sql.rows(_WEEKS, as_of=as_of)]
    return Counted(len(due), len(weeks), sum(_sum_up(week, as_of) for week in weeks))


@transaction.atomic
def _measure(batch: int, as_of: date, margin: float) -> None:
    sql.expect_much()
    params = {"batch": batch, "as_of": as_of, "margin": margin, "longest": WINDOWS[-1], "windows": list(WINDOWS)}
    sql.run(_FORGET, **params)
    sql.run(_MEASURE.format(windows=_windows()), **params)
    sql.run(_MARK, **params)


# Weeks whose money is not, or no longer, what the roll-up and the coupons say.
_WEEKS = """
WITH told AS (
  SELECT date_trunc('week', day)::date AS week, sum(gross) AS gross, sum(net) AS net, sum(discount) AS discount
    FROM users_communityday WHERE day < %(as_of)s GROUP BY 1),
used AS (
  SELECT date_trunc('week', used_at AT TIME ZONE 'Asia/Shanghai')::date AS week, sum(discount) AS cost
    FROM coupons_grant
   WHERE state = 'used' AND used_at < %(as_of)s::date::timestamp AT TIME ZONE 'Asia/Shanghai' GROUP BY 1),
kept AS (
  SELECT week, sum(gross) AS gross, sum(net) AS net, sum(discount) AS discount, sum(cost) AS cost
    FROM coupons_subsidyweek GROUP BY 1)
SELECT week FROM told LEFT JOIN used USING (week) FULL JOIN kept USING (week)
 WHERE (kept.gross, kept.net, kept.discount, kept.cost)
       IS DISTINCT FROM (told.gross, told.net, told.discount, COALESCE(used.cost, 0))
 ORDER BY week
"""

_CLEAR_WEEK = "DELETE FROM coupons_subsidyweek WHERE week = %(week)s"

# The week's customers by the class they had on its Monday; grants by the day they were used. A use whose order is not
# imported yet has its cost counted, and nobody who paid.
_WEEK = """
WITH paid AS (
  SELECT customer_id, min(community_id) AS community_id, count(*) AS days, sum(gross)::bigint AS gross,
         sum(net)::bigint AS net, sum(discount)::bigint AS discount
    FROM users_customerday WHERE day >= %(week)s AND day < LEAST(%(end)s, %(as_of)s) GROUP BY customer_id),
used AS (
  SELECT customer_id, min(community_id) AS community_id, count(*) AS uses, sum(discount)::bigint AS cost
    FROM coupons_grant
   WHERE state = 'used' AND used_at >= %(week)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
     AND used_at < LEAST(%(end)s, %(as_of)s)::date::timestamp AT TIME ZONE 'Asia/Shanghai' GROUP BY customer_id)
INSERT INTO coupons_subsidyweek (week, community_id, lifecycle, rfm_class, payers, payer_days, gross, net, discount,
                                 uses, cost)
SELECT %(week)s, COALESCE(p.community_id, u.community_id), COALESCE(l.lifecycle, ''), COALESCE(r.rfm_class, ''),
       count(p.days), COALESCE(sum(p.days), 0), COALESCE(sum(p.gross), 0), COALESCE(sum(p.net), 0),
       COALESCE(sum(p.discount), 0), COALESCE(sum(u.uses), 0), COALESCE(sum(u.cost), 0)
  FROM paid p
  FULL JOIN used u USING (customer_id)
  LEFT JOIN users_lifecyclesnapshot l ON l.as_of = %(week)s AND l.customer_id = COALESCE(p.customer_id, u.customer_id)
  LEFT JOIN users_rfmscore r ON r.as_of = %(week)s AND r.customer_id = COALESCE(p.customer_id, u.customer_id)
 GROUP BY 2, 3, 4
"""


_CLEAR_TOTAL = "DELETE FROM coupons_subsidytotal WHERE week = %(week)s"
_TOTAL = """
INSERT INTO coupons_subsidytotal (week, community_id, gross, cost)
SELECT week, community_id, sum(gross), sum(cost) FROM coupons_subsidyweek WHERE week = %(week)s GROUP BY 1, 2
"""


@transaction.atomic
def _sum_up(week: date, as_of: date) -> int:
    sql.expect_everybody()
    params = {"week": week, "end": week + timedelta(days=7), "as_of": as_of}
    sql.run(_CLEAR_WEEK, **params)
    rows = sql.run(_WEEK, **params)
    sql.run(_CLEAR_TOTAL, week=week)
    sql.run(_TOTAL, week=week)
    return rows
