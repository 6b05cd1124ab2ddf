"""A drive starts: who gets a task, who is held back and why, and what is written of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.drives.models import Candidate, Drive, Task
from campaigns.recall import actions
from campaigns.recall.actions import Changed, Incomplete, NotThere
from communities.models import StaffAct
from communities.scoping import Scope
from tests.campaigns.drives_world import NOON, make_door, make_doors, running_drive
from tests.conftest import TODAY
from tests.coupons.worlds import make_people
from users.contact import actions as contact
from users.contact.models import ContactWish, Touch, WishChange
from users.customers.models import Standing, Tag, Tagging
from users.outbox.models import Message

pytestmark = pytest.mark.django_db

EVERYWHERE = Scope(everywhere=True)


def planned(people, *, workers=("staff",), offer="您好,{name}", **fields) -> Drive:
    """A draft with a general offer and Cuiping's staff; everybody silent, nobody held out unless said otherwise."""
    usual = {
        "name": "沉默召回", "audience": "lifecycle=silent", "scope": EVERYWHERE, "by": people.operator,
        "begins_on": TODAY, "ends_on": TODAY + dt.timedelta(days=13), "channels": ["door", "phone"],
        "best_channel": False, "holdout_share": 0, "no_holdout_reason": "试跑",
    }  # fmt: skip
    drive = actions.draft(**usual | fields)
    if offer:
        actions.set_offer(drive, None, offer, by=people.operator)
    for name in workers:
        station = people.jinling_station if name == "other_staff" else people.cuiping_station
        actions.set_worker(drive, getattr(people, name), station, by=people.operator)
    return drive


def started(people, **fields) -> Drive:
    drive = planned(people, **fields)
    return actions.start(drive, drive.revision, people.operator, NOON)


def fate_of(drive: Drive, customer) -> tuple[str, str, str]:
    one = Candidate.objects.get(drive=drive, customer_id=customer.pk)
    return one.fate, one.reason, one.channel


def test_a_started_drive_has_its_list_its_tasks_and_a_line_in_the_log(people):
    doors = make_doors(people, 5)
    drive = started(people)
    assert (drive.state, drive.candidates, drive.tasks_made, drive.control, drive.held_back) == ("running", 5, 5, 0, {})
    assert (drive.started_at, drive.as_of, drive.number) == (NOON, TODAY, f"R-{drive.pk:04d}")
    tasks = list(Task.objects.filter(drive=drive).order_by("place"))
    assert [task.room for task in tasks] == ["301", "201", "202", "101", "102"]
    assert [task.place for task in tasks] == [1, 2, 3, 4, 5]
    assert {task.customer_id for task in tasks} == {one.pk for one in doors}
    assert {(task.assignee_id, task.channel, task.station_id) for task in tasks} == {
        (people.staff.pk, "door", people.cuiping_station.pk)
    }
    verbs = StaffAct.objects.filter(thing="drive", thing_id=drive.pk).values_list("verb", flat=True)
    assert list(verbs) == ["start", "edit", "edit", "draft"]


def test_whom_no_channel_reaches_is_held_back_with_the_reason_and_a_touch_that_says_so(people):
    willing = make_door(people)
    dnc, proxy, busy, nowhere, strange, mute = (make_door(people, room=f"60{n}") for n in range(6))
    contact.change_wish(customer=dnc, subject="dnc", allowed=False, way=WishChange.Way.STAFF, by=None)
    Standing.objects.filter(customer=proxy).update(is_proxy=True)
    running_drive(people, [busy])
    type(nowhere).objects.unscoped("a test").filter(pk=nowhere.pk).update(station=None)
    type(strange).objects.unscoped("a test").filter(pk=strange.pk).update(room="")
    ContactWish.objects.create(customer=mute, refused=["door", "phone"])
    drive = started(people)
    assert fate_of(drive, willing) == ("task", "", "door")
    assert fate_of(drive, dnc) == ("held", "dnc", "")
    assert fate_of(drive, proxy) == ("held", "proxy", "")
    assert fate_of(drive, busy) == ("held", "busy", "")
    assert fate_of(drive, nowhere) == ("held", "nobody", "")
    assert fate_of(drive, strange) == ("task", "", "phone")
    assert fate_of(drive, mute) == ("held", "consent", "")
    assert drive.held_back == {"busy": 1, "consent": 1, "dnc": 1, "nobody": 1, "proxy": 1}
    touches = Touch.objects.filter(thing="drive", thing_id=drive.pk).values_list("customer", "state", "blocked_by")
    assert sorted(touches) == sorted(
        (one.pk, "blocked", why)
        for one, why in [(dnc, "dnc"), (proxy, "proxy"), (busy, "busy"), (nowhere, "nobody"), (mute, "consent")]
    )


