"""Tasks change hands while a drive runs: only what is still to do, only to who works there."""

import pytest

from campaigns.drives.models import Task
from campaigns.recall import actions
from campaigns.recall.actions import Changed, NotThere
from communities.models import Assignment, StaffAct
from tests.campaigns.drives_world import make_door, make_doors, running_drive, tasks_of

pytestmark = pytest.mark.django_db


def held_by(person) -> int:
    return Task.objects.filter(assignee=person).count()


def test_tasks_are_given_to_somebody_else_and_back_to_the_station(people):
    drive = running_drive(people, assignee=people.staff)
    some = Task.objects.filter(pk__in=[task.pk for task in tasks_of(drive)[:2]])
    assert actions.reassign(some, people.lead, people.lead) == 2
    assert (held_by(people.lead), held_by(people.staff)) == (2, 4)
    assert actions.reassign(some, None, people.lead) == 2
    assert held_by(people.lead) == 0
    acts = StaffAct.objects.filter(thing="drive", thing_id=drive.pk, verb="reassign")
    assert [act.detail["tasks"] for act in acts] == [2, 2]


def test_a_task_goes_to_nobody_who_works_elsewhere(people):
    drive = running_drive(people, [make_door(people), make_door(people, at="jinling")], assignee=people.staff)
    for somebody in (people.other_staff, people.lead, people.manager):
        with pytest.raises(NotThere):
            actions.reassign(Task.objects.filter(drive=drive), somebody, people.manager)
    assert held_by(people.staff) == 2


def test_whoever_has_left_gets_nothing(people):
    drive = running_drive(people)
    people.lead.is_active = False
    people.lead.save()
    with pytest.raises(NotThere):
        actions.reassign(Task.objects.filter(drive=drive), people.lead, people.manager)


def test_what_is_done_stays_with_who_did_it(people):
    drive = running_drive(people, assignee=people.staff)
    done = tasks_of(drive)[0]
    Task.objects.filter(pk=done.pk).update(state="done", outcome="ordered")
    assert actions.hand_over(people.staff, people.lead, drive, people.manager) == 5
    assert (held_by(people.staff), held_by(people.lead)) == (1, 5)
    assert actions.hand_over(people.staff, people.lead, drive, people.manager) == 0


def test_a_hand_over_leaves_other_drives_alone(people):
    doors = make_doors(people, 4)
    drive, _other = running_drive(people, doors[:2], assignee=people.staff), running_drive(
        people, doors[2:], assignee=people.staff
    )  # fmt: skip
    assert actions.hand_over(people.staff, people.lead, drive, people.manager) == 2
    assert held_by(people.staff) == 2


def test_the_open_tasks_of_a_station_are_split_anew_by_building(people):
    drive = running_drive(people, make_doors(people, 60), assignee=people.staff)
    assert actions.split(drive, people.cuiping_station, [people.staff, people.lead], people.manager) == 60
    assert {held_by(people.staff), held_by(people.lead)} == {40, 20}
    of = {(task.building, task.assignee_id) for task in tasks_of(drive)}
    assert len(of) == 3


def test_a_split_gives_everything_away_however_little_time_there_is(people):
    drive = running_drive(people, make_doors(people, 40))
    drive.workers.update(shifts=1, shift_minutes=10)
    assert actions.split(drive, people.cuiping_station, [people.staff], people.manager) == 40
    assert held_by(people.staff) == 40


def test_a_split_is_among_those_who_work_there_while_it_runs(people):
    drive = running_drive(people)
    with pytest.raises(NotThere):
        actions.split(drive, people.cuiping_station, [people.staff, people.other_staff], people.manager)
    Assignment.objects.create(staff=people.other_staff, role="station_staff", station=people.cuiping_station)
    assert actions.split(drive, people.cuiping_station, [people.staff, people.other_staff], people.manager) == 6
    type(drive).objects.filter(pk=drive.pk).update(state="ended")
    with pytest.raises(Changed):
        actions.split(drive, people.cuiping_station, [people.staff], people.manager)


def test_a_task_is_left_out_once(people):
    task = tasks_of(running_drive(people))[0]
    assert actions.leave_out(task, people.lead)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("closed", "left")
    assert not actions.leave_out(task, people.lead)
    assert StaffAct.objects.filter(verb="leave_out").count() == 1
