"""A drive that runs today, for pages that ask the clock: twelve doors of Cuiping, as its staff walk them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from campaigns.drives.models import Drive, Offer, Task
from communities.models import Building
from tests.campaigns.drives_world import make_door, running_drive, tasks_of
from tests.cast import Cast
from users.customers.models import Customer

ROOMS = ("601", "602", "604", "501", "502", "503", "401", "403", "404", "301", "302", "303")
SCRIPT = "{name}姐，好久没见您下单了。上次的排骨今天 {price}，我现在帮您下。"


def walk(cast: Cast, rooms: Sequence[str] = ROOMS, **fields: Any) -> list[Task]:
    """Doors of block 6, unit 2, that stands six floors high with four doors each; in the order of the walk."""
    Building.objects.get_or_create(community=cast.cuiping, number="6", defaults={"units": 2, "floors": 6, "doors": 4})
    people = [make_door(cast, room=room, name="张小芳") for room in rooms]
    return tasks_of(today(cast, people, **fields))


def today(cast: Cast, people: Sequence[Customer], **fields: Any) -> Drive:
    now = timezone.now()
    day = timezone.localdate(now)
    usual: dict[str, Any] = {
        "begins_on": day, "ends_on": day + dt.timedelta(days=10), "started_at": now - dt.timedelta(hours=2),
        "script": SCRIPT,
    }  # fmt: skip
    drive = running_drive(cast, list(people), **usual | fields)
    Offer.objects.filter(drive=drive).update(product="排骨", price=2990)
    return drive
