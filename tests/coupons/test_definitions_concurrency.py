"""A template is changed or promised, never both at once."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from coupons.batches.models import Batch
from coupons.definitions import actions
from coupons.definitions.models import Coupon
from tests.coupons.two_hands import Hand, two_hands
from tests.coupons.worlds import make_budget, make_coupon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hands() -> Iterator[tuple[Hand, Hand]]:
    with two_hands() as both:
        yield both


@pytest.fixture
def coupon() -> Coupon:
    return make_coupon()


@pytest.fixture
def drafts(coupon: Coupon):
    budget = make_budget()

    def draft() -> int:
        with transaction.atomic():
            actions.promise(coupon.pk)
            Batch.objects.create(number="B-0001", name="一批", coupon=coupon, budget=budget)
        return Coupon.objects.get().amount_off

    return draft


def changes(coupon: Coupon) -> str:
    changed = Coupon.objects.get(pk=coupon.pk)
    changed.amount_off = 1500
    try:
        return "changed" if actions.change(changed, by=None) else "same"
    except actions.Promised:
        return "promised"


def test_a_change_waits_for_the_first_batch_and_is_then_refused(hands, coupon, drafts) -> None:
    one, other = hands
    one.begins()
    one.does(drafts).result()
    asked = other.does(lambda: changes(coupon))
    assert other.waits()
    one.ends()
    assert asked.result() == "promised"
    assert Coupon.objects.get().amount_off == 1200


def test_a_change_goes_through_when_the_batch_was_not_made_after_all(hands, coupon, drafts) -> None:
    one, other = hands
    one.begins()
    one.does(drafts).result()
    asked = other.does(lambda: changes(coupon))
    assert other.waits()
    one.ends(well=False)
    assert asked.result() == "changed"
    assert Coupon.objects.get().amount_off == 1500


def test_the_first_batch_waits_for_a_change_and_promises_what_was_saved(hands, coupon, drafts) -> None:
    one, other = hands
    one.begins()
    assert one.does(lambda: changes(coupon)).result() == "changed"
    asked = other.does(drafts)
    assert other.waits()
    one.ends()
    assert asked.result() == 1500
    assert Batch.objects.get().coupon.amount_off == 1500
    assert changes(coupon) == "promised"
