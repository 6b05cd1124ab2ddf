import datetime as dt
import gzip
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from campaigns.drives.models import Task
from campaigns.visits.models import RefusedEvent, Visit
from communities.models import StaffAct
from tests.campaigns import phone_world
from tests.campaigns.drives_world import make_door
from tests.cast import Cast
from users.contact.models import ContactWish

FIRST_PAGE_BYTES = 60 * 1024


@pytest.fixture
def tasks(people: Cast) -> list[Task]:
    return phone_world.walk(people)


def at(tasks: list[Task], room: str) -> Task:
    return next(task for task in tasks if task.room == room)


def data(html: str, name: str = "walk") -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def states(html: str) -> dict[str, str]:
    """Room to state, as the cells of the grid are drawn."""
    return {room: state for state, room in re.findall(r'<a class="cell (\w+)"[^>]*><b>(\w+)', html)}


def press(client: Any, task: Task, outcome: str, **fields: str) -> Any:
    told = {"uuid": str(uuid.uuid4()), "outcome": outcome, **fields}
    return client.post(reverse("door-outcome", args=[task.pk]), told, follow=True)


# -- My day -----------------------------------------------------------------------------------------------------------


def test_my_day_draws_the_block_as_it_stands(as_, tasks: list[Task]) -> None:
    html = as_("staff").get(reverse("my-day")).content.decode()
    assert states(html) == dict.fromkeys(phone_world.ROOMS, "todo")
    assert re.findall(r'<span class="cell blank">(\d+)</span>', html) == ["603", "504", "402", "304"]
    assert "2–1F" in html
    assert "翠屏站" in html and re.search(r"<span data-done>0</span> / 12 户", html)


def test_outcomes_of_today_colour_the_grid_and_count(as_, tasks: list[Task]) -> None:
    client = as_("staff")
    for room, outcome in [("602", "ordered"), ("604", "no_answer"), ("501", "interested"), ("401", "dnc")]:
        press(client, at(tasks, room), outcome)
    html = client.get(reverse("my-day")).content.decode()
    shown = states(html)
    assert [shown[room] for room in ("602", "604", "501", "401", "601")] == [
        "ordered", "no_answer", "interested", "dnc", "todo"
    ]  # fmt: skip
    assert "<span data-done>4</span>" in html and "4/12" in html


def test_the_next_door_is_the_one_after_the_door_just_told_of(as_, tasks: list[Task]) -> None:
    """Not the first of the list that is left."""
    answer = press(as_("staff"), at(tasks, "501"), "no_answer")
    assert f'data-next href="{reverse("door", args=[at(tasks, "502").pk])}"' in answer.content.decode()


def test_nobody_home_yesterday_is_to_be_visited_today(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    press(client, task, "no_answer")
    assert states(client.get(reverse("my-day")).content.decode())[task.room] == "no_answer"
    Task.objects.filter(pk=task.pk).update(last_at=timezone.now() - dt.timedelta(hours=14))
    assert states(client.get(reverse("my-day")).content.decode())[task.room] == "todo"


def test_another_station_sees_none_of_it(as_, tasks: list[Task]) -> None:
    html = as_("other_staff").get(reverse("my-day")).content.decode()
    assert states(html) == {} and data(html)["cards"] == []
    assert "今天没有您的拜访" in html


def test_the_page_carries_masked_people_and_no_whole_phone(as_, tasks: list[Task]) -> None:
    html = as_("staff").get(reverse("my-day")).content.decode()
    card = data(html)["cards"][0]
    assert card["name"] == "张**" and re.fullmatch(r"\d{3}\*{4}\d{4}", card["phone"])
    assert not any(task.customer.phone in html for task in tasks)
    assert card["say"] == [
        ["张姐，好久没见您下单了。上次的排骨今天 ", False],
        ["¥29.9", True],
        ["，我现在帮您下。", False],
    ]


def test_tasks_without_a_door_stand_in_a_list(as_, people: Cast, tasks: list[Task]) -> None:
    other = phone_world.today(people, [make_door(people, room="888", name="李雷")], channels=["phone"])
    html = as_("staff").get(reverse("my-day")).content.decode()
    assert "888" not in states(html)
    assert "不上门的" in html and f'data-task="{other.tasks.get().pk}"' in html


def test_who_asked_to_be_left_alone_is_gone_at_once(as_, tasks: list[Task]) -> None:
    ContactWish.objects.create(customer_id=tasks[0].customer_id, do_not_contact=True)
    assert tasks[0].room not in states(as_("staff").get(reverse("my-day")).content.decode())


def test_the_number_of_queries_does_not_grow_with_the_list(
    as_, people: Cast, tasks: list[Task], django_assert_num_queries: Any
) -> None:
    client = as_("staff")
    client.get(reverse("my-day"))
    with django_assert_num_queries(19):
        client.get(reverse("my-day"))
    phone_world.today(people, [make_door(people, "7", "1", f"{floor}0{n}") for floor in range(1, 7) for n in (1, 2)])
    with django_assert_num_queries(19):
        client.get(reverse("my-day"))


def test_a_first_page_of_sixty_doors_weighs_at_most_60_kb(as_, people: Cast) -> None:
    for building in ("6", "7", "11"):
        rooms = [f"{floor}0{n}" for floor in range(1, 6) for n in range(1, 5)]
        phone_world.today(people, [make_door(people, building, "1", room, name="张小芳") for room in rooms])
    html = as_("staff").get(reverse("my-day")).content
    assert len(data(html.decode())["cards"]) == 60
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html.decode()))
    assert {"opsdesk.css", "phone.css", "field.css", "outbox.js", "phone.js", "vendor/icons.svg"} <= files
    sizes = {name: len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in files}
    sizes["the page"] = len(gzip.compress(html))
    assert sum(sizes.values()) <= FIRST_PAGE_BYTES, sizes