def test_somebody_held_out_of_a_running_drive_is_left_in_peace_by_the_next(people):
    control = make_door(people)
    running_drive(people, make_doors(people, 2), controls=[control])
    assert fate_of(started(people), control) == ("held", "busy", "")


def test_the_held_out_are_drawn_within_each_class_and_have_a_touch(people):
    make_people(n=20, community=people.cuiping, station=people.cuiping_station, building="1", unit="1", room="101")
    make_people(
        n=10, community=people.cuiping, station=people.cuiping_station, building="1", unit="1", room="102",
        rfm_class="rescue",
    )  # fmt: skip
    drive = started(people, holdout_share=0.2)
    control = Candidate.objects.filter(drive=drive, fate="control")
    assert (drive.control, drive.tasks_made) == (6, 24)
    assert sorted(control.values_list("rfm_class", flat=True)) == ["lost"] * 4 + ["rescue"] * 2
    touches = Touch.objects.filter(thing="drive", thing_id=drive.pk)
    assert {(one.customer_id, one.state, one.channel) for one in touches} == {
        (one.customer_id, "control", "door") for one in control
    }


def test_what_is_beyond_the_crew_goes_to_the_next_channel_and_then_nowhere(people):
    make_doors(people, 30)
    drive = planned(people, workers=(), channels=["door", "sms"])
    actions.set_worker(drive, people.staff, people.cuiping_station, 1, 60, 12, by=people.operator)
    drive = actions.start(drive, drive.revision, people.operator, NOON)
    by_channel = sorted(Task.objects.filter(drive=drive).values_list("channel", flat=True))
    assert by_channel == ["door"] * 12 + ["sms"] * 18
    actions.call_off(drive, people.operator)
    drive = planned(people, workers=())
    actions.set_worker(drive, people.staff, people.cuiping_station, 1, 60, 12, by=people.operator)
    actions.edit(drive, by=people.operator, channels=["door"])
    drive = actions.start(drive, drive.revision, people.operator, NOON)
    assert (drive.tasks_made, drive.held_back) == (12, {"capacity": 18})


def test_the_most_valuable_are_visited_where_time_is_short(people):
    cheap, dear = make_doors(people, 4), make_door(people, building="9", standing={"net": 90_000})
    drive = planned(people, workers=(), channels=["door"])
    actions.set_worker(drive, people.staff, people.cuiping_station, 1, 10, 6, by=people.operator)
    actions.start(drive, drive.revision, people.operator, NOON)
    assert list(Task.objects.values_list("customer", flat=True)) == [dear.pk]
    assert len(cheap) == 4


def test_a_customer_hears_the_offer_of_their_largest_taste(people):
    meat, fruit = Tag.objects.create(name="肉品", is_taste=True), Tag.objects.create(name="水果", is_taste=True)
    eater, picker, plain, shy = make_doors(people, 4)
    Tagging.objects.create(customer=eater, tag=meat, share=0.7)
    Tagging.objects.create(customer=eater, tag=fruit, share=0.3)
    Tagging.objects.create(customer=picker, tag=meat, share=0.9, hand=Tagging.Hand.REMOVED)
    Tagging.objects.create(customer=picker, tag=fruit, share=0.1)
    Tagging.objects.create(customer=shy, tag=meat, share=0.9)
    ContactWish.objects.create(customer=shy, no_profiling=True)
    drive = planned(people, audience=f"ids={eater.pk},{picker.pk},{plain.pk},{shy.pk}")
    for taste in (meat, fruit):
        actions.set_offer(drive, taste, f"{taste.name}特价", by=people.operator)
    actions.start(drive, drive.revision, people.operator, NOON)
    said = {task.customer_id: task.offer.script for task in Task.objects.select_related("offer")}
    assert said == {eater.pk: "肉品特价", picker.pk: "水果特价", plain.pk: "您好,{name}", shy.pk: "您好,{name}"}


