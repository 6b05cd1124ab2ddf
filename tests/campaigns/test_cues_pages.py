"""Cue sheets on the desk, on paper, in a file and on the phone: who sees what, and what pressing does."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.boards.cues import cards as cue_cards
from campaigns.cuesheets import actions
from campaigns.cuesheets.models import Cue, CueScript, Tick
from communities.models import StaffAct
from communities.scoping import Scope
from tests.campaigns.cue_world import baskets, counted_days, coupon_of, delivered, goods, neighbour
from tests.cast import Cast
from users.contact.models import ContactWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def sheets(people: Cast, today: dt.date) -> dict[str, Cue]:
    """Today's deliveries: a new payer at each of two stations, known by name."""
    for name, station in (("何小明", people.cuiping_station), ("罗大海", people.jinling_station)):
        one = neighbour(station, "8-1-203", name=name, phone="13800001111" if "何" in name else "13900002222")
        delivered(one, (goods("上海青"), 490), on=today)
        others = [neighbour(station, f"1-1-{n}01") for n in range(1, 4)]
        baskets(others, (goods("土鸡蛋"), 1280), (goods("豆腐"), 350), on=today - dt.timedelta(days=2))
        coupon_of(one, last_day=today + dt.timedelta(days=2))
    counted_days()
    actions.draw(today, timezone.now())
    return {"here": Cue.objects.get(customer__name="何小明"), "there": Cue.objects.get(customer__name="罗大海")}


def pressed(cue: Cue, **told: str) -> tuple[str, dict[str, str]]:
    usual = {"uuid": str(uuid.uuid4()), "what": "wechat", "on": "1"}
    return reverse("cue-tick", args=[cue.pk]), usual | told


def test_a_day_stands_by_station_and_a_station_by_building(sheets: dict[str, Cue], people: Cast, as_) -> None:
    page = as_("manager").get(reverse("cues")).content.decode()
    assert "翠屏站" in page
    assert "金陵站" in page
    assert "何*" not in page

    page = as_("manager").get(reverse("cues"), {"station": people.cuiping_station.pk}).content.decode()
    assert re.search("8-1-203.*何.*138\\*{4}1111.*<b>(土鸡蛋|豆腐)</b>.*减", page, re.DOTALL)
    assert "罗" not in page
    assert "13800001111" not in page


@pytest.mark.parametrize("name", ["cues", "cues-print"])
def test_a_station_sees_its_own_sheet_alone(name: str, sheets: dict[str, Cue], people: Cast, as_) -> None:
    own = as_("lead").get(reverse(name))
    assert "何**" in own.content.decode()
    assert not re.search("罗|金陵", own.content.decode())
    for station in (people.jinling_station.pk, 99999):
        assert as_("lead").get(reverse(name), {"station": station}).status_code == 404
    assert as_("jinling_analyst").get(reverse(name), {"station": people.cuiping_station.pk}).status_code == 404


def test_counts_are_of_what_is_in_reach(sheets: dict[str, Cue], people: Cast, as_) -> None:
    for person, doors in (("manager", 2), ("jinling_analyst", 1), ("lead", 1)):
        assert as_(person).get(reverse("cues")).context["shown"].total["doors"] == doors


def test_another_stations_door_is_neither_on_the_phone_nor_ticked(sheets: dict[str, Cue], people: Cast, as_) -> None:
    for name in ("cues-phone", "my-day"):
        page = as_("staff").get(reverse(name)).content.decode()
        assert "何" in page
        assert "罗" not in page
    address, told = pressed(sheets["there"])
    assert as_("staff").post(address, told).status_code == 404
    assert not Tick.objects.exists()


def test_a_press_without_scripts_sets_the_tick_and_the_next_takes_it_away(sheets: dict[str, Cue], as_) -> None:
    client = as_("staff")
    page = client.get(reverse("cues-phone")).content.decode()
    form = re.search('<form[^>]*data-what="wechat".*?</form>', page, re.DOTALL)
    assert form is not None
    told = dict(re.findall('name="(uuid|on|what)" value="([^"]*)"', form[0]))
    address = re.search('action="([^"]*)"', form[0])
    for _again in range(2):
        answer = client.post(address[1], told)
        assert answer.url == f"{reverse('cues-phone')}?day={timezone.localdate()}#cue-{sheets['here'].pk}"
    assert Cue.objects.get(pk=sheets["here"].pk).ticks == ["wechat"]

    page = client.get(reverse("cues-phone")).content.decode()
    assert 'aria-pressed="true"' in page
    client.post(*pressed(sheets["here"], on="0"))
    assert Cue.objects.get(pk=sheets["here"].pk).ticks == []


