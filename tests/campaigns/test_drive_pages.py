"""The pages of recall drives: planned on one page, previewed, kept, started as they were seen; only within reach."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.drives.models import Drive, Task
from campaigns.recall import actions as recall
from communities.models import Assignment
from communities.scoping import Scope
from coupons.batches.models import Batch
from tests.campaigns.drives_world import make_door, make_doors, make_drive, running_drive
from tests.coupons.worlds import make_batch, make_coupon
from users.customers.models import Tag, Tagging

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
EVERYWHERE = Scope(everywhere=True)


def fields(people, **changes):
    """What the planning page sends for everybody silent, by door and phone, with Cuiping's person at work."""
    day = timezone.localdate()
    worker = f"worker-{people.cuiping_station.pk}-{people.staff.pk}"
    usual = {
        "revision": 0, "audience": "", "name": "沉默召回", "lifecycle": ["silent"], "channel_1": "door",
        "channel_2": "phone", "best_channel": "on", "begins_on": day, "ends_on": day + dt.timedelta(days=13),
        "holdout": 10, "no_holdout_reason": "", "offer-0-script": "{name}您好", "offer-0-product": "",
        "offer-0-price": "", "offer-0-batch": "", f"{worker}-works": "on",
    }  # fmt: skip
    for held in Assignment.objects.filter(role__in=["station_staff", "station_lead"]):
        row = f"worker-{held.station_id}-{held.staff_id}"
        usual |= {f"{row}-shifts": 5, f"{row}-shift_minutes": 120, f"{row}-doors_an_hour": 12}
    return usual | changes


def post(client, page, /, *args, **data):
    return client.post(reverse(page, args=args), data, headers=EN)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# -- The list --------------------------------------------------------------------------------------------------------


def test_without_any_drive_the_page_says_what_one_is_and_what_to_do(people, as_):
    page = as_("operator").get(reverse("drives"), headers=EN)
    assert "No recall drive yet" in page.content.decode()
    assert page.content.decode().count("btn-primary") == 1
    assert "Plan a drive" not in as_("lead").get(reverse("drives"), headers=EN).content.decode()


def test_the_list_counts_states_and_says_how_far_each_is(people, as_):
    drive = running_drive(people)
    Task.objects.filter(drive=drive, place__lte=2).update(state="done", outcome="ordered", visits=1)
    Task.objects.filter(drive=drive, place=3).update(outcome="no_answer", visits=1)
    make_drive(people)
    page = as_("analyst").get(reverse("drives"), headers=EN)
    assert [(code, n) for code, _label, n in page.context["states"] if n] == [("draft", 1), ("running", 1)]
    progress = {one.number: progress for one, progress in page.context["rows"]}[drive.number]
    assert (progress.tasks, progress.done, progress.visited, progress.opened, progress.ordered) == (6, 2, 3, 2, 2)
    only = as_("analyst").get(reverse("drives"), {"state": "draft"})
    assert [one.state for one, _progress in only.context["rows"]] == ["draft"]


# -- Planning --------------------------------------------------------------------------------------------------------


def test_a_new_drive_opens_with_whom_one_recalls(people, as_):
    for rfm in ("win_back", "rescue", "lost"):
        make_door(people, room=f"50{len(rfm)}", standing={"rfm_class": rfm})
    page = as_("operator").get(reverse("drive-new"), headers=EN)
    assert "class is Silent , and RFM class is" in words(page)
    assert page.context["plan"].customers == 2
    assert page.context["plan"].form["holdout"].value() == 10


def test_the_preview_adds_up_and_changes_nothing(people, as_):
    make_doors(people, 30)
    answer = post(as_("operator"), "drive-preview", **fields(people))
    shown = answer.context["subtraction"]
    assert (shown.candidates, shown.control, shown.tasks) == (30, 3, 27)
    assert shown.candidates == sum(n for _code, _label, n in shown.held) + shown.control + shown.tasks
    assert sum(n for _word, n, _share in answer.context["channels"]) == 27
    assert not Drive.objects.exists()
    assert 'id="drive-audience" hx-swap-oob="true"' in answer.content.decode()


