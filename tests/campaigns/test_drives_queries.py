"""What of drives and tasks somebody may see, and what one person has to do now."""

import datetime as dt

import pytest
from django.db.models import Q

from campaigns.boards.drives import queries as reads
from campaigns.drives import actions, queries
from campaigns.drives.models import Task
from communities.scoping import Scope
from tests.campaigns.drives_world import NOON, make_door, make_doors, make_drive, running_drive, tasks_of
from users.contact import actions as contact
from users.contact.models import ContactPause, WishChange

pytestmark = pytest.mark.django_db

EVERYWHERE = Scope(everywhere=True)


def at_station(station) -> Scope:
    return Scope(stations=frozenset({station.pk}))


def test_a_drive_is_seen_where_it_has_people(people):
    drive = running_drive(people)
    assert list(queries.drives(EVERYWHERE)) == [drive]
    assert queries.drive(at_station(people.cuiping_station), drive.number) == drive
    assert queries.drive(at_station(people.jinling_station), drive.number) is None
    assert queries.drive(Scope(communities=frozenset({people.cuiping.pk})), drive.number) == drive


def test_a_draft_is_seen_by_whoever_reaches_as_far_as_its_maker(people):
    own = {"everywhere": False, "communities": [people.cuiping.pk], "stations": []}
    draft = make_drive(people, scope=own)
    company = make_drive(people)
    assert list(queries.drives(EVERYWHERE)) == [company, draft]
    assert list(queries.drives(Scope(communities=frozenset({people.cuiping.pk})))) == [draft]
    assert list(queries.drives(Scope(communities=frozenset({people.jinling.pk})))) == []


def test_a_drive_is_named_by_its_number_or_by_the_id_of_the_log(people):
    drive = running_drive(people)
    assert queries.drive(EVERYWHERE, drive.number) == queries.drive(EVERYWHERE, str(drive.pk)) == drive
    assert [queries.drive(EVERYWHERE, key) for key in ("R-0000", "9" * 30, "²")] == [None] * 3


def test_tasks_of_another_station_do_not_exist(people):
    here, there = make_door(people), make_door(people, at="jinling")
    drive = running_drive(people, [here, there])
    mine = queries.tasks(at_station(people.jinling_station))
    assert [task.customer for task in mine] == [there]
    assert queries.tasks(Scope()).count() == 0
    assert reads.of_drives(EVERYWHERE, [drive])[drive.pk].tasks == 2
    assert reads.of_drives(at_station(people.jinling_station), [drive])[drive.pk].tasks == 1


@pytest.mark.parametrize(
    ("subject", "channel", "left"),
    [("dnc", "", 5), ("channel", "door", 5), ("channel", "sms", 6), ("profiling", "", 6)],
)
def test_a_wish_takes_a_task_off_every_list_at_once(people, subject, channel, left):
    drive = running_drive(people, assignee=people.staff)
    unwilling = tasks_of(drive)[0].customer
    scope = at_station(people.cuiping_station)
    assert queries.open_tasks(scope, NOON).count() == 6
    contact.change_wish(
        customer=unwilling, subject=subject, channel=channel, allowed=False, way=WishChange.Way.DOOR, by=people.staff
    )
    assert queries.open_tasks(scope, NOON).count() == left
    assert len(queries.walk(scope, people.staff, NOON)) == left


def test_where_contact_is_paused_nothing_is_to_do(people):
    running_drive(people)
    contact.pause(people.cuiping, "投诉", people.manager)
    ContactPause.objects.update(begins_at=NOON)
    assert queries.open_tasks(EVERYWHERE, NOON - dt.timedelta(hours=1)).count() == 6
    assert queries.open_tasks(EVERYWHERE, NOON).count() == 0
    contact.resume(people.cuiping, people.manager)
    ContactPause.objects.update(ended_at=NOON + dt.timedelta(hours=1))
    assert queries.open_tasks(EVERYWHERE, NOON + dt.timedelta(hours=1)).count() == 6


