"""The list of refused uses: what the shop told of an unknown code is on nobody's profile, and is found here."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coupons.definitions.rules import Basket
from coupons.grants import actions
from tests.coupons.granting import approved, issued
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def tell(customer, code, key, by=None):
    told = actions.Use(code, customer.pk, "A1", timezone.now(), 500, Basket.of_sum(6000))
    return actions.use(told, key=key, by=by)


@pytest.fixture
def neighbour(people):
    return make_customer(community=people.cuiping, name="王大明")


def page(as_, who, **query):
    return as_(who).get(reverse("refused_uses"), query, headers=EN)


def test_an_unknown_code_stands_there_with_its_reason_masked(people, neighbour, as_):
    kept = tell(neighbour, "13912345678", "k1", by=people.manager)
    answer = page(as_, "manager")
    text = answer.content.decode()
    assert [row.use for row in answer.context["rows"]] == [kept]
    assert "no such coupon" in text
    assert "13912345678" not in text
    assert "大明" not in text


def test_a_coupon_that_is_known_leads_to_its_batch_and_reasons_can_be_asked_for(people, neighbour, as_):
    batch = approved(gets=[neighbour], scope={"everywhere": True, "communities": [], "stations": []})
    issued(batch)
    tell(make_customer(community=people.cuiping), batch.grants.get().code, "k1")
    tell(neighbour, "NONE", "k2")
    assert [row.use.reason for row in page(as_, "analyst").context["rows"]] == ["unknown", "holder"]
    only = page(as_, "analyst", reason="holder")
    assert [(row.use.reason, row.batch) for row in only.context["rows"]] == [("holder", batch)]


def test_another_communitys_refusals_are_not_there(people, neighbour, as_):
    tell(neighbour, "NONE", "k1")
    tell(make_customer(community=people.jinling), "NONE", "k2")
    assert [row.use.key for row in page(as_, "jinling_analyst").context["rows"]] == ["k2"]


def test_the_coupons_page_and_a_profile_lead_to_it(people, neighbour, as_):
    issued(approved(gets=[neighbour]))
    for name, args in (("coupons", []), ("customer_coupons", [neighbour.pk])):
        assert reverse("refused_uses") in as_("manager").get(reverse(name, args=args)).content.decode()


def test_a_page_of_many_asks_as_often_as_a_page_of_few(people, neighbour, as_, django_assert_max_num_queries):
    client = as_("analyst")
    for n in range(30):
        tell(neighbour, "NONE", f"k{n}")
    with django_assert_max_num_queries(12):
        assert len(client.get(reverse("refused_uses"), {"size": 20}).context["rows"]) == 20
