"""What a drive would be if it were started now; writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.drives.models import Drive
from campaigns.recall import planning, rules
from campaigns.recall.planning import Plan
from campaigns.recall.rules import Crew


@dataclass(frozen=True)
class WorkerPlan:
    """One person at a station: tasks and the minutes they take, of the minutes there are."""

    staff: int
    station: int
    tasks: int
    doors: int
    minutes: float
    capacity: int


@dataclass(frozen=True)
class StationPlan:
    """`marginal`: fen that one more hour of work there would bring."""

    station: int
    tasks: int
    doors: int
    minutes: float
    capacity: int
    marginal: int
    workers: list[WorkerPlan]


@dataclass(frozen=True)
class Preview:
    """candidates = held back + control + tasks, always. `channels`: tasks by channel; `offers`: tasks by offer id, None
    without one; `worth`: fen expected of all tasks, less their cost."""

    candidates: int
    held_back: Mapping[str, int]
    control: int
    tasks: int
    channels: Mapping[str, int]
    offers: Mapping[int | None, int]
    worth: int
    stations: list[StationPlan]


@transaction.atomic
def preview(drive: Drive, at: datetime) -> Preview:
    return told(drive, planning.plan(drive, at))


def told(drive: Drive, plan: Plan) -> Preview:
    fates = Counter(fate.fate for fate in plan.fates.values())
    tasks = [customer for customer, fate in plan.fates.items() if fate.fate == "task"]
    offers = (plan.offer_of(customer) for customer in tasks)
    return Preview(
        candidates=len(plan.fates),
        held_back=Counter(fate.reason for fate in plan.fates.values() if fate.fate == "held"),
        control=fates["control"],
        tasks=fates["task"],
        channels=Counter(plan.fates[customer].channel for customer in tasks),
        offers=Counter(offer.pk if offer else None for offer in offers),
        worth=sum(plan.worth_of(customer) for customer in tasks),
        stations=_stations(drive, plan),
    )


def _stations(drive: Drive, plan: Plan) -> list[StationPlan]:
    more = rules.marginal(plan.people.values(), plan.fates, drive.channels, plan.crews, best=drive.best_channel)
    loads = Counter(
        (plan.people[customer].station, fate.staff, fate.channel)
        for customer, fate in plan.fates.items()
        if fate.staff is not None
    )
    return [_station(station, plan.crews[station], loads, more[station]) for station in sorted(plan.crews)]


Loads = Counter[tuple[int, int, str]]


def _station(station: int, crew: Crew, loads: Loads, marginal: int) -> StationPlan:
    workers = [_worker(staff, station, crew, loads) for staff in crew.minutes]
    return StationPlan(
        station=station,
        tasks=sum(one.tasks for one in workers),
        doors=sum(one.doors for one in workers),
        minutes=sum(one.minutes for one in workers),
        capacity=crew.all_minutes,
        marginal=marginal,
        workers=workers,
    )


def _worker(staff: int, station: int, crew: Crew, loads: Loads) -> WorkerPlan:
    mine = {channel: loads[station, staff, channel] for channel in rules.STAFFED}
    minutes = sum(n * crew.minutes_of(staff, channel) for channel, n in mine.items())
    return WorkerPlan(staff, station, sum(mine.values()), mine["door"], minutes, crew.minutes[staff])
