"""The matrix and its pages: read by those who see coupons, written by those who draft everywhere."""

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from communities.models import Assignment
from coupons.batches.models import Batch
from coupons.effects.rules import VERDICTS, Arm, effect
from coupons.grants.models import Grant
from coupons.strategies import actions, queries
from coupons.strategies.models import Strategy
from tests import api_world
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer

FAR = dt.date(2099, 12, 31)
NEW = {
    "say-seen": "0", "say-name": "沉默唤醒", "say-goal": "召回", "say-channel": "coupon", "say-rhythm": "hand",
    "say-every_days": "14", "lifecycle": "silent,active", "rfm": [],
}  # fmt: skip


@pytest.fixture
def city(people):
    api_world.assemble(people)
    return people


@pytest.fixture
def strategy(city) -> Strategy:
    coupon, budget = make_coupon(by=city.manager), make_budget(ends_on=FAR, by=city.manager)
    said = {
        "audience": "lifecycle=active", "goal": "留住活跃用户", "coupon_id": coupon.pk, "budget_id": budget.pk,
        "rhythm": "weekly", "weekday": 0, "send_time": dt.time(10, 30), "message_channel": "sms",
        "message": "{name}您好，{coupon}，{ends}前有效",
    }  # fmt: skip
    made = actions.create("活跃用户", said, by=city.manager).strategy
    actions.save(made, 1, {"goal": "少补贴，多服务"}, note="补贴太高", by=city.operator)
    return made


def html_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_matrix_tells_each_row_with_its_people(strategy, as_) -> None:
    html = html_of(as_("manager").get(reverse("strategies")))
    for words in ("活跃用户", "少补贴，多服务", "¥49", "每星期一 10:30", "类别为 活跃"):
        assert words in html
    assert "留住活跃用户" not in html


def test_people_are_counted_within_ones_reach(strategy, as_) -> None:
    """An analyst of Jinling sees the rows of the company and counts Jinling's people."""
    wide = as_("manager").get(reverse("strategies")).context["rows"]
    narrow = as_("jinling_analyst").get(reverse("strategies")).context["rows"]
    assert [row.people for row in wide] == [1]
    assert [row.people for row in narrow] == [0]


def test_the_matrix_takes_as_many_queries_with_one_row_as_with_many(
    strategy, people, as_, django_assert_max_num_queries
) -> None:
    for number in range(8):
        actions.create(f"策略{number}", {"audience": f"lifecycle=silent&purchases_min={number}"}, by=people.manager)
    client = as_("manager")
    with django_assert_max_num_queries(20):
        html_of(client.get(reverse("strategies")))


def test_two_versions_stand_side_by_side_with_what_differs(strategy, as_) -> None:
    answer = as_("analyst").get(reverse("strategy", args=[strategy.pk]), {"one": "2", "other": "1"})
    html_of(answer)
    assert [side.version.number for side in answer.context["pair"]] == [1, 2]
    marked = [(one.before, one.after) for one in answer.context["compared"] if one.differs]
    assert marked == [("留住活跃用户", "少补贴，多服务")]


@pytest.mark.parametrize("words", ["one=1&other=1", "one=1&other=9", "one=x", ""])
def test_versions_that_are_not_there_are_not_compared(words: str, strategy, as_) -> None:
    assert "compared" not in as_("analyst").get(f"{reverse('strategy', args=[strategy.pk])}?{words}").context


def test_a_strategy_is_written_with_the_fields_of_the_customer_list(city, as_) -> None:
    client = as_("operator")
    answer = client.post(reverse("strategy-new"), NEW | {"community": "cuiping"})
    made = queries.in_use().get()
    assert answer.url == reverse("strategy", args=[made.strategy_id])
    assert (made.audience, made.strategy.name) == ("community=cuiping&lifecycle=silent,active", "沉默唤醒")


