"""Templates as staff see and make them."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from communities.models import StaffAct
from coupons.batches.models import Batch
from coupons.definitions import actions
from coupons.definitions.models import Coupon
from coupons.grants.models import Grant
from coupons.strategies.models import Strategy, StrategyVersion
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer, make_order
from tests.tokens import caller
from users.orders.models import Category, Product
from users.purchases import actions as purchases

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(dt.datetime(2018, 5, 7, 4, tzinfo=dt.UTC), tick=False):
        yield


def typed(**fields: object) -> dict[str, object]:
    usual = {"name": "肉品满减", "code": "P-07", "threshold": "49", "amount_off": "12", "valid_days": 7}
    return usual | {"per_customer": 1} | fields


def batch_of(coupon: Coupon) -> Batch:
    return Batch.objects.create(number="B-0001", name="一批", coupon=coupon, budget=make_budget())


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_coupon_is_made_from_what_was_typed_in_yuan(people, as_):
    meat = Category.objects.create(name="肉品")
    answer = as_("operator").post(reverse("coupon-new"), typed(threshold="¥49.00", categories=[meat.pk]))
    coupon = Coupon.objects.get()
    assert answer.url == reverse("coupon", args=[coupon.pk])
    assert (coupon.threshold, coupon.amount_off, list(coupon.categories.all())) == (4900, 1200, [meat])
    assert (coupon.made_by, StaffAct.objects.get().verb) == (people.operator, "create")


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("threshold", {"amount_off": "49"}, "goods for nothing"),
        ("threshold", {"threshold": "twelve"}, "is not an amount in yuan"),
        ("threshold", {"amount_off": "1.005"}, "at most two decimals"),
        ("threshold", {"valid_days": "", "valid_to": "2018-05-06"}, "This day is over"),
        ("threshold", {"valid_to": "2018-05-20"}, "give one of the two"),
        ("threshold", {"per_customer": 0}, "1 to 99"),
        ("threshold", {"combines_with": "P-07"}, "combined with itself"),
        ("percent", {"percent_off": 15, "cap": ""}, "required"),
        ("percent", {"percent_off": 100, "cap": "20"}, "Between 1 and 99"),
        ("new_price", {"product": "鸡蛋", "price": "9", "regular_price": "9"}, "must be higher"),
        ("new_price", {"product": "没有的", "price": "1", "regular_price": "9"}, "No order names a product"),
    ],
)
def test_nonsense_is_refused_beside_its_field(people, as_, kind, fields, message):
    Product.objects.create(name="鸡蛋")
    answer = as_("operator").post(f"{reverse('coupon-new')}?kind={kind}", typed(**fields), **ENGLISH)
    assert answer.status_code == 200
    assert message in text(answer)
    assert "field-error" in answer.content.decode()
    assert Coupon.objects.count() == 0


def test_each_kind_asks_for_its_own(people, as_):
    Product.objects.create(name="鸡蛋")
    new = reverse("coupon-new")
    as_("operator").post(f"{new}?kind=percent", typed(percent_off=15, cap="20", threshold=""))
    as_("operator").post(f"{new}?kind=amount", typed(code="P-08", amount_off="5"))
    as_("operator").post(f"{new}?kind=new_price", typed(code="P-09", product="鸡蛋", price="1", regular_price="12.9"))
    kinds = Coupon.objects.order_by("code").values_list("kind", "percent_off", "cap", "amount_off", "price")
    assert list(kinds) == [
        ("percent", 15, 2000, None, None),
        ("amount", None, None, 500, None),
        ("new_price", None, None, None, 100),
    ]


def test_a_code_that_is_taken_says_so_beside_it(people, as_):
    make_coupon(code="P-07")
    answer = as_("operator").post(reverse("coupon-new"), typed(), **ENGLISH)
    assert "has this code already" in text(answer)


def test_a_template_is_changed_until_a_batch_names_it_and_copied_from_then_on(people, as_):
    coupon = make_coupon(code="P-07")
    edit = reverse("coupon-edit", args=[coupon.pk])
    as_("operator").post(edit, typed(amount_off="15"))
    assert Coupon.objects.get().amount_off == 1500
    assert StaffAct.objects.filter(verb="change").get().detail["changes"]["amount_off"] == ["1200", "1500"]

    batch_of(coupon)
    answer = as_("operator").post(edit, typed(amount_off="20"))
    assert answer.url == f"{reverse('coupon-new')}?from={coupon.pk}"
    assert Coupon.objects.get().amount_off == 1500
    copied = as_("operator").get(answer.url, **ENGLISH)
    assert 'value="P-07-2"' in text(copied)
    with pytest.raises(actions.Promised):
        actions.change(coupon, by=None)


def test_a_copy_keeps_kind_and_money_and_takes_a_code_of_its_own(people):
    meat = Category.objects.create(name="肉品")
    copied = actions.create(actions.copy_of(make_coupon(code="P-07")), categories=[meat], by=people.operator)
    assert [copied.code, actions.copy_of(copied).code] == ["P-07-2", "P-07-2-2"]
    assert (copied.threshold, copied.retired_at) == (4900, None)


def test_a_template_goes_out_of_use_and_comes_back(people, as_):
    coupon = make_coupon()
    client = as_("operator")
    client.post(reverse("coupon-retire", args=[coupon.pk]))
    client.post(reverse("coupon-retire", args=[coupon.pk]))
    coupon.refresh_from_db()
    assert coupon.retired_at is not None
    assert "stay what they are" in text(client.get(reverse("coupon", args=[coupon.pk]), **ENGLISH))
    assert coupon.code not in text(client.get(reverse("coupons")))
    assert coupon.code in text(client.get(reverse("coupons") + "?show=all"))

    client.post(reverse("coupon-reinstate", args=[coupon.pk]))
    verbs = StaffAct.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["create", "retire", "reopen"]


def test_the_ladder_rises_and_tells_who_gets_what_by_which_strategy(people, as_):
    coupons = [make_coupon(threshold=threshold, amount_off=off) for threshold, off in [(9900, 2000), (1900, 300)]]
    make_coupon(valid_to=dt.date(2018, 5, 7), kind="amount", amount_off=100)
    over = make_coupon(valid_to=dt.date(2018, 5, 6), code="OVER")
    strategy = Strategy.objects.create(name="低门槛")
    StrategyVersion.objects.create(
        strategy=strategy, number=1, audience="lifecycle=new_paying", goal="复购", coupon=coupons[1]
    )
    answer = as_("analyst").get(reverse("coupons"))
    assert [rung.threshold for rung in answer.context["rungs"]] == [0, 1900, 9900]
    assert [[way.classes for way in rung.ways] for rung in answer.context["rungs"]] == [[], [("new_paying",)], []]
    assert over.pk not in [rung.coupon.pk for rung in answer.context["rungs"]]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("sum=48.99", "the order is too small"),
        ("sum=49", "It takes off <b>¥12.00</b>; the customer pays ¥37.00"),
        ("sum=twelve", "is not an amount in yuan"),
        ("sum=99999999999999999999", "More than ten million"),
        ("sum=", "Work it out"),
    ],
)
def test_the_calculator_says_what_an_order_would_get(people, as_, asked, said):
    coupon = make_coupon()
    assert said in text(as_("analyst").get(f"{reverse('coupon', args=[coupon.pk])}?{asked}", **ENGLISH))


@pytest.mark.parametrize(
    ("fields", "terms"),
    [
        ({}, "spend ¥49, get ¥12 off"),
        ({"kind": "percent", "percent_off": 15, "cap": 2050}, "15% off, at most ¥20.50"),
        ({"kind": "percent", "percent_off": 15, "cap": 2000, "threshold": 3000}, "from an order of ¥30"),
        ({"kind": "amount", "amount_off": 500}, "¥5 off"),
    ],
)
def test_terms_stand_in_words(people, as_, fields, terms):
    make_coupon(**fields)
    assert terms in text(as_("analyst").get(reverse("coupons"), **ENGLISH))


def test_the_file_holds_every_template_and_who_may_export_gets_it(people, as_):
    make_coupon(code="P-07", name="券 P-07")
    lines = b"".join(as_("analyst").get(reverse("coupons-csv")).streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("P-07,券 P-07,threshold,")
    assert "49,12,0.2449" in lines[1]
    assert len(lines) == 3


def test_pages_ask_no_more_for_many_templates_than_for_few(people, as_, django_assert_max_num_queries):
    for _ in range(30):
        make_coupon()
    client = as_("analyst")
    with django_assert_max_num_queries(15):
        client.get(reverse("coupons"))


def test_the_first_visitor_is_told_what_a_coupon_is(people, as_):
    answer = text(as_("operator").get(reverse("coupons"), **ENGLISH))
    assert "No coupon yet" in answer
    assert reverse("coupon-new") in answer
    assert reverse("coupon-new") not in text(as_("analyst").get(reverse("coupons")))


def test_the_api_reads_templates_in_use_and_on_request_the_others(people):
    coupon, old = make_coupon(code="P-07", categories=[Category.objects.create(name="肉品")]), make_coupon(code="P-06")
    actions.set_retired(old.pk, retired=True, by=None, at=dt.datetime(2018, 5, 1, tzinfo=dt.UTC))
    mine = caller(people.analyst, "read:coupons")
    [one] = mine.get("api_coupon_templates").json()
    assert (one["code"], one["most_off"], one["categories"], one["in_use"]) == ("P-07", 1200, ["肉品"], True)
    assert [one["code"] for one in mine.get("api_coupon_templates", {"retired": "1"}).json()] == ["P-06", "P-07"]
    assert mine.get("api_coupon_template", coupon_id=coupon.pk).json() == one
    assert mine.get("api_coupon_template", coupon_id=10**9).status_code == 404


def test_whoever_sees_one_community_counts_its_coupons_only(people, as_):
    coupon = make_coupon()
    batch, at = batch_of(coupon), dt.datetime(2018, 5, 1, tzinfo=dt.UTC)
    for number, community in enumerate((people.cuiping, people.cuiping, people.jinling)):
        Grant.objects.create(
            batch=batch, coupon=coupon, customer=make_customer(community=community), code=f"G{number}",
            community_id=community.pk, reserved=1200, issued_at=at, valid_from=at, expires_at=at,
        )  # fmt: skip
    issued = {who: as_(who).get(reverse("coupons")).context["rows"][0].fates for who in ("analyst", "jinling_analyst")}
    assert {who: fates.issued for who, fates in issued.items()} == {"analyst": 3, "jinling_analyst": 1}
    page = as_("jinling_analyst").get(reverse("coupon", args=[coupon.pk]))
    assert page.context["batches"][0][1].issued == 1


def test_a_typical_purchase_is_of_the_places_that_the_reader_sees(people, as_):
    for community, net in ((people.cuiping, 9000), (people.jinling, 3000)):
        make_order(customer=make_customer(community=community), at="2018-05-02", net=net)
    purchases.rebuild()
    make_coupon(kind="amount", amount_off=1500)
    shares = {who: as_(who).get(reverse("coupons")).context["rungs"][0].share for who in ("analyst", "jinling_analyst")}
    assert shares == {"analyst": 0.25, "jinling_analyst": 0.5}
