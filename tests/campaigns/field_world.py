"""A running drive with four evenings of visits at two stations, for tests of the pages that look at it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from campaigns.drives.models import Drive, Task
from campaigns.visits.models import Visit
from tests.campaigns import doors
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer
from tests.standings import run_done

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
        homes = [make_customer(community=place, station=station, name="王小明") for _n in range(28)]
        where = {"community_id": place.pk, "station_id": station.pk}
        tasks = [_task(world.drive, one.pk, n, staff, where) for n, one in enumerate(homes[:24])]
        for one in homes[24:]:
            doors.make_control(world.drive, one.pk, **where)
        doors.make_day(homes[24].pk, FIRST + dt.timedelta(days=2), 900, community_id=place.pk)
        world.tasks[place.code] = tasks
        world.visits[place.code] = [_visit(tasks[n], n, staff) for n in range(20)]
    return world


def _task(drive: Drive, customer: int, n: int, staff: Any, where: dict[str, int]) -> Task:
    room = f"{n // 4 + 1}0{n % 4 + 1}"
    return doors.make_task(drive, customer, room=room, floor=n // 4 + 1, place=n + 1, assignee=staff, **where)


def _visit(task: Task, n: int, staff: Any) -> Visit:
    evening, outcome = EVENINGS[n // 5], PLAN[n % 5]
    amount = 2500 if outcome == "ordered" else None
    visit = doors.make_visit(task, staff, doors.at(evening, f"18:{n % 5 * 6:02}"), outcome, amount=amount)
    if outcome in ("ordered", "interested", "not_ordered"):
        Task.objects.filter(pk=task.pk).update(state="done")
    if outcome == "ordered":
        for day in (evening, evening + dt.timedelta(days=9)):
            if day < TODAY:
                doors.make_day(task.customer_id, day, 2000, community_id=task.community_id)
    return visit
