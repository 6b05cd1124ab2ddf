"""The tasks of a drive on the desk: filtered, shared out anew, exported, printed, typed in from paper; within reach."""

import datetime as dt
from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from campaigns.boards.phone import codes
from campaigns.drives.models import Drive, Task
from campaigns.visits.models import RefusedEvent, Visit
from communities.models import Assignment, StaffAct, StaffMember
from opsdesk.lib import limits
from tests.campaigns.drives_world import make_doors, running_drive
from tests.campaigns.visiting import event, tell
from users.contact.models import ContactWish

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def colleague(people) -> StaffMember:
    """Works at Cuiping's station beside `staff`."""
    made = StaffMember.objects.create_user(username="colleague", password="a long password", name="小周")
    Assignment.objects.create(staff=made, role="station_staff", station=people.cuiping_station)
    return made


@pytest.fixture
def drive(people) -> Drive:
    """Six doors of Cuiping for `staff`, from this morning, and three of Jinling."""
    morning = timezone.now() - dt.timedelta(hours=3)
    doors = [*make_doors(people, 6, name="王大明"), *make_doors(people, 3, at="jinling")]
    made = running_drive(
        people, doors, started_at=morning, begins_on=morning.date(), ends_on=morning.date() + dt.timedelta(days=9)
    )
    Task.objects.filter(station_id=people.cuiping_station.pk).update(assignee=people.staff)
    return made


def post(client, page, /, *args, query="", **data):
    return client.post(reverse(page, args=args) + query, data, headers=EN)


def listed(client, drive, **query) -> list[Task]:
    page = client.get(reverse("drive-tasks", args=[drive.number]), query, headers=EN)
    return [row[0] for row in page.context["rows"]]


def mine(people) -> list[Task]:
    return list(Task.objects.filter(station_id=people.cuiping_station.pk).order_by("place"))


# -- The list --------------------------------------------------------------------------------------------------------


def test_tasks_are_listed_as_one_walks_or_by_worth(people, as_, drive):
    Task.objects.filter(pk=mine(people)[3].pk).update(worth=9900)
    walked = listed(as_("manager"), drive, station=people.cuiping_station.pk)
    assert [task.pk for task in walked] == [task.pk for task in mine(people)]
    assert listed(as_("manager"), drive, sort="-worth")[0].worth == 9900


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({"state": "open"}, 8), ({"state": "done"}, 1), ({"outcome": "ordered"}, 1), ({"person": "none"}, 3),
        ({"channel": "door"}, 9), ({"channel": "sms"}, 0), ({"building": "1"}, 9), ({"building": "2"}, 0),
        ({"state": "nonsense"}, 9), ({"person": "9" * 30}, 9), ({"building": "\0"}, 9),
    ],
)  # fmt: skip
def test_a_filter_leaves_the_tasks_it_names(query, n, people, as_, drive):
    Task.objects.filter(pk=mine(people)[0].pk).update(state="done", outcome="ordered")
    assert len(listed(as_("manager"), drive, **query)) == n


def test_a_long_list_is_paged_without_a_gap(people, as_):
    drive = running_drive(people, make_doors(people, 45))
    client, seen, query = as_("manager"), [], {"size": 20}
    for _page in range(3):
        page = client.get(reverse("drive-tasks", args=[drive.number]), query)
        seen += [row[0].pk for row in page.context["rows"]]
        query = {"size": 20, "after": page.context["page"].after}
    assert len(seen) == len(set(seen)) == 45


def test_a_lead_sees_their_stations_tasks_alone(people, as_, drive):
    assert len(listed(as_("lead"), drive)) == 6
    assert listed(as_("lead"), drive, station=people.jinling_station.pk) == []
    foreign = Task.objects.exclude(station_id=people.cuiping_station.pk).first()
    assert as_("lead").get(reverse("drive-task", args=[drive.number, foreign.pk])).status_code == 404
    assert post(as_("lead"), "drive-leave-out", drive.number, foreign.pk).status_code == 404
    assert post(as_("lead"), "drive-record", drive.number, foreign.pk).status_code == 404


