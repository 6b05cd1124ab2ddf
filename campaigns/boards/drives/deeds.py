"""A plan kept: the drive with its offers and workers, all of it or nothing. And a plan tried: previewed, not kept."""

from datetime import datetime

from django.db import transaction

from campaigns.boards.drives.plan import Plan
from campaigns.drives.models import Drive, Offer, Worker
from campaigns.recall import actions as recall
from campaigns.recall.preview import Preview
from communities.models import StaffMember
from communities.scoping import Scope
from coupons.batches import audience as audiences


@transaction.atomic
def keep(plan: Plan, drive: Drive | None, scope: Scope, by: StaffMember) -> Drive:
    """A new draft, or the draft `drive` changed at the revision that was seen. Raises what recall.edit raises."""
    said = plan.form.values()
    if drive is None:
        drive = recall.draft(scope=scope, by=by, **said)
    else:
        drive = recall.edit(drive, by=by, revision=plan.form.cleaned_data["revision"], **said)
    _offers(plan, drive, by)
    _workers(plan, drive, by)
    return drive


def _offers(plan: Plan, drive: Drive, by: StaffMember) -> None:
    """Only what differs is written: each writing is a line in the log."""
    had = {offer.taste_id: offer for offer in drive.offers.all()}
    wanted = {offer.taste_id: offer for offer in plan.offers()}
    for taste, offer in wanted.items():
        if taste not in had or _told(offer) != _told(had[taste]):
            recall.set_offer(drive, offer.taste, offer.script, offer.product, offer.price, offer.batch, by)
    for taste, offer in had.items():
        if taste not in wanted:
            recall.drop_offer(drive, offer.taste, by)


def _told(offer: Offer) -> tuple[object, ...]:
    return offer.script, offer.product, offer.price, offer.batch_id


def _workers(plan: Plan, drive: Drive, by: StaffMember) -> None:
    had = {(one.staff_id, one.station_id): one for one in drive.workers.select_related("staff", "station")}
    wanted = {(one.staff_id, one.station_id): one for one in plan.workers()}
    for key, one in wanted.items():
        if key not in had or _pace(one) != _pace(had[key]):
            recall.set_worker(drive, one.staff, one.station, *_pace(one), by)
    for key, one in had.items():
        if key not in wanted:
            recall.drop_worker(drive, one.staff, one.station, by)


def _pace(worker: Worker) -> tuple[int, int, int]:
    return worker.shifts, worker.shift_minutes, worker.doors_an_hour


def tried(plan: Plan, scope: Scope, by: StaffMember, at: datetime) -> Preview:
    """What the plan would come to. It is written under a number of the asker's own, read, and taken back; no number of
    a real drive is used up."""
    day = at.date()
    with transaction.atomic():
        drive = Drive(
            pk=-by.pk, number=f"-{by.pk}", audience=plan.wanted.to_query(), scope=audiences.kept(scope),
            channels=plan.form.channels(), best_channel=bool(plan.form.said("best_channel")),
            holdout_share=plan.holdout, no_holdout_reason="-", begins_on=plan.day_of("begins_on") or day, made_by=by,
        )  # fmt: skip
        drive.ends_on = drive.begins_on
        drive.save(force_insert=True)
        _kept_with(drive, plan)
        found = recall.preview(drive, at)
        transaction.set_rollback(True)
    return found


def _kept_with(drive: Drive, plan: Plan) -> None:
    parts: list[Offer | Worker] = [*plan.offers(), *plan.workers()]
    for part in parts:
        part.drive = drive
        part.save(force_insert=True)
