"""Parcels of a batch, those that are due, and what is in one."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from communities.models import ApiToken
from communities.scoping import Scope
from coupons.batches import queries as batches
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.handover.models import Parcel
from opsdesk.lib import sql

FETCH = "fetch:coupons"  # the scope of a token by which a shop fetches parcels
UNKNOWN_AFTER = timedelta(minutes=5)  # a call that has said nothing for so long: its worker is dead
AGAIN_AFTER = timedelta(minutes=5)  # the shop could not be reached at all

# One row a coupon, in the order of ids; what has ended meanwhile stays in, so that a parcel never changes. Index
# coupons_grant_pkey.
_ROWS = """
SELECT g.code, g.customer_id, p.phone, c.name, g.valid_from, g.expires_at
  FROM coupons_grant g JOIN users_customer p ON p.id = g.customer_id JOIN coupons_coupon c ON c.id = g.coupon_id
 WHERE g.id BETWEEN %(first)s AND %(last)s AND g.batch_id = %(batch)s ORDER BY g.id
"""


def rows(parcel: Parcel) -> list[tuple[Any, ...]]:
    """(code, customer id, whole phone, coupon's name, valid from, expires at) of each coupon."""
    return list(sql.rows(_ROWS, first=parcel.first, last=parcel.last, batch=parcel.batch_id))


def contents(parcel: Parcel) -> dict[str, Any]:
    """What a call tells and a fetch answers, ready for JSON; times of Shanghai."""
    coupons = [
        {"code": code, "customer": customer, "phone": phone, "coupon": name, "valid_from": _iso(begins),
         "expires_at": _iso(ends)}
        for code, customer, phone, name, begins, ends in rows(parcel)
    ]  # fmt: skip
    return {"id": parcel.pk, "batch": parcel.batch.number, "number": parcel.number, "coupons": coupons}


def _iso(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat()


def of_batch(batch: Batch) -> QuerySet[Parcel]:
    return Parcel.objects.filter(batch=batch).select_related("by").order_by("-number")


def unpacked(batch: Batch) -> int:
    """Coupons of the batch that are in no parcel yet (grant_batch_state)."""
    last: int = Parcel.objects.filter(batch=batch).aggregate(last=Max("last"))["last"] or 0
    return Grant.objects.filter(batch=batch, pk__gt=last).count()


def in_reach(scope: Scope) -> QuerySet[Parcel]:
    within = batches.visible_to(scope).order_by().values("pk")
    return Parcel.objects.filter(batch__in=within).select_related("batch").order_by("id")


def to_fetch(scope: Scope) -> QuerySet[Parcel]:
    """Those that wait for the shop to fetch them, oldest first. Index parcel_state."""
    return in_reach(scope).filter(state=Parcel.State.WAITING, way=Parcel.Way.FETCH)


def due(at: datetime) -> QuerySet[Parcel]:
    """Calls that wait, oldest first; after a shop that was not there they wait a little. Index parcel_state."""
    rested = Q(sending_since=None) | Q(sending_since__lt=at - AGAIN_AFTER)
    waiting = Parcel.objects.filter(rested, state=Parcel.State.WAITING, way=Parcel.Way.CALL)
    return waiting.select_related("batch").order_by("id")


def silent(at: datetime) -> QuerySet[Parcel]:
    return Parcel.objects.filter(state=Parcel.State.SENDING, sending_since__lt=at - UNKNOWN_AFTER)


def has_work(at: datetime) -> bool:
    return silent(at).exists() or (settings.SHOP is not None and due(at).exists())


def ways(at: datetime) -> list[str]:
    """The ways to the shop that are set up, the one to take first."""
    tokens = ApiToken.objects.filter(scopes__contains=[FETCH], revoked_at=None, expires_at__gt=at)
    set_up = {Parcel.Way.CALL: settings.SHOP is not None, Parcel.Way.FETCH: tokens.exists(), Parcel.Way.FILE: True}
    return [way.value for way, is_there in set_up.items() if is_there]
