"""Numbers of the visit table equal a brute-force recount from visits and orders: nothing of the code that makes them
is used here but the thresholds' usual values (7 days, 30 yuan an hour)."""

import datetime as dt
import random
from collections import defaultdict
from typing import Any

import pytest

from campaigns.boards.visits import queries
from campaigns.boards.visits.queries import Period
from campaigns.drives.models import Candidate, Task
from campaigns.visits.models import Visit
from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.grants.models import Grant
from tests.campaigns import doors
from tests.conftest import TODAY
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import SHANGHAI, make_customer, make_order
from users.orders.models import Order
from users.purchases import actions as purchases

pytestmark = pytest.mark.django_db
NOT_VISITED = ("no_address", "no_entry")
OPENED = ("ordered", "interested", "not_ordered", "refused", "later", "dnc")
OUTCOMES = [*NOT_VISITED, *OPENED, "no_answer", "no_answer", "no_answer", "moved"]
FIRST, LAST = TODAY, TODAY + dt.timedelta(days=9)
WINDOW = dt.timedelta(days=7)


@pytest.fixture(params=[1, 2, 3])
def city(request: pytest.FixtureRequest, people: Any) -> random.Random:
    """Two communities, a drive with doors, calls and held-out customers, two weeks of visits, two months of orders."""
    chance = random.Random(request.param)
    drive, grants = doors.make_drive(TODAY), _grants()
    everybody = []
    for place in (people.cuiping, people.jinling):
        for n in range(14):
            customer = make_customer(community=place)
            everybody.append(customer)
            if n >= 10:
                doors.make_control(drive, customer.pk, community_id=place.pk)
            else:
                channel = "phone" if n == 9 else "door"
                doors.make_task(drive, customer.pk, community_id=place.pk, channel=channel)
    for task in Task.objects.all():
        _visit_it(chance, people, task, grants)
    for customer in everybody:
        for _n in range(chance.randint(0, 4)):
            day = TODAY + dt.timedelta(days=chance.randint(-3, 45))
            counted = chance.random() < 0.85
            make_order(customer=customer, at=f"{day} 12:00", net=chance.randint(1, 9000), counted=counted)
    purchases.rebuild()
    return chance


def _grants() -> Any:
    coupon, budget = make_coupon(), make_budget()

    def given(customer_id: int, moment: dt.datetime, used_after: int | None) -> Grant:
        used = None if used_after is None else moment + dt.timedelta(days=used_after)
        return Grant.objects.create(
            batch_id=budget.pk, coupon=coupon, customer_id=customer_id, code=f"G{customer_id}-{moment:%d%H%M}",
            reserved=500, issued_at=moment, valid_from=moment, expires_at=moment + dt.timedelta(days=60),
            nth=Grant.objects.count() + 1, state="used" if used else "open", used_at=used,
            discount=500 if used else 0,
        )  # fmt: skip

    return given


def _visit_it(chance: random.Random, people: Any, task: Task, given: Any) -> None:
    grant = None
    for _n in range(chance.randint(0, 5)):
        day = TODAY + dt.timedelta(days=chance.randint(-2, 11))
        moment = doors.at(day, f"{chance.randint(17, 19)}:{chance.randint(0, 59):02}")
        outcome = chance.choice(OUTCOMES)
        if grant is None and outcome in OPENED and chance.random() < 0.5:
            grant = given(task.customer_id, moment, chance.choice([None, 0, 3, 6, 7, 20]))
        doors.make_visit(
            task, chance.choice([people.staff, people.lead]), moment, outcome, live=chance.random() < 0.85,
            amount=chance.randint(1, 99) if outcome == "ordered" else None, grant=grant,
        )  # fmt: skip


def last_told() -> list[Visit]:
    """The last live outcome of each door and day."""
    found = {}
    for visit in sorted(live(), key=lambda one: (one.at, one.pk)):
        found[visit.task_id, visit.day] = visit
    return list(found.values())


def live() -> list[Visit]:
    return [one for one in Visit.objects.select_related("grant") if one.live and one.channel == "door"]


def paid() -> dict[tuple[int, dt.date], int]:
    """Customer and day -> net of counted orders."""
    found: dict[tuple[int, dt.date], int] = defaultdict(int)
    for order in Order.objects.all():
        if order.counted:
            found[order.customer_id, order.placed_at.astimezone(SHANGHAI).date()] += order.net
    return found


def belongs_to(customer: int, day: dt.date) -> Visit | None:
    mine = [one for one in last_told() if one.customer_id == customer and one.outcome in OPENED and one.day <= day]
    latest = max(mine, key=lambda one: (one.day, one.at, one.pk), default=None)
    return latest if latest and day - latest.day < WINDOW else None


