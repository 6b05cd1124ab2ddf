"""What a row of registrations or referrals does, as tables of cases."""

import datetime as dt
from dataclasses import replace

import pytest

from users.acquisition.signups import rules
from users.acquisition.signups.rules import Bond, Person, Told
from users.imports.cells import Context

EARLY, LATE, LATER = (dt.datetime.fromisoformat(f"2018-03-0{day} 09:00") for day in (1, 2, 3))
TODAY = dt.date(2018, 5, 7)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("手机号", "注册时间", "渠道", "小区"),
         {"phone": "手机号", "registered_at": "注册时间", "channel": "渠道", "community": "小区"}),
        (("Phone", "Date"), {"phone": "Phone", "registered_at": "Date"}),
        (("电话", "手机号", "时间"), {"phone": "手机号", "registered_at": "时间"}),
    ],
)  # fmt: skip
def test_columns_of_registrations_are_found_by_name(headers: tuple[str, ...], expected: dict[str, str]) -> None:
    assert rules.kind_of(headers) == rules.REGISTRATIONS
    assert rules.recognise(rules.REGISTRATIONS, headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("推荐人手机号", "被推荐人手机号", "推荐时间"),
         {"referrer": "推荐人手机号", "referred": "被推荐人手机号", "at": "推荐时间"}),
        (("邀请人", "手机号"), {"referrer": "邀请人", "referred": "手机号"}),
        (("referrer", "referred", "at"), {"referrer": "referrer", "referred": "referred", "at": "at"}),
    ],
)  # fmt: skip
def test_columns_of_referrals_are_found_by_name(headers: tuple[str, ...], expected: dict[str, str]) -> None:
    assert rules.kind_of(headers) == rules.REFERRALS
    assert rules.recognise(rules.REFERRALS, headers) == expected


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"phone": "13800000001", "registered_at": "2018-03-01 09:00"}, []),
        ({"phone": "138 0000 0001", "registered_at": "43160.5"}, []),
        ({"phone": "1.38E+10", "registered_at": "2018-03-01"}, ["phone_scientific"]),
        ({"phone": "", "registered_at": ""}, ["phone_missing", "time_missing"]),
        ({"phone": "138****0001", "registered_at": "1/3/2018"}, ["phone_masked", "date_ambiguous"]),
        ({"phone": "13800000001", "registered_at": "2019-01-01"}, ["date_in_the_future"]),
        ({"phone": "13800000001", "registered_at": "2018-03-01", "channel": "x" * 41}, ["text_too_long"]),
    ],
)  # fmt: skip
def test_a_row_says_everything_that_is_wrong_with_it(cells: dict[str, str], codes: list[str]) -> None:
    _values, troubles = rules.read_row(rules.REGISTRATIONS, cells, Context(TODAY))
    assert [trouble.code for trouble in troubles] == codes


KNOWN = Person(7, Told(LATE, name="王", channel="群", community_id=1, address="1-1-101"), LATE, "群")
CASES = [
    ("new", None, Told(LATE, channel="地推"), "created", Person(None, Told(LATE, channel="地推"), LATE, "地推")),
    ("said before", KNOWN, Told(LATE, name="李", channel="地推", community_id=2), "unchanged", KNOWN),
    ("later", KNOWN, Told(LATER), "unchanged", KNOWN),
    ("earlier", KNOWN, Told(EARLY, channel="地推"), "updated",
     replace(KNOWN, told=KNOWN.told._replace(registered_at=EARLY), since=EARLY, by="地推")),
    ("earlier, no channel", KNOWN, Told(EARLY), "updated",
     replace(KNOWN, told=KNOWN.told._replace(registered_at=EARLY), since=EARLY)),
    ("told by orders only", Person(7, Told(EARLY)), Told(LATE), "updated", Person(7, Told(EARLY), LATE)),
    ("fills gaps", Person(7, Told(LATE), LATE), Told(LATE, name="王", community_id=2, address="1-1-101", building="1"),
     "updated", Person(7, Told(LATE, name="王", community_id=2, address="1-1-101", building="1"), LATE)),
]  # fmt: skip


@pytest.mark.parametrize(("known", "row", "outcome", "after"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_the_earliest_registration_holds_and_gaps_are_filled(
    known: Person | None, row: Told, outcome: str, after: Person
) -> None:
    assert rules.register(known, row) == (outcome, after)
    assert rules.register(after, row) == ("unchanged", after)


BONDS = {2: Bond(1, LATE), 3: Bond(2), 4: Bond(3)}


@pytest.mark.parametrize(
    ("referrer", "referred", "at", "expected"),
    [
        (1, 9, LATE, ("created", "")), (4, 9, None, ("created", "")), (1, 2, LATE, ("unchanged", "")),
        (1, 2, None, ("unchanged", "")), (1, 2, EARLY, ("updated", "")), (2, 3, EARLY, ("updated", "")),
        (None, 9, None, ("refused", "referrer_unknown")), (9, None, None, ("refused", "referred_unknown")),
        (9, 9, None, ("refused", "self_referral")), (9, 2, None, ("refused", "brought_by_another")),
        (2, 1, None, ("refused", "circle")), (4, 1, None, ("refused", "circle")),
    ],
)  # fmt: skip
def test_a_customer_is_brought_once_by_somebody_who_came_before(
    referrer: int | None, referred: int | None, at: dt.datetime | None, expected: tuple[str, str]
) -> None:
    outcome, code, bond = rules.refer(BONDS, referrer, referred, at)
    assert (outcome, code) == expected
    assert (bond is None) is (outcome == "refused")
