"""Coupons are handed to the shop in parcels: each coupon in one, the same parcel always the same bytes."""

import hashlib

import pytest
from django.utils import timezone

from communities.models import StaffAct
from coupons.grants import actions as grants
from coupons.grants.models import Grant
from coupons.handover import actions
from coupons.handover.models import Parcel
from tests.coupons.granting import approved, customers, issued
from users.customers.models import Customer

pytestmark = pytest.mark.django_db


def test_every_coupon_is_in_one_parcel_and_later_ones_are_in_the_next():
    batch = approved(quantity=3, state="issuing")
    one, other = customers(2)
    grants.issue_one(batch.pk, one.pk, by=None, at=timezone.now())
    first = actions.pack(batch.pk, by=None)
    assert actions.pack(batch.pk, by=None) is None
    grants.issue_one(batch.pk, other.pk, by=None, at=timezone.now())
    second = actions.pack(batch.pk, by=None)
    assert [(parcel.number, parcel.grants) for parcel in (first, second)] == [(1, 1), (2, 1)]


def test_a_parcel_downloads_as_the_same_bytes_and_each_download_is_logged(people):
    batch = approved(gets=customers(3))
    issued(batch)
    parcel = actions.pack(batch.pk, by=people.manager)
    said = {"by": people.manager, "reason": "to the shop", "at": timezone.now()}
    first = actions.download(parcel.pk, **said)
    grants.void(Grant.objects.first().pk, reason="a mistake", by=None, at=timezone.now())
    assert actions.download(parcel.pk, **said) == first
    lines = first.decode("utf-8-sig").splitlines()
    assert first.startswith(b"\xef\xbb\xbf")
    assert [line.split(",")[0] for line in lines[1:]] == list(
        Grant.objects.order_by("id").values_list("code", flat=True)
    )
    assert StaffAct.objects.filter(verb="hand_over", reason="to the shop").count() == 2
    assert Parcel.objects.get().state == "done"


def test_other_bytes_than_the_first_are_said_and_given_only_to_whoever_asks_for_them(people):
    batch = approved(gets=customers(3))
    issued(batch)
    parcel = actions.pack(batch.pk, by=people.manager)
    said = {"by": people.manager, "reason": "to the shop", "at": timezone.now()}
    first = actions.download(parcel.pk, **said)
    everybody = Customer.objects.unscoped("a test")
    everybody.filter(pk=Grant.objects.first().customer_id).update(phone="13500001111")
    everybody.filter(pk=Grant.objects.last().customer_id).delete()
    with pytest.raises(actions.Changed) as changed:
        actions.download(parcel.pk, **said)
    assert changed.value.gone == 1
    now = actions.download(parcel.pk, **said, as_it_is=True)
    assert b"13500001111" in now
    parcel.refresh_from_db()
    assert parcel.digest == hashlib.sha256(first).hexdigest()
    kept = StaffAct.objects.filter(verb="hand_over").order_by("id").last().detail
    assert (kept["instead_of"], kept["digest"]) == (parcel.digest, hashlib.sha256(now).hexdigest())