@pytest.mark.parametrize("wrong", [{"uuid": "x"}, {"what": "smiled"}, {"on": "2"}])
def test_a_press_that_cannot_be_read_changes_nothing(wrong: dict[str, str], sheets: dict[str, Cue], as_) -> None:
    assert as_("staff").post(*pressed(sheets["here"], **wrong)).status_code == 422
    assert not Tick.objects.exists()


def test_my_day_begins_with_what_is_not_delivered(people: Cast, today: dt.date) -> None:
    for nth in (3, 2, 1):
        delivered(neighbour(people.cuiping_station, f"6-1-{nth}02"), (goods("上海青"), 490), on=today)
    counted_days()
    actions.draw(today, timezone.now())
    scope = Scope(stations=frozenset({people.cuiping_station.pk}))
    first = Cue.objects.get(room="302")
    actions.tick(uuid.uuid4(), first.pk, "delivered", True, None, people.staff, scope)
    assert [card.door for card in cue_cards.cards(scope, people.staff, today)] == ["6-1-202", "6-1-102", "6-1-302"]


def test_cards_take_the_same_queries_however_many(
    people: Cast, today: dt.date, sheets: dict[str, Cue], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scope = Scope(stations=frozenset({people.cuiping_station.pk}))
    for nth in range(9):
        one = neighbour(people.cuiping_station, f"6-1-{nth}02")
        delivered(one, (goods("上海青"), 490), on=today)
        coupon_of(one, last_day=today + dt.timedelta(days=nth))
    counted_days()
    actions.draw(today, timezone.now())
    with django_assert_num_queries(5):
        assert len(cue_cards.cards(scope, people.staff, today)) == 10


def test_who_wishes_no_contact_is_told_of_no_goods_and_no_coupon(people: Cast, sheets: dict[str, Cue], as_) -> None:
    said = "土鸡蛋|豆腐|减"
    assert re.search(said, as_("staff").get(reverse("cues-phone")).content.decode())
    ContactWish.objects.create(customer=sheets["here"].customer, do_not_contact=True)
    assert not re.search(said, as_("staff").get(reverse("cues-phone")).content.decode())


# -- Drawing up ----------------------------------------------------------------------------------------------------


def test_an_empty_day_says_when_sheets_are_drawn_and_draws_them_now(people: Cast, today: dt.date, as_) -> None:
    tomorrow = today + dt.timedelta(days=1)
    page = as_("lead").get(reverse("cues"), {"day": tomorrow}).content.decode()
    assert "19:50" in page
    for station in (people.cuiping_station, people.jinling_station):
        delivered(neighbour(station), (goods("上海青"), 490), on=tomorrow)
    counted_days()

    answer = as_("lead").post(reverse("cues-draw"), {"day": tomorrow})
    assert answer.url == f"{reverse('cues')}?day={tomorrow}"
    assert [cue.station_id for cue in Cue.objects.all()] == [people.cuiping_station.pk]
    as_("operator").post(reverse("cues-draw"), {"day": tomorrow})
    assert Cue.objects.count() == 2


@pytest.mark.parametrize("person", ["staff", "analyst", "data_admin"])
def test_who_shares_no_tasks_draws_nothing(person: str, people: Cast, today: dt.date, as_) -> None:
    assert as_(person).post(reverse("cues-draw"), {"day": today}).status_code == 403


@pytest.mark.parametrize("days", [-1, 32, 900_000])
def test_days_that_are_over_or_far_ahead_are_not_drawn(days: int, people: Cast, today: dt.date, as_) -> None:
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490), on=today - dt.timedelta(days=1))
    counted_days()
    as_("manager").post(reverse("cues-draw"), {"day": today + dt.timedelta(days=days)})
    assert not Cue.objects.exists()


def test_another_stations_sheet_cannot_be_drawn(people: Cast, today: dt.date, as_) -> None:
    asked = {"day": today, "station": people.jinling_station.pk}
    assert as_("lead").post(reverse("cues-draw"), asked).status_code == 404


