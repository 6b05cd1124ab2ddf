"""Draw up the sheets of a day, keep what staff tick, write the words.

What is said with a delivery is no touch: it reaches whoever ordered anyway, so it is neither capped nor measured as a
contact, and mentioning a coupon here is no reminder. Whoever is held out of a coupon's reminders hears nothing of it
at the door either (drawing_sql.DELIVERIES), and the wishes of this moment hush every offer (queries.cues).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from campaigns.cuesheets import queries, rules
from campaigns.cuesheets.models import Cue, CueScript, CueSheet, Tick
from campaigns.cuesheets.queries import Delivery, Recommended
from campaigns.drives.rules import walking_key
from communities.actions import write_log
from communities.models import Community, ServiceStation, StaffMember
from communities.policies import queries as policies
from communities.policies.rules import Policies
from communities.scoping import Scope
from coupons.reminders.rules import last_day
from users.lifecycle import queries as lifecycle
from users.lifecycle import rules as classes

Place = tuple[int, int | None]  # community, station

# What a later draw rewrites of a cue; its ticks are the staff's.
_REDRAWN = (
    "community_id", "station_id", "building", "unit", "room", "place", "orders", "goods", "is_new", "first_purchase",
    "lifecycle", "rfm_class", "say", "recommends", "grant", "gone",
)  # fmt: skip


# -- Drawing up ----------------------------------------------------------------------------------------------------


def draw(day: date, at: datetime, station: ServiceStation | None = None, within: Scope | None = None) -> int:
    """Draw up the sheets of a day of delivery, or draw them up again with the orders that came since: of one station,
    of the places `within` somebody's reach, else of all. How many doors they have. Deliveries and recommendations are
    read in one statement each; each sheet is written in a transaction of its own. Ticks stay; a door whose orders are
    cancelled, or which is another station's now, is marked gone. Customers without a community are on no sheet."""
    values = _policies(station, within)
    stations = _stations(station, within)
    doors = queries.deliveries(day, values, stations)
    goods = queries.recommended(day, values, stations)
    sheets: dict[Place, list[Cue]] = {place: [] for place in _drawn_before(day, values, stations)}
    for door in doors:
        cue = _cue(door, goods.get(door.customer_id, []), day, values[door.community_id])
        sheets.setdefault((door.community_id, door.station_id), []).append(cue)
    as_of = lifecycle.latest_as_of()
    for place in sorted(sheets, key=lambda one: (one[0], one[1] or 0)):
        _write(place, day, at, as_of, sheets[place])
    return len(doors)


def _policies(station: ServiceStation | None, within: Scope | None) -> dict[int, Policies]:
    """The communities to draw for, each with its policies."""
    everywhere = policies.for_every_community()
    known = {place: values for place, values in everywhere.items() if place is not None}
    if station is not None:
        return {station.community_id: known[station.community_id]}
    if within is None or within.everywhere:
        return known
    of_stations = ServiceStation.objects.filter(pk__in=within.stations).values_list("community_id", flat=True)
    reach = within.communities | set(of_stations)
    return {place: values for place, values in known.items() if place in reach}


def _stations(station: ServiceStation | None, within: Scope | None) -> list[int] | None:
    """None: every door of those communities, also those of no station."""
    if station is not None:
        return [station.pk]
    if within is None or within.everywhere or not within.stations:
        return None
    whole = ServiceStation.objects.filter(community__in=within.communities).values_list("pk", flat=True)
    return sorted(within.stations | set(whole))


def _drawn_before(day: date, values: Mapping[int, Policies], stations: list[int] | None) -> list[Place]:
    found = CueSheet.objects.filter(day=day, community__in=values)
    if stations is not None:
        found = found.filter(station__in=stations)
    return list(found.values_list("community_id", "station_id"))


