"""One outcome told by fifty at once (C5), two people at one door, corrections and undos that meet: each promise with
what goes wrong without it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from campaigns.drives.models import Task
from campaigns.visits import actions, reading
from campaigns.visits.actions import Answer
from campaigns.visits.models import RefusedEvent, Visit
from communities.models import StaffMember
from coupons.grants.models import Grant
from opsdesk.lib import sql
from tests.campaigns.visiting import EVENING, event, make_drive, make_offer, make_task, reach, tell
from tests.cast import Cast
from tests.coupons.granting import approved
from tests.coupons.two_hands import Hand, two_hands
from tests.coupons.worlds import make_budget, make_coupon
from tests.hands import at_once, deadlocks
from users.contact.models import ContactWish, Touch

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 50


@pytest.fixture
def task(people: Cast) -> Task:
    return make_task(station=people.cuiping_station)


@pytest.fixture
def hands() -> Iterator[tuple[Hand, Hand]]:
    with two_hands() as both:
        yield both


def test_one_outcome_told_by_fifty_at_once_is_one_row_and_fifty_equal_answers(people: Cast, task: Task) -> None:
    said = event(task, "ordered", amount=2990)
    answers = at_once(*[lambda: tell(people.staff, said)] * HANDS)
    assert (Visit.objects.count(), Touch.objects.count(), RefusedEvent.objects.count()) == (1, 1, 0)
    assert answers == [answers[0]] * HANDS
    assert isinstance(answers[0], Answer)
    assert (answers[0].status, answers[0].event_id) == (200, Visit.objects.get().pk)


def test_looking_first_and_writing_then_doubles_the_outcome(people: Cast, task: Task) -> None:
    """The control: the same fifty, who ask whether it was told, and keep it under a number of their own."""
    said = event(task, "ordered")
    told = reading.read(said)

    def unguarded() -> None:
        if not Visit.objects.filter(digest=told.digest).exists():
            sql.rows("SELECT pg_sleep(0.002)")  # the time that any other work takes in between
            Visit.objects.create(
                uuid=uuid4(), digest=told.digest, task=task, customer_id=task.customer_id, drive_id=task.drive_id,
                channel="door", staff=people.staff, outcome="ordered", at=EVENING, day=EVENING.date(),
            )  # fmt: skip

    at_once(*[unguarded] * HANDS)
    assert Visit.objects.count() > 1


def test_of_two_stories_under_one_number_the_first_counts_and_the_other_is_kept_once(people: Cast, task: Task) -> None:
    said = event(task, "ordered")
    other = said | {"outcome": "refused"}
    works = [lambda told=told: tell(people.staff, told) for told in (said, other) for _ in range(HANDS // 2)]
    answers: list[Any] = at_once(*works)
    assert sorted(answer.status for answer in answers) == [200] * 25 + [409] * 25
    assert (Visit.objects.count(), RefusedEvent.objects.count()) == (1, 1)
    lost = "refused" if Visit.objects.get().outcome == "ordered" else "ordered"
    assert RefusedEvent.objects.get().told["outcome"] == lost


def test_one_number_for_two_doors_at_once_is_one_outcome(people: Cast, task: Task) -> None:
    number, next_door = uuid4(), make_task(station=people.cuiping_station)
    works = [
        lambda door=door: tell(people.staff, event(door, "ordered", uuid=number))
        for door in (task, next_door) for _ in range(10)
    ]  # fmt: skip
    answers: list[Any] = at_once(*works)
    assert sorted({answer.status for answer in answers}) == [200, 409]
    assert (Visit.objects.count(), Task.objects.filter(state="done").count()) == (1, 1)


def test_twenty_who_tell_of_one_door_at_once_are_all_kept_and_counted(people: Cast, task: Task) -> None:
    works = [
        lambda who=who: tell(who, event(task, "no_answer")) for who in (people.staff, people.lead) for _ in range(10)
    ]
    answers: list[Any] = at_once(*works)
    task.refresh_from_db()
    assert [answer.status for answer in answers] == [200] * 20
    assert (task.visits, task.state, task.conflict) == (20, "done", True)
    assert Visit.objects.filter(conflict=True).count() == 20


def test_counting_up_without_holding_the_task_loses_visits(people: Cast, task: Task) -> None:
    """The control: what the task shows is read, and written a moment later."""

    def unguarded() -> None:
        before = Task.objects.get(pk=task.pk).visits
        sql.rows("SELECT pg_sleep(0.002)")
        Task.objects.filter(pk=task.pk).update(visits=before + 1)

    at_once(*[unguarded] * 20)
    task.refresh_from_db()
    assert task.visits < 20


def test_an_undo_and_a_correction_at_once_leave_what_the_events_say(people: Cast) -> None:
    for _ in range(8):
        task = make_task(station=people.cuiping_station)
        first = event(task, "refused")
        tell(people.staff, first)
        undo = event(task, "", undoes=True, corrects=first["uuid"])
        right = event(task, "interested", corrects=first["uuid"])
        answers: list[Any] = at_once(
            lambda undo=undo: tell(people.staff, undo), lambda right=right: tell(people.lead, right)
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert RefusedEvent.objects.get(task=task).reason == "corrected"
        task.refresh_from_db()
        live = list(Visit.objects.filter(task=task, live=True).values_list("outcome", flat=True))
        assert (task.visits, [task.outcome] if task.outcome else []) == (len(live), live)
        assert live == ([] if answers[0].status == 200 else ["interested"])


def test_the_second_of_two_corrections_waits_and_then_finds_itself_overtaken(people: Cast, task: Task, hands) -> None:
    one, other = hands
    first = event(task, "refused")
    tell(people.staff, first)
    one.begins()
    asked = one.does(lambda: tell(people.lead, event(task, "interested", corrects=first["uuid"])))
    assert asked.result().status == 200
    late = other.does(lambda: tell(people.staff, event(task, "ordered", corrects=first["uuid"])))
    assert other.waits()
    one.ends()
    assert late.result().status == 409
    task.refresh_from_db()
    assert task.outcome == "interested"


def test_a_repeat_waits_for_the_first_and_is_taken_when_that_comes_to_nothing(people: Cast, task: Task, hands) -> None:
    one, other = hands
    said = event(task, "ordered")
    one.begins()
    assert one.does(lambda: tell(people.staff, said)).result().status == 200
    again = other.does(lambda: tell(people.staff, said))
    assert other.waits()
    one.ends(well=False)
    assert again.result().status == 200
    assert Visit.objects.count() == 1


def test_events_in_any_order_come_to_the_same(people: Cast) -> None:
    """Out of order: what was told at three moments arrives in every order, each with the moment it took place."""
    moments = [
        (EVENING - dt.timedelta(hours=ago), what) for ago, what in ((6, "no_answer"), (4, "later"), (1, "ordered"))
    ]
    shown = set()
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        task = make_task(station=people.cuiping_station)
        for place in order:
            at, what = moments[place]
            tell(people.staff, event(task, what, device_at=at.isoformat()))
        task.refresh_from_db()
        shown.add((task.outcome, task.visits, task.state, task.last_at))
    assert shown == {("ordered", 3, "done", EVENING - dt.timedelta(hours=1))}


def test_two_who_hear_do_not_disturb_at_two_doors_of_one_customer_never_wait_in_a_circle(people: Cast) -> None:
    before = deadlocks()
    for _ in range(5):
        old = make_task(station=people.cuiping_station, state="done")
        new = make_task(station=people.cuiping_station, customer=old.customer)
        works = [lambda door=door: tell(people.staff, event(door, "dnc")) for door in (old, new) for _ in range(5)]
        answers: list[Any] = at_once(*works)
        assert {answer.status for answer in answers} == {200}
    assert deadlocks() == before
    assert ContactWish.objects.filter(do_not_contact=True).count() == 5


def test_twenty_who_give_the_last_coupons_lose_no_outcome(people: Cast) -> None:
    batch = approved(quantity=5, budget=make_budget(), coupon=make_coupon(), state="issuing")
    drive = make_drive()
    make_offer(drive=drive, batch=batch)
    doors = [make_task(station=people.cuiping_station, drive=drive) for _ in range(20)]
    works = [lambda door=door: tell(people.staff, event(door, "ordered", give_coupon=True)) for door in doors]
    answers: list[Any] = at_once(*works)
    assert [answer.status for answer in answers] == [200] * 20
    assert (Visit.objects.count(), Grant.objects.count()) == (20, 5)
    told = [(grant is None, why) for grant, why in Visit.objects.values_list("grant", "no_coupon")]
    assert sorted(told) == [(False, "")] * 5 + [(True, "sold_out")] * 15


def test_a_batch_that_somebody_holds_costs_the_coupon_and_not_the_outcome(people: Cast, hands) -> None:
    one, _other = hands
    batch = approved(quantity=5, budget=make_budget(), coupon=make_coupon(), state="issuing")
    drive = make_drive()
    make_offer(drive=drive, batch=batch)
    task = make_task(station=people.cuiping_station, drive=drive)
    one.begins()
    one.does(lambda: sql.rows("SELECT id FROM coupons_batch WHERE id = %(id)s FOR UPDATE", id=batch.pk)).result()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    answer = tell(people.staff, event(task, "ordered", give_coupon=True))
    sql.run("SET lock_timeout = 0")
    one.ends()
    assert (answer.status, Visit.objects.get().no_coupon) == (200, "busy")


def test_a_task_handed_to_another_station_meanwhile_is_found_by_whoever_told_of_it_before(
    people: Cast, task: Task
) -> None:
    said = event(task, "ordered")
    first = tell(people.staff, said)
    Task.objects.filter(pk=task.pk).update(station_id=people.jinling_station.pk, community_id=people.jinling.pk)
    assert tell(people.staff, said) == first
    assert tell(people.staff, event(task, "refused")).status == 404


def test_everybody_tells_within_their_reach_alone(people: Cast, task: Task) -> None:
    def all_of(who: StaffMember) -> list[int]:
        told = [reading.read(event(task, "no_answer")) for _ in range(5)]
        return [actions.record(one, who, reach(who), EVENING, "api").status for one in told]

    found = at_once(*(lambda who=who: all_of(who) for who in (people.staff, people.lead, people.other_staff)))
    assert found == [[200] * 5, [200] * 5, [404] * 5]
    assert set(Visit.objects.values_list("via", flat=True)) == {"api"}
