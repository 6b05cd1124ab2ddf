"""Drives on the drawing board: whom, by which channels, with which words, when, and who works."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from campaigns.drives.models import Drive, Offer, Worker
from campaigns.drives.rules import DRIVE_CHANNELS
from campaigns.recall import rules, turns
from communities.models import Assignment, ServiceStation, StaffMember
from communities.policies import queries as policies
from communities.rules import PHONE, ROLES
from communities.scoping import Scope
from coupons.batches import audience as audiences
from coupons.batches.models import Batch
from opsdesk.lib import sql
from users.customers.models import Tag

EDITED = (
    "name", "audience", "channels", "best_channel", "value_first", "begins_on", "ends_on", "holdout_share",
    "no_holdout_reason",
)  # fmt: skip
AT_STATIONS = [code for code, role in ROLES.items() if role.at_station and PHONE in role.may]
_NEXT_ID = "SELECT nextval(pg_get_serial_sequence('campaigns_drive', 'id'))"


class NotThere(Exception):
    """This person does not work at that station (any more)."""


def employed(stations: Iterable[int]) -> set[tuple[int, int]]:
    """(staff, station) of everybody with an open account who works at one of these."""
    held = Assignment.objects.filter(station__in=stations, role__in=AT_STATIONS, staff__is_active=True)
    return {(staff, station) for staff, station in held.values_list("staff", "station") if station is not None}


def staff_of(stations: Iterable[int]) -> QuerySet[StaffMember]:
    """The people themselves, each once."""
    there = {"assignments__station__in": list(stations), "assignments__role__in": AT_STATIONS}
    return StaffMember.objects.filter(is_active=True, **there).distinct()


def works_at(staff: StaffMember, stations: Iterable[int]) -> bool:
    """At every one of them."""
    wanted = set(stations)
    return {(staff.pk, station) for station in wanted} <= employed(wanted)


def draft(
    *,
    name: str,
    scope: Scope,
    by: StaffMember | None,
    begins_on: date,
    ends_on: date,
    audience: str = rules.DEFAULT_AUDIENCE,
    channels: tuple[str, ...] | list[str] = DRIVE_CHANNELS,
    best_channel: bool = True,
    value_first: bool = False,
    holdout_share: float | None = None,
    no_holdout_reason: str = "",
) -> Drive:
    """A new draft with the next number, without offers and workers. `audience`: words of the customer list's address,
    read within `scope`, which is what its maker reaches with RUN_DRIVES."""
    share = policies.for_company().holdout_share if holdout_share is None else holdout_share
    made = Drive(
        name=name, audience=audience, scope=audiences.kept(scope), channels=list(channels), best_channel=best_channel,
        value_first=value_first, begins_on=begins_on, ends_on=ends_on, holdout_share=share,
        no_holdout_reason=no_holdout_reason, made_by=by,
    )  # fmt: skip
    with turns.in_turn():
        made.pk = sql.value(_NEXT_ID)
        made.number = f"R-{made.pk:04d}"
        made.save(force_insert=True)
        made.refresh_from_db(fields=["made_at"])
        turns.log("draft", made, by)
    return made


def edit(drive: Drive, *, by: StaffMember | None, revision: int | None = None, **changes: Any) -> Drive:
    """Change what a draft says: a new revision. Raises Changed when it is no draft any more, or of another revision."""
    unknown = set(changes) - set(EDITED)
    if unknown:
        raise TypeError(f"not a drive's to edit: {sorted(unknown)}")
    with turns.editing(drive, revision, by, fields=sorted(changes)) as locked:
        for name, value in changes.items():
            setattr(locked, name, value)
            setattr(drive, name, value)
        locked.save(update_fields=list(changes))
    return drive


# -- What is said --------------------------------------------------------------------------------------------------


def set_offer(
    drive: Drive,
    taste: Tag | None,
    script: str,
    product: str = "",
    price: int | None = None,
    batch: Batch | None = None,
    by: StaffMember | None = None,
) -> Offer:
    """What is said to those of a taste, or (None) to all others. `batch`: an open one, whose coupons are handed out."""
    if batch is not None and batch.origin != Batch.Origin.OPEN:
        raise ValueError(f"{batch.number} does not hand out coupons one by one")
    said = {"script": script, "product": product, "price": price, "batch": batch}
    with turns.editing(drive, None, by, offer=taste.name if taste else ""):
        return Offer.objects.update_or_create(drive=drive, taste=taste, defaults=said)[0]


def drop_offer(drive: Drive, taste: Tag | None, by: StaffMember | None) -> bool:
    """Whether there was one."""
    with turns.editing(drive, None, by, offer_dropped=taste.name if taste else ""):
        return bool(Offer.objects.filter(drive=drive, taste=taste).delete()[0])


# -- Who works -----------------------------------------------------------------------------------------------------


def set_worker(
    drive: Drive,
    staff: StaffMember,
    station: ServiceStation,
    shifts: int = 5,
    shift_minutes: int = 120,
    doors_an_hour: int | None = None,
    by: StaffMember | None = None,
) -> Worker:
    """Who works for it at a station and how much; without a pace that of the community. Raises NotThere."""
    if not works_at(staff, [station.pk]):
        raise NotThere(str(staff))
    pace = doors_an_hour or policies.for_community(station.community_id).doors_an_hour
    said = {"shifts": shifts, "shift_minutes": shift_minutes, "doors_an_hour": pace}
    with turns.editing(drive, None, by, worker=staff.pk, station=station.pk):
        return Worker.objects.update_or_create(drive=drive, staff=staff, station=station, defaults=said)[0]


def drop_worker(drive: Drive, staff: StaffMember, station: ServiceStation, by: StaffMember | None) -> bool:
    """Whether they were one."""
    with turns.editing(drive, None, by, worker_dropped=staff.pk, station=station.pk):
        return bool(Worker.objects.filter(drive=drive, staff=staff, station=station).delete()[0])
