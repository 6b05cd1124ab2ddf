"""Drives under several hands at once, beside the unguarded way that breaks."""

import datetime as dt
import threading
from functools import partial

import pytest
from django.db import IntegrityError

from campaigns.drives.models import Candidate, Drive, Task
from campaigns.recall import actions, planning, starting, turns
from campaigns.recall.actions import Busy, Changed
from communities.models import StaffAct
from communities.scoping import Scope
from tests.campaigns.drives_world import NOON, make_doors, tasks_of
from tests.conftest import TODAY
from tests.hands import outcomes
from users.contact import actions as contact

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 8


def planned(people) -> Drive:
    drive = actions.draft(
        name="沉默召回", scope=Scope(everywhere=True), by=people.operator, audience="lifecycle=silent",
        begins_on=TODAY, ends_on=TODAY + dt.timedelta(days=13), channels=["door"], best_channel=False,
    )  # fmt: skip
    actions.set_offer(drive, None, "您好", by=people.operator)
    actions.set_worker(drive, people.staff, people.cuiping_station, by=people.operator)
    return drive


def started(drive: Drive, by) -> Drive:
    return actions.start(drive, drive.revision, by, NOON)


def test_of_two_who_start_one_drive_at_once_one_does(people):
    make_doors(people, 30)
    for _round in range(REPEATS):
        drive = planned(people)
        ended = outcomes(partial(started, drive, people.manager), partial(started, drive, people.manager2))
        assert sorted(type(one).__name__ for one in ended) == ["Changed", "Drive"], ended
        assert Candidate.objects.filter(drive=drive).count() == 30
        assert StaffAct.objects.filter(thing="drive", thing_id=drive.pk, verb="start").count() == 1
        actions.call_off(drive, people.manager)


def test_without_the_conditional_lock_both_start_and_one_runs_into_the_keys(people, monkeypatch):
    """The control: reading the state and then writing lets both through to the tables' own keys."""
    make_doors(people, 30)
    drive, looked = planned(people), threading.Barrier(2)

    def careless(drive, *states, revision=None):
        seen = Drive.objects.get(pk=drive.pk)
        looked.wait(20)
        assert seen.state == "draft"
        return seen

    monkeypatch.setattr(turns, "begin", careless)
    ended = outcomes(partial(started, drive, people.manager), partial(started, drive, people.manager2))
    assert sorted(type(one).__name__ for one in ended) == ["Drive", "IntegrityError"]


def test_of_two_drives_started_at_once_for_the_same_people_the_second_finds_them_busy(people):
    make_doors(people, 30)
    for _round in range(REPEATS):
        one, other = planned(people), planned(people)
        ended = outcomes(partial(started, one, people.manager), partial(started, other, people.manager2))
        assert all(isinstance(drive, Drive) for drive in ended), ended
        assert sorted(drive.tasks_made for drive in ended) == [0, 27]
        assert sorted(drive.held_back.get("busy", 0) for drive in ended) == [0, 30]
        for drive in (one, other):
            actions.call_off(drive, people.manager)


def test_without_the_turn_of_starts_the_same_people_are_wanted_twice(people, monkeypatch):
    """The control: both read their audience before either has written it."""
    make_doors(people, 30)
    read, plan = threading.Barrier(2), planning.plan

    def both_read(drive, at):
        found = plan(drive, at)
        read.wait(20)
        return found

    monkeypatch.setattr(starting.turns, "no_other_starts", lambda: None)
    monkeypatch.setattr(planning, "plan", both_read)
    one, other = planned(people), planned(people)
    ended = outcomes(partial(started, one, people.manager), partial(started, other, people.manager2))
    assert any(isinstance(end, IntegrityError) for end in ended), ended


def test_a_start_and_an_edit_at_once_end_in_what_was_seen(people):
    make_doors(people, 10)
    for _round in range(REPEATS):
        drive = planned(people)
        edit = partial(actions.edit, Drive.objects.get(pk=drive.pk), by=people.operator, revision=drive.revision)
        ended = outcomes(partial(started, drive, people.manager), partial(edit, channels=["door", "phone"]))
        assert sum(isinstance(one, Changed) for one in ended) == 1, ended
        drive.refresh_from_db()
        assert (drive.state, len(drive.channels)) in [("running", 1), ("draft", 2)]
        actions.call_off(drive, people.manager)


def test_everything_at_once_leaves_every_task_with_one_end(people):
    doors = make_doors(people, 40)
    for _round in range(REPEATS):
        drive = started(planned(people), people.manager)
        task, wanting = tasks_of(drive)[0], doors[5]
        ended = outcomes(
            partial(actions.end, drive, people.manager, NOON),
            partial(actions.split, drive, people.cuiping_station, [people.staff, people.lead], people.manager),
            partial(actions.hand_over, people.staff, people.lead, drive, people.manager2),
            partial(actions.leave_out, task, people.lead),
            partial(contact.change_wish, customer=wanting, subject="dnc", allowed=False, way="door", by=people.staff),
            partial(actions.close_by_wishes, NOON),
        )
        unexpected = [one for one in ended if isinstance(one, Exception) and not isinstance(one, Changed | Busy)]
        assert unexpected == []
        assert not Task.objects.filter(drive=drive, state="open").exists()
        contact.change_wish(customer=wanting, subject="dnc", allowed=None, way="staff", by=people.staff)
