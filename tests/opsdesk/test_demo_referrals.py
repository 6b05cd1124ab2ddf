"""Who brought whom in the made-up city, and that the import of referrals finds all of it."""

import datetime as dt

import pytest

from opsdesk.demo import planting, referrals, world
from opsdesk.demo.records import World
from tests.factories import make_customer
from users.acquisition.models import Referral


@pytest.fixture(scope="module")
def city() -> World:
    return world.build(until=dt.date(2018, 5, 7), customers=600, weeks=12)


def test_everybody_who_was_brought_has_a_neighbour_who_had_bought_before(city: World) -> None:
    found = referrals.bonds(city)
    bought = {}
    for order in city.orders:
        if order.counts:
            bought.setdefault(order.customer.phone, order.placed_at)
    assert len(found) > 50
    assert len({bond.referred.phone for bond in found}) == len(found)
    for bond in found:
        assert bond.referred.channel == referrals.CHANNEL
        assert bond.referrer.home.community == bond.referred.home.community
        assert bought[bond.referrer.phone] < bond.at < bond.referred.registered_at


def test_some_bring_several_and_most_bring_nobody(city: World) -> None:
    brought = [bond.referrer.phone for bond in referrals.bonds(city)]
    assert max(map(brought.count, set(brought))) > 1
    assert len(set(brought)) < len(city.customers) / 4


def test_the_same_city_has_the_same_file(city: World) -> None:
    again = world.build(until=dt.date(2018, 5, 7), customers=600, weeks=12)
    assert referrals.file_content(city) == referrals.file_content(again)


@pytest.mark.django_db
def test_the_import_finds_exactly_what_was_planted(city: World) -> None:
    for customer in city.customers:
        make_customer(phone=customer.phone)
    found = referrals.bonds(city)
    file = planting.refer(city, lambda text: None)
    assert (file.rows, file.created, file.refused) == (len(found), len(found), 0)
    told = Referral.objects.values_list("referrer__phone", "referred__phone")
    assert set(told) == {(bond.referrer.phone, bond.referred.phone) for bond in found}
