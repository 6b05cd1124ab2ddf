"""Parcels: coupons of a batch as a file for the shop, each coupon in one; other bytes than the first are said."""

import csv
import hashlib
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from communities.actions import write_log
from communities.models import StaffMember
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.handover import queries
from coupons.handover.models import Parcel
from opsdesk.lib import exports, phones

State, Way = Parcel.State, Parcel.Way
HEAD = ("code", "phone", "coupon", "valid_from", "expires_at")


@transaction.atomic
def pack(batch_id: int, *, by: StaffMember | None, way: str = Parcel.Way.FILE) -> Parcel | None:
    """A parcel of every coupon of the batch that is in none yet; None when there is none. The batch's row makes two
    who pack at once take turns."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    last = Parcel.objects.filter(batch=batch).aggregate(last=Max("last"), number=Max("number"))
    found = Grant.objects.filter(batch=batch, pk__gt=last["last"] or 0)
    sums = found.aggregate(first=Min("pk"), last=Max("pk"), grants=Count("pk"))
    if not sums["grants"]:
        return None
    return Parcel.objects.create(batch=batch, number=(last["number"] or 0) + 1, way=way, by=by, **sums)


class Changed(Exception):
    """The parcel's bytes are not those handed over first: a phone or a name in it has changed, or `gone` of its
    customers are no more."""

    def __init__(self, parcel: Parcel, gone: int) -> None:
        super().__init__(str(parcel))
        self.parcel, self.gone = parcel, gone


@transaction.atomic
def download(parcel_id: int, *, by: StaffMember, reason: str, at: datetime, as_it_is: bool = False) -> bytes:
    """The parcel's file, with whole phones, so every download is logged with its reason. Raises Changed instead of
    other bytes than those handed over first, unless somebody asks for it as it is now: the log says that it differs.
    Parcels of another way are no files."""
    parcel = Parcel.objects.select_for_update().get(pk=parcel_id, way=Way.FILE)
    content = written(parcel)
    digest = hashlib.sha256(content).hexdigest()
    differs = parcel.digest not in ("", digest)
    if differs and not as_it_is:
        raise Changed(parcel, parcel.grants - len(queries.rows(parcel)))
    parcel.digest, parcel.state, parcel.tries = parcel.digest or digest, Parcel.State.DONE, parcel.tries + 1
    parcel.ended_at = parcel.ended_at or at
    parcel.save(update_fields=["digest", "state", "tries", "ended_at"])
    write_log(staff=by, verb="hand_over", thing="parcel", thing_id=parcel_id, reason=reason,
              detail={"batch": parcel.batch_id, "coupons": parcel.grants, "digest": digest}
              | ({"instead_of": parcel.digest} if differs else {}))  # fmt: skip
    return content


def written(parcel: Parcel) -> bytes:
    """CSV in UTF-8 with its mark, times of Shanghai; no cell of it can run in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for code, _customer, phone, name, begins, ends in queries.rows(parcel):
        moments = [timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") for moment in (begins, ends)]
        writer.writerow([code, phone, exports.neutral(name), *moments])
    return out.getvalue().encode("utf-8-sig")


@transaction.atomic
def note_read(parcels: Iterable[Parcel], *, by: StaffMember) -> None:
    """The shop reads parcels with whole phones: a line of the log for each."""
    for parcel in parcels:
        write_log(staff=by, verb="hand_over", thing="parcel", thing_id=parcel.pk, reason="read by the shop",
                  detail={"batch": parcel.batch_id, "coupons": parcel.grants})  # fmt: skip


@transaction.atomic
def fetched(parcel: Parcel, *, by: StaffMember, at: datetime) -> Parcel:
    """The shop has a parcel of way `fetch`. Said again: as it was."""
    mine = Parcel.objects.filter(pk=parcel.pk, way=Way.FETCH, state=State.WAITING)
    if mine.update(state=State.DONE, ended_at=at):
        write_log(staff=by, verb="hand_over", thing="parcel", thing_id=parcel.pk, reason="kept by the shop",
                  detail={"batch": parcel.batch_id, "coupons": parcel.grants})  # fmt: skip
    parcel.refresh_from_db()
    return parcel


# verb -> (from states, what is written); what a person decides who has asked the shop.
DECISIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "send_again": ((State.UNKNOWN, State.FAILED), {"state": State.WAITING, "sending_since": None, "ended_at": None}),
    "mark_handed": ((State.UNKNOWN,), {"state": State.DONE}),
    "as_file": (
        (State.WAITING, State.FAILED, State.UNKNOWN),
        {"way": Way.FILE, "state": State.WAITING, "digest": "", "ended_at": None},
    ),
}


@transaction.atomic
def decide(parcel: Parcel, verb: str, *, reason: str, by: StaffMember) -> bool:
    """A verb of DECISIONS. False: the parcel is in no state for it (any more)."""
    states, news = DECISIONS[verb]
    mine = Parcel.objects.filter(pk=parcel.pk, state__in=states).exclude(way=Way.FILE)
    if not mine.update(**news):
        return False
    write_log(staff=by, verb=verb, thing="parcel", thing_id=parcel.pk, reason=phones.mask_within(reason),
              detail={"batch": parcel.batch_id, "coupons": parcel.grants})  # fmt: skip
    return True
