"""A day counted in the database says what the rules say of it, outcome by outcome, on random days."""

import datetime as dt
import random
from uuid import uuid4

import pytest

from campaigns.boards.supervisor import queries, rules, shift_queries
from campaigns.drives.models import Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.models import Visit
from communities.models import ServiceStation
from communities.scoping import Scope
from tests.campaigns import doors
from tests.campaigns.doors import at
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer

EVERYWHERE = Scope(everywhere=True)


@pytest.fixture
def tasks(people: Cast) -> list[Task]:
    drive = doors.make_drive(TODAY)
    return [
        doors.make_task(drive, make_customer(community=station.community, station=station).pk, room=str(n),
                        community_id=station.community_id, station_id=station.pk)
        for station in (people.cuiping_station, people.jinling_station) for n in range(12)
    ]  # fmt: skip


def a_day(people: Cast, tasks: list[Task], seed: int) -> None:
    """Two people at two stations, hurried or slow, some of it heard late, some of it put right; and a day before."""
    dice = random.Random(seed)
    haste = dice.choice([5, 60, 400])
    visits = [_outcome(dice, people, dice.choice(tasks), haste) for _ in range(dice.choice([6, 40, 90]))]
    visits += [_outcome(dice, people, task, haste, TODAY - dt.timedelta(days=1)) for task in tasks]
    Visit.objects.bulk_create(visits)


def _outcome(dice: random.Random, people: Cast, task: Task, haste: int, day: dt.date = TODAY) -> Visit:
    moment = at(day, "17:00") + dt.timedelta(seconds=haste * dice.randrange(90))
    outcome = "no_answer" if dice.random() < 0.7 else dice.choice(list(OUTCOMES))
    return Visit(
        uuid=uuid4(), digest="", task=task, customer_id=task.customer_id, drive_id=task.drive_id,
        community_id=task.community_id, station_id=dice.choice([task.station_id, task.station_id, None]),
        channel=dice.choice(["door", "door", "door", "phone"]), building="3", day=day, at=moment, outcome=outcome,
        staff=dice.choice([people.staff, people.other_staff]), live=dice.random() < 0.9,
        received_at=moment + dt.timedelta(hours=dice.choice([0] * 40 + [13])), many=dice.random() < 0.1,
        skewed=dice.random() < 0.01, conflict=dice.random() < 0.01,
    )  # fmt: skip


def _everything(scope: Scope) -> list[rules.Told]:
    shifts = set(Visit.objects.values_list("station_id", "staff_id"))
    return queries.told(scope, TODAY, None, shifts)


@pytest.mark.parametrize("seed", range(12))
def test_shifts_and_findings_are_those_of_the_rules(people: Cast, tasks: list[Task], seed: int) -> None:
    a_day(people, tasks, seed)
    told = _everything(EVERYWHERE)
    expected = rules.findings(told, queries.fast_seconds())
    odd = shift_queries.odd(EVERYWHERE, TODAY, None)
    assert shift_queries.shifts(EVERYWHERE, TODAY, None) == rules.shifts(told)
    assert {(one.station_id, one.staff_id) for one in expected if one.staff_id} <= odd
    assert rules.findings(queries.told(EVERYWHERE, TODAY, None, odd), queries.fast_seconds()) == expected
    assert all(rules.findings([one for one in told if (one.station_id, one.staff_id) == key], queries.fast_seconds())
               for key in odd)  # fmt: skip


def test_only_shifts_in_reach_are_read(people: Cast, tasks: list[Task]) -> None:
    a_day(people, tasks, 3)
    station: ServiceStation = people.cuiping_station
    mine = Scope(stations=frozenset([station.pk]))
    assert {key[0] for key in shift_queries.shifts(mine, TODAY, None)} == {station.pk}
    here = shift_queries.shifts(EVERYWHERE, TODAY, people.jinling)
    assert here.keys() <= {(place, staff.pk) for place in (people.jinling_station.pk, None)
                           for staff in (people.staff, people.other_staff)}  # fmt: skip


def test_a_day_without_anything_odd_reads_no_outcome_at_all(people: Cast, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert queries.told(EVERYWHERE, TODAY, None, set()) == []
