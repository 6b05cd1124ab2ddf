"""Sheets drawn up and drawn up again, and what staff tick on them."""

import datetime as dt
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from campaigns.cuesheets import actions, queries
from campaigns.cuesheets.models import Cue, CueSheet, Tick
from communities.scoping import Scope
from coupons.grants.models import Grant
from coupons.reminders.rules import is_held_out
from tests.campaigns.cue_world import DAY, EVENING, baskets, counted_days, coupon_of, delivered, goods, neighbour
from tests.cast import Cast
from tests.factories import make_customer
from users.contact.models import ContactWish
from users.customers.models import Standing
from users.orders.models import Order

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(everywhere=True)


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def doors(day: dt.date = DAY) -> list[tuple[str, str, bool]]:
    """Door, kind of cue, gone: in the order of the walk."""
    found = Cue.objects.filter(sheet__day=day).order_by("sheet__community", "sheet__station", "gone", "place")
    return [(f"{cue.building}-{cue.unit}-{cue.room}", cue.say, cue.gone) for cue in found]


def test_a_sheet_holds_the_doors_of_its_station_in_the_order_of_the_walk(people: Cast) -> None:
    for door in ("10-1-101", "6-1-302", "6-1-502", "6-2-101"):
        delivered(neighbour(people.cuiping_station, door), (goods("上海青"), 490))
    delivered(neighbour(people.jinling_station, "1-1-101"), (goods("上海青"), 490))
    counted_days()

    assert actions.draw(DAY, EVENING) == 5
    kind = "first"
    assert doors() == [
        ("6-1-502", kind, False), ("6-1-302", kind, False), ("6-2-101", kind, False), ("10-1-101", kind, False),
        ("1-1-101", kind, False),
    ]  # fmt: skip
    assert CueSheet.objects.count() == 2


def test_what_is_said_follows_from_orders_classes_and_coupons(people: Cast) -> None:
    greens = goods("上海青")
    first, later, back, ends, loyal = (neighbour(people.cuiping_station, f"6-1-{n}02") for n in range(9, 4, -1))
    for one in (first, later, back, ends, loyal):
        delivered(one, (greens, 490))
    delivered(later, (greens, 490), on=ago(4))
    delivered(back, (greens, 490), on=ago(60))
    for one in (ends, loyal):
        for days in (60, 9):
            delivered(one, (greens, 490), on=ago(days))
        Standing.objects.create(customer=one, as_of=ago(1), lifecycle="active", rfm_class="champion")
    grant = coupon_of(ends, last_day=DAY + dt.timedelta(days=2))
    coupon_of(ends, last_day=DAY + dt.timedelta(days=5))
    counted_days()

    actions.draw(DAY, EVENING)
    assert [kind for _door, kind, _gone in doors()] == ["first", "later", "back", "ends", "loyal"]
    cues = {cue.customer_id: cue for cue in Cue.objects.all()}
    assert [cues[one.pk].is_new for one in (first, later, back)] == [True, True, False]
    assert [cues[one.pk].lifecycle for one in (first, back, loyal)] == ["new_paying", "active", "active"]
    assert (cues[ends.pk].grant_id, cues[loyal.pk].grant_id) == (grant.pk, None)


@pytest.mark.parametrize(
    "grant",
    [
        pytest.param({"last_day": ago(1)}, id="ended the day before"),
        pytest.param({"last_day": ago(-9), "state": "void"}, id="void"),
        pytest.param({"last_day": ago(-9), "valid_from": EVENING + dt.timedelta(days=2)}, id="not good yet"),
        pytest.param({"last_day": ago(-2), "share": 0.5}, id="held out of its reminders"),
    ],
)
def test_a_coupon_that_is_not_to_be_told_of_is_not_on_the_sheet(people: Cast, grant: dict) -> None:
    one = neighbour(people.cuiping_station)
    delivered(one, (goods("上海青"), 490))
    told = coupon_of(one, **grant)
    if grant.get("share"):
        put_in_the_control(told)
    counted_days()
    actions.draw(DAY, EVENING)
    assert Cue.objects.get().grant_id is None


def put_in_the_control(grant: Grant) -> None:
    """Another number for its batch, until the draw holds this customer out."""
    batch = grant.batch
    while not is_held_out(batch.number, grant.customer_id, batch.holdout_share):
        batch.number += "x"
    batch.save(update_fields=["number"])


