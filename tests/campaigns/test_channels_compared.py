"""Channels side by side: whom each woke, against whom, for how much; and what a whole drive brought."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string
from django.urls import reverse

from campaigns.boards.channels import queries
from campaigns.boards.channels.rules import Channel, Spent
from campaigns.boards.drives import effect as drive_effect
from campaigns.drives.models import Drive, Task
from communities.models import PolicyChange
from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.grants.models import Grant
from tests.campaigns import doors, field_world
from tests.campaigns.doors import at
from tests.conftest import TODAY
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer
from tests.standings import run_done
from users.outbox.models import Message

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(everywhere=True)
AS_OF = TODAY + dt.timedelta(days=10)


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.fixture
def drive() -> Drive:
    return doors.make_drive(TODAY)


def task(drive: Drive, customer: int, channel: str = "door", **fields: Any) -> Task:
    return doors.make_task(drive, customer, channel=channel, community_id=0, **fields)


def told(as_of: dt.date = AS_OF, **narrowed: Any) -> dict[str, Channel]:
    return queries.channels(EVERYWHERE, as_of, **narrowed)


def test_a_customer_is_contacted_by_the_first_try_and_answered_by_any(drive: Drive, people) -> None:
    once = task(drive, 1)
    doors.make_visit(once, people.staff, at(day(0)), "no_entry")
    doors.make_visit(once, people.staff, at(day(1)), "no_answer")
    doors.make_visit(once, people.staff, at(day(2)), "refused")
    task(drive, 2)
    one = told()["door"]
    assert (one.tasks, one.contacted, one.answered, one.over) == (2, 1, 1, 1)


@pytest.mark.parametrize(("bought", "woken"), [(0, 0), (1, 1), (7, 1), (8, 0)])
def test_woken_is_a_purchase_within_the_days_from_the_first_contact_on(
    bought: int, woken: int, drive: Drive, people
) -> None:
    doors.make_visit(task(drive, 1), people.staff, at(day(1)), "no_answer")
    doors.make_day(1, day(bought), 100)
    assert told()["door"].woken == woken


def test_whose_days_are_not_over_is_in_no_rate(drive: Drive, people) -> None:
    doors.make_visit(task(drive, 1), people.staff, at(day(1)), "interested")
    doors.make_day(1, day(1), 100)
    early = told(day(7))["door"]
    assert (early.contacted, early.over, early.woken, early.cost, early.wake_rate) == (1, 0, 0, 0, None)
    assert told(day(8))["door"].woken == 1


def test_the_held_out_count_by_the_channel_they_would_have_had(drive: Drive, people) -> None:
    for customer, channel in ((1, "door"), (2, "door"), (3, "phone")):
        doors.make_control(drive, customer, channel=channel, community_id=0)
    doors.make_day(1, day(6), 100)
    doors.make_day(2, day(7), 100)
    found = told()
    assert (found["door"].control, found["door"].control_woken) == (2, 1)
    assert (found["phone"].control, found["phone"].tasks) == (1, 0)
    assert told(day(6)) == {}


def test_a_message_contacts_when_it_was_handed_over(drive: Drive) -> None:
    for state in ("sent", "waiting", "failed"):
        customer = make_customer()
        task(drive, customer.pk, "sms")
        Message.objects.create(
            customer=customer, channel="sms", key=f"drive-{state}", thing="drive", thing_id=drive.pk, text="x",
            state=state, sending_since=at(day(0)), cost=5 if state == "sent" else 0,
        )  # fmt: skip
    one = told()["sms"]
    assert (one.tasks, one.contacted, one.answered, one.cost) == (3, 1, 0, 5)


def test_doors_cost_their_time_calls_their_tries_and_coupons_what_they_took_off(drive: Drive, people) -> None:
    doors.make_visit(task(drive, 1), people.staff, at(day(0), "18:00"), "no_answer")
    doors.make_visit(task(drive, 2), people.staff, at(day(0), "18:10"), "interested", grant=used(2, 3))
    doors.make_visit(task(drive, 3, "phone"), people.staff, at(day(0), "18:12"), "no_answer")
    doors.make_visit(task(drive, 4, "wechat"), people.staff, at(day(0), "18:13"), "interested", grant=used(4, 8))
    found = told()
    assert found["door"].cost == 15 * 50 + 500
    assert found["phone"].cost == 3 * 50
    assert found["wechat"].cost == 2 * 50, "its coupon was used too late to belong to the chat"


def used(customer: int, after: int) -> Grant:
    moment = at(day(after))
    return Grant.objects.create(
        batch_id=make_budget().pk, coupon=make_coupon(), customer_id=customer, code=f"C{customer}", reserved=500,
        issued_at=at(day(0)), valid_from=at(day(0)), expires_at=at(day(60)), state="used", used_at=moment, discount=500,
    )  # fmt: skip


def test_one_drive_is_told_apart_from_all(drive: Drive, people) -> None:
    other = doors.make_drive(TODAY)
    doors.make_visit(task(drive, 1), people.staff, at(day(0)), "no_answer")
    doors.make_visit(task(other, 2), people.staff, at(day(0)), "no_answer")
    Drive.objects.create(number="R-1", name="x", begins_on=TODAY, ends_on=TODAY)
    assert told()["door"].tasks == 2
    assert told(drive=other.pk)["door"].tasks == 1


def test_a_scope_counts_its_own_people(drive: Drive, people) -> None:
    doors.make_task(drive, 1, community_id=people.cuiping.pk, station_id=people.cuiping_station.pk)
    doors.make_task(drive, 2, community_id=people.jinling.pk, station_id=people.jinling_station.pk)
    for scope in (Scope(stations=frozenset({people.cuiping_station.pk})), Scope(communities={people.jinling.pk})):
        assert queries.channels(scope, AS_OF)["door"].tasks == 1
    assert told(community=people.jinling.pk)["door"].tasks == 1


def test_few_people_tell_nothing_yet() -> None:
    few = Channel(tasks=40, contacted=29, over=29, woken=9, control=60, control_woken=3, cost=900)
    enough = Channel(tasks=40, contacted=30, over=30, woken=9, control=30, control_woken=3, cost=900)
    assert (few.lift(30), few.each(30)) == (None, None)
    assert enough.lift(30).at == pytest.approx(0.2)
    assert enough.each(30) == 100
    assert Channel(over=40, cost=100).each(30) is None


def test_time_and_tries_are_never_both_paid(people) -> None:
    place = policies.for_company()
    spent = Spent(dt.timedelta(minutes=60), tries=10, messages=7, coupons=100)
    assert queries.cost_of("door", spent, place) == 3000 + 107
    assert queries.cost_of("phone", spent, place) == 10 * 3 * 50 + 107
    assert queries.cost_of("sms", spent, place) == 107


# -- The page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def field(people) -> Any:
    with time_machine.travel(at(TODAY, "20:00"), tick=False):
        yield field_world.make_field(people)


def test_the_page_says_when_there_is_not_enough(field: Any, people, as_) -> None:
    client = as_("manager")
    shy = client.get(reverse("channels-compared")).content.decode()
    assert "数据还不够" in shy or "not enough data yet" in shy
    PolicyChange.objects.create(key="effect_min_people", value=5, by=people.manager)
    told = client.get(reverse("channels-compared"), {"drive": field.drive.number}).content.decode()
    assert "数据还不够" not in told
    assert "not enough data yet" not in told


LINK = re.compile(r'<a href="([^"]*visits/channels/people/[^"]*)">([\d,]+)</a>')
BEHIND = re.compile(r"<b>= (\d+)(?: \w+)?</b>")


@pytest.mark.parametrize("query", [{}, {"community": "jinling"}])
def test_a_number_leads_to_as_many_people_as_it_counts(query: dict[str, str], field: Any, people, as_) -> None:
    """Of the channel and of all of them; held out and contacted, woken or not."""
    PolicyChange.objects.create(key="effect_min_people", value=1, by=people.manager)
    with time_machine.travel(at(TODAY + dt.timedelta(days=9), "20:00"), tick=False):
        run_done(TODAY + dt.timedelta(days=9))
        client = as_("manager")
        found = LINK.findall(unescape(client.get(reverse("channels-compared"), query).content.decode()))
        assert len(found) >= 7
        assert {href.partition("side=")[2].partition("&")[0] for href, _n in found} == {"tasks", "held"}
        for href, n in found:
            html = unescape(client.get(href).content.decode())
            assert BEHIND.search(html)[1] == n, href
            assert html.count("<tr>") == int(n) + 1


@pytest.mark.parametrize("query", [{"side": "held", "what": "contacted"}, {"side": "x"}, {"channel": "mail"}])
def test_a_list_that_nobody_links_to_does_not_exist(query: dict[str, str], field: Any, as_) -> None:
    said = {"side": "tasks", "what": "all", "channel": "door"} | query
    assert as_("manager").get(reverse("channel-people"), said).status_code == 404


def test_people_of_another_community_stand_behind_no_number(field: Any, as_) -> None:
    said = {"side": "tasks", "what": "all"}
    html = unescape(as_("jinling_analyst").get(reverse("channel-people"), said).content.decode())
    assert BEHIND.search(html)[1] == "24"


def test_a_drive_out_of_reach_does_not_exist(field: Any, people, as_) -> None:
    apart = doors.make_drive(TODAY)
    doors.make_control(apart, 1, community_id=people.cuiping.pk)
    address = reverse("channels-compared")
    assert as_("jinling_analyst").get(address, {"drive": apart.number}).status_code == 404
    assert as_("manager").get(address, {"drive": apart.number}).status_code == 200
    assert apart.number not in as_("jinling_analyst").get(address).content.decode()


def test_before_the_first_drive_the_page_says_what_is_needed(people, as_) -> None:
    html = as_("manager").get(reverse("channels-compared")).content.decode()
    assert "还没有开始过召回行动" in html or "No drive has been started yet" in html


# -- What a drive brought ------------------------------------------------------------------------------------------


@pytest.fixture
def trial(drive: Drive, people) -> Drive:
    """Forty with a task, forty held out; 20 and 10 of them buy for 100 yuan. One was visited, one bought too late."""
    run_done(day(30))
    for customer in range(1, 41):
        doors.make_control(drive, customer, fate="task", community_id=0)
        task(drive, customer)
        doors.make_control(drive, 100 + customer, community_id=0)
    for customer in [*range(1, 21), *range(101, 111)]:
        doors.make_day(customer, day(3), 10_000)
    doors.make_day(40, day(13 + 7), 10_000)
    doors.make_visit(Task.objects.get(customer_id=1), people.staff, at(day(0)), "ordered")
    return drive


def test_a_drive_is_told_by_all_with_a_task_against_all_held_out(trial: Drive) -> None:
    effect = drive_effect.effect_of(trial, day(30))
    assert (effect.treated.people, effect.control.people, effect.days) == (40, 40, 14 + 6)
    assert (effect.treated.buyers, effect.control.buyers, effect.treated.net) == (20, 10, 200_000)
    assert effect.differences["purchases"].total.at == pytest.approx(10)
    assert effect.cost == 5 * 50
    assert effect.per_extra.at == pytest.approx(25)
    assert drive_effect.roi(effect).at == pytest.approx((100_000 * 0.25 - 250) / 250)


def test_a_drive_whose_days_are_not_over_tells_no_effect(trial: Drive) -> None:
    assert drive_effect.effect_of(trial, day(19)).verdict == "running"
    assert drive_effect.shown(trial, day(19)).lines == []
    assert drive_effect.effect_of(trial, day(20)).is_told


def test_a_drive_that_ended_early_is_watched_from_its_end(trial: Drive) -> None:
    trial.ended_at = at(day(2))
    assert drive_effect.effect_of(trial, day(9)).days == 3 + 6
    assert drive_effect.effect_of(trial, day(9)).is_told


def test_a_scope_is_told_of_its_own_people(trial: Drive) -> None:
    assert drive_effect.effect_of(trial, day(30), Scope(stations=frozenset({1}))).treated.people == 0


def test_the_part_of_a_page_shows_what_it_brought(trial: Drive) -> None:
    html = render_to_string("campaigns/visits/_effect.html", {"effect": drive_effect.shown(trial, day(30))})
    assert "+99.0 (" in html
    assert "<b>+10</b>" in html


def test_the_part_of_a_page_of_a_running_drive_gives_no_numbers(trial: Drive) -> None:
    html = render_to_string("campaigns/visits/_effect.html", {"effect": drive_effect.shown(trial, day(5))})
    assert "<table" not in html
