"""Parcels: coupons of a batch as a file for the shop, each coupon in one, the same parcel always the same bytes."""

import csv
import hashlib
import io
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.handover.models import Parcel
from opsdesk.lib import exports, sql

HEAD = ("code", "phone", "coupon", "valid_from", "expires_at")

# In the order of ids; what has ended meanwhile stays in, so that a parcel never changes. Index coupons_grant_pkey.
_ROWS = """
SELECT g.code, p.phone, c.name, g.valid_from, g.expires_at
  FROM coupons_grant g JOIN users_customer p ON p.id = g.customer_id JOIN coupons_coupon c ON c.id = g.coupon_id
 WHERE g.id BETWEEN %(first)s AND %(last)s AND g.batch_id = %(batch)s ORDER BY g.id
"""


@transaction.atomic
def pack(batch_id: int, *, by: StaffMember | None) -> Parcel | None:
    """A parcel of every coupon of the batch that is in none yet; None when there is none. The batch's row makes two
    who pack at once take turns."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    last = Parcel.objects.filter(batch=batch).aggregate(last=Max("last"), number=Max("number"))
    found = Grant.objects.filter(batch=batch, pk__gt=last["last"] or 0)
    sums = found.aggregate(first=Min("pk"), last=Max("pk"), grants=Count("pk"))
    if not sums["grants"]:
        return None
    return Parcel.objects.create(batch=batch, number=(last["number"] or 0) + 1, way=Parcel.Way.FILE, by=by, **sums)


@transaction.atomic
def download(parcel_id: int, *, by: StaffMember, reason: str, at: datetime) -> bytes:
    """The parcel's file, with whole phones, so every download is logged with its reason. Bytes that differ from those
    handed over first raise AssertionError: a parcel is what it was."""
    parcel = Parcel.objects.select_for_update().get(pk=parcel_id)
    content = written(parcel)
    digest = hashlib.sha256(content).hexdigest()
    if parcel.digest not in ("", digest):
        raise AssertionError(f"parcel {parcel_id} is not what was handed over")
    parcel.digest, parcel.state, parcel.tries = digest, Parcel.State.DONE, parcel.tries + 1
    parcel.ended_at = parcel.ended_at or at
    parcel.save(update_fields=["digest", "state", "tries", "ended_at"])
    write_log(staff=by, verb="hand_over", thing="parcel", thing_id=parcel_id, reason=reason,
              detail={"batch": parcel.batch_id, "coupons": parcel.grants, "digest": digest})  # fmt: skip
    return content


def written(parcel: Parcel) -> bytes:
    """CSV in UTF-8 with its mark, times of Shanghai; no cell of it can run in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for code, phone, name, begins, ends in sql.rows(_ROWS, first=parcel.first, last=parcel.last, batch=parcel.batch_id):
        moments = [timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") for moment in (begins, ends)]
        writer.writerow([code, phone, exports.neutral(name), *moments])
    return out.getvalue().encode("utf-8-sig")
