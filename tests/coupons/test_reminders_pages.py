"""The desk's page of reminders, and the doors that a station's staff tick: their own and nobody else's."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from communities.models import Assignment
from coupons.grants.models import Grant
from coupons.reminders.models import Reminder, ReminderScript
from tests.coupons.reminding import make_reminder
from tests.factories import make_customer


@pytest.fixture
def doors(people) -> dict[str, Reminder]:
    """Two of Cuiping's station, one of Jinling's."""
    cuiping = {"community": people.cuiping, "station": people.cuiping_station}
    jinling = {"community": people.jinling, "station": people.jinling_station}
    return {
        "near": make_reminder(make_customer(**cuiping, building="6", room="501", name="李雷雷", phone="13811112222")),
        "far": make_reminder(make_customer(**cuiping, building="10", room="502")),
        "other": make_reminder(make_customer(**jinling, building="2", name="韩梅梅", phone="13933334444")),
        "control": make_reminder(make_customer(**cuiping, building="7"), fate="control"),
    }


def html_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_staff_see_their_own_doors_by_building_and_masked(doors, as_) -> None:
    html = html_of(as_("staff").get(reverse("reminders-today")))
    assert html.index("6 栋") < html.index("10 栋")
    for words in ("李**", "138****2222", "¥49", "还有 2 位要告知"):
        assert words in html
    for words in ("李雷雷", "13811112222", "韩", "7 栋", f'id="r{doors["other"].pk}"'):
        assert words not in html


def test_a_tick_is_told_and_taken_back(doors, as_, people) -> None:
    client, door = as_("staff"), doors["near"]
    answer = client.post(reverse("reminder-done", args=[door.pk]), {"said": "told"})
    assert answer.url == f"{reverse('reminders-today')}#r{door.pk}"
    door.refresh_from_db()
    assert (door.said, door.done_by) == ("told", people.staff)
    assert "已告知 1 / 2" in html_of(client.get(reverse("reminders-today")))

    client.post(reverse("reminder-undo", args=[door.pk]))
    door.refresh_from_db()
    assert door.done_at is None


@pytest.mark.parametrize("said", ["", "sold", "told;"])
def test_other_words_tick_nothing(said: str, doors, as_) -> None:
    as_("staff").post(reverse("reminder-done", args=[doors["near"].pk]), {"said": said})
    assert not Reminder.objects.exclude(done_at=None).exists()


def test_another_stations_door_and_one_held_out_do_not_exist(doors, as_) -> None:
    for which in ("other", "control"):
        for deed in ("done", "undo"):
            answer = as_("staff").post(reverse(f"reminder-{deed}", args=[doors[which].pk]), {"said": "told"})
            assert answer.status_code == 404
    assert not Reminder.objects.exclude(done_at=None).exists()


def test_who_moved_to_another_station_is_told_there(doors, people, as_) -> None:
    customer = doors["near"].grant.customer
    customer.station = people.jinling_station
    customer.community = people.jinling
    customer.save()
    assert f'id="r{doors["near"].pk}"' not in html_of(as_("staff").get(reverse("reminders-today")))
    assert f'id="r{doors["near"].pk}"' in html_of(as_("other_staff").get(reverse("reminders-today")))


def test_a_coupon_used_meanwhile_needs_no_word(doors, as_) -> None:
    Grant.objects.filter(pk=doors["near"].grant_id).update(state="used", used_at=timezone.now())
    html = html_of(as_("staff").get(reverse("reminders-today")))
    assert "已经用掉了" in html
    assert "还有 1 位要告知" in html


def test_the_desk_counts_by_station_within_reach(doors, as_) -> None:
    everything = as_("manager").get(reverse("reminders")).context
    assert [(row.due, row.send, row.control) for _place, _station, row in everything["rows"]] == [(3, 2, 1), (1, 1, 0)]
    assert everything["total"].due == 4
    narrow = as_("jinling_analyst").get(reverse("reminders")).context
    assert [row.due for _place, _station, row in narrow["rows"]] == [1]


def test_the_page_takes_a_bounded_number_of_queries(doors, as_, django_assert_max_num_queries) -> None:
    client = as_("manager")
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        with django_assert_max_num_queries(25):
            html_of(client.get(reverse("reminders")))
    staff = as_("staff")
    with django_assert_max_num_queries(15):
        html_of(staff.get(reverse("reminders-today")))


def test_what_reminding_brought_is_told_from_enough_people_on(people, as_) -> None:
    long_ago = timezone.localdate() - dt.timedelta(days=20)
    for number in range(40):
        make_reminder(make_customer(), day=long_ago, used=number % 2 == 0)
    for number in range(29):
        make_reminder(make_customer(), day=long_ago, used=number % 10 == 0, fate="control")
    effect = as_("manager").get(reverse("reminders")).context["effect"]
    assert (effect.reminded_used, effect.reminded, effect.control_used, effect.control) == (20, 40, 3, 29)
    assert effect.gap is None

    make_reminder(make_customer(), day=long_ago, fate="control")
    answer = as_("manager").get(reverse("reminders"))
    assert answer.context["effect"].gap.at == pytest.approx(0.4)
    assert "+40.0 个点" in html_of(answer)


def test_a_coupon_that_still_runs_is_in_no_effect(doors, as_) -> None:
    assert as_("manager").get(reverse("reminders")).context["effect"].reminded == 0


def test_the_script_is_written_by_those_who_draft_everywhere(people, as_) -> None:
    client, said = as_("operator"), {"text": "{name}，{coupon}到{ends}", "channel": "push", "note": "短一点"}
    assert client.post(reverse("reminder-script"), said).status_code == 302
    assert ReminderScript.objects.get().made_by == people.operator
    wrong = client.post(reverse("reminder-script"), said | {"text": "{nmae}"})
    assert wrong.status_code == 422
    assert "{nmae} 在这里没有意义" in wrong.content.decode()

    Assignment.objects.filter(staff=people.operator).update(community=people.jinling)
    assert client.post(reverse("reminder-script"), said | {"text": "x"}).status_code == 403
    assert as_("analyst").post(reverse("reminder-script"), said).status_code == 403
    assert ReminderScript.objects.count() == 1


def test_a_day_that_is_none_is_not_found(people, as_) -> None:
    assert as_("manager").get(reverse("reminders"), {"day": "yesterday"}).status_code == 404


def test_the_desk_may_leave_it_to_the_staff_alone(people, as_) -> None:
    page = html_of(as_("manager").get(reverse("reminders")))
    assert '<option value="door">只由站点人员告知，不发消息</option>' in page
    as_("manager").post(reverse("reminder-script"), {"text": "{name}，别忘了", "channel": "door"})
    assert "只由站点人员告知，不发消息: {name}，别忘了" in html_of(as_("analyst").get(reverse("reminders")))
