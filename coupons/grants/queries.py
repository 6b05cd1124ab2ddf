"""Coupons in customers' hands, as pages and other slices ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from communities.models import StaffAct
from communities.scoping import Scope
from coupons.grants.models import Grant, Redemption
from opsdesk.lib import sql
from users.customers.models import Customer

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


# One row a refusal, the newest: of the customer's orders, or of their coupons (grant_nth_of_a_coupon,
# order_of_a_customer; redemption's keys to grant and order).
_REFUSED = """
WITH mine AS (
    SELECT r.id FROM coupons_grant g JOIN coupons_redemption r ON r.grant_id = g.id AND NOT r.taken
     WHERE g.customer_id = %(customer)s
     UNION
    SELECT r.id FROM users_order o JOIN coupons_redemption r ON r.order_id = o.id AND NOT r.taken
     WHERE o.customer_id = %(customer)s)
SELECT id FROM mine ORDER BY id DESC LIMIT %(most)s
"""


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


def refused_of(customer_id: int, most: int) -> list[Redemption]:
    """A customer's uses that were refused, the newest first, and those of their coupons by somebody else. A use that
    was told with an unknown code and without an imported order is nobody's: it stands in `refused_in_reach`."""
    ids = [row[0] for row in sql.rows(_REFUSED, customer=customer_id, most=most)]
    return list(Redemption.objects.filter(pk__in=ids).order_by("-id"))


def refused_in_reach(scope: Scope, reason: str = "") -> QuerySet[Redemption]:
    """Every use that was refused, told for a customer in reach; of one reason where it is named. Read by its key from
    the newest on (redemption_refused)."""
    found = Redemption.objects.filter(taken=False, **({"reason": reason} if reason else {}))
    if not scope.everywhere:
        found = found.filter(Exists(Customer.objects.visible_to(scope).filter(pk=OuterRef("customer_id"))))
    return found.select_related("grant__batch", "by")


def of_batch(batch_id: int) -> QuerySet[Grant]:
    """A batch's coupons (grant_once_a_batch_and_customer)."""
    return Grant.objects.filter(batch=batch_id)


def given_by(grants: Iterable[Grant]) -> dict[int, StaffAct]:
    """By coupon: who handed it out, where somebody did (act_of_a_thing)."""
    ids = [str(grant.pk) for grant in grants]
    acts = StaffAct.objects.filter(thing="grant", thing_id__in=ids, verb="give").select_related("staff")
    return {int(act.thing_id): act for act in acts}