@pytest.mark.parametrize(
    ("state", "days", "seen"),
    [("running", 0, 6), ("running", -1, 0), ("running", 13, 6), ("running", 14, 0), ("ended", 0, 0), ("off", 0, 0)],
)
def test_tasks_are_to_do_from_the_first_day_to_the_last_while_the_drive_runs(people, state, days, seen):
    drive = running_drive(people)
    type(drive).objects.filter(pk=drive.pk).update(state=state)
    assert queries.open_tasks(EVERYWHERE, NOON + dt.timedelta(days=days)).count() == seen


def test_one_walks_ones_own_doors_and_those_that_nobody_has(people):
    doors = make_doors(people, 3)
    running_drive(people, doors[:1], assignee=people.staff)
    running_drive(people, doors[1:2], assignee=people.lead)
    running_drive(people, doors[2:])
    mine = queries.walk(at_station(people.cuiping_station), people.staff, NOON)
    assert [task.customer for task in mine] == [doors[2], doors[0]]


def test_what_was_done_stays_in_the_grid_for_twelve_hours(people):
    drive = running_drive(people, assignee=people.staff)
    task = tasks_of(drive)[0]
    Task.objects.filter(pk=task.pk).update(state="done", outcome="ordered", visits=1, last_at=NOON)
    scope = at_station(people.cuiping_station)
    soon, late = NOON + dt.timedelta(hours=11), NOON + dt.timedelta(hours=13)
    assert task in queries.walk(scope, people.staff, soon)
    assert task not in queries.walk(scope, people.staff, late)


def test_the_walk_goes_top_down_building_by_building_across_drives(people):
    low, high = make_door(people, "6", "1", "101"), make_door(people, "6", "1", "902")
    other = make_door(people, "10", "1", "301")
    running_drive(people, [other, low])
    running_drive(people, [high])
    walked = queries.walk(at_station(people.cuiping_station), people.staff, NOON)
    assert [task.customer for task in walked] == [high, low, other]


def test_a_walk_takes_two_statements_however_long(people, django_assert_num_queries):
    running_drive(people, make_doors(people, 30))
    with django_assert_num_queries(2):
        walked = queries.walk(at_station(people.cuiping_station), people.staff, NOON)
        assert len({(task.customer.name, task.offer.script, task.drive.number) for task in walked}) == 1
    assert len(walked) == 30


def test_the_most_valuable_come_first_where_the_drive_says_so(people):
    drive = running_drive(people, value_first=True)
    last = tasks_of(drive)[-1]
    Task.objects.filter(pk=last.pk).update(worth=5000)
    assert queries.walk(at_station(people.cuiping_station), people.staff, NOON)[0] == last


def test_text_messages_are_nobodys_to_walk(people):
    running_drive(people, channels=["sms"])
    assert queries.walk(at_station(people.cuiping_station), people.staff, NOON) == []


def test_several_phones_at_one_door_are_one_household(people):
    wife, husband = make_door(people), make_door(people)
    stranger, unknown = make_door(people, room="503"), make_door(people, room="")
    drive = running_drive(people, [wife, husband, stranger, unknown])
    by_customer = {task.customer: task for task in tasks_of(drive)}
    assert [task.customer for task in queries.household(by_customer[wife])] == [husband]
    assert list(queries.household(by_customer[unknown])) == []


def test_a_task_without_an_offer_has_the_one_for_everybody_else(people):
    task = tasks_of(running_drive(people))[0]
    own = queries.offer_of(task)
    Task.objects.filter(pk=task.pk).update(offer=None)
    task.refresh_from_db()
    assert own is not None
    assert queries.offer_of(task) == own


def test_the_progress_of_a_drive_counts_by_what_the_last_outcome_means(people):
    drive = running_drive(people)
    ids = [task.pk for task in tasks_of(drive)]
    for pk, outcome, state in zip(ids, ["ordered", "refused", "no_answer", "no_entry"], ["done"] * 4, strict=False):
        Task.objects.filter(pk=pk).update(outcome=outcome, state=state)
    assert actions.close(Q(pk=ids[4]), "order", NOON) == 1
    found = reads.of_drives(EVERYWHERE, [drive])[drive.pk]
    assert (found.tasks, found.open, found.done) == (6, 1, 5)
    assert (found.visited, found.opened, found.ordered) == (3, 2, 1)