def test_an_export_is_masked_and_logged_and_reaches_as_far_as_exports_do(people, as_, drive):
    answer = as_("manager").get(reverse("drive-csv", args=[drive.number]), {"state": "open"}, headers=EN)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert (text.count("\n"), "王**" in text, "大明" in text) == (11, True, False)  # head, nine rows, mark
    act = StaffAct.objects.get(verb="export", thing="tasks")
    assert (act.detail["rows"], act.detail["drive"], act.detail["query"]) == (9, drive.number, "state=open")
    assert as_("lead").get(reverse("drive-csv", args=[drive.number])).status_code == 302
    StaffAct.objects.bulk_create([StaffAct(staff=people.manager, verb="export") for _n in range(limits.EXPORTS.most)])
    assert as_("manager").get(reverse("drive-csv", args=[drive.number])).status_code == 302


# -- Sharing out -----------------------------------------------------------------------------------------------------


def test_ticked_tasks_go_to_somebody_else(people, as_, drive, colleague):
    ids = [task.pk for task in mine(people)[:2]]
    answer = post(as_("lead"), "drive-share", drive.number, verb="reassign", id=ids, to=colleague.pk)
    assert answer.url == reverse("drive-tasks", args=[drive.number])
    assert list(Task.objects.filter(assignee=colleague).order_by("place").values_list("pk", flat=True)) == ids


def test_everything_means_what_the_filter_leaves(people, as_, drive, colleague):
    Task.objects.filter(pk__in=[task.pk for task in mine(people)[:2]]).update(state="done", outcome="ordered")
    post(
        as_("manager"), "drive-share", drive.number, query=f"?station={people.cuiping_station.pk}", verb="reassign",
        everything="1", id=[mine(people)[2].pk], to=colleague.pk,
    )  # fmt: skip
    assert Task.objects.filter(assignee=colleague).count() == 4  # what is done stays whose it is


def test_everything_stays_within_the_community_that_is_looked_at(people, as_, drive):
    everything = {"verb": "reassign", "everything": "1", "to": "none"}
    jinling = Task.objects.filter(station_id=people.jinling_station.pk)
    jinling.update(assignee=people.other_staff)
    answer = post(as_("manager"), "drive-share", drive.number, query="?community=cuiping", **everything)
    assert answer.url.endswith("/tasks/?community=cuiping")
    assert not Task.objects.filter(station_id=people.cuiping_station.pk, assignee__isnull=False).exists()
    assert set(jinling.values_list("assignee", flat=True)) == {people.other_staff.pk}
    file = as_("manager").get(reverse("drive-csv", args=[drive.number]), {"community": "jinling"})
    assert b"".join(file.streaming_content).count(b"\n") == 5


def test_a_lead_cannot_move_what_is_not_theirs(people, as_, drive, colleague):
    foreign = Task.objects.filter(station_id=people.jinling_station.pk)
    ids = [task.pk for task in foreign]
    post(as_("lead"), "drive-share", drive.number, verb="reassign", id=ids, to=colleague.pk)
    post(as_("lead"), "drive-share", drive.number, verb="reassign", everything="1", to="none")
    assert set(foreign.values_list("assignee", flat=True)) == {None}
    assert not Task.objects.filter(station_id=people.cuiping_station.pk, assignee__isnull=False).exists()
    jinling = {"verb": "split", "station": people.jinling_station.pk, "staff": [people.other_staff.pk]}
    assert post(as_("lead"), "drive-share", drive.number, **jinling).status_code == 404
    assert post(as_("analyst"), "drive-share", drive.number, verb="reassign").status_code == 403


