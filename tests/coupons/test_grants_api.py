"""The shop's own way to coupons: whose they are, and that they were used, once a key."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coupons.grants.models import Grant, Redemption
from tests.coupons.granting import approved, customers, issued
from tests.tokens import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(people) -> Grant:
    issued(approved(gets=customers(1, community=people.cuiping)))
    return Grant.objects.get()


def body(grant: Grant, **fields):
    told = {
        "code": grant.code, "customer": grant.customer_id, "order_number": "A1", "at": timezone.now().isoformat(),
        "discount": 1200, "lines": [{"amount": 6000}],
    }  # fmt: skip
    return told | fields


def post(mine, told, key="one"):
    headers = {"Idempotency-Key": key} if key else {}
    return mine.client.post(reverse("api_coupon_use"), told, content_type="application/json", headers=headers)


def test_a_use_is_taken_once_and_the_same_key_is_answered_the_same(people, grant):
    mine, told = caller(people.manager, "use:coupons"), body(grant)
    first, second = post(mine, told), post(mine, told)
    assert (first.status_code, first.json()["taken"], first.json() == second.json()) == (200, True, True)
    assert (Redemption.objects.count(), Grant.objects.get().state) == (1, "used")


def test_the_same_key_with_another_body_is_a_conflict(people, grant):
    mine, told = caller(people.manager, "use:coupons"), body(grant)
    post(mine, told)
    assert post(mine, told | {"lines": [{"amount": 6001}]}).status_code == 409


def test_a_refusal_is_an_answer_with_its_reason(people, grant):
    mine = caller(people.manager, "use:coupons")
    answer = post(mine, body(grant, lines=[{"amount": 4000}]))
    assert (answer.status_code, answer.json()["taken"], answer.json()["reason"]) == (200, False, "threshold")


def test_a_use_without_a_key_is_refused(people, grant):
    answer = post(caller(people.manager, "use:coupons"), body(grant), key="")
    assert (answer.status_code, list(answer.json()["fields"]), Redemption.objects.count()) == (
        400, ["Idempotency-Key"], 0,
    )  # fmt: skip


def test_a_customers_coupons_are_read_by_whoever_reaches_the_customer(people, grant):
    mine = caller(people.analyst, "read:coupons")
    [one] = mine.get("api_customer_coupons", {}, customer_id=grant.customer_id).json()
    assert (one["code"], one["state"], one["discount"]) == (grant.code, "open", 0)
    other = caller(people.jinling_analyst, "read:coupons")
    assert other.get("api_customer_coupons", {}, customer_id=grant.customer_id).status_code == 404
