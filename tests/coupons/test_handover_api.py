"""The shop fetches parcels by itself: what waits is listed until the shop says that it has it."""

import pytest
from django.utils import timezone

from communities.models import Assignment, StaffAct
from coupons.grants.models import Grant
from coupons.handover import actions, queries
from coupons.handover.models import Parcel
from tests.coupons.granting import approved, customers, issued
from tests.tokens import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcel(people) -> Parcel:
    batch = approved(gets=customers(2), scope={"everywhere": True, "communities": [], "stations": []})
    issued(batch)
    packed = actions.pack(batch.pk, by=people.manager, way="fetch")
    assert packed is not None
    return packed


def test_a_waiting_parcel_is_listed_with_its_coupons_until_the_shop_has_it(people, parcel):
    mine = caller(people.data_admin, "fetch:coupons")
    first, second = mine.get("api_parcels").json(), mine.get("api_parcels").json()
    assert first == second
    assert (first[0]["id"], first[0]["batch"], first[0]["number"]) == (parcel.pk, parcel.batch.number, 1)
    codes = list(Grant.objects.order_by("id").values_list("code", flat=True))
    assert [one["code"] for one in first[0]["coupons"]] == codes
    assert set(first[0]["coupons"][0]) == {"code", "customer", "phone", "coupon", "valid_from", "expires_at"}
    once, again = (mine.post("api_parcel_fetched", parcel_id=parcel.pk) for _time in range(2))
    assert (once.status_code, once.json()["state"], once.json() == again.json()) == (200, "done", True)
    assert mine.get("api_parcels").json() == []
    reasons = StaffAct.objects.filter(verb="hand_over", staff=people.data_admin).order_by("id")
    assert list(reasons.values_list("reason", flat=True)) == [
        "read by the shop",
        "read by the shop",
        "kept by the shop",
    ]


@pytest.mark.parametrize("way", ["file", "call"])
def test_a_parcel_of_another_way_is_not_there(way, people, parcel):
    Parcel.objects.update(way=way)
    mine = caller(people.manager, "fetch:coupons")
    assert mine.get("api_parcels").json() == []
    assert mine.post("api_parcel_fetched", parcel_id=parcel.pk).status_code == 404
    assert Parcel.objects.get().state == "waiting"


def test_a_batch_out_of_reach_has_no_parcels(people, parcel):
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    mine = caller(people.newcomer, "fetch:coupons")
    assert mine.get("api_parcels").json() == []
    assert mine.post("api_parcel_fetched", parcel_id=parcel.pk).status_code == 404


def test_the_fetch_is_a_way_where_a_living_token_has_its_scope(people, settings):
    settings.SHOP = None
    assert "fetch" not in queries.ways(timezone.now())
    mine = caller(people.manager, "fetch:coupons")
    assert queries.ways(timezone.now()) == ["fetch", "file"]
    assert mine.token is not None
    mine.token.revoked_at = timezone.now()
    mine.token.save()
    assert queries.ways(timezone.now()) == ["file"]