# -- A door -----------------------------------------------------------------------------------------------------------


def test_a_door_says_who_what_to_say_and_its_turn(as_, tasks: list[Task]) -> None:
    html = as_("staff").get(reverse("door", args=[at(tasks, "502").pk])).content.decode()
    assert "6 幢 2 单元 502" in html and "5 / 12" in html
    assert "<b>¥29.9</b>" in html
    assert re.findall(r'name="outcome" value="([\w:]+)"', html) == [
        "no_answer", "ordered", "interested", "not_ordered", "refused", "later:hour", "later:evening", "later:morning",
        "later:night", "later:at", "moved", "no_address", "no_entry", "dnc",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["door", "door-outcome", "door-call"])
def test_a_door_of_another_station_is_not_there(name: str, as_, tasks: list[Task]) -> None:
    address, client = reverse(name, args=[tasks[0].pk]), as_("other_staff")
    answer = client.get(address) if name == "door" else client.post(address, {"uuid": uuid.uuid4(), "outcome": "dnc"})
    assert answer.status_code == 404
    assert Visit.objects.count() == 0


def test_two_taps_on_one_page_are_one_event(as_, tasks: list[Task]) -> None:
    client, told = as_("staff"), {"uuid": str(uuid.uuid4()), "outcome": "no_answer"}
    for _ in range(2):
        client.post(reverse("door-outcome", args=[tasks[0].pk]), told)
    assert Visit.objects.get().via == "form"


def test_an_order_keeps_goods_and_amount_and_a_closed_door_does_not(as_, tasks: list[Task]) -> None:
    client, hook = as_("staff"), {"product": "排骨", "amount": "29.90", "give_coupon": "on"}
    press(client, tasks[0], "ordered", **hook)
    press(client, tasks[1], "no_answer", note="门口有快递", **hook)
    ordered, nobody = Visit.objects.order_by("id")
    assert (ordered.product, ordered.amount) == ("排骨", 2990)
    assert (nobody.product, nobody.amount, nobody.note) == ("", None, "门口有快递")


