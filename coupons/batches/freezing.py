"""The audience of a batch, frozen: each candidate with what becomes of them, and the sums that follow."""

from datetime import datetime
from typing import Any

from communities.policies import queries as policies
from coupons.batches import audience, rules
from coupons.batches.models import Batch
from opsdesk.lib import sql

MEMBERS = """
INSERT INTO coupons_batchmember
       (batch_id, customer_id, community_id, station_id, lifecycle, rfm_class, fate, reason, draw)
SELECT %(batch)s, f.customer_id, f.community_id, f.station_id, f.lifecycle, f.rfm_class,
       CASE WHEN f.reason = '' THEN 'send' ELSE 'held' END, f.reason, {draw}
  FROM ({fates}) AS f
"""
FORGET = "DELETE FROM coupons_batchmember WHERE batch_id = %(batch)s"
# One row a stratum of those who may be reached (batch_member_fate).
STRATA = """
SELECT lifecycle, rfm_class, community_id, count(*) FROM coupons_batchmember
 WHERE batch_id = %(batch)s AND fate = 'send' GROUP BY 1, 2, 3
"""
# The lowest draws of each stratum are held out: rules.held_out, in SQL.
HOLD_OUT = """
WITH ranked AS (
    SELECT customer_id, lifecycle, rfm_class, community_id,
           row_number() OVER (PARTITION BY lifecycle, rfm_class, community_id ORDER BY draw, customer_id) AS place
      FROM coupons_batchmember WHERE batch_id = %(batch)s AND fate = 'send'),
quota AS (
    SELECT * FROM unnest(%(lifecycles)s::text[], %(classes)s::text[], %(communities)s::int[], %(quotas)s::int[])
                  AS q(lifecycle, rfm_class, community_id, quota))
UPDATE coupons_batchmember m SET fate = 'control'
  FROM ranked r JOIN quota q USING (lifecycle, rfm_class, community_id)
 WHERE r.place <= q.quota AND m.batch_id = %(batch)s AND m.customer_id = r.customer_id
"""
SUMS = """
SELECT fate, reason, count(*) FROM coupons_batchmember WHERE batch_id = %(batch)s GROUP BY 1, 2
"""


def write(batch: Batch, at: datetime) -> None:
    """The members of a locked batch, anew, and the counts and costs of its row. An open one has no members: its
    quantity is its number of recipients."""
    if batch.origin != Batch.Origin.OPEN:
        _members(batch, at)
    batch.most_cost = batch.recipients * batch.coupon.most_off
    batch.frozen_at = at
    batch.as_of = audience.as_of()
    batch.policy_version = policies.current_version()
    batch.save(
        update_fields=["candidates", "held_back", "control", "recipients", "most_cost", "frozen_at", "as_of",
                       "policy_version", "revision"]
    )  # fmt: skip


def _members(batch: Batch, at: datetime) -> None:
    sql.expect_much()
    fates, params = audience.fates_sql(batch, at)
    draw = rules.DRAW_SQL.format(customer="f.customer_id")
    sql.run(FORGET, batch=batch.pk)
    statement = MEMBERS.replace("{draw}", draw).replace("{fates}", fates)
    sql.run(statement, **params | {"draw_key": audience.draw_key(batch)})
    _hold_out(batch)
    _count(batch)


def _hold_out(batch: Batch) -> None:
    sizes = {(row[0], row[1], row[2]): int(row[3]) for row in sql.rows(STRATA, batch=batch.pk)}
    quotas = rules.quotas(sizes, batch.holdout_share, audience.draw_key(batch))
    columns: dict[str, Any] = {
        "lifecycles": [stratum[0] for stratum in quotas],
        "classes": [stratum[1] for stratum in quotas],
        "communities": [stratum[2] for stratum in quotas],
        "quotas": list(quotas.values()),
    }
    sql.run(HOLD_OUT, batch=batch.pk, **columns)


def _count(batch: Batch) -> None:
    sums = {(fate, reason): int(count) for fate, reason, count in sql.rows(SUMS, batch=batch.pk)}
    batch.candidates = sum(sums.values())
    batch.held_back = {reason: count for (fate, reason), count in sums.items() if fate == "held"}
    batch.control = sums.get(("control", ""), 0)
    batch.recipients = sums.get(("send", ""), 0)