def test_goods_of_neighbours_are_recommended_and_nothing_that_is_delivered(people: Cast) -> None:
    eggs, tofu, greens = goods("土鸡蛋"), goods("豆腐"), goods("上海青")
    neighbours = [neighbour(people.cuiping_station, f"1-1-{n}01") for n in range(1, 5)]
    baskets(neighbours, (eggs, 1280), (greens, 490), on=ago(3))
    baskets(neighbours[:3], (tofu, 350), on=ago(4))
    delivered(neighbour(people.cuiping_station), (greens, 490))
    delivered(neighbour(people.jinling_station), (greens, 490))
    counted_days()

    actions.draw(DAY, EVENING)
    here, there = Cue.objects.order_by("community_id")
    assert [one[1:] for one in here.recommends] == [["土鸡蛋", 1280], ["豆腐", 350]]
    assert there.recommends == []


def test_drawn_up_again_it_takes_in_later_orders_keeps_ticks_and_marks_what_was_cancelled(people: Cast) -> None:
    greens = goods("上海青")
    stays, leaves, comes = (neighbour(people.cuiping_station, f"6-1-{n}02") for n in (3, 2, 1))
    delivered(stays, (greens, 490))
    cancelled = delivered(leaves, (greens, 490))
    counted_days()
    actions.draw(DAY, EVENING)
    kept = Cue.objects.get(customer=stays)
    actions.tick(uuid.uuid4(), kept.pk, "told", True, None, people.staff, EVERYWHERE)

    Order.objects.filter(pk=cancelled.pk).update(counted=False, state="cancelled", net=0)
    delivered(comes, (greens, 490))
    delivered(stays, (goods("豆腐"), 350))
    counted_days()
    assert actions.draw(DAY, EVENING + dt.timedelta(hours=1)) == 2
    assert doors() == [("6-1-302", "first", False), ("6-1-102", "first", False), ("6-1-202", "first", True)]
    kept.refresh_from_db()
    assert (kept.ticks, kept.orders, [name for name, _n in kept.goods]) == (["told"], 2, ["上海青", "豆腐"])

    Order.objects.filter(pk=cancelled.pk).update(counted=True, state="paid", net=490)
    actions.draw(DAY, EVENING + dt.timedelta(hours=2))
    assert not Cue.objects.filter(gone=True).exists()


def test_drawing_twice_changes_nothing(people: Cast) -> None:
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    before = list(Cue.objects.values())
    actions.draw(DAY, EVENING)
    assert list(Cue.objects.values()) == before


def test_a_draw_that_began_earlier_leaves_a_later_one_alone(people: Cast) -> None:
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    Order.objects.update(counted=False, net=0, state="cancelled")
    actions.draw(DAY, EVENING - dt.timedelta(minutes=1))
    assert not Cue.objects.get().gone


def test_services_refunds_and_the_homeless_are_not_delivered(people: Cast) -> None:
    delivered(neighbour(people.cuiping_station, "1-1-101"), (goods("擦窗", service=True), 9900))
    delivered(neighbour(people.cuiping_station, "1-1-102"), (goods("上海青"), 490), refund=True)
    delivered(neighbour(people.cuiping_station, "1-1-103"), (goods("上海青"), 490), counted=False)
    delivered(make_customer(community=None), (goods("上海青"), 490))
    counted_days()
    assert actions.draw(DAY, EVENING) == 0
    assert not CueSheet.objects.exists()


def test_whoever_no_station_serves_is_on_the_communitys_own_sheet(people: Cast) -> None:
    delivered(make_customer(community=people.cuiping, building="9"), (goods("上海青"), 490))
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    assert set(CueSheet.objects.values_list("community_id", "station_id")) == {
        (people.cuiping.pk, None), (people.cuiping.pk, people.cuiping_station.pk)
    }  # fmt: skip


@pytest.mark.parametrize("place", ["station", "scope"])
def test_one_station_alone_is_drawn_up(people: Cast, place: str) -> None:
    for station in (people.cuiping_station, people.jinling_station):
        delivered(neighbour(station), (goods("上海青"), 490))
    delivered(make_customer(community=people.cuiping), (goods("上海青"), 490))
    counted_days()
    only = Scope(stations=frozenset({people.cuiping_station.pk}))
    asked = {"station": people.cuiping_station} if place == "station" else {"within": only}
    assert actions.draw(DAY, EVENING, **asked) == 1
    assert CueSheet.objects.get().station == people.cuiping_station


