"""The statement that counts process numbers, held to a recount in plain values over random weeks of work."""

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from campaigns.cases import practice_queries
from campaigns.cuesheets.models import Cue, CueSheet, Tick
from campaigns.cuesheets.rules import TICKS
from campaigns.drives.outcomes import OUTCOMES
from tests.campaigns import doors
from tests.campaigns.practice_world import COHORT
from tests.cast import Cast
from tests.factories import make_customer
from tests.histories import quickly

SINCE, UNTIL = COHORT, COHORT + dt.timedelta(weeks=2)
DAYS = range(-2, 16)  # two beyond either end


@dataclass(frozen=True)
class Delivery:
    place: int
    day: int
    ticks: frozenset[str]
    late: int
    gone: bool


@dataclass(frozen=True)
class Knock:
    place: int
    task: int
    day: int
    outcome: str
    live: bool


places, days = st.integers(0, 1), st.sampled_from(DAYS)
deliveries = st.builds(
    Delivery, places, days, st.frozensets(st.sampled_from(list(TICKS))), st.integers(0, 1), st.booleans()
)
knocks = st.builds(Knock, places, st.integers(0, 2), days, st.sampled_from(list(OUTCOMES)), st.booleans())


def week_of(day: int) -> dt.date:
    date = SINCE + dt.timedelta(days=day)
    return date - dt.timedelta(days=date.weekday())


def recount(told: list[Delivery], knocked: list[Knock]) -> Counter:
    """(week, place, key, part or whole) -> how many."""
    found: Counter = Counter()

    def count(day: int, place: int, key: str, part: bool) -> None:
        found[week_of(day), place, key, "whole"] += 1
        found[week_of(day), place, key, "part"] += part

    for one in told:
        if 0 <= one.day < 14 and not one.gone:
            for key in ("told", "wechat", "group"):
                count(one.day, one.place, key, key in one.ticks)
            if "delivered" in one.ticks:
                count(one.day, one.place, "on_time", one.late == 0)
    at_door: dict[tuple[int, int, int], set[str]] = {}
    for knock in knocked:
        if knock.live and 0 <= knock.day < 14:
            at_door.setdefault((knock.day // 7, knock.place, knock.task), set()).add(knock.outcome)
    for (week, place, _task), outcomes in at_door.items():
        count(week * 7, place, "opened", any(OUTCOMES[outcome].opened for outcome in outcomes))
        count(week * 7, place, "ordered", "ordered" in outcomes)
    return +found


@pytest.mark.django_db
@quickly
@given(told=st.lists(deliveries, max_size=8), knocked=st.lists(knocks, max_size=8))
def test_the_statement_counts_what_a_person_would(people: Cast, told: list[Delivery], knocked: list[Knock]) -> None:
    stations = [people.cuiping_station, people.jinling_station]
    with transaction.atomic():
        write(people, stations, told, knocked)
        found: Counter = Counter()
        for one in practice_queries.numbers(SINCE, UNTIL):
            place = [station.pk for station in stations].index(one.place[1] or 0)
            found[one.week, place, one.key, "whole"] += one.share.whole
            found[one.week, place, one.key, "part"] += one.share.part
        transaction.set_rollback(True)
    assert +found == recount(told, knocked)


def write(people: Cast, stations: list, told: list[Delivery], knocked: list[Knock]) -> None:
    for one in told:
        station, day = stations[one.place], SINCE + dt.timedelta(days=one.day)
        sheet, _made = CueSheet.objects.get_or_create(
            community=station.community, station=station, day=day, defaults={"drawn_at": doors.at(day)}
        )
        customer = make_customer(community=station.community, station=station)
        cue = Cue.objects.create(sheet=sheet, customer=customer, say="plain", ticks=sorted(one.ticks), gone=one.gone)
        if "delivered" in one.ticks:
            at = doors.at(day + dt.timedelta(days=one.late), "23:59")
            Tick.objects.create(uuid=uuid.uuid4(), cue=cue, what="delivered", on=True, staff=people.staff, device_at=at)
    drive, tasks = doors.make_drive(SINCE), {}
    for knock in knocked:
        where = {"community_id": stations[knock.place].community_id, "station_id": stations[knock.place].pk}
        key = knock.place, knock.task
        if key not in tasks:
            customer = make_customer(community=stations[knock.place].community)
            tasks[key] = doors.make_task(drive, customer.pk, **where)
        moment = doors.at(SINCE + dt.timedelta(days=knock.day), "00:00")
        doors.make_visit(tasks[key], people.staff, moment, knock.outcome, live=knock.live)
