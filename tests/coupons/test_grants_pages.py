"""A customer's coupons on their page, coupons handed out one by one, and to whom an open batch went."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from communities import rules
from communities.access import Desk
from communities.models import StaffAct
from coupons.batches.models import Batch
from coupons.grants import actions, queries
from coupons.grants.models import Grant, Redemption
from coupons.handover.models import Parcel
from opsdesk import waiting
from tests.coupons.granting import approved
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer
from users.contact.models import ContactWish, Touch
from users.customers.models import Standing
from users.outbox.models import Message

pytestmark = pytest.mark.django_db

EVERYWHERE = {"everywhere": True, "communities": [], "stations": []}
HTMX = {"Accept-Language": "en", "HX-Request": "true"}


@pytest.fixture
def neighbour(people):
    return make_customer(community=people.cuiping, station=people.cuiping_station)


def open_batch(*, quantity=3, scope=EVERYWHERE, **fields):
    return approved(quantity=quantity, state="issuing", scope=scope, **fields)


def handed(batch, customer, by=None):
    return actions.issue_one(batch.pk, customer.pk, by=by, at=timezone.now())


def section(client, customer):
    return client.get(reverse("customer_coupons", args=[customer.pk]), headers=HTMX).content.decode()


def post(client, page, /, *args, **data):
    return client.post(reverse(page, args=args), data, headers={"Accept-Language": "en"}, follow=True)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


# -- The section ---------------------------------------------------------------------------------------------------


def test_the_profile_fetches_the_section_and_links_it_for_whoever_has_no_scripts(neighbour, as_):
    page = as_("manager").get(reverse("customer", args=[neighbour.pk])).content.decode()
    address = reverse("customer_coupons", args=[neighbour.pk])
    assert f'hx-get="{address}"' in page
    assert f'href="{address}"' in page
    alone = as_("manager").get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "<html" in alone
    assert "<html" not in section(as_("manager"), neighbour)


def test_without_a_coupon_it_says_so(neighbour, as_):
    assert "They have had no coupon yet." in section(as_("manager"), neighbour)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "not used yet"),
        ({"expires_at": timezone.now() - dt.timedelta(hours=1)}, "expired unused"),
        ({"valid_from": timezone.now() + dt.timedelta(days=1)}, "not valid yet"),
        ({"state": "void", "void_reason": "by mistake"}, "by mistake"),
        ({"state": "used", "used_at": timezone.now(), "order_number": "A-77", "discount": 1200}, "order A-77"),
        ({"state": "used", "used_at": timezone.now(), "order_number": "A-77", "discount": 1200}, "¥12.00"),
    ],
)
def test_each_coupon_is_told_with_its_terms_and_how_it_stands(changes, words, neighbour, as_):
    grant = handed(open_batch(), neighbour)
    Grant.objects.filter(pk=grant.pk).update(**changes)
    shown = section(as_("manager"), neighbour)
    assert words in shown
    assert "spend ¥49, get ¥12 off" in shown
    assert grant.code in shown


def test_an_open_coupon_is_unused_in_chinese_not_open_for_business(neighbour, as_):
    handed(open_batch(), neighbour)
    address = reverse("customer_coupons", args=[neighbour.pk])
    shown = as_("manager").get(address, headers=HTMX | {"Accept-Language": "zh-hans"}).content.decode()
    assert "未使用" in shown
    assert "营业中" not in shown


def test_a_refused_use_stands_there_with_its_reason(neighbour, as_):
    grant = handed(open_batch(), neighbour)
    about = {"grant": grant, "code": grant.code, "at": timezone.now(), "told_by": "api"}
    Redemption.objects.create(**about, taken=False, reason="threshold", order_number="A-78", key="a")
    Redemption.objects.create(**about, taken=True, order_number="A-79", key="b")
    shown = section(as_("manager"), neighbour)
    assert "the order is too small" in shown
    assert "A-78" in shown
    assert "A-79" not in shown


def test_a_refusal_of_somebody_else_is_not_told(neighbour, people, as_):
    other = make_customer(community=people.cuiping)
    grant = handed(open_batch(), other)
    Redemption.objects.create(
        grant=grant, code=grant.code, at=timezone.now(), told_by="api", taken=False, reason="used", key="a"
    )
    assert queries.refused_of(neighbour.pk, 10) == []
    assert len(queries.refused_of(other.pk, 10)) == 1


@pytest.mark.parametrize("person", ["other_staff", "jinling_analyst"])
def test_out_of_reach_is_not_there(person, neighbour, as_):
    client = as_(person)
    assert client.get(reverse("customer_coupons", args=[neighbour.pk])).status_code == 404
    assert post(client, "coupon_give", neighbour.pk, batch=open_batch().pk).status_code == 404
    assert not Grant.objects.exists()


def test_the_batch_is_linked_only_for_those_who_may_open_it(neighbour, as_):
    batch = open_batch()
    handed(batch, neighbour)
    address = reverse("batch", args=[batch.pk])
    assert address in section(as_("manager"), neighbour)
    assert address not in section(as_("staff"), neighbour)


def test_many_coupons_cost_no_more_statements_than_one(neighbour, as_, django_assert_max_num_queries):
    client = as_("manager")
    for _ in range(6):
        handed(open_batch(coupon=make_coupon()), neighbour)
        Touch.objects.all().delete()  # or they were contacted enough
    open_batch()
    with django_assert_max_num_queries(16):
        section(client, neighbour)


# -- Void ----------------------------------------------------------------------------------------------------------


def test_a_coupon_is_made_void_with_a_reason_that_is_kept(neighbour, people, as_):
    grant = handed(open_batch(), neighbour)
    answer = post(as_("operator"), "coupon_void", grant.pk, reason="wrong person, call 13812345678")
    assert told(answer) == [f"Coupon {grant.code} is void"]
    grant.refresh_from_db()
    assert (grant.state, "13812345678" in grant.void_reason) == ("void", False)
    assert StaffAct.objects.filter(verb="void", thing="grant", staff=people.operator).exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_made_void(reason, neighbour, as_):
    grant = handed(open_batch(), neighbour)
    answer = post(as_("manager"), "coupon_void", grant.pk, reason=reason)
    assert told(answer) == ["Say why; the coupon stays as it is."]
    assert Grant.objects.get().state == "open"


def test_a_used_coupon_stays_used(neighbour, as_):
    grant = handed(open_batch(), neighbour)
    Grant.objects.update(state="used", used_at=timezone.now())
    answer = post(as_("manager"), "coupon_void", grant.pk, reason="why not")
    assert "nothing was changed" in told(answer)[0]
    assert Grant.objects.get().state == "used"


@pytest.mark.parametrize(("person", "status"), [("staff", 403), ("analyst", 403), ("other_staff", 404)])
def test_who_neither_drafts_nor_hands_over_makes_nothing_void(person, status, neighbour, as_):
    grant = handed(open_batch(), neighbour)
    assert post(as_(person), "coupon_void", grant.pk, reason="why not").status_code == status
    assert Grant.objects.get().state == "open"
    if status == 403:
        assert "Make void" not in section(as_(person), neighbour)


# -- Handing out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["manager", "data_admin", "staff", "lead"])
def test_those_at_the_place_hand_one_out_and_see_how_many_are_left(person, neighbour, people, as_):
    batch = open_batch(quantity=3)
    client = as_(person)
    assert "3 left" in section(client, neighbour)
    answer = post(client, "coupon_give", neighbour.pk, batch=batch.pk)
    grant = Grant.objects.get()
    assert told(answer) == [f"Coupon {grant.code} handed out"]
    assert (grant.customer_id, Batch.objects.get().issued) == (neighbour.pk, 1)
    assert StaffAct.objects.get(verb="give").staff == getattr(people, person)
    assert "Hand out a coupon" not in section(client, neighbour)


@pytest.mark.parametrize("person", ["operator", "analyst"])
def test_the_others_are_offered_none_and_get_none_out(person, neighbour, as_):
    batch = open_batch()
    assert "Hand out a coupon" not in section(as_(person), neighbour)
    assert post(as_(person), "coupon_give", neighbour.pk, batch=batch.pk).status_code == 403
    assert not Grant.objects.exists()


def test_pressed_twice_it_is_one_coupon(neighbour, as_):
    batch, client = open_batch(quantity=1), as_("staff")
    post(client, "coupon_give", neighbour.pk, batch=batch.pk)
    again = post(client, "coupon_give", neighbour.pk, batch=batch.pk)
    assert told(again) == [f"They have this coupon already: {Grant.objects.get().code}"]


@pytest.mark.parametrize(
    "changes",
    [{"state": "paused"}, {"origin": "hand"}, {"issued": 3}, {"scope": {"communities": [0], "stations": []}}],
)
def test_a_batch_that_hands_out_nothing_here_is_not_offered(changes, neighbour, as_):
    batch = open_batch()
    Batch.objects.filter(pk=batch.pk).update(**changes)
    assert "Hand out a coupon" not in section(as_("staff"), neighbour)
    answer = post(as_("staff"), "coupon_give", neighbour.pk, batch=batch.pk)
    assert told(answer) == ["None of these coupons is left to hand out; nothing was handed out."]
    assert not Grant.objects.exists()


@pytest.mark.parametrize("place", ["communities", "stations"])
def test_a_batch_of_a_place_is_handed_out_to_its_own_customers(place, neighbour, people, as_):
    ids = {"communities": people.cuiping.pk, "stations": people.cuiping_station.pk}
    scope = {"everywhere": False, "communities": [], "stations": []} | {place: [ids[place]]}
    open_batch(scope=scope)
    elsewhere = make_customer(community=people.jinling, station=people.jinling_station)
    assert "Hand out a coupon" in section(as_("manager"), neighbour)
    assert "Hand out a coupon" not in section(as_("manager"), elsewhere)


def test_the_gates_answer_is_told_in_words(neighbour, as_):
    batch = open_batch()
    ContactWish.objects.update_or_create(customer=neighbour, defaults={"do_not_contact": True})
    assert "none can be handed out now: do not contact" in section(as_("staff"), neighbour)
    answer = post(as_("staff"), "coupon_give", neighbour.pk, batch=batch.pk)
    assert told(answer) == ["Nothing was handed out: do not contact"]


def test_the_limit_of_the_place_is_told_in_words(neighbour, people, as_):
    today = timezone.localdate()
    make_budget(
        name="翠屏限额", amount=100, community=people.cuiping, begins_on=today.replace(day=1),
        ends_on=today + dt.timedelta(days=40),
    )  # fmt: skip
    answer = post(as_("staff"), "coupon_give", neighbour.pk, batch=open_batch().pk)
    assert told(answer) == ["Nothing was handed out: the budget “翠屏限额” does not hold another one"]
    assert not Grant.objects.exists()


# -- The batch -----------------------------------------------------------------------------------------------------


def test_an_open_batch_says_to_whom_it_went_and_what_is_left(neighbour, people, as_):
    batch = open_batch(quantity=3)
    grant = handed(batch, neighbour, by=people.staff)
    address = reverse("batch_handed_out", args=[batch.pk])
    assert f'hx-get="{address}"' in as_("manager").get(reverse("batch", args=[batch.pk])).content.decode()
    shown = as_("manager").get(address, headers=HTMX).content.decode()
    assert "2 left" in shown
    assert grant.code in shown
    assert reverse("customer", args=[neighbour.pk]) in shown
    assert "by staff" in shown
    assert neighbour.phone not in shown


def test_the_whole_list_is_a_page_and_out_of_reach_is_not_there(neighbour, as_):
    batch = open_batch()
    handed(batch, neighbour)
    address = reverse("batch_handed_out", args=[batch.pk])
    assert "1 row" in as_("manager").get(address, headers={"Accept-Language": "en"}).content.decode()
    assert as_("jinling_analyst").get(address).status_code == 404
    assert as_("staff").get(address).status_code == 403


# -- What waits ----------------------------------------------------------------------------------------------------


def waits_for(person):
    with translation.override("en"):
        found = waiting.for_desk(Desk.of(person, rules.DESK), timezone.now())
    return [item.title for item in found if item.kind in ("Message", "Handover")]


def test_messages_of_unknown_fate_wait_for_those_who_send(neighbour, people):
    since = timezone.now() - dt.timedelta(hours=2)
    for key, state in [("a", "unknown"), ("b", "unknown"), ("c", "sent")]:
        Message.objects.create(
            customer=neighbour, channel="sms", key=key, thing="batch", thing_id=1, text="券", state=state,
            sending_since=since,
        )  # fmt: skip
    assert waits_for(people.manager) == ["The fate of 2 messages is unknown"]
    assert waits_for(people.operator) == []


def test_a_parcel_of_unknown_fate_waits_for_those_who_hand_over(neighbour, people):
    batch = open_batch()
    about = {"batch": batch, "way": "call", "first": 1, "last": 2, "grants": 2}
    Parcel.objects.create(**about, number=1, state="unknown")
    Parcel.objects.create(**about, number=2, state="done")
    assert waits_for(people.data_admin) == [f"Nobody knows whether the shop has parcel 1 of {batch.number}"]
    assert waits_for(people.operator) == []


# -- For whom an open batch is -------------------------------------------------------------------------------------


def test_an_open_batch_is_handed_to_its_audience_alone(people, neighbour, as_):
    elsewhere = make_customer(community=people.jinling)
    batch = open_batch(audience="community=jinling")
    assert "Hand out a coupon" not in section(as_("manager"), neighbour)
    assert "Hand out a coupon" in section(as_("manager"), elsewhere)
    refused = post(as_("manager"), "coupon_give", neighbour.pk, batch=batch.pk)
    assert told(refused) == [f"Nothing was handed out: “{batch}” is for others. It is for: community is 金陵名苑."]
    assert told(post(as_("manager"), "coupon_give", elsewhere.pk, batch=batch.pk))[0].endswith("handed out")
    assert list(Grant.objects.values_list("customer", flat=True)) == [elsewhere.pk]


def test_an_audience_of_classes_hands_nothing_to_whoever_refuses_profiling(people, neighbour):
    batch = open_batch(audience="purchases_min=0&community=cuiping")
    chosen = open_batch(audience=f"ids={neighbour.pk}", budget=batch.budget)
    ContactWish.objects.create(customer=neighbour, no_profiling=True)
    Standing.objects.create(customer=neighbour, as_of=dt.date(2018, 5, 7), lifecycle="silent", purchases=2)
    with pytest.raises(actions.MayNot, match="profiling"):
        handed(batch, neighbour)
    assert handed(chosen, neighbour).customer_id == neighbour.pk


def test_the_audience_is_read_within_the_reach_of_its_maker(people, neighbour):
    reach = {"everywhere": False, "communities": [people.jinling.pk], "stations": []}
    with pytest.raises(actions.NotMeant):
        handed(open_batch(audience=f"ids={neighbour.pk}", scope=reach), neighbour)
