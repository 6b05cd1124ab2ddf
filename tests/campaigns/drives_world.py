"""Drives for tests: drafts with sensible defaults, and running ones with tasks at doors. Everything by keyword."""

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from campaigns.drives.models import Candidate, Drive, Offer, Task, Worker
from campaigns.drives.rules import floor_of, walking_key
from communities.models import ServiceStation, StaffMember
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import SHANGHAI
from tests.standings import buyer
from users.customers.models import Customer

NOON = dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)
_numbers = itertools.count(9000)


def make_door(
    cast: Cast, building: str = "6", unit: str = "2", room: str = "502", *, at: str = "cuiping", **fields: Any
) -> Customer:
    """A silent customer behind a door of Cuiping (or `at="jinling"`), served by the station there."""
    station: ServiceStation = getattr(cast, f"{at}_station")
    return buyer(community=getattr(cast, at), station=station, building=building, unit=unit, room=room, **fields)


def make_doors(cast: Cast, count: int, **fields: Any) -> list[Customer]:
    """So many of them: two to a floor, from 101 up, ten to a unit, twenty to a building."""
    places = [(str(n // 20 + 1), str(n // 10 % 2 + 1), f"{n % 10 // 2 + 1}0{n % 2 + 1}") for n in range(count)]
    return [make_door(cast, *place, **fields) for place in places]


def make_drive(cast: Cast, **fields: Any) -> Drive:
    """A draft for everybody silent, from today for two weeks, at doors and by phone; a row only, no candidates."""
    usual: dict[str, Any] = {
        "number": f"R-{next(_numbers):04d}", "name": "沉默召回", "audience": "lifecycle=silent",
        "scope": {"everywhere": True, "communities": [], "stations": []}, "channels": ["door", "phone"],
        "begins_on": TODAY, "ends_on": TODAY + dt.timedelta(days=13), "made_by": cast.operator,
    }  # fmt: skip
    return Drive.objects.create(**usual | fields)


def running_drive(
    cast: Cast,
    customers: Sequence[Customer] | None = None,
    channels: Sequence[str] = ("door", "phone"),
    *,
    assignee: StaffMember | None = None,
    controls: Sequence[Customer] = (),
    script: str = "您好,好久没来了",
    started_at: dt.datetime = NOON,
    **fields: Any,
) -> Drive:
    """A drive that runs, its tasks at the doors of these customers (six of Cuiping if none are named) by the first of
    `channels`, with an offer for everybody. `assignee`: whose tasks they are; nobody's unless named. No touches."""
    people = make_doors(cast, 6) if customers is None else list(customers)
    drive = make_drive(
        cast, channels=list(channels), state="running", frozen_at=started_at, started_at=started_at, as_of=TODAY,
        candidates=len(people) + len(controls), control=len(controls), tasks_made=len(people), **fields,
    )  # fmt: skip
    offer = Offer.objects.create(drive=drive, script=script)
    Worker.objects.create(drive=drive, staff=cast.staff, station=cast.cuiping_station)
    Candidate.objects.bulk_create(
        [
            *(_candidate(drive, one, "task", channels[0]) for one in people),
            *(_candidate(drive, one, "control", channels[0]) for one in controls),
        ]
    )
    Task.objects.bulk_create(_tasks(drive, people, channels[0], offer, assignee))
    return drive


def _candidate(drive: Drive, one: Customer, fate: str, channel: str) -> Candidate:
    return Candidate(
        drive=drive, customer_id=one.pk, community_id=one.community_id or 0, station_id=one.station_id,
        lifecycle="silent", rfm_class="lost", fate=fate, reason="", channel=channel, draw=one.pk * 7919 % 1_000_003,
    )  # fmt: skip


def _tasks(
    drive: Drive, people: list[Customer], channel: str, offer: Offer, assignee: StaffMember | None
) -> list[Task]:
    in_order = sorted(people, key=lambda one: walking_key((one.building, one.unit, one.room)))
    return [
        Task(
            drive=drive, customer=one, community_id=one.community_id or 0, station_id=one.station_id,
            building=one.building, unit=one.unit, room=one.room, floor=floor_of(one.room), place=place,
            channel=channel, offer=offer, assignee=assignee, worth=1000, lifecycle="silent", rfm_class="lost",
        )
        for place, one in enumerate(in_order, start=1)
    ]  # fmt: skip


def tasks_of(drive: Drive) -> list[Task]:
    return list(Task.objects.filter(drive=drive).select_related("customer", "offer", "drive").order_by("place", "id"))
