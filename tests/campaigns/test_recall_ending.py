"""Drives and tasks end by a person, by their last day, by an order, by a wish; again: nothing more."""

import datetime as dt
import uuid

import pytest

from campaigns.drives.models import Drive, Task
from campaigns.recall import actions
from campaigns.recall.actions import Changed, HasVisits
from campaigns.visits.models import Visit
from communities.scoping import Scope
from tests.campaigns.drives_world import NOON, make_door, make_doors, make_drive, running_drive, tasks_of
from tests.conftest import TODAY
from tests.factories import make_order
from users.contact import actions as contact
from users.contact.models import ContactWish, Touch
from users.customers.models import Tag
from users.outbox.models import Message

pytestmark = pytest.mark.django_db

EVENING = NOON.replace(hour=20)


def visit(task: Task, staff) -> Visit:
    return Visit.objects.create(
        uuid=uuid.uuid4(), digest="x", task=task, customer_id=task.customer_id, drive_id=task.drive_id,
        community_id=task.community_id, station_id=task.station_id, channel=task.channel, staff=staff,
        outcome="no_answer", at=EVENING, day=TODAY,
    )  # fmt: skip


def states(drive: Drive) -> list[str]:
    return sorted(f"{task.state} {task.closed_by}".strip() for task in tasks_of(drive))


def test_ending_closes_what_is_still_to_do_and_keeps_what_was_done(people):
    drive = running_drive(people)
    Task.objects.filter(pk=tasks_of(drive)[0].pk).update(state="done", outcome="ordered")
    ended = actions.end(drive, people.manager, EVENING)
    assert (ended.state, ended.ended_at) == ("ended", EVENING)
    assert states(drive) == ["closed end"] * 5 + ["done"]
    with pytest.raises(Changed):
        actions.end(drive, people.manager, EVENING)


def test_a_draft_is_called_off_and_so_is_a_drive_before_the_first_visit(people):
    draft, drive = make_drive(people), running_drive(people)
    assert actions.call_off(draft, people.operator).state == "off"
    assert actions.call_off(drive, people.operator).state == "off"
    assert states(drive) == ["closed end"] * 6


def test_a_drive_with_visits_is_neither_called_off_nor_started_again(people):
    drive = running_drive(people)
    visit(tasks_of(drive)[0], people.staff)
    with pytest.raises(HasVisits):
        actions.call_off(drive, people.manager)
    with pytest.raises(Changed):
        actions.edit(drive, by=people.operator, name="改名")
    with pytest.raises(Changed):
        actions.start(drive, drive.revision, people.operator, NOON)
    with pytest.raises(Changed):
        actions.set_offer(drive, Tag.objects.create(name="肉品"), "肉品特价", by=people.operator)
    drive.refresh_from_db()
    assert (drive.state, states(drive)) == ("running", ["open"] * 6)


def test_the_day_after_the_last_a_drive_has_ended(people):
    drive = running_drive(people, ends_on=TODAY)
    assert actions.end_due(TODAY) == 0
    assert actions.end_due(TODAY + dt.timedelta(days=1)) == 1
    assert actions.end_due(TODAY + dt.timedelta(days=1)) == 0
    drive.refresh_from_db()
    assert drive.state == "ended"


@pytest.mark.parametrize(
    ("at", "counted", "closed"),
    [
        ("2018-05-07 12:01", True, 1),
        ("2018-05-07 11:59", True, 0),
        ("2018-05-06", True, 0),
        ("2018-05-07 13:00", False, 0),
        ("2018-05-08 09:00", True, 0),
    ],
)
def test_a_task_closes_by_itself_when_the_customer_orders_after_the_start(people, at, counted, closed):
    drive = running_drive(people)
    make_order(customer=tasks_of(drive)[0].customer, at=at, counted=counted)
    assert actions.close_by_orders(EVENING) == closed
    assert states(drive) == ["closed order"] * closed + ["open"] * (6 - closed)
    assert actions.close_by_orders(EVENING) == 0


def test_orders_close_nothing_of_drives_that_do_not_run(people):
    drive = running_drive(people)
    Drive.objects.filter(pk=drive.pk).update(state="ended")
    make_order(customer=tasks_of(drive)[0].customer, at="2018-05-07 13:00")
    assert actions.close_by_orders(EVENING) == 0


def test_a_wish_closes_the_task(people):
    drive = running_drive(people)
    one, other, third = (task.customer for task in tasks_of(drive)[:3])
    contact.change_wish(customer=one, subject="dnc", allowed=False, way="staff", by=people.manager)
    ContactWish.objects.create(customer=other, refused=["door"])
    ContactWish.objects.create(customer=third, refused=["sms"], no_profiling=True)
    assert actions.close_by_wishes(EVENING) == 2
    assert states(drive) == ["closed wish"] * 2 + ["open"] * 4
    assert actions.close_by_wishes(EVENING) == 0


def test_texts_that_wait_are_called_off_with_their_task(people):
    willing = [make_door(people, room=f"{n}01") for n in range(1, 4)]
    for one in willing:
        ContactWish.objects.create(customer=one, agreed=["sms"])
    drive = actions.draft(
        name="短信", scope=Scope(everywhere=True), by=people.operator, begins_on=TODAY, ends_on=TODAY, channels=["sms"],
        audience="lifecycle=silent", holdout_share=0, no_holdout_reason="试跑",
    )  # fmt: skip
    actions.set_offer(drive, None, "{name},青菜一元", by=people.operator)
    actions.start(drive, drive.revision, people.operator, NOON)
    make_order(customer=willing[0], at="2018-05-07 13:00")
    actions.close_by_orders(EVENING)
    assert sorted(Message.objects.values_list("customer", "state")) == [
        (willing[0].pk, "cancelled"), (willing[1].pk, "waiting"), (willing[2].pk, "waiting"),
    ]  # fmt: skip
    assert Touch.objects.get(customer=willing[0], thing="drive").blocked_by == "off"
    actions.end(drive, people.manager, EVENING)
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def test_whoever_was_in_a_drive_that_ended_may_be_in_the_next(people):
    doors = make_doors(people, 2)
    drive = running_drive(people, doors)
    actions.end(drive, people.manager, EVENING)
    again = running_drive(people, doors)
    assert states(again) == ["open"] * 2