def test_without_scripts_a_button_works_it_out(people, as_):
    make_doors(people, 10)
    page = as_("operator").get(reverse("drive-new"))
    assert (page.context["looked"], 'name="look"' in page.content.decode()) == (False, True)
    looked = post(as_("operator"), "drive-new", **fields(people, look="1"))
    assert (looked.status_code, looked.context["subtraction"].candidates) == (200, 10)
    assert not Drive.objects.exists()


def test_a_preview_uses_up_no_number(people, as_):
    client = as_("operator")
    post(client, "drive-new", **fields(people))
    for _once in range(3):
        post(client, "drive-preview", **fields(people))
    post(client, "drive-new", **fields(people))
    first, second = Drive.objects.order_by("pk").values_list("pk", flat=True)
    assert second == first + 1


def test_the_preview_warns_where_nobody_works_and_tells_what_an_hour_would_bring(people, as_):
    make_doors(people, 40)
    make_doors(people, 5, at="jinling")
    worker = f"worker-{people.cuiping_station.pk}-{people.staff.pk}"
    answer = post(as_("operator"), "drive-preview", **fields(people) | {f"{worker}-shift_minutes": 10})
    posts = {post.station: post for post in answer.context["posts"]}
    assert not posts[people.jinling_station].works
    assert "nobody works here" in words(answer)
    assert posts[people.cuiping_station].minutes <= posts[people.cuiping_station].capacity == 50
    held = {code: n for code, _label, n in answer.context["subtraction"].held}
    assert held["nobody"] == 5
    best = answer.context["best_post"]
    assert best is None or f"One more hour at {best.station.name} would bring about" in words(answer)


def test_stations_are_drawn_anew_only_when_the_audience_was_changed(people, as_):
    make_doors(people, 3)
    address, data = reverse("drive-preview"), fields(people)
    kept = as_("operator").post(address, data, headers=EN | {"HX-Trigger-Name": "holdout"})
    moved = as_("operator").post(address, data, headers=EN | {"HX-Trigger-Name": "lifecycle"})
    assert 'id="drive-crew"' not in kept.content.decode()
    assert 'id="drive-crew" hx-swap-oob="true"' in moved.content.decode()


