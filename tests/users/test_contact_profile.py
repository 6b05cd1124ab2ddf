"""The contact section of a profile: pressed once, kept with who and when, taken back; only for those in reach."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.factories import make_customer
from users.contact import queries
from users.contact.models import Touch, WishChange
from users.customers.models import Customer


@pytest.fixture
def own(people: Cast) -> Customer:
    return make_customer(community=people.cuiping, station=people.cuiping_station)


def press(client, customer: Customer, subject: str, allowed: str, channel: str = ""):
    form = {"subject": subject, "channel": channel, "allowed": allowed}
    return client.post(reverse("wish_change", args=[customer.pk]), form, follow=True)


@pytest.mark.parametrize("username", ["manager", "operator", "data_admin", "lead", "staff"])
def test_one_press_keeps_a_wish_and_one_takes_it_back(as_, own: Customer, username: str) -> None:
    client = as_(username)
    page = press(client, own, "channel", "no", "sms").content.decode()
    change = WishChange.objects.get()
    undo = reverse("wish_undo", args=[change.pk])
    assert (queries.wish_of(own.pk).refused, change.by.username) == (["sms"], username)
    assert undo in page
    client.post(undo)
    assert (queries.wish_of(own.pk).refused, WishChange.objects.count()) == ([], 2)


@pytest.mark.parametrize(
    ("subject", "allowed", "channel"),
    [("channel", "no", ""), ("dnc", "no", "sms"), ("dnc", "perhaps", ""), ("", "no", ""), ("channel", "no", "pigeon")],
)
def test_a_wish_that_makes_no_sense_changes_nothing(as_, own, subject, allowed, channel) -> None:
    assert press(as_("manager"), own, subject, allowed, channel).status_code == 200
    assert not WishChange.objects.exists()


@pytest.mark.parametrize(("username", "status"), [("other_staff", 404), ("analyst", 403), ("auditor", 403)])
def test_whoever_does_not_reach_a_customer_changes_no_wish(as_, own, username: str, status: int) -> None:
    assert press(as_(username), own, "dnc", "no").status_code == status
    assert not WishChange.objects.exists()


def test_a_change_of_another_is_not_ones_own_to_take_back(as_, own: Customer) -> None:
    press(as_("manager"), own, "dnc", "no")
    assert as_("operator").post(reverse("wish_undo", args=[WishChange.objects.get().pk])).status_code == 404


def test_whoever_may_only_look_sees_the_wishes_and_no_button(as_, own: Customer) -> None:
    press(as_("manager"), own, "dnc", "no")
    address = reverse("customer", args=[own.pk])
    for username, buttons in (("analyst", False), ("manager", True)):
        page = as_(username).get(address).content.decode()
        assert "勿扰" in page
        assert (reverse("wish_change", args=[own.pk]) in page) is buttons


def test_the_timeline_tells_what_reached_them_and_what_was_held_back(as_, own: Customer, people: Cast) -> None:
    now = timezone.now()
    for n, (state, why, cost) in enumerate([("done", "", 5), ("control", "", 0), ("blocked", "cap", 0)]):
        Touch.objects.create(
            customer=own, at=now - dt.timedelta(days=n), channel="sms", thing="batch", thing_id=400 + n, state=state,
            blocked_by=why, cost=cost, lifecycle="silent", policy_version=6, operator=people.manager,
        )  # fmt: skip
    for kind, shown in (("touch", True), ("order", False)):
        page = as_("manager").get(reverse("customer", args=[own.pk]), {"kind": kind}).content.decode()
        assert (all(words in page for words in ("B-0400", "B-0401", "B-0402", "¥0.05", "触达已达上限"))) is shown
