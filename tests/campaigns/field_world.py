"""A running drive with four evenings of visits at two stations, for tests of the pages that look at it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from campaigns.drives.models import Candidate, Drive, Task
from campaigns.visits.models import Visit
from tests.campaigns import doors
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customers
from tests.standings import run_done
from users.purchases.models import CustomerDay

FIRST = TODAY - dt.timedelta(days=10)
EVENINGS = (FIRST, FIRST + dt.timedelta(days=1), TODAY - dt.timedelta(days=1), TODAY)
PLAN = ("ordered", "no_answer", "interested", "not_ordered", "no_entry")


@dataclass
class Field:
    drive: Drive
    tasks: dict[str, list[Task]]
    visits: dict[str, list[Visit]] = field(default_factory=dict)


def make_field(people: Cast) -> Field:
    """Twenty doors at each station, five told on each of four evenings, those of Jinling by other_staff; four left to
    do and four held out. Orders are known before TODAY. Whoever ordered bought on the evening itself and again nine
    days later; of the held out, one bought on the third day."""
    run_done(TODAY)
    world = Field(doors.make_drive(FIRST, ends_on=TODAY + dt.timedelta(days=3)), {})
    for place, station, staff in (
        (people.cuiping, people.cuiping_station, people.staff),
        (people.jinling, people.jinling_station, people.other_staff),
    ):
        homes = make_customers(28, community=place, station=station)
        where = {"community_id": place.pk, "station_id": station.pk}
        Candidate.objects.bulk_create(doors.a_control(world.drive, one.pk, **where) for one in homes[24:])
        doors.make_day(homes[24].pk, FIRST + dt.timedelta(days=2), 900, community_id=place.pk)
        world.tasks[place.code] = [_task(world.drive, one.pk, n, staff, where) for n, one in enumerate(homes[:24])]
        world.visits[place.code] = _told(world.tasks[place.code], staff)
    return world


def _told(tasks: list[Task], staff: Any) -> list[Visit]:
    visits = [_visit(tasks[n], n, staff) for n in range(20)]
    Task.objects.bulk_create(tasks)
    CustomerDay.objects.bulk_create(day for visit in visits if visit.outcome == "ordered" for day in _days(visit))
    return Visit.objects.bulk_create(visits)


def _task(drive: Drive, customer: int, n: int, staff: Any, where: dict[str, int]) -> Task:
    room = f"{n // 4 + 1}0{n % 4 + 1}"
    return doors.a_task(drive, customer, room=room, floor=n // 4 + 1, place=n + 1, assignee=staff, **where)


def _visit(task: Task, n: int, staff: Any) -> Visit:
    evening, outcome = EVENINGS[n // 5], PLAN[n % 5]
    if outcome in ("ordered", "interested", "not_ordered"):
        task.state = "done"
    amount = 2500 if outcome == "ordered" else None
    return doors.a_visit(task, staff, doors.at(evening, f"18:{n % 5 * 6:02}"), outcome, amount=amount)


def _days(visit: Visit) -> list[CustomerDay]:
    days = [visit.day, visit.day + dt.timedelta(days=9)]
    return [doors.a_day(visit.customer_id, day, 2000, community_id=visit.community_id) for day in days if day < TODAY]
