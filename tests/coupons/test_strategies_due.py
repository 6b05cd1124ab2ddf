"""What running strategies draft by themselves: on their day, once, by their maker, for somebody or not at all."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from communities.models import Assignment, Notice
from coupons.batches.models import Batch, Hand
from coupons.boards import drafting
from coupons.strategies import actions
from coupons.strategies.models import Strategy
from tests import api_world
from tests.coupons.worlds import make_budget, make_coupon

MONDAY = dt.date(2018, 5, 7)
NIGHT = dt.datetime(2018, 5, 7, 2, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def city(people):
    api_world.assemble(people)
    return people


def running(people, name: str = "全体", **changes) -> Strategy:
    said = {
        "audience": "", "goal": "促活", "coupon_id": make_coupon().pk, "rhythm": "weekly", "weekday": 0,
        "budget_id": make_budget(name=name).pk, "send_time": dt.time(10, 30),
    }  # fmt: skip
    made = actions.create(name, said | changes, by=people.operator).strategy
    Strategy.objects.filter(pk=made.pk).update(running_since=NIGHT)
    return made


def said(day: dt.date = MONDAY, at: dt.datetime = NIGHT) -> list[str]:
    return [one.said for one in drafting.draft_due(day, at)]


def test_a_due_strategy_hands_in_its_batch_by_its_maker(city) -> None:
    strategy = running(city, audience="community=cuiping")
    assert said() == ["drafted"]
    batch = Batch.objects.get()
    assert (batch.state, batch.origin, batch.due_on, batch.made_by) == ("submitted", "strategy", MONDAY, city.operator)
    assert (batch.candidates, batch.recipients, batch.strategy_version.strategy) == (1, 1, strategy)
    assert batch.send_at == NIGHT.replace(hour=10, minute=30)
    assert list(Hand.objects.values_list("staff", "part")) == [(city.operator.pk, "maker")]


def test_a_day_is_drafted_once_even_when_the_strategy_is_changed_meanwhile(city) -> None:
    strategy = running(city)
    assert said() == ["drafted"]
    actions.save(strategy, 1, {"goal": "召回"}, by=city.manager)
    assert said() == ["drafted_before"]
    assert Batch.objects.count() == 1
    assert said(MONDAY + dt.timedelta(weeks=1), NIGHT + dt.timedelta(weeks=1)) == ["drafted"]


def test_on_other_days_nothing_is_due(city) -> None:
    running(city)
    assert said(MONDAY + dt.timedelta(days=1)) == []


def test_an_empty_audience_drafts_nothing_and_says_so(city) -> None:
    running(city, audience="rfm=champion&community=nowhere")
    assert said() == ["nobody_meant"]
    assert not Batch.objects.exists()
    assert drafting.summary(drafting.draft_due(MONDAY, NIGHT)) == {"nobody_meant": 1}


def test_what_is_missing_is_said_and_hinders_no_other_strategy(city) -> None:
    running(city, "无券", coupon_id=None)
    retired = make_coupon()
    retired.retired_at = NIGHT
    retired.save()
    running(city, "停用的券", coupon_id=retired.pk)
    running(city, "全体")
    assert said() == ["not_ready", "not_ready", "drafted"]


def test_a_maker_who_may_draft_no_more_drafts_no_more(city) -> None:
    running(city)
    Assignment.objects.filter(staff=city.operator).delete()
    assert said() == ["no_maker"]
    assert not Batch.objects.exists()


def test_a_maker_of_one_community_drafts_for_its_people_alone(city) -> None:
    running(city)
    Assignment.objects.filter(staff=city.operator).update(community=city.jinling)
    assert said() == ["drafted"]
    assert Batch.objects.get().candidates == 1


def test_a_stopped_strategy_drafts_nothing(city) -> None:
    actions.stop(running(city), by=city.manager)
    assert said() == []


def test_whoever_wrote_it_is_told_once_a_day_that_nothing_was_drafted(city) -> None:
    strategy = running(city, audience="community=nowhere")
    for _again in range(2):
        said()
    notice = Notice.objects.get()
    assert (notice.recipient, notice.params, notice.repeats) == (city.operator, {"name": strategy.name}, 0)
    assert notice.href == reverse("strategy", args=[strategy.pk])


def test_everybody_who_drafts_is_told_when_its_maker_may_no_more(city) -> None:
    running(city)
    Assignment.objects.filter(staff=city.operator).delete()
    said()
    assert {notice.recipient for notice in Notice.objects.all()} == {city.manager, city.manager2}