def _cue(door: Delivery, goods: list[Recommended], day: date, values: Policies) -> Cue:
    """One door as it stands now, not saved. Classes are as of the day of delivery."""
    ends = last_day(door.coupon_expires) if door.coupon_expires else None
    was = classes.class_from_days(
        door.first_purchase if door.last_before else None, door.last_before, door.ordered, values
    )
    facts = rules.Facts(day, door.ordered, door.first_purchase, was, door.rfm_class, ends)
    return Cue(
        customer_id=door.customer_id, community_id=door.community_id, station_id=door.station_id,
        building=door.building, unit=door.unit, room=door.room, orders=door.orders, goods=door.goods,
        is_new=rules.is_new(door.first_purchase, day, values.new_window_days), first_purchase=door.first_purchase,
        lifecycle=classes.class_from_days(door.first_purchase, door.ordered, day, values), rfm_class=door.rfm_class,
        say=rules.say(facts, values.new_window_days), recommends=[list(one) for one in goods],
        grant_id=door.grant_id, gone=False,
    )  # fmt: skip


@transaction.atomic
def _write(place: Place, day: date, at: datetime, as_of: date | None, cues: list[Cue]) -> None:
    """One sheet with its cues in the order of the walk. Whoever writes it holds its row; a draw that began earlier
    than the one before it has older orders and leaves the sheet alone."""
    community_id, station_id = place
    sheet, made = CueSheet.objects.select_for_update().get_or_create(
        community_id=community_id, station_id=station_id, day=day, defaults={"drawn_at": at, "as_of": as_of}
    )
    if not made and sheet.drawn_at > at:
        return
    CueSheet.objects.filter(pk=sheet.pk).update(drawn_at=at, as_of=as_of)
    cues.sort(key=lambda cue: (walking_key((cue.building, cue.unit, cue.room)), cue.customer_id))
    for nth, cue in enumerate(cues, start=1):
        cue.sheet, cue.place = sheet, nth
    Cue.objects.bulk_create(
        cues, update_conflicts=True, unique_fields=["sheet", "customer"], update_fields=_REDRAWN, batch_size=1000
    )
    Cue.objects.filter(sheet=sheet, gone=False).exclude(customer__in=[cue.customer_id for cue in cues]).update(
        gone=True
    )


# -- What staff tick -----------------------------------------------------------------------------------------------


@transaction.atomic
def tick(
    uuid: UUID, cue_id: int, what: str, on: bool, device_at: datetime | None, by: StaffMember, scope: Scope
) -> tuple[int, str]:
    """Set a tick or take it away, as a device tells it: (status, text). The same uuid with the same words is the same
    answer and changes nothing; with others it is 409. Another station's cue is 404, an unknown tick 422. Of two
    events about one tick the one that came last holds."""
    cue = queries.reachable(scope, cue_id).select_for_update(of=("self",)).first()
    if cue is None:
        return 404, gettext("There is no such door on your sheet.")
    if what not in rules.TICKS:
        return 422, gettext("There is no such tick.")
    digest = _digest(cue_id, what, on, device_at)
    told = Tick(uuid=uuid, digest=digest, cue=cue, what=what, on=on, staff=by, device_at=device_at)
    Tick.objects.bulk_create([told], ignore_conflicts=True)
    if Tick.objects.get(uuid=uuid).digest != digest:
        return 409, gettext("This was told before with other words.")
    cue.ticks = _standing(cue)
    cue.save(update_fields=["ticks"])
    return 200, gettext("Ticked.") if on else gettext("Taken back.")


def _digest(cue_id: int, what: str, on: bool, device_at: datetime | None) -> str:
    told = [cue_id, what, on, device_at.timestamp() if device_at else None]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _standing(cue: Cue) -> list[str]:
    """The ticks that the newest event of each says, in their order (tick_of_a_cue)."""
    newest = Tick.objects.filter(cue=cue).order_by("what", "-id").distinct("what")
    held = {event.what for event in newest if event.on}
    return [what for what in rules.TICKS if what in held]


# -- The words -----------------------------------------------------------------------------------------------------


@transaction.atomic
def write_script(kind: str, text: str, *, community: Community | None, by: StaffMember) -> CueScript | None:
    """The next version of one kind's words, for a community or for all; None when it says the same. An empty text goes
    back to the company's words, or to those that come with the desk."""
    before = queries.scripts(community.pk if community else None, kind).first()
    if (before.text if before else "") == text:
        return None
    made = CueScript.objects.create(kind=kind, text=text, community=community, made_by=by)
    write_log(
        staff=by, verb="change", thing="cue_script", thing_id=made.pk, community_id=made.community_id,
        detail={"kind": kind, "version": made.pk},
    )  # fmt: skip
    return made