@pytest.mark.parametrize("asked", [{"day": "x"}, {"day": "2018-02-31"}, {"station": "x"}, {"station": "9" * 30}])
def test_an_address_that_means_nothing_is_not_found(asked: dict[str, str], people: Cast, as_) -> None:
    assert as_("manager").get(reverse("cues"), asked).status_code == 404


# -- Paper and files -----------------------------------------------------------------------------------------------


def test_a_printed_sheet_bears_the_name_of_whoever_prints_it_and_no_whole_phone(sheets: dict[str, Cue], as_) -> None:
    page = as_("lead").get(reverse("cues-print")).content.decode()
    assert re.search(r"<span>lead \d{4}-\d\d-\d\d \d\d:\d\d</span>", page)
    assert "138****1111" in page
    assert "13800001111" not in page


def test_a_printed_sheet_carries_a_code_that_opens_its_doors(sheets: dict[str, Cue], as_) -> None:
    page = unescape(as_("lead").get(reverse("cues-print")).content.decode())
    path = re.search(r'<span class="address">testserver(.*?)</span>', page)
    assert path and 'fill="#fff"' in page
    assert "何**" in as_("staff").get(path[1]).content.decode()
    assert "何**" not in as_("other_staff").get(path[1]).content.decode()


def test_a_file_holds_the_doors_in_reach_masked_and_is_logged(sheets: dict[str, Cue], people: Cast, as_) -> None:
    text = b"".join(as_("manager").post(reverse("cues-csv"))).decode()
    assert "何**" in text
    assert "罗**" in text
    assert not re.search("13800001111|何小明", text)
    act = StaffAct.objects.get(verb="export")
    assert (act.staff, act.thing, act.detail["rows"]) == (people.manager, "cues", 2)

    text = b"".join(as_("jinling_analyst").post(reverse("cues-csv"))).decode()
    assert "罗" in text
    assert "何" not in text
    assert as_("lead").post(reverse("cues-csv")).status_code == 403


# -- The words -----------------------------------------------------------------------------------------------------


def test_new_words_are_said_at_once_and_their_versions_are_kept(sheets: dict[str, Cue], people: Cast, as_) -> None:
    client = as_("manager")
    for text in ("第一版。", "您好{name}，推荐{goods}。"):
        client.post(reverse("cue-scripts"), {"kind": "first", "text": text})
    assert "您好何**，推荐<b>" in as_("staff").get(reverse("cues-phone")).content.decode()
    page = client.get(reverse("cue-scripts")).content.decode()
    assert "第一版。" in page

    client.post(reverse("cue-scripts"), {"kind": "first", "text": ""})
    assert "推荐<b>" not in as_("staff").get(reverse("cues-phone")).content.decode()
    assert CueScript.objects.count() == 3
    client.post(reverse("cue-scripts"), {"kind": "first", "text": ""})
    assert CueScript.objects.count() == 3


def test_a_communitys_own_words_are_said_there_alone(sheets: dict[str, Cue], people: Cast, as_) -> None:
    address = f"{reverse('cue-scripts')}?community=cuiping"
    as_("manager").post(address, {"kind": "first", "text": "翠屏的话。"})
    assert "翠屏的话。" in as_("staff").get(reverse("cues-phone")).content.decode()
    assert "翠屏的话。" not in as_("other_staff").get(reverse("cues-phone")).content.decode()


def test_words_with_an_unknown_place_are_refused_and_shown_again(people: Cast, as_) -> None:
    answer = as_("manager").post(reverse("cue-scripts"), {"kind": "first", "text": "您好{nmae}。"})
    assert answer.status_code == 422
    assert "{nmae}" in answer.content.decode()
    assert not CueScript.objects.exists()


@pytest.mark.parametrize("person", ["lead", "analyst", "data_admin"])
def test_who_runs_no_drives_reads_the_words_and_writes_none(person: str, people: Cast, as_) -> None:
    assert "<textarea" not in as_(person).get(reverse("cue-scripts")).content.decode()
    answer = as_(person).post(reverse("cue-scripts"), {"kind": "first", "text": "我的话。"})
    assert answer.status_code == 403
    assert not CueScript.objects.exists()