def seconds(visits: list[Visit]) -> int:
    total = 0
    for staff in {one.staff_id for one in visits}:
        times = sorted(one.at for one in visits if one.staff_id == staff)
        for earlier, later in zip([None, *times], times, strict=False):
            close = earlier is not None and later - earlier <= dt.timedelta(minutes=20)
            total += (later - earlier).seconds if close and earlier else 300
    return total


def coupons(visits: list[Visit]) -> int:
    first_by_grant: dict[int, Visit] = {}
    for one in sorted(live(), key=lambda one: one.pk):
        if one.grant_id and FIRST <= one.day <= LAST:
            first_by_grant.setdefault(one.grant_id, one)
    return sum(
        one.grant.discount
        for one in visits
        if one.grant and first_by_grant.get(one.grant_id) == one and one.grant.state == "used"
        and dt.timedelta() <= one.grant.used_at.astimezone(SHANGHAI).date() - one.day < WINDOW
    )  # fmt: skip


def test_numbers_of_the_visit_table_equal_a_brute_force_recount(city: random.Random, people: Any) -> None:
    as_of = TODAY + dt.timedelta(days=60)
    where = queries.places([people.cuiping.pk, people.jinling.pk], policies.for_every_community())
    found = queries.days(Scope(everywhere=True), Period(FIRST, LAST, as_of), where)
    told = [one for one in last_told() if FIRST <= one.day <= LAST]
    money: dict[Any, int] = defaultdict(int)
    for (customer, day), net in paid().items():
        visit = belongs_to(customer, day)
        if visit:
            money[visit.pk] += net
    assert found.keys() == {(one.day, one.community_id) for one in told}
    for (day, place), row in found.items():
        here = [one for one in told if (one.day, one.community_id) == (day, place)]
        every = [one for one in live() if (one.day, one.community_id) == (day, place)]
        assert row.visited == sum(one.outcome not in NOT_VISITED for one in here)
        assert row.not_reached == sum(one.outcome in NOT_VISITED for one in here)
        assert row.opened == sum(one.outcome in OPENED for one in here)
        assert row.ordered == sum(one.outcome == "ordered" for one in here)
        assert row.amount == sum(one.amount or 0 for one in here)
        assert row.net == sum(money[one.pk] for one in here)
        assert row.coupons == coupons(every)
        assert row.staff_cost == int(seconds(every) * 3000 / 3600 + 0.5)
    assert sum(row.net for row in found.values()) > 0
    assert sum(row.coupons for row in found.values()) > 0


@pytest.mark.parametrize("after", [12, 30, 60])
def test_who_came_back_equals_a_brute_force_recount(after: int, city: random.Random, people: Any) -> None:
    as_of = TODAY + dt.timedelta(days=after)
    where = queries.places([people.cuiping.pk, people.jinling.pk], policies.for_every_community())
    found = queries.arms(Scope(everywhere=True), Period(FIRST, LAST, as_of), where)
    days: dict[int, list[dt.date]] = defaultdict(list)
    for customer, day in sorted(paid()):
        if day < as_of:
            days[customer].append(day)
    told = [one for one in last_told() if FIRST <= one.day <= LAST]
    for place in where:
        visited: dict[int, dt.date] = {}
        for one in told:
            if one.community_id == place and one.outcome not in NOT_VISITED:
                visited[one.customer_id] = min(one.day, visited.get(one.customer_id, one.day))
        first = {
            customer: day
            for customer in visited
            for day in sorted(days[customer], reverse=True)
            if (visit := belongs_to(customer, day)) and visit in told
        }
        held = {one.customer_id: TODAY for one in Candidate.objects.filter(fate="control", community_id=place)}
        held_first = {customer: day for customer in held for day in reversed(days[customer]) if day >= TODAY}
        for treated, starts, firsts in ((True, visited, first), (False, held, held_first)):
            arm = found[place, treated]
            over = {customer: day for customer, day in starts.items() if day + WINDOW <= as_of}
            woken = [one for one, day in over.items() if any(day <= day_ < day + WINDOW for day_ in days[one])]
            assert (arm.people, arm.woken, arm.waiting) == (len(over), len(woken), len(starts) - len(over))
            assert arm.recalled == len(firsts)
            assert (arm.week_people, arm.week_back) == again(firsts, days, 7, as_of)
            assert (arm.weeks_people, arm.weeks_back) == again(firsts, days, 28, as_of)


def again(firsts: Any, days: Any, length: int, as_of: dt.date) -> tuple[int, int]:
    over = {one: day for one, day in firsts.items() if (as_of - day).days > length}
    back = [one for one, day in over.items() if any(0 < (other - day).days <= length for other in days[one])]
    return len(over), len(back)
