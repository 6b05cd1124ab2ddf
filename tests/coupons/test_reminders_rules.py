"""Which coupon a customer is reminded of, on which day, and who hears nothing."""

import datetime as dt
from dataclasses import replace

import pytest

from coupons.reminders import rules
from coupons.reminders.rules import SHANGHAI, Held

DAY = dt.date(2018, 5, 7)
AT = dt.datetime(2018, 5, 7, 10, tzinfo=SHANGHAI)
DAYS = (3, 1)


def ends(day: int, month: int = 5) -> dt.datetime:
    """The midnight that ends this day."""
    return dt.datetime(2018, month, day, tzinfo=SHANGHAI) + dt.timedelta(days=1)


def held(**fields) -> Held:
    issued = dt.datetime(2018, 5, 1, 12, tzinfo=SHANGHAI)
    usual = {"grant": 1, "customer": 7, "state": "open", "issued_at": issued, "valid_from": issued}
    return Held(**usual | {"expires_at": ends(10)} | fields)


@pytest.mark.parametrize(
    ("changes", "is_due"),
    [
        ({}, True),
        ({"expires_at": ends(8)}, True),
        ({"expires_at": ends(9)}, False),
        ({"expires_at": ends(7)}, False),
        ({"expires_at": ends(11)}, False),
        ({"expires_at": ends(10) - dt.timedelta(hours=3)}, True),
        ({"state": "used"}, False),
        ({"state": "void"}, False),
        ({"valid_from": AT}, True),
        ({"valid_from": AT + dt.timedelta(minutes=1)}, False),
        ({"issued_at": dt.datetime(2018, 5, 7, 0, 0, tzinfo=SHANGHAI)}, False),
        ({"issued_at": dt.datetime(2018, 5, 6, 23, 59, tzinfo=SHANGHAI)}, True),
        ({"batch_state": "paused"}, False),
        ({"batch_state": "revoked"}, False),
    ],
)
def test_a_coupon_is_told_of_some_days_before_its_end(changes: dict, is_due: bool) -> None:
    assert rules.is_due(held(**changes), DAY, AT, DAYS) is is_due


def test_a_customer_hears_of_the_coupon_that_ends_first() -> None:
    coupons = [held(grant=1), held(grant=2, expires_at=ends(8)), held(grant=3, expires_at=ends(8)),
               held(grant=4, customer=8)]  # fmt: skip
    found = rules.chosen(coupons, DAY, AT, DAYS)
    assert {customer: one.grant for customer, one in found.items()} == {7: 2, 8: 4}


def test_whoever_may_not_be_reached_is_held_back_before_anybody_is_held_out() -> None:
    everybody = held(share=1)
    assert rules.fate(everybody, "") == ("control", "")
    assert rules.fate(everybody, "dnc") == ("held", "dnc")
    assert rules.fate(replace(everybody, share=0), "") == ("send", "")


def test_a_tenth_is_held_out_and_always_the_same() -> None:
    out = {customer for customer in range(5000) if rules.is_held_out("B-0001", customer, 0.1)}
    assert 400 < len(out) < 600
    assert out == {customer for customer in range(5000) if rules.is_held_out("B-0001", customer, 0.1)}
    other = {customer for customer in range(5000) if rules.is_held_out("B-0002", customer, 0.1)}
    assert len(out & other) < 100