def test_whoever_opened_an_older_version_is_told_who_saved(strategy, as_, people) -> None:
    client, address = as_("manager"), reverse("strategy-edit", args=[strategy.pk])
    answer = client.post(address, NEW | {"say-seen": "1", "say-goal": "我的"})
    assert answer.status_code == 422
    assert "别人刚刚保存了这条策略：operator，第 2 版" in answer.content.decode()
    assert strategy.versions.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("say-name", "", "必填"),
        ("say-message", "{nmae}您好", "{nmae} 在这里没有意义"),
        ("say-rhythm", "weekly", "每周策略"),
        ("say-message_channel", "sms", "写下短信内容"),
        ("say-every_days", "0", "1 到 365"),
        ("within", "soon", "within"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_the_field(field: str, value: str, words: str, city, as_) -> None:
    answer = as_("operator").post(reverse("strategy-new"), NEW | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Strategy.objects.exists()


def test_the_preview_tells_people_message_and_doubts_and_saves_nothing(strategy, city, as_) -> None:
    client = as_("operator")
    Strategy.objects.filter(pk=strategy.pk).update(running_since=dt.datetime(2018, 5, 1, tzinfo=dt.UTC))
    coupon = make_coupon(amount_off=2000)
    typed = NEW | {
        "say-coupon": coupon.pk, "say-message_channel": "sms", "say-message": "{name}：{coupon}" + "字" * 70,
    }  # fmt: skip
    html = html_of(client.post(reverse("strategy-preview"), typed))
    assert "王小明：" in html
    assert "136****2222" in html
    assert "13611112222" not in html
    assert "其中 1 人同时在运行中的「活跃用户」里" in html
    assert "老客户要多付 ¥20" in html
    assert "短信按 2 条计费" in html
    assert Strategy.objects.count() == 1


def test_deeds_are_done_once_and_can_be_taken_back(strategy, as_) -> None:
    client = as_("operator")
    client.post(reverse("strategy-start", args=[strategy.pk]))
    assert queries.running().count() == 1
    client.post(reverse("strategy-stop", args=[strategy.pk]))
    assert queries.running().count() == 0
    client.post(reverse("strategy-retire", args=[strategy.pk]))
    assert queries.in_use().count() == 0
    client.post(reverse("strategy-restore", args=[strategy.pk]))
    assert queries.in_use().count() == 1


def test_whoever_drafts_for_one_community_only_reads_the_matrix(strategy, people, as_) -> None:
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    client = as_("newcomer")
    assert "strategy-form" not in html_of(client.get(reverse("strategies")))
    assert client.get(reverse("strategy-new")).status_code == 403
    assert client.get(reverse("strategy-edit", args=[strategy.pk])).status_code == 403
    for deed in ("start", "stop", "retire", "restore", "move"):
        assert client.post(reverse(f"strategy-{deed}", args=[strategy.pk])).status_code == 403


@pytest.mark.parametrize("name", ["strategies", "strategy", "strategy-edit", "strategy-new"])
def test_every_page_opens_in_both_languages(name: str, strategy, as_) -> None:
    client = as_("manager")
    address = reverse(name, args=[strategy.pk] if name in ("strategy", "strategy-edit") else [])
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        html_of(client.get(address))


def test_figures_of_an_issued_batch_stand_beside_its_version(strategy, people, as_) -> None:
    now = strategy.versions.get(number=2)
    batch = Batch.objects.create(
        number="B-1", name="第一批", coupon=now.coupon, budget=now.budget, strategy_version=now, recipients=4, issued=4,
        state="issued", issued_at=timezone.now(),
    )  # fmt: skip
    end = timezone.now() + dt.timedelta(days=7)
    for number in range(4):
        used = {"state": "used", "used_at": timezone.now()} if number == 0 else {}
        Grant.objects.create(
            batch=batch, coupon=now.coupon, customer=make_customer(), code=f"S{number}", reserved=1200,
            issued_at=timezone.now(), valid_from=timezone.now(), expires_at=end, **used,
        )  # fmt: skip
    answer = as_("manager").get(reverse("strategy", args=[strategy.pk]), {"one": "1", "other": "2"})
    assert "25.0%" in html_of(answer)
    assert [side.used for side in answer.context["pair"]] == [(0, 0, 0), (1, 4, 1)]
    assert answer.context["pair"][1].effect.verdict in VERDICTS
    assert "25.0%" in html_of(as_("manager").get(reverse("strategies")))


def test_an_effect_that_is_told_shows_its_interval() -> None:
    arm = Arm(people=400, buyers=120, purchases=140, purchases_sq=180, orders=140, orders_sq=180)
    control = Arm(people=100, buyers=15, purchases=16, purchases_sq=18, orders=16, orders_sq=18)
    told = effect([(arm, control)], days=7, over=True, cost=50000, least=30)
    html = render_to_string("coupons/boards/_strategy_effect.html", {"effect": told})
    for words in ("+15.0", "¥500.00", "400 : 100"):
        assert words in html