def test_nobody_is_given_tasks_where_they_do_not_work(people, as_, drive):
    answer = post(
        as_("manager"), "drive-share", drive.number, verb="reassign", id=[mine(people)[0].pk], to=people.other_staff.pk
    )
    assert answer.status_code == 302
    assert mine(people)[0].assignee == people.staff


def test_messages_wait_for_nobody_and_are_not_shared_out(people, as_, drive):
    Task.objects.filter(pk=mine(people)[0].pk).update(channel="sms", assignee=None)
    page = as_("manager").get(reverse("drive", args=[drive.number]), headers=EN)
    here = next(one for one in page.context["stations"] if one.station == people.cuiping_station)
    assert [(one.staff, one.by_itself, one.progress.open) for one in here.hands] == [
        (people.staff, False, 5), (None, True, 1)
    ]  # fmt: skip
    assert (here.progress.open, here.to_share) == (6, 5)
    assert "messages, by themselves" in page.content.decode()


def test_half_way_one_hands_over_or_the_station_is_shared_anew(people, as_, drive, colleague):
    Task.objects.filter(pk=mine(people)[0].pk).update(state="done", outcome="ordered")
    station = people.cuiping_station.pk
    over = {"verb": "hand_over", "from": people.staff.pk, "to": colleague.pk, "station": station}
    answer = post(as_("lead"), "drive-share", drive.number, **over)
    assert answer.url == reverse("drive", args=[drive.number])
    assert Task.objects.filter(assignee=colleague).count() == 5
    both = [people.staff.pk, colleague.pk]
    post(as_("lead"), "drive-share", drive.number, verb="split", station=station, staff=both)
    shared = set(Task.objects.filter(station_id=station, state="open").values_list("assignee", flat=True))
    assert shared <= set(both)
    assert shared
    page = as_("lead").get(reverse("drive", args=[drive.number]), headers=EN)
    assert [act.verb for act in page.context["history"]] == ["split", "reassign"]


# -- One task --------------------------------------------------------------------------------------------------------


def paper(task: Task, **changes):
    at = timezone.localtime() - dt.timedelta(hours=1)
    usual = {"uuid": uuid4(), "outcome": "ordered", "at": f"{at:%Y-%m-%dT%H:%M}", "amount": "39.80", "note": "两份"}
    return usual | changes


def test_an_outcome_is_typed_in_from_paper(people, as_, drive):
    task = mine(people)[0]
    answer = post(as_("lead"), "drive-record", drive.number, task.pk, **paper(task))
    assert answer.status_code == 302
    task.refresh_from_db()
    visit = Visit.objects.get()
    assert (task.state, task.outcome, task.visits) == ("done", "ordered", 1)
    assert (visit.via, visit.amount, visit.staff, visit.note) == ("paper", 3980, people.lead, "两份")
    assert visit.at < visit.received_at - dt.timedelta(minutes=30)