def test_who_moves_to_another_station_is_gone_from_the_first_sheet(people: Cast) -> None:
    one = neighbour(people.cuiping_station)
    delivered(one, (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    one.community, one.station = people.jinling, people.jinling_station
    one.save()
    actions.draw(DAY, EVENING + dt.timedelta(hours=1))
    assert list(Cue.objects.order_by("id").values_list("station_id", "gone")) == [
        (people.cuiping_station.pk, True), (people.jinling_station.pk, False)
    ]  # fmt: skip
    assert [cue.station_id for cue in queries.cues(Scope(stations=frozenset({people.cuiping_station.pk})), DAY)] == []


def test_a_wish_hushes_every_offer_at_once(people: Cast) -> None:
    one = neighbour(people.cuiping_station)
    delivered(one, (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    assert not queries.cues(EVERYWHERE, DAY).get().hushed
    ContactWish.objects.create(customer=one, do_not_contact=True)
    assert queries.cues(EVERYWHERE, DAY).get().hushed
    ContactWish.objects.update(do_not_contact=False, refused=["door"])
    assert queries.cues(EVERYWHERE, DAY).get().hushed


# -- Ticks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cue(people: Cast) -> Cue:
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    return Cue.objects.get()


def told(cue: Cue, what: str, on: bool, by: object, *, number: uuid.UUID | None = None, **kw: object) -> int:
    scope = kw.get("scope", Scope(stations=frozenset({cue.station_id})))
    return actions.tick(number or uuid.uuid4(), cue.pk, what, on, kw.get("device_at"), by, scope)[0]


def test_the_newest_event_of_each_tick_holds(cue: Cue, people: Cast) -> None:
    for what, on in (("group", True), ("told", True), ("group", False), ("delivered", True), ("group", True)):
        assert told(cue, what, on, people.staff) == 200
    assert told(cue, "told", False, people.lead) == 200
    cue.refresh_from_db()
    assert (cue.ticks, Tick.objects.count()) == (["group", "delivered"], 6)


def test_the_same_event_told_again_changes_nothing_and_with_other_words_is_refused(cue: Cue, people: Cast) -> None:
    number, at = uuid.uuid4(), EVENING + dt.timedelta(hours=12)
    assert [told(cue, "wechat", True, people.staff, number=number, device_at=at) for _ in range(3)] == [200] * 3
    told(cue, "wechat", False, people.staff)
    assert told(cue, "wechat", True, people.staff, number=number, device_at=at) == 200
    assert told(cue, "wechat", False, people.staff, number=number, device_at=at) == 409
    assert told(cue, "group", True, people.staff, number=number, device_at=at) == 409
    cue.refresh_from_db()
    assert (cue.ticks, Tick.objects.count()) == ([], 2)


def test_another_stations_cue_does_not_exist_and_an_unknown_tick_is_refused(cue: Cue, people: Cast) -> None:
    there = Scope(stations=frozenset({people.jinling_station.pk}))
    assert told(cue, "told", True, people.other_staff, scope=there) == 404
    assert told(cue, "told", True, people.other_staff, scope=Scope()) == 404
    assert told(cue, "smiled", True, people.staff) == 422
    assert not Tick.objects.exists()


# -- The command ---------------------------------------------------------------------------------------------------


def test_the_command_draws_a_day_and_tells_its_sheets(cue: Cue) -> None:
    out = StringIO()
    call_command("draw_cues", "--day", "2018-05-08", "--json", stdout=out)
    assert json.loads(out.getvalue()) == [
        {"day": "2018-05-08", "community": "cuiping", "station": "翠屏站", "doors": 1, "new_payers": 1, "gone": 0}
    ]
    out = StringIO()
    call_command("draw_cues", "--day", "2018-05-08", "--station", "翠屏站", stdout=out)
    assert out.getvalue() == "2018-05-08 翠屏站: 1 doors, 1 new payers\n"
    with pytest.raises(CommandError, match="There is no station 某站"):
        call_command("draw_cues", "--station", "某站")


# -- At once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_draws_at_once_make_one_sheet_and_one_cue(people: Cast) -> None:
    for nth in range(5):
        delivered(neighbour(people.cuiping_station, f"6-1-{nth}01"), (goods("上海青"), 490))
    counted_days()

    def drawn(nth: int) -> int:
        try:
            return actions.draw(DAY, EVENING + dt.timedelta(seconds=nth))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(drawn, range(4))) == [5] * 4
    assert (CueSheet.objects.count(), Cue.objects.count()) == (1, 5)


@pytest.mark.django_db(transaction=True)
def test_one_event_told_by_many_answers_at_once_is_one_tick(people: Cast) -> None:
    delivered(neighbour(people.cuiping_station), (goods("上海青"), 490))
    counted_days()
    actions.draw(DAY, EVENING)
    cue, number = Cue.objects.get(), uuid.uuid4()

    def pressed(_nth: int) -> int:
        try:
            return told(cue, "told", True, people.staff, number=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pressed, range(8))) == [200] * 8
    assert (Tick.objects.count(), Cue.objects.get().ticks) == (1, ["told"])
