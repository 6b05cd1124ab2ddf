"""What own visits say of hours, buildings and channels; where they say little, what was believed before holds."""

import datetime as dt
import random
from collections.abc import Callable
from uuid import uuid4

import pytest

from campaigns.chances import queries, rules
from campaigns.drives.models import Task
from campaigns.visits.models import Visit
from communities.models import Community
from communities.scoping import Scope
from tests.campaigns.visiting import EVENING, make_task
from tests.cast import Cast
from tests.factories import SHANGHAI, make_order
from users.contact.models import Touch
from users.customers.models import Standing

AS_OF = dt.date(2018, 5, 20)
MONDAY = dt.date(2018, 5, 7)


@pytest.fixture
def task(people: Cast) -> Task:
    return make_task(station=people.cuiping_station, rfm_class="lost")


def visits(
    task: Task, people: Cast, many: int, opened: int, *, at: dt.datetime, building: str = "6",
    community: Community | None = None, **fields: object,
) -> None:  # fmt: skip
    """So many visits, the first of which found somebody."""
    Visit.objects.bulk_create(
        Visit(**{
            "uuid": uuid4(), "digest": "x", "task": task, "customer_id": task.customer_id, "drive_id": task.drive_id,
            "community_id": community.pk if community else task.community_id, "station_id": task.station_id,
            "channel": "door", "building": building, "staff": people.staff, "at": at, "day": at.date(),
            "received_at": at, "outcome": "not_ordered" if number < opened else "no_answer",
        } | fields)
        for number in range(many)
    )  # fmt: skip


def at(hour: int, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, 20), SHANGHAI)


def test_before_any_visit_the_hours_are_as_believed(people: Cast) -> None:
    found = queries.by_hour(None, AS_OF)
    assert {hour: chance.p for hour, chance in found.items()} == pytest.approx(
        {hour: rules.prior(hour) for hour in found}
    )
    assert len(found) == 2 * 14
    best = queries.best_hours([people.cuiping.pk], AS_OF)
    assert [(row.kind, row.hour) for row in best[:3]] == [("workday", 7), ("workday", 8), ("workday", 17)]


def test_planted_rates_by_hour_are_recovered_from_a_few_weeks_of_visits(people: Cast, task: Task) -> None:
    """Against the prior: at this place people are at home at noon and in the evening, and not before work."""
    true = dict.fromkeys(range(7, 21), 0.15) | {12: 0.75, 19: 0.65, 18: 0.55}
    dice = random.Random(5)
    for hour, p in true.items():
        opened = sum(dice.random() < p for _ in range(150))
        visits(task, people, 150, opened, at=at(hour))
    best = [row for row in queries.best_hours([people.cuiping.pk], AS_OF) if row.kind == "workday"]
    assert [row.hour for row in best[:3]] == [12, 19, 18]
    assert all(row.chance.low <= true[row.hour] <= row.chance.high for row in best[:3])
    assert all(abs(row.chance.p - true[row.hour]) < 0.12 for row in best)


def test_three_visits_do_not_overrule_what_is_believed(people: Cast, task: Task) -> None:
    visits(task, people, 3, 3, at=at(14))
    best = queries.best_hours([people.cuiping.pk], AS_OF)
    found = {(row.kind, row.hour): row.chance for row in best}
    assert (best[0].kind, best[0].hour) == ("workday", 7)
    assert rules.QUIET < found["workday", 14].p < 0.45


def test_a_community_differs_from_the_company_as_far_as_its_own_visits_say(people: Cast, task: Task) -> None:
    visits(task, people, 200, 160, at=at(10), community=people.jinling)
    visits(task, people, 20, 2, at=at(10))
    hour = ("workday", 10)
    company, cuiping, jinling = (
        queries.by_hour(places, AS_OF)[hour].p for places in (None, [people.cuiping.pk], [people.jinling.pk])
    )
    assert cuiping < company < jinling
    assert 0.1 < cuiping < 0.6


def test_whoever_reaches_one_station_reads_its_hours(people: Cast, task: Task) -> None:
    visits(task, people, 30, 30, at=at(10))
    mine = queries.by_hour(Scope(stations=frozenset([people.cuiping_station.pk])), AS_OF)["workday", 10]
    other = queries.by_hour(Scope(stations=frozenset([people.jinling_station.pk])), AS_OF)["workday", 10]
    assert (round(mine.n), other.n) == (29, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"live": False}, {"channel": "phone"}, {"outcome": "no_entry"}, {"day": AS_OF + dt.timedelta(days=1)},
        {"day": AS_OF - dt.timedelta(weeks=79)},
    ],
)  # fmt: skip
def test_what_is_no_visit_of_those_weeks_counts_nothing(people: Cast, task: Task, fields: dict[str, object]) -> None:
    visits(task, people, 9, 9, at=at(10), **fields)
    assert queries.by_hour(None, AS_OF)["workday", 10].n == 0


def test_old_visits_count_less(people: Cast, task: Task) -> None:
    visits(task, people, 10, 10, at=at(10), day=AS_OF - dt.timedelta(weeks=26))
    assert queries.by_hour(None, AS_OF)["workday", 10].n == pytest.approx(5)


def test_weekends_are_told_apart_from_working_days(people: Cast, task: Task) -> None:
    visits(task, people, 40, 40, at=at(10, dt.date(2018, 5, 12)))
    found = queries.by_hour(None, AS_OF)
    assert (round(found["weekend", 10].n), found["workday", 10].n) == (39, 0)


