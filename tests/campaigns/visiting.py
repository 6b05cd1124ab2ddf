"""Running drives with tasks at doors, and outcomes as a phone tells them, for tests: everything by keyword."""

import datetime as dt
import itertools
from typing import Any
from uuid import UUID, uuid4

from campaigns.drives.models import Drive, Offer, Task
from campaigns.visits import actions, reading
from campaigns.visits.actions import Answer
from communities.access import Desk
from communities.models import ServiceStation, StaffMember
from communities.rules import PHONE
from communities.scoping import Scope
from tests.factories import SHANGHAI, make_customer
from users.customers.models import Customer

EVENING = dt.datetime(2018, 5, 7, 18, tzinfo=SHANGHAI)  # of the day on which tests play
_numbers = itertools.count(1)


def make_drive(*, state: str = "running", **fields: Any) -> Drive:
    """Two weeks from the day on which tests play."""
    usual: dict[str, Any] = {
        "number": f"R-{next(_numbers):04d}", "name": "沉默召回", "audience": "lifecycle=silent", "channels": ["door"],
        "begins_on": dt.date(2018, 5, 7), "ends_on": dt.date(2018, 5, 20), "holdout_share": 0.1,
        "started_at": EVENING - dt.timedelta(days=1), "as_of": dt.date(2018, 5, 6),
    }  # fmt: skip
    return Drive.objects.create(**usual | {"state": state} | fields)


def make_offer(*, drive: Drive, **fields: Any) -> Offer:
    return Offer.objects.create(**{"drive": drive, "script": "好久不见"} | fields)


def make_task(
    *, station: ServiceStation, drive: Drive | None = None, customer: Customer | None = None, **fields: Any
) -> Task:
    """6-2-502 at a station, by the door."""
    place = {"community_id": station.community_id, "station_id": station.pk}
    customer = customer or make_customer(community=station.community, station=station)
    usual = {"channel": "door", "building": "6", "unit": "2", "room": "502", "floor": 5}
    return Task.objects.create(drive=drive or make_drive(), customer=customer, **place | usual | fields)


def reach(staff: StaffMember) -> Scope:
    return Desk.of(staff, PHONE).scope_for(PHONE)


def event(
    task: Task | int, outcome: str = "no_answer", *, uuid: UUID | str | None = None, **fields: Any
) -> dict[str, Any]:
    """As JSON; an undo has the outcome ""."""
    said = {"uuid": str(uuid or uuid4()), "task_id": task if isinstance(task, int) else task.pk}
    return said | ({"outcome": outcome} if outcome else {}) | fields


def tell(
    staff: StaffMember, said: dict[str, Any], *, at: dt.datetime = EVENING, off: dt.timedelta = dt.timedelta()
) -> Answer:
    return actions.record(reading.read(said), staff, reach(staff), at, "phone", off=off)
