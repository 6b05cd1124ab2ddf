"""Drives over made-up estates, started, shared and ended by chance: what must hold holds after every step."""

import datetime as dt
import random

import pytest
from django.db.models import Count

from campaigns.drives.models import Candidate, Drive, Task, Worker
from campaigns.recall import actions
from campaigns.recall.actions import HasVisits
from communities.models import Assignment, StaffMember
from communities.scoping import Scope
from tests.campaigns.drives_world import NOON, make_door
from tests.conftest import TODAY
from users.contact.models import ContactWish
from users.customers.models import Tag, Tagging

pytestmark = pytest.mark.django_db

CHANNELS = ["door", "wechat", "phone", "group", "sms"]
MINUTES = {"phone": 3, "wechat": 2, "group": 1}


def estate(people, dice: random.Random) -> None:
    """Two communities of odd addresses, wishes and tastes."""
    tags = [Tag.objects.create(name=name, is_taste=True) for name in ("肉品", "水果")]
    for _ in range(150):
        place = dice.choice(["", "1", "2", "3"]), dice.choice(["", "1", "2"]), dice.choice(["", "101", "302", "1203"])
        one = make_door(
            people, *place, at=dice.choice(["cuiping", "jinling"]),
            standing={"rfm_class": dice.choice(["win_back", "rescue"]), "is_proxy": dice.random() < 0.05,
                      "net": dice.randint(0, 90_000)},
        )  # fmt: skip
        if dice.random() < 0.2:
            refused = dice.sample(CHANNELS, dice.randint(0, 5))
            ContactWish.objects.create(customer=one, do_not_contact=dice.random() < 0.3, refused=refused)
        if dice.random() < 0.5:
            Tagging.objects.create(customer=one, tag=dice.choice(tags), share=dice.random())


def crew(people, dice: random.Random) -> list[StaffMember]:
    more = [StaffMember.objects.create_user(username=f"more{n}", password="a long password") for n in range(2)]
    for one in more:
        Assignment.objects.create(staff=one, role="station_staff", station=people.cuiping_station)
    return dice.sample([people.staff, people.lead, *more], dice.randint(1, 4))


def planned(people, staff, dice: random.Random) -> Drive:
    drive = actions.draft(
        name="沉默召回", scope=Scope(everywhere=True), by=people.operator, begins_on=TODAY, ends_on=TODAY,
        audience=dice.choice(["lifecycle=silent", "lifecycle=silent&rfm=win_back", "community=cuiping"]),
        channels=dice.sample(CHANNELS, dice.randint(1, 5)), best_channel=dice.random() < 0.5, holdout_share=0.1,
    )  # fmt: skip
    for tag in [None, *Tag.objects.filter(is_taste=True)]:
        actions.set_offer(drive, tag, "{name}您好", by=people.operator)
    for one in staff:
        shifts, minutes, pace = dice.randint(0, 3), dice.choice([20, 60]), dice.choice([7, 12, 20])
        actions.set_worker(drive, one, people.cuiping_station, shifts, minutes, pace, by=people.operator)
    return drive


def holds(drive: Drive) -> None:
    fates = dict(Candidate.objects.filter(drive=drive).order_by().values_list("fate").annotate(n=Count("customer_id")))
    tasks = Task.objects.filter(drive=drive)
    assert sum(fates.values()) == drive.candidates == sum(drive.held_back.values()) + drive.control + drive.tasks_made
    assert (fates.get("control", 0), fates.get("task", 0)) == (drive.control, drive.tasks_made)
    chosen = Candidate.objects.filter(drive=drive, fate="task").values_list("customer_id", "channel", "worth")
    assert set(tasks.values_list("customer", "channel", "worth")) == set(chosen)
    everybody = Task.objects.filter(state="open").values("customer").annotate(n=Count("id"))
    assert not everybody.filter(n__gt=1).exists()
    for staff, station in set(tasks.exclude(assignee=None).values_list("assignee", "station_id")):
        assert Assignment.objects.filter(staff=staff, station=station).exists()
    assert not tasks.filter(channel="door", building="").exists()
    assert not tasks.filter(channel="door", room="").exists()


def nobody_has_too_much(drive: Drive) -> None:
    for worker in Worker.objects.filter(drive=drive):
        mine = Task.objects.filter(drive=drive, assignee=worker.staff).values_list("channel", flat=True)
        minutes = sum(60 / worker.doors_an_hour if channel == "door" else MINUTES[channel] for channel in mine)
        assert minutes <= worker.shifts * worker.shift_minutes + 1e-6
    staffed = Task.objects.filter(drive=drive).exclude(channel="sms")
    assert not staffed.filter(assignee=None).exists()


@pytest.mark.parametrize("seed", [0, 2, 4, 5])
def test_whatever_happens_to_drives_their_sums_and_limits_hold(people, seed):
    dice = random.Random(seed)
    estate(people, dice)
    staff, drives = crew(people, dice), []
    for _ in range(3):
        draft = planned(people, staff, dice)
        told = actions.preview(draft, NOON)
        drive = actions.start(draft, draft.revision, people.operator, NOON)
        assert (told.candidates, told.control, told.tasks) == (drive.candidates, drive.control, drive.tasks_made)
        nobody_has_too_much(drive)
        drives.append(drive)
        if dice.random() < 0.4:
            actions.end(drive, people.manager, NOON + dt.timedelta(hours=1))
        for one in drives:
            holds(one)
    assert sum(drive.tasks_made for drive in drives)
    for drive in drives:
        _shuffle(drive, staff, people, dice)
        holds(drive)


def _shuffle(drive: Drive, staff: list[StaffMember], people, dice: random.Random) -> None:
    if Drive.objects.get(pk=drive.pk).state != "running":
        return
    some = dice.sample(staff, dice.randint(1, len(staff)))
    actions.split(drive, people.cuiping_station, some, people.lead)
    actions.hand_over(some[0], dice.choice(staff), drive, people.manager)
    actions.reassign(Task.objects.filter(drive=drive, building="1"), dice.choice([None, *staff]), people.manager)
    try:
        actions.call_off(drive, people.manager)
    except HasVisits:
        raise AssertionError("nobody was visited") from None
