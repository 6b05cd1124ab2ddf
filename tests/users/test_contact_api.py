"""Wishes over the API: read and kept by whoever may, in their reach, once."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from communities.models import Assignment
from tests.cast import Cast
from tests.factories import make_customer
from tests.tokens import Caller, caller
from users.contact.models import WishChange
from users.customers.models import Customer


@pytest.fixture
def own(people: Cast) -> Customer:
    return make_customer(community=people.cuiping)


def post(mine: Caller, customer: Customer, **wish: Any) -> HttpResponse:
    address = reverse("api_customer_wishes", args=[customer.pk])
    return mine.client.post(address, wish, content_type="application/json")


def test_a_wish_is_kept_once_and_stands_in_the_answer(people: Cast, own: Customer) -> None:
    mine = caller(people.operator)
    wish = {"subject": "channel", "channel": "sms", "allowed": False, "note": "call 13611112222"}
    answers = [post(mine, own, **wish).json() for _ in range(2)]
    assert answers[0] == answers[1] == mine.get("api_customer_wishes", customer_id=own.pk).json()
    assert (answers[0]["refused"], answers[0]["changes"][0]["way"]) == (["sms"], "app")
    assert answers[0]["changes"][0]["note"] == "call 136****2222"
    assert {one["channel"]: one["against"] for one in answers[0]["channels"]}["sms"] == "consent"
    assert WishChange.objects.count() == 1


@pytest.mark.parametrize(
    "wish",
    [
        {}, {"subject": "dnc"}, {"subject": "nosuch", "allowed": False}, {"subject": "channel", "allowed": False},
        {"subject": "dnc", "channel": "sms", "allowed": False}, {"subject": "dnc", "allowed": "perhaps"},
        {"subject": "channel", "channel": "pigeon", "allowed": False}, {"subject": "dnc", "allowed": 0, "note": "\0"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(people: Cast, own: Customer, wish: dict[str, Any]) -> None:
    answer = post(caller(people.manager), own, **wish)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not WishChange.objects.exists()


def test_out_of_reach_is_the_same_as_not_there(people: Cast, own: Customer) -> None:
    Assignment.objects.create(staff=people.newcomer, role="operator", community=people.jinling)
    mine = caller(people.newcomer)
    assert post(mine, own, subject="dnc", allowed=False).status_code == 404
    assert mine.get("api_customer_wishes", customer_id=own.pk).status_code == 404
    assert not WishChange.objects.exists()


def test_whoever_may_only_read_changes_nothing(people: Cast, own: Customer) -> None:
    mine = caller(people.analyst)
    assert post(mine, own, subject="dnc", allowed=False).status_code == 403
    assert mine.get("api_customer_wishes", customer_id=own.pk).json()["do_not_contact"] is False