def test_a_plan_is_kept_with_its_words_goods_coupon_and_people(people, as_):
    make_doors(people, 10)
    meat = Tag.objects.create(name="肉品", is_taste=True)
    batch = make_batch(by=people.operator, coupon=make_coupon(), origin="open", quantity=20)
    Batch.objects.filter(pk=batch.pk).update(state="issuing")
    said = {
        f"offer-{meat.pk}-script": "{name}您好，今天{goods}{price}", f"offer-{meat.pk}-product": "五花肉",
        f"offer-{meat.pk}-price": "19.90", f"offer-{meat.pk}-batch": batch.pk,
    }  # fmt: skip
    answer = post(as_("operator"), "drive-new", **fields(people) | said)
    drive = Drive.objects.get()
    assert answer.url == reverse("drive", args=[drive.number])
    assert (drive.state, drive.audience, drive.channels) == ("draft", "lifecycle=silent", ["door", "phone"])
    offers = {str(one.taste or ""): (one.product, one.price, one.batch_id) for one in drive.offers.all()}
    assert offers == {"": ("", None, None), "肉品": ("五花肉", 1990, batch.pk)}
    (worker,) = drive.workers.all()
    assert (worker.staff, worker.station, worker.doors) == (people.staff, people.cuiping_station, 120)
    page = as_("operator").get(answer.url, headers=EN)
    assert "今天五花肉¥19.9" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"holdout": 0}, "no_holdout_reason"),
        ({"holdout": 60}, "holdout"),
        ({"ends_on": "2018-01-01"}, "ends_on"),
        ({"channel_1": "", "channel_2": ""}, "channel_1"),
        ({"lifecycle": ["nonsense"]}, "lifecycle"),
    ],
)
def test_what_cannot_be_a_drive_is_said_beside_its_field(changes, field, people, as_):
    answer = post(as_("operator"), "drive-new", **fields(people) | changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Drive.objects.exists()


@pytest.mark.parametrize(
    ("script", "field"),
    [
        ("", "script"),
        ("{nombre}您好", "script"),
        ("今天{goods}", "product"),
        ("{price}", "price"),
        ("{coupon}", "batch"),
    ],
)
def test_words_that_staff_could_not_say_are_refused(script, field, people, as_):
    answer = post(as_("operator"), "drive-new", **fields(people) | {"offer-0-script": script})
    assert answer.status_code == 422
    assert field in answer.context["plan"].said[0].form.errors


def test_a_ticked_list_becomes_the_audience(people, as_):
    doors = make_doors(people, 4)
    ids = [one.pk for one in doors[:2]]
    answer = as_("operator").post(reverse("drive-from-list") + "?lifecycle=silent", {"id": ids})
    page = as_("operator").get(answer.url)
    assert page.context["plan"].customers == 2
    everybody = as_("operator").post(reverse("drive-from-list") + "?lifecycle=silent", {})
    assert as_("operator").get(everybody.url).context["plan"].customers == 4
    assert "drives/from-list" in as_("operator").get(reverse("customers") + "?all=1").content.decode()
    assert "drives/from-list" not in as_("analyst").get(reverse("customers") + "?all=1").content.decode()


def test_a_draft_is_changed_by_what_differs(people, as_):
    make_doors(people, 10)
    client = as_("operator")
    post(client, "drive-new", **fields(people))
    drive = Drive.objects.get()
    page = client.get(reverse("drive-edit", args=[drive.number]))
    assert page.context["form"]["revision"].value() == drive.revision
    worker = f"worker-{people.cuiping_station.pk}-{people.staff.pk}"
    changed = fields(people) | {"revision": drive.revision, "name": "改名", f"{worker}-shifts": 2}
    assert post(client, "drive-edit", drive.number, **changed).status_code == 302
    drive.refresh_from_db()
    assert (drive.name, drive.workers.get().shifts, drive.offers.count()) == ("改名", 2, 1)
    changed |= {"revision": drive.revision}
    del changed[f"{worker}-works"]
    post(client, "drive-edit", drive.number, **changed)
    assert not drive.workers.exists()


def test_whoever_comes_second_is_told_who_was_first(people, as_):
    make_doors(people, 10)
    post(as_("operator"), "drive-new", **fields(people))
    drive = Drive.objects.get()
    post(as_("manager"), "drive-edit", drive.number, **fields(people) | {"revision": drive.revision, "name": "改名"})
    seen = drive.revision
    late = post(as_("operator"), "drive-edit", drive.number, **fields(people) | {"revision": seen, "name": "迟到"})
    assert late.status_code == 409
    assert f"manager changed {drive.number} before you" in late.content.decode()
    started = post(as_("operator"), "drive-start", drive.number, revision=seen)
    assert (started.status_code, Drive.objects.get().state) == (409, "draft")
    assert "Its state now: draft." in started.content.decode()


# -- Steps -----------------------------------------------------------------------------------------------------------


def test_a_draft_shows_what_its_start_then_makes(people, as_):
    make_doors(people, 30)
    post(as_("operator"), "drive-new", **fields(people))
    drive = Drive.objects.get()
    page = as_("manager").get(reverse("drive", args=[drive.number]), headers=EN)
    assert "Start: 27 tasks" in words(page)
    post(as_("manager"), "drive-start", drive.number, revision=drive.revision)
    drive.refresh_from_db()
    assert (drive.state, drive.candidates, drive.control, drive.tasks_made) == ("running", 30, 3, 27)
    started = as_("manager").get(reverse("drive", args=[drive.number]), headers=EN)
    assert started.context["subtraction"] == page.context["subtraction"]
    assert started.context["progress"].tasks == 27
    again = post(as_("operator"), "drive-start", drive.number, revision=drive.revision)
    assert again.status_code == 409
    assert f"manager started {drive.number} before you" in again.content.decode()


def test_what_a_drive_lacks_is_said_where_it_was_pressed(people, as_):
    drive = make_drive(people, audience="lifecycle=silent")
    answer = post(as_("operator"), "drive-start", drive.number, revision=drive.revision)
    assert answer.status_code == 422
    assert "Nobody is meant by its audience" in answer.content.decode()


def test_an_ended_drive_keeps_what_was_done(people, as_):
    drive = running_drive(people)
    Task.objects.filter(drive=drive, place=1).update(state="done", outcome="ordered", visits=1)
    assert post(as_("operator"), "drive-end", drive.number).status_code == 302
    page = as_("operator").get(reverse("drive", args=[drive.number]), headers=EN)
    assert page.context["drive"].state == "ended"
    progress = page.context["progress"]
    assert (progress.tasks, progress.open, progress.done, progress.ordered) == (6, 0, 1, 1)
    assert post(as_("operator"), "drive-end", drive.number).status_code == 409


def test_a_draft_is_called_off_and_a_started_one_cannot_be_changed(people, as_):
    drive = make_drive(people)
    assert post(as_("operator"), "drive-off", drive.number).status_code == 302
    assert as_("operator").get(reverse("drive", args=[drive.number])).context["drive"].state == "off"
    running = running_drive(people)
    assert as_("operator").get(reverse("drive-edit", args=[running.number])).status_code == 302


def test_its_people_are_listed_by_fate_and_masked(people, as_):
    doors = make_doors(people, 8, name="王大明")
    drive = running_drive(people, doors[:6], controls=doors[6:])
    for fate, n in (("task", 6), ("control", 2), ("held", 0)):
        page = as_("analyst").get(reverse("drive-people", args=[drive.number]), {"fate": fate})
        assert len(page.context["people"]) == n
        assert "大明" not in page.content.decode()


# -- Reach -----------------------------------------------------------------------------------------------------------


def test_a_lead_sees_the_tasks_of_their_station_and_plans_nothing(people, as_):
    drive = running_drive(people, [*make_doors(people, 4), *make_doors(people, 3, at="jinling")])
    page = as_("lead").get(reverse("drive", args=[drive.number]), headers=EN)
    assert (page.context["progress"].tasks, page.context["subtraction"].candidates) == (4, 4)
    assert [one.station for one in page.context["stations"]] == [people.cuiping_station]
    assert "金陵站" not in page.content.decode()
    for name in ("drive-start", "drive-end", "drive-off"):
        assert post(as_("lead"), name, drive.number).status_code == 403
    assert as_("lead").get(reverse("drive-edit", args=[drive.number])).status_code == 403


def test_another_communitys_drive_does_not_exist(people, as_):
    drive = running_drive(people, make_doors(people, 4))
    task = Task.objects.first()
    for name, args in (("drive", []), ("drive-people", []), ("drive-tasks", []), ("drive-task", [task.pk])):
        assert as_("jinling_analyst").get(reverse(name, args=[drive.number, *args])).status_code == 404
    assert as_("jinling_analyst").get(reverse("drives")).context["total"] == 0


def test_whoever_runs_drives_of_one_community_plans_for_it_alone(people, as_):
    make_doors(people, 4)
    make_doors(people, 3, at="jinling")
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    page = as_("newcomer").get(reverse("drive-new"), {"audience": "lifecycle=silent"})
    assert page.context["plan"].customers == 3
    assert [post.station for post in page.context["plan"].posts] == [people.jinling_station]
    company = running_drive(people, make_doors(people, 2, at="jinling"))
    assert as_("newcomer").get(reverse("drive", args=[company.number])).status_code == 200
    assert post(as_("newcomer"), "drive-end", company.number).status_code == 403


def test_whoever_changes_a_draft_sees_whom_its_maker_reached(people, as_):
    make_doors(people, 4)
    make_doors(people, 3, at="jinling")
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    post(as_("newcomer"), "drive-new", **fields(people, holdout=0, no_holdout_reason="少"))
    drive = Drive.objects.get()
    page = as_("manager").get(reverse("drive-edit", args=[drive.number]))
    assert page.context["plan"].customers == 3
    answer = post(as_("manager"), "drive-preview", **fields(people, number=drive.number))
    assert answer.context["subtraction"].candidates == 3
    assert post(as_("operator"), "drive-preview", **fields(people)).context["subtraction"].candidates == 7
    other = make_drive(people)
    assert post(as_("newcomer"), "drive-preview", **fields(people, number=other.number)).status_code == 404


def test_tastes_reach_the_offer_with_the_largest_share(people, as_):
    door = make_door(people)
    meat = Tag.objects.create(name="肉品", is_taste=True)
    Tagging.objects.create(customer=door, tag=meat, share=0.6)
    said = {f"offer-{meat.pk}-script": "{name}您好，买肉吗"}
    post(as_("operator"), "drive-new", **fields(people, holdout=0, no_holdout_reason="少") | said)
    drive = Drive.objects.get()
    recall.start(drive, drive.revision, people.operator, timezone.now())
    assert Task.objects.get().offer.taste == meat