def test_text_messages_are_filled_queued_and_counted_as_touches(people):
    one = make_door(people, name="李芳")
    ContactWish.objects.create(customer=one, agreed=["sms"])
    drive = planned(people, channels=["sms"], workers=(), offer="")
    actions.set_offer(drive, None, "{name},{goods}{price}", "青菜", 100, by=people.operator)
    actions.start(drive, drive.revision, people.operator, NOON)
    message = Message.objects.get()
    assert (message.text, message.customer, message.thing, message.thing_id) == (
        "李芳,青菜¥1",
        one,
        "drive",
        drive.pk,
    )
    assert message.not_after == dt.datetime(2018, 5, 21, tzinfo=NOON.tzinfo)
    assert (message.touch.state, message.touch.channel) == ("waiting", "sms")


def test_a_drive_started_at_night_reaches_people_in_the_morning(people):
    make_doors(people, 2)
    drive = planned(people)
    night = NOON.replace(hour=23)
    assert actions.start(drive, drive.revision, people.operator, night).held_back == {}


def test_only_what_was_seen_is_started(people):
    make_doors(people, 2)
    drive = planned(people)
    seen = drive.revision
    actions.edit(drive, by=people.operator, name="改名")
    with pytest.raises(Changed):
        actions.start(drive, seen, people.manager, NOON)
    actions.start(drive, drive.revision, people.manager, NOON)
    with pytest.raises(Changed):
        actions.start(drive, drive.revision, people.manager2, NOON)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"audience": "lifecycle=active"}, "people"),
        ({"channels": []}, "channels"),
        ({"offer": ""}, "words"),
        ({"begins_on": TODAY - dt.timedelta(days=3), "ends_on": TODAY - dt.timedelta(days=1)}, "days"),
    ],
)
def test_what_is_incomplete_does_not_start(people, fields, what):
    make_doors(people, 2)
    drive = planned(people, **fields)
    with pytest.raises(Incomplete) as told:
        actions.start(drive, drive.revision, people.operator, NOON)
    assert told.value.what == what
    assert not Candidate.objects.exists()


def statements_of_a_start(people) -> int:
    drive = planned(people)
    with CaptureQueriesContext(connection) as told:
        actions.start(drive, drive.revision, people.operator, NOON)
    actions.call_off(drive, people.operator)
    return len(told)


def test_a_start_takes_as_many_statements_for_many_as_for_few(people):
    make_doors(people, 5)
    few = statements_of_a_start(people)
    make_doors(people, 60)
    assert statements_of_a_start(people) == few


def test_nobody_works_where_they_are_not_employed(people):
    drive = planned(people)
    with pytest.raises(NotThere):
        actions.set_worker(drive, people.other_staff, people.cuiping_station, by=people.operator)
    people.staff.assignments.all().delete()
    with pytest.raises(NotThere):
        actions.start(drive, drive.revision, people.operator, NOON)


def test_a_preview_says_what_a_start_does_and_writes_nothing(people):
    make_doors(people, 30)
    make_door(people, at="jinling")
    drive = planned(people, workers=("staff", "lead"), holdout_share=0.1)
    told = actions.preview(drive, NOON)
    assert not Candidate.objects.exists()
    assert (told.candidates, sum(told.held_back.values()) + told.control + told.tasks) == (31, 31)
    began = actions.start(drive, drive.revision, people.operator, NOON)
    assert (told.held_back, told.control, told.tasks) == (began.held_back, began.control, began.tasks_made)
    [station] = told.stations
    assert {one.staff: one.tasks for one in station.workers} == {
        one.pk: Task.objects.filter(assignee=one).count() for one in (people.staff, people.lead)
    }
    assert (station.tasks, station.capacity, station.minutes) == (27, 1200, 135)


def test_a_draft_of_a_station_reaches_no_further_than_its_maker(people):
    here, _there = make_door(people), make_door(people, at="jinling")
    drive = started(people, scope=Scope(communities=frozenset({people.cuiping.pk})), workers=("staff", "other_staff"))
    assert list(Task.objects.filter(drive=drive).values_list("customer", flat=True)) == [here.pk]