def test_an_hour_is_shanghais(people: Cast, task: Task) -> None:
    visits(task, people, 5, 5, at=dt.datetime(2018, 5, 7, 23, 30, tzinfo=dt.UTC), day=dt.date(2018, 5, 8))
    assert round(queries.by_hour(None, AS_OF)["workday", 7].n) == 5


# -- Now, by building ------------------------------------------------------------------------------------------------


def test_a_weekday_on_which_a_building_is_out_is_told_apart(people: Cast, task: Task) -> None:
    visits(task, people, 40, 38, at=EVENING, building="6")
    visits(
        task, people, 40, 2, at=EVENING + dt.timedelta(days=1), day=EVENING.date() + dt.timedelta(days=1), building="6"
    )
    week = dt.timedelta(days=7)
    same, next_day, other = (
        queries.by_building(people.cuiping.pk, "6", EVENING + week + dt.timedelta(days=n)).p for n in (0, 1, 2)
    )
    assert next_day < 0.3 < other < 0.7 < same


def test_the_building_where_people_are_at_home_at_this_hour_comes_first(
    people: Cast, task: Task, django_assert_num_queries: Callable
) -> None:
    visits(task, people, 40, 36, at=EVENING, building="6")
    visits(task, people, 40, 2, at=EVENING, building="7")
    visits(task, people, 40, 40, at=at(8), building="7")
    others = [make_task(station=people.cuiping_station, building=name) for name in ("7", "8")]
    with django_assert_num_queries(1):
        found = queries.likely_now([task, *others], EVENING + dt.timedelta(days=1))
    assert sorted(found, key=lambda building: -found[building].p) == ["6", "8", "7"]
    assert found["7"].p < found["8"].p < found["6"].p
    assert found["6"] == queries.by_building(people.cuiping.pk, "6", EVENING + dt.timedelta(days=1))


def test_without_tasks_or_visits_nothing_breaks(people: Cast, task: Task) -> None:
    assert queries.likely_now([], EVENING) == {}
    assert queries.likely_now([task], EVENING)["6"].p == pytest.approx(rules.BUSY)


# -- By channel ------------------------------------------------------------------------------------------------------


def test_before_any_try_every_channel_and_class_is_as_believed(people: Cast) -> None:
    found = queries.by_channel(AS_OF)
    assert {channel for channel, _class in found} == set(rules.BEFORE)
    assert len(found) == 5 * 9
    door = found["door", "lost"]
    assert (door.open, door.order, door.net_of_order, door.n) == (0.35, 0.12, queries.BEFORE_ANY_ORDER, 0)


def tried(
    people: Cast, many: int, ordered: int, *, day: dt.date, channel: str = "door", rfm_class: str = "lost"
) -> None:
    for number in range(many):
        task = make_task(station=people.cuiping_station, channel=channel, rfm_class=rfm_class)
        visits(task, people, 1, 1, at=at(10, day), channel=channel)
        if number < ordered:
            make_order(customer=task.customer, at=f"{day} 10:05", net=4000)
            make_order(customer=task.customer, at=f"{day + dt.timedelta(days=3)} 10:05", net=2000)


def test_a_class_that_orders_often_at_the_door_is_told_apart(people: Cast) -> None:
    tried(people, 30, 20, day=MONDAY)
    tried(people, 10, 0, day=MONDAY, rfm_class="newcomer")
    found = queries.by_channel(AS_OF)
    assert found["door", "lost"].order > found["door", ""].order > found["door", "newcomer"].order
    assert found["door", "lost"].n == pytest.approx(30 * 0.5 ** (13 / 7 / 26))
    assert found["door", "lost"].net_of_order > queries.BEFORE_ANY_ORDER
    assert found["phone", "lost"].order == rules.BEFORE["phone"][1]


def test_a_try_whose_days_are_not_over_is_not_counted_yet(people: Cast) -> None:
    tried(people, 5, 0, day=AS_OF - dt.timedelta(days=6))
    assert queries.by_channel(AS_OF)["door", "lost"].n == 0
    assert queries.by_channel(AS_OF + dt.timedelta(days=1))["door", "lost"].n > 4


def test_an_order_belongs_to_a_try_for_its_days_and_no_longer(people: Cast) -> None:
    for offset, hours in ((-1, 0), (8, 0), (0, -3), (7, 2)):
        task = make_task(station=people.cuiping_station, rfm_class="lost")
        visits(task, people, 1, 1, at=at(10))
        when = at(10) + dt.timedelta(days=offset, hours=hours)
        make_order(customer=task.customer, at=f"{when:%Y-%m-%d %H:%M}", net=4000)
    assert queries.by_channel(AS_OF)["door", "lost"].order < rules.BEFORE["door"][1]


def test_text_messages_are_counted_by_their_touches(people: Cast, task: Task) -> None:
    Touch.objects.create(
        customer=task.customer, at=at(10), channel="sms", thing="drive", thing_id=task.drive_id, rfm_class="lost"
    )
    assert queries.by_channel(AS_OF)["sms", "lost"].n == pytest.approx(0.95, abs=0.01)


def test_what_an_order_brings_is_believed_from_what_customers_bought(people: Cast, task: Task) -> None:
    Standing.objects.create(customer=task.customer, as_of=AS_OF, purchases=4, net=12_000)
    assert queries.by_channel(AS_OF)["wechat", ""].net_of_order == 3000