def test_the_same_sheet_typed_in_twice_counts_once(people, as_, drive):
    task = mine(people)[0]
    said = paper(task)
    for _twice in range(2):
        assert post(as_("lead"), "drive-record", drive.number, task.pk, **said).status_code == 302
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"outcome": "bought"}, "outcome"), ({"at": "2099-01-01T10:00"}, "at"), ({"amount": "-1"}, "amount")],
)
def test_what_cannot_be_read_from_paper_is_said_beside_its_field(changes, field, people, as_, drive):
    task = mine(people)[0]
    answer = post(as_("lead"), "drive-record", drive.number, task.pk, **paper(task, **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Visit.objects.exists()


def test_a_correction_is_added_and_nothing_is_erased(people, as_, drive):
    task, client = mine(people)[0], as_("lead")
    post(client, "drive-record", drive.number, task.pk, **paper(task, outcome="no_answer", amount=""))
    first = Visit.objects.get()
    post(client, "drive-record", drive.number, task.pk, **paper(task, outcome="refused", corrects=first.uuid))
    page = client.get(reverse("drive-task", args=[drive.number, task.pk]), headers=EN)
    assert [(one.outcome, one.live) for one in page.context["history"]] == [("refused", True), ("no_answer", False)]
    assert "instead of “No answer”" in page.content.decode()
    second = Visit.objects.get(live=True)
    post(client, "drive-undo", drive.number, task.pk, second.uuid)
    task.refresh_from_db()
    assert (Visit.objects.count(), task.state, task.outcome) == (3, "open", "")


def test_a_phone_that_was_first_with_a_correction_is_told_of(people, as_, drive):
    task = mine(people)[0]
    tell(people.staff, event(task, "no_answer"), at=timezone.now())
    first = Visit.objects.get()
    correction = event(task, "ordered", corrects=str(first.uuid), amount=1000)
    tell(people.staff, correction, at=timezone.now())
    late = post(as_("lead"), "drive-record", drive.number, task.pk, **paper(task, corrects=first.uuid))
    assert late.status_code == 409
    assert "Somebody else has corrected this meanwhile." in late.content.decode()
    assert RefusedEvent.objects.filter(reason="corrected").count() == 1


def test_a_customer_is_left_out(people, as_, drive):
    task = mine(people)[0]
    post(as_("manager"), "drive-leave-out", drive.number, task.pk)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("closed", "left")


# -- On paper --------------------------------------------------------------------------------------------------------


def test_a_walk_list_bears_the_name_of_whoever_carries_it_and_no_whole_phone(people, as_, drive):
    Task.objects.filter(pk=mine(people)[0].pk).update(state="done", outcome="ordered")
    answer = as_("lead").get(reverse("drive-print", args=[drive.number]), {"person": people.staff.pk}, headers=EN)
    text = answer.content.decode()
    assert (answer.context["total"], answer.context["carrier"]) == (5, people.staff)
    assert "大明" not in text
    assert not any(task.customer.phone in text for task in mine(people))
    assert f"<span>{people.staff}" in text
    assert StaffAct.objects.filter(verb="print", thing="drive").count() == 1


def test_a_walk_list_leaves_out_at_once_who_wants_no_contact(people, as_, drive):
    ContactWish.objects.create(customer=mine(people)[0].customer, do_not_contact=True)
    address = reverse("drive-print", args=[drive.number])
    assert as_("lead").get(address, {"person": people.staff.pk}).context["total"] == 5


def test_a_walk_list_carries_a_code_that_opens_it_as_far_as_the_reader_may(people, as_, drive, colleague, client):
    here = {"person": people.staff.pk, "station": people.cuiping_station.pk}
    text = as_("lead").get(reverse("drive-print", args=[drive.number]), here).content.decode()
    path = reverse("walk-list", args=[drive.number, people.cuiping_station.pk, people.staff.pk])
    assert f'<span class="address">testserver{path}</span>' in text
    assert str(codes.code_of(RequestFactory().get("/"), path).drawing) in text

    assert as_("staff").get(path).url.startswith(f"{reverse('my-day')}?b=")
    client.force_login(colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    theirs = client.get(path)
    assert theirs.status_code == 200
    assert all(reverse("door", args=[task.pk]) in theirs.content.decode() for task in mine(people))
    assert as_("other_staff").get(path).status_code == 404
    assert as_("manager").get(path).url.startswith(reverse("drive-tasks", args=[drive.number]))
    assert as_("auditor").get(path, follow=True).status_code == 403


def test_a_walk_list_of_another_station_does_not_exist(people, as_, drive):
    Task.objects.filter(station_id=people.jinling_station.pk).update(assignee=people.other_staff)
    address = reverse("drive-print", args=[drive.number])
    assert as_("lead").get(address, {"person": people.other_staff.pk}).status_code == 404
    assert as_("lead").get(address).status_code == 404
    assert as_("analyst").get(address, {"person": people.staff.pk}).status_code == 403
