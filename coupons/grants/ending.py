"""Coupons that end without a use: void by hand or with their batch, expired. What they held goes back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches import steps
from coupons.batches.models import Batch
from coupons.grants import shares
from coupons.grants.models import Grant
from opsdesk.lib import sql

CHUNK = 20_000

# Both lock their rows in the order of ids. Indexes grant_batch_state, grant_to_expire.
_VOID = """
WITH gone AS MATERIALIZED (
    SELECT id FROM coupons_grant WHERE batch_id = %(batch)s AND state = 'open' ORDER BY id FOR UPDATE)
UPDATE coupons_grant g SET state = 'void', ended_at = %(at)s, void_reason = %(reason)s FROM gone WHERE g.id = gone.id
"""
_EXPIRE = """
WITH gone AS MATERIALIZED (
    SELECT id FROM coupons_grant WHERE state = 'open' AND expires_at <= %(now)s
     ORDER BY id LIMIT %(size)s FOR UPDATE),
expired AS (
    UPDATE coupons_grant g SET state = 'expired', ended_at = expires_at FROM gone WHERE g.id = gone.id
    RETURNING g.id, g.batch_id, g.community_id, g.station_id, g.reserved)
SELECT batch_id, community_id, station_id, count(*)::int, -sum(reserved)::bigint, 0, min(id)
  FROM expired GROUP BY batch_id, community_id, station_id
"""
# Index batch_state, grant_batch_state.
_ENDED = """
UPDATE coupons_batch b SET ended_at = %(now)s
 WHERE b.state = 'issued' AND b.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM coupons_grant g WHERE g.batch_id = b.id AND g.state = 'open')
"""


@transaction.atomic
def void(grant_id: int, *, reason: str, by: StaffMember | None, at: datetime) -> bool:
    """An open coupon is worth nothing from now on, and its customer may get another. False: it was not open."""
    grant = Grant.objects.select_for_update().filter(pk=grant_id, state=Grant.State.OPEN).first()
    if grant is None:
        return False
    Grant.objects.filter(pk=grant_id).update(state=Grant.State.VOID, ended_at=at, void_reason=reason[:200])
    write_log(staff=by, verb="void", thing="grant", thing_id=grant_id, community_id=grant.community_id or None,
              reason=reason, detail={"batch": grant.batch_id, "customer": grant.customer_id})  # fmt: skip
    given_back = shares.Change(grant.batch_id, grant.community_id, grant.station_id, 1, -grant.reserved, 0)
    shares.move([given_back], kind="release", key=f"void:{grant_id}", by=by, note=reason)
    return True


def void_open(batch: Batch, by: StaffMember | None, reason: str, at: datetime) -> int:
    """Every open coupon of a batch that is taken back; how many. For batches.actions.revoke, which moves the money."""
    return sql.run(_VOID, batch=batch.pk, at=at, reason=reason[:200])


def expire(now: datetime) -> int:
    """Coupons whose end has come, thousands in a transaction; how many. Done again it finds none."""
    total = 0
    while found := _expire_some(now):
        total += found
    _close_open_batches(now)
    sql.run(_ENDED, now=now)
    return total


@transaction.atomic
def _expire_some(now: datetime) -> int:
    rows = sql.rows(_EXPIRE, now=now, size=CHUNK)
    if rows:
        first = min(row[-1] for row in rows)
        shares.move([shares.Change(*row[:-1]) for row in rows], kind="release", key=f"expire:{first}")
    return sum(row[3] for row in rows)


def _close_open_batches(now: datetime) -> None:
    """An open batch whose coupon is over hands out no more: what was never handed out is released."""
    over = Batch.objects.filter(
        origin=Batch.Origin.OPEN, state="issuing", coupon__valid_to__lt=timezone.localtime(now).date()
    )
    for batch_id in over.values_list("id", flat=True):
        _close(batch_id, now)


@transaction.atomic
def _close(batch_id: int, now: datetime) -> None:
    batch = steps.begin("finish", batch_id, None)
    left = batch.recipients - batch.issued
    steps.take("finish", batch, by=None, at=now, left=left)
    Batch.objects.filter(pk=batch_id).update(recipients=F("issued"), issued_at=now)
    unused = shares.Change(batch_id, 0, None, left, -left * batch.coupon.most_off, 0)
    shares.move([unused], kind="release", key=f"close:{batch_id}")
