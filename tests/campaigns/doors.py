"""Drives, tasks and visits for tests, written as rows: what happened at doors, without the way it was told."""

import datetime as dt
import itertools
import uuid
from typing import Any, TypeVar

from django.db.models import Model

from campaigns.drives.models import Candidate, Drive, Task
from campaigns.visits.models import Visit
from tests.factories import SHANGHAI
from users.purchases.models import CustomerDay

_numbers = itertools.count(1)
Row = TypeVar("Row", bound=Model)


def at(day: dt.date, clock: str = "18:00") -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), SHANGHAI)


def make_drive(begins_on: dt.date, **fields: Any) -> Drive:
    """Running, started at its first morning."""
    defaults = {
        "number": f"R-{next(_numbers):04}", "name": "win back", "audience": "", "channels": ["door"],
        "begins_on": begins_on, "ends_on": begins_on + dt.timedelta(days=13), "state": "running",
        "started_at": at(begins_on, "08:00"),
    }  # fmt: skip
    return Drive.objects.create(**(defaults | fields))


def make_task(drive: Drive, customer_id: int, **fields: Any) -> Task:
    return _saved(a_task(drive, customer_id, **fields))


def a_task(drive: Drive, customer_id: int, **fields: Any) -> Task:
    """Not saved yet, as everything of `a_...` here: a world of many is written by bulk_create."""
    defaults = {"community_id": 1, "building": "3", "unit": "1", "room": "501", "floor": 5, "channel": "door"}
    return Task(drive=drive, customer_id=customer_id, **(defaults | fields))


def make_control(drive: Drive, customer_id: int, **fields: Any) -> Candidate:
    return _saved(a_control(drive, customer_id, **fields))


def a_control(drive: Drive, customer_id: int, **fields: Any) -> Candidate:
    defaults = {"community_id": 1, "fate": "control", "channel": "door", "draw": 0}
    return Candidate(drive=drive, customer_id=customer_id, **(defaults | fields))


def make_visit(task: Task, staff: Any, moment: dt.datetime, outcome: str, **fields: Any) -> Visit:
    """Told at the moment at which it took place. The task repeats it, as it would."""
    visit = a_visit(task, staff, moment, outcome, **fields)
    task.save(update_fields=["outcome", "last_at", "visits"])
    return _saved(visit)


def a_visit(task: Task, staff: Any, moment: dt.datetime, outcome: str, **fields: Any) -> Visit:
    """The task is told of it, and not saved either."""
    local = moment.astimezone(SHANGHAI)
    defaults = {
        "uuid": uuid.uuid4(), "digest": "", "customer_id": task.customer_id, "drive_id": task.drive_id,
        "community_id": task.community_id, "station_id": task.station_id, "channel": task.channel,
        "building": task.building, "staff": staff, "at": moment, "day": local.date(), "received_at": moment,
    }  # fmt: skip
    task.outcome, task.last_at, task.visits = outcome, moment, task.visits + 1
    return Visit(task=task, outcome=outcome, **(defaults | fields))


def make_day(customer_id: int, day: dt.date, net: int, starts: bool = True, community_id: int = 1) -> CustomerDay:
    return _saved(a_day(customer_id, day, net, starts, community_id))


def a_day(customer_id: int, day: dt.date, net: int, starts: bool = True, community_id: int = 1) -> CustomerDay:
    return CustomerDay(
        community_id=community_id, customer_id=customer_id, day=day, orders=1, gross=net, discount=0, net=net,
        starts_purchase=starts, clean_orders=1, clean_net=net, starts_clean=starts,
    )  # fmt: skip


def _saved(row: Row) -> Row:
    row.save(force_insert=True)
    return row
