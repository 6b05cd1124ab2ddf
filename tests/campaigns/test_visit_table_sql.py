"""The SQL of the visit table is held to its rules on random worlds of visits and purchases."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.boards.visits import queries, rules
from campaigns.boards.visits.queries import Period
from campaigns.boards.visits.rules import Bought, Person, Place, Told
from campaigns.drives.models import Candidate, Drive, Task
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.models import Visit
from communities.scoping import Scope
from tests.campaigns import doors
from tests.conftest import TODAY
from tests.histories import quickly
from users.purchases.models import CustomerDay

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(everywhere=True)
WHERE = {1: Place(7, 3000), 2: Place(3, 2700)}

# customer 1-6, of whom 5 and 6 live in community 2; day, minute of the day, who, outcome
told = st.lists(
    st.tuples(
        st.integers(1, 6), st.integers(0, 11), st.sampled_from([600, 603, 619, 620, 640, 641]), st.booleans(),
        st.sampled_from(list(OUTCOMES)),
    ),
    min_size=1, max_size=16,
)  # fmt: skip
bought = st.dictionaries(
    st.tuples(st.integers(1, 9), st.integers(-1, 45)), st.tuples(st.integers(0, 9999), st.booleans()), max_size=16
)


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def home(customer: int) -> int:
    return 2 if customer in (5, 6, 9) else 1


class World:
    """One drive; its tasks are customers 1-6, customers 7-9 are held out."""

    def __init__(self, people: Any, visits: list[Any], purchases: dict[Any, Any]) -> None:
        for table in (Visit, Task, Candidate, Drive, CustomerDay):
            table.objects.all().delete()
        self.drive = doors.make_drive(TODAY)
        self.tasks = {one: doors.make_task(self.drive, one, community_id=home(one)) for one in range(1, 7)}
        for one in (7, 8, 9):
            doors.make_control(self.drive, one, community_id=home(one))
        self.told = [self._visit(people, *visit) for visit in visits]
        self.bought = [Bought(who, day(when), net, starts) for (who, when), (net, starts) in purchases.items()]
        for one in self.bought:
            doors.make_day(one.customer_id, one.day, one.net, one.starts_purchase, home(one.customer_id))

    def _visit(self, people: Any, customer: int, number: int, minute: int, second: bool, outcome: str) -> Told:
        staff = people.lead if second else people.staff
        moment = doors.at(day(number), f"{minute // 60:02}:{minute % 60:02}")
        amount = 1000 + minute if outcome == "ordered" else None
        made = doors.make_visit(self.tasks[customer], staff, moment, outcome, amount=amount)
        return Told(
            made.pk, made.task_id, customer, home(customer), made.staff_id, moment, day(number), outcome, amount or 0
        )


@quickly
@given(visits=told, purchases=bought, last=st.integers(4, 11), seen=st.integers(0, 40))
def test_a_day_is_what_the_rules_say(people, visits, purchases, last, seen) -> None:
    world, as_of = World(people, visits, purchases), day(seen)
    found = queries.days(EVERYWHERE, Period(day(2), day(last), as_of), WHERE)
    here = {(one.day, one.community_id) for one in world.told if day(2) <= one.day <= day(last)}
    assert found == {
        (when, place): rules.day_figures(world.told, world.bought, when, place, WHERE, as_of) for when, place in here
    }


@quickly
@given(visits=told, purchases=bought, last=st.integers(4, 11), seen=st.integers(0, 50))
def test_who_was_woken_and_kept_is_what_the_rules_say(people, visits, purchases, last, seen) -> None:
    world, as_of = World(people, visits, purchases), day(seen)
    known = [one for one in world.bought if one.day < as_of]
    period = [one for one in world.told if day(2) <= one.day <= day(last)]
    expected = {}
    for place in WHERE:
        if any(one.community_id == place for one in period):
            treated = [person(one, period, world, known) for one in world.tasks.values() if one.community_id == place]
            held = [control(one, known) for one in (7, 8, 9) if home(one) == place]
            expected[place, True] = rules.arm([one for one in treated if one], as_of)
            expected[place, False] = rules.arm(held, as_of)
    found = queries.arms(EVERYWHERE, Period(day(2), day(last), as_of), WHERE)
    assert found == {key: arm for key, arm in expected.items() if arm != rules.Arm()}


def starts(customer: int, known: list[Bought]) -> list[dt.date]:
    return sorted(one.day for one in known if one.customer_id == customer and one.starts_purchase)


def person(task: Task, period: list[Told], world: World, known: list[Bought]) -> Person | None:
    mine = [one for one in rules.counted(period) if one.task_id == task.pk]
    visited = [one.day for one in mine if OUTCOMES[one.outcome].knocked]
    first = [
        one.day for visit, one in rules.attributed(world.told, known, WHERE) if visit in mine and one.starts_purchase
    ]
    if not visited:
        return None
    span = WHERE[task.community_id].attribution_days
    return Person(min(visited), span, starts(task.customer_id, known), min(first, default=None))


def control(customer: int, known: list[Bought]) -> Person:
    days = [one for one in starts(customer, known) if one >= TODAY]
    return Person(TODAY, WHERE[home(customer)].attribution_days, days, min(days, default=None))