def test_later_is_kept_with_its_time_and_comes_back_when_due(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    press(client, task, "later:morning")
    assert timezone.localtime(Visit.objects.get().later_at).strftime("%H:%M") == "09:30"
    assert states(client.get(reverse("my-day")).content.decode())[task.room] == "later"
    assert "要再去的" in client.get(reverse("phone-lists")).content.decode()
    Task.objects.filter(pk=task.pk).update(later_at=timezone.now() - dt.timedelta(minutes=1))
    assert states(client.get(reverse("my-day")).content.decode())[task.room] == "due"


@pytest.mark.parametrize(
    "told", [{"outcome": "burnt down"}, {"outcome": "ordered", "amount": "a lot"}, {"outcome": ""}]
)
def test_what_cannot_be_read_is_said_and_not_saved(told: dict[str, str], as_, tasks: list[Task]) -> None:
    told = {"uuid": str(uuid.uuid4()), **told}
    answer = as_("staff").post(reverse("door-outcome", args=[tasks[0].pk]), told, follow=True)
    assert "没有保存" in answer.content.decode()
    assert Visit.objects.count() == 0


def test_an_outcome_can_be_taken_back_and_twice_is_once(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    html = press(client, task, "dnc").content.decode()
    (address,) = set(re.findall(r'action="(/phone/tasks/\d+/events/[\w-]+/undo/)"', html))
    for _ in range(2):
        client.post(address)
    assert Visit.objects.count() == 2 and Visit.objects.filter(live=True).count() == 0
    assert states(client.get(reverse("my-day")).content.decode())[task.room] == "todo"
    assert not ContactWish.objects.filter(customer_id=task.customer_id, do_not_contact=True).exists()


def test_an_outcome_can_be_corrected_later_with_its_history(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    press(client, task, "refused")
    first = Visit.objects.get()
    address = reverse("door-correct", args=[task.pk, first.uuid])
    client.post(address, {"uuid": uuid.uuid4(), "outcome": "interested"})
    html = client.get(reverse("door", args=[task.pk])).content.decode()
    assert [(visit.outcome, visit.live) for visit in Visit.objects.order_by("id")] == [
        ("refused", False), ("interested", True)
    ]  # fmt: skip
    assert "开门-有意向" in html and f"/events/{Visit.objects.get(live=True).uuid}/correct/" in html


def test_a_home_of_two_has_an_outcome_each(as_, people: Cast, tasks: list[Task]) -> None:
    second = phone_world.today(people, [make_door(people, room="502", name="王强")]).tasks.get()
    client, first = as_("staff"), at(tasks, "502")
    html = client.get(reverse("door", args=[first.pk])).content.decode()
    assert html.count(f'href="/phone/tasks/{second.pk}/"') and "王*" in html
    press(client, first, "ordered")
    html = client.get(reverse("my-day")).content.decode()
    assert states(html)["502"] == "todo" and "<span data-done>0</span> / 12" in html
    press(client, second, "no_answer")
    html = client.get(reverse("my-day")).content.decode()
    assert states(html)["502"] == "ordered" and "<span data-done>1</span> / 12" in html


# -- Nobody home at many doors, calls ---------------------------------------------------------------------------------


def test_nobody_home_at_many_doors_is_one_event_each_however_often_it_is_sent(as_, tasks: list[Task]) -> None:
    client = as_("staff")
    told = {"uuid": str(uuid.uuid4()), "task": [f"{tasks[0].pk},", f"{tasks[1].pk},{tasks[2].pk},"]}
    for _ in range(2):
        answer = client.post(reverse("door-many"), told, follow=True)
    assert "3 户无人应答" in answer.content.decode()
    assert list(Visit.objects.values_list("outcome", "many")) == [("no_answer", True)] * 3


def test_doors_of_another_station_cannot_be_ticked(as_, tasks: list[Task]) -> None:
    as_("other_staff").post(reverse("door-many"), {"uuid": str(uuid.uuid4()), "task": [str(tasks[0].pk)]})
    assert Visit.objects.count() == 0 and RefusedEvent.objects.count() == 1


def test_ticking_no_door_saves_nothing_and_says_so(as_, tasks: list[Task]) -> None:
    answer = as_("staff").post(reverse("door-many"), {"uuid": str(uuid.uuid4())}, follow=True)
    assert "没有勾选" in answer.content.decode() and Visit.objects.count() == 0


def test_a_number_is_shown_once_counted_and_logged(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    address = reverse("door-call", args=[task.pk])
    assert "本小时还能看 60 次" in client.get(reverse("door", args=[task.pk])).content.decode()
    html = client.post(address).content.decode()
    assert f'href="tel:{task.customer.phone}"' in html and "本小时还能看 59 次" in html
    told = client.post(address, headers={"accept": "application/json"}).json()
    assert told == {"number": task.customer.phone, "refused": "", "left": 58}
    assert list(StaffAct.objects.filter(verb="reveal").values_list("reason", flat=True)) == ["visit"] * 2


def test_no_number_is_shown_where_nothing_is_left_to_do(as_, tasks: list[Task]) -> None:
    client, task = as_("staff"), tasks[0]
    press(client, task, "dnc")
    told = client.post(reverse("door-call", args=[task.pk]), headers={"accept": "application/json"}).json()
    assert (told["number"], told["left"]) == ("", 60)


# -- The rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["my-day", "phone-lists", "phone-messages", "phone-me"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_tab_opens_in_both_languages(name: str, language: str, as_, tasks: list[Task]) -> None:
    client = as_("lead")
    client.cookies["django_language"] = language
    html = client.get(reverse(name), headers={"accept-language": language}).content.decode()
    assert html.count('aria-current="page"') == 1 and "style=" not in html


def test_the_token_says_who_is_signed_in(as_, people: Cast) -> None:
    told = as_("staff").get(reverse("phone-token")).json()
    assert told["me"] == people.staff.pk and len(told["csrf"]) == 64


def test_the_worker_names_files_that_there_are(as_) -> None:
    answer = as_("staff").get(reverse("phone-worker"))
    assert answer.headers["Content-Type"] == "text/javascript"
    files = re.findall(r'"/static/([^"]+)"', answer.content.decode().replace("\\u002D", "-"))
    assert len(files) == 12 and all(finders.find(name) for name in files)
