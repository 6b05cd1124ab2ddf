"""Budgets over the API: what each holds, in reach only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.models import ApiToken
from coupons.budgets.models import Budget
from tests.coupons.granting import approved, customers
from tests.coupons.worlds import make_budget
from tests.tokens import caller

pytestmark = pytest.mark.django_db


def names(staff, **query):
    return [one["name"] for one in caller(staff).get("api_coupon_budgets", query).json()]


def test_a_budget_says_what_is_reserved_spent_and_left(people):
    approved(gets=customers(3), budget=make_budget(amount=10_000))
    Budget.objects.update(spent=100)
    (told,) = caller(people.analyst).get("api_coupon_budgets").json()
    assert (told["amount"], told["reserved"], told["spent"], told["left"]) == (10_000, 3600, 100, 6300)
    assert (told["community"], told["station"], told["begins_on"], told["closed_at"]) == (
        None,
        None,
        "2018-05-01",
        None,
    )


def test_budgets_of_places_name_them_and_are_seen_by_those_who_reach_them(people):
    make_budget(name="公司")
    make_budget(name="金陵", community=people.jinling)
    make_budget(name="翠屏站", station=people.cuiping_station)
    assert names(people.jinling_analyst) == ["金陵"]
    found = {
        one["name"]: (one["community"], one["station"])
        for one in caller(people.analyst).get("api_coupon_budgets").json()
    }
    assert found == {
        "公司": (None, None), "金陵": ("jinling", None), "翠屏站": (None, people.cuiping_station.pk),
    }  # fmt: skip


def test_closed_ones_are_shown_to_whoever_asks(people):
    make_budget(name="旧", closed_at="2018-05-20T00:00:00Z")
    make_budget(name="新")
    assert (names(people.analyst), sorted(names(people.analyst, closed="true"))) == (["新"], ["新", "旧"])


def test_a_long_list_asks_no_more_than_a_short_one(people, django_assert_num_queries):
    mine = caller(people.analyst)
    with CaptureQueriesContext(connection) as short:
        mine.get("api_coupon_budgets")
    for n in range(6):
        make_budget(name=str(n))
    ApiToken.objects.update(last_used_at=None)
    with django_assert_num_queries(len(short)):
        assert len(mine.get("api_coupon_budgets").json()) == 6
