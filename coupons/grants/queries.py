"""Coupons in customers' hands, as pages and other slices ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from communities.scoping import Scope
from coupons.grants.models import Grant, Redemption
from opsdesk.lib import sql

# One row a batch. Index grant_batch_state.
_FATES = """
SELECT batch_id, count(*)::int, count(*) FILTER (WHERE state = 'used')::int,
       count(*) FILTER (WHERE state = 'open')::int, count(*) FILTER (WHERE state = 'expired')::int,
       count(*) FILTER (WHERE state = 'void')::int, sum(discount)::bigint
  FROM coupons_grant WHERE batch_id = ANY(%(batches)s) GROUP BY batch_id
"""


@dataclass(frozen=True)
class Fates:
    """What became of a batch's coupons: issued = used + open + expired + void, always. `discount`: fen taken off."""

    issued: int = 0
    used: int = 0
    open: int = 0
    expired: int = 0
    void: int = 0
    discount: int = 0


def fates(batch_ids: Iterable[int]) -> dict[int, Fates]:
    """By batch; one that has issued nothing has zeros."""
    wanted = list(batch_ids)
    told = {row[0]: Fates(*map(int, row[1:])) for row in sql.rows(_FATES, batches=wanted)}
    return {batch_id: told.get(batch_id, Fates()) for batch_id in wanted}


def coupons_of(customer_id: int) -> QuerySet[Grant]:
    """Every coupon of a customer, newest first (grant_nth_of_a_coupon)."""
    found = Grant.objects.filter(customer=customer_id).select_related("coupon", "batch")
    return found.order_by("-issued_at", "-id")


def in_reach(scope: Scope) -> QuerySet[Grant]:
    """Coupons of customers whose community or station was in reach at their issue."""
    return Grant.objects.filter(scope.condition()).select_related("coupon", "batch")


def refused(batch_id: int) -> QuerySet[Redemption]:
    """Uses of a batch's coupons that were refused, newest first: disputes at the door are settled by these."""
    return Redemption.objects.filter(grant__batch=batch_id, taken=False).select_related("grant")
