"""What a coupon is worth, until when, and what makes no sense: as tables."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from coupons.definitions import rules
from coupons.definitions.rules import Basket, Line, Terms
from coupons.grants.rules import REFUSALS

MEAT, FRUIT, EGGS = 1, 2, 7
SHANGHAI = ZoneInfo("Asia/Shanghai")

FROM_49 = Terms("threshold", threshold=4900, amount_off=1200, valid_days=7)
MEAT_FROM_49 = Terms("threshold", threshold=4900, amount_off=1200, categories=frozenset({MEAT}), valid_days=7)
FIFTEEN_PERCENT = Terms("percent", percent_off=15, cap=2000, valid_days=7)
FIFTEEN_FROM_30 = Terms("percent", threshold=3000, percent_off=15, cap=2000, categories=frozenset({MEAT}), valid_days=7)
FIVE_OFF = Terms("amount", amount_off=500, valid_days=7)
FRUIT_FIVE_OFF = Terms("amount", amount_off=500, categories=frozenset({FRUIT}), valid_days=7)
EGGS_FOR_ONE = Terms("new_price", product=EGGS, price=100, regular_price=1290, valid_days=7)


def meat_and_fruit(meat: int, fruit: int) -> Basket:
    return Basket((Line(meat, MEAT), Line(fruit, FRUIT)))


def first(*lines: Line) -> Basket:
    return Basket(lines, is_first=True)


@pytest.mark.parametrize(
    ("coupon", "order", "fen", "reason"),
    [
        (FROM_49, Basket.of_sum(4899), 0, "threshold"),
        (FROM_49, Basket.of_sum(4900), 1200, ""),
        (FROM_49, Basket.of_sum(4901), 1200, ""),
        (FROM_49, Basket.of_sum(0), 0, "threshold"),
        (FROM_49, Basket((Line(9900),), counted=False), 0, "not_counted"),
        (MEAT_FROM_49, meat_and_fruit(4900, 0), 1200, ""),
        (MEAT_FROM_49, meat_and_fruit(4899, 5000), 0, "threshold"),
        (MEAT_FROM_49, meat_and_fruit(0, 9000), 0, "goods"),
        (MEAT_FROM_49, Basket((Line(3000, MEAT), Line(1900, MEAT))), 1200, ""),
        (MEAT_FROM_49, Basket((Line(9000, None),)), 0, "goods"),
        (FIFTEEN_PERCENT, Basket.of_sum(10000), 1500, ""),
        (FIFTEEN_PERCENT, Basket.of_sum(13333), 2000, ""),  # 1999.95 is half up 2000, the cap
        (FIFTEEN_PERCENT, Basket.of_sum(13337), 2000, ""),
        (FIFTEEN_PERCENT, Basket.of_sum(99999), 2000, ""),
        (FIFTEEN_PERCENT, Basket.of_sum(10), 2, ""),  # 1.5 fen
        (FIFTEEN_PERCENT, Basket.of_sum(3), 0, ""),  # 0.45 fen
        (FIFTEEN_FROM_30, meat_and_fruit(2999, 9000), 0, "threshold"),
        (FIFTEEN_FROM_30, meat_and_fruit(4000, 9000), 600, ""),
        (FIVE_OFF, Basket.of_sum(1), 1, ""),  # never more than the goods cost
        (FIVE_OFF, Basket.of_sum(600), 500, ""),
        (FRUIT_FIVE_OFF, meat_and_fruit(9000, 300), 300, ""),
        (EGGS_FOR_ONE, first(Line(1290, FRUIT, EGGS), Line(500, MEAT)), 1190, ""),
        (EGGS_FOR_ONE, first(Line(2580, FRUIT, EGGS)), 1190, ""),  # one of the two
        (EGGS_FOR_ONE, first(Line(1000, FRUIT, EGGS)), 1000, ""),
        (EGGS_FOR_ONE, first(Line(5000, MEAT)), 0, "goods"),
        (EGGS_FOR_ONE, Basket((Line(1290, FRUIT, EGGS),)), 0, "not_first"),
    ],
)
def test_a_coupon_takes_off_what_its_terms_say(coupon: Terms, order: Basket, fen: int, reason: str) -> None:
    assert (rules.worth(coupon, order), rules.why_not(coupon, order)) == (fen, reason)
    assert reason in ("", *REFUSALS)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ([], [], False),
        (["P-2"], [], False),
        ([], ["P-1"], False),
        (["P-2"], ["P-1"], True),
        (["P-3"], ["P-1"], False),
    ],
)
def test_two_coupons_combine_when_each_names_the_other(one: list[str], other: list[str], both: bool) -> None:
    first_one = Terms("amount", amount_off=1, code="P-1", combines_with=frozenset(one))
    assert rules.combines(first_one, Terms("amount", code="P-2", combines_with=frozenset(other))) is both


def moment(text: str, zone: str = "Asia/Shanghai") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("terms", "issued", "ends"),
    [
        ({"valid_to": dt.date(2018, 5, 31)}, "2018-05-07 10:00", "2018-06-01 00:00"),
        ({"valid_days": 1}, "2018-05-07 00:00", "2018-05-09 00:00"),
        ({"valid_days": 7}, "2018-05-07 23:59", "2018-05-15 00:00"),
        ({"valid_days": 3, "valid_from": dt.date(2018, 5, 10)}, "2018-05-07 10:00", "2018-05-14 00:00"),
    ],
)
def test_a_coupon_ends_with_its_last_day_in_shanghai(terms: dict, issued: str, ends: str) -> None:
    assert rules.ends_at(Terms("amount", amount_off=1, **terms), moment(issued)) == moment(ends)


def test_the_day_of_issue_is_the_day_in_shanghai_wherever_the_clock_stands() -> None:
    late = moment("2018-05-06 16:30", "UTC")  # half past midnight on the seventh in Shanghai
    assert rules.ends_at(Terms("amount", valid_days=1), late) == moment("2018-05-09 00:00")


def test_a_coupon_of_a_coming_day_begins_with_that_day() -> None:
    coupon = Terms("amount", valid_from=dt.date(2018, 5, 10), valid_to=dt.date(2018, 5, 20))
    assert rules.starts_at(coupon, moment("2018-05-07 10:00")) == moment("2018-05-10 00:00")
    assert rules.starts_at(coupon, moment("2018-05-11 10:00")) == moment("2018-05-11 10:00")


TODAY = dt.date(2018, 5, 7)
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"kind": "threshold", "threshold": 4900, "amount_off": 1200, "valid_days": 7}, []),
        ({"kind": "threshold", "threshold": 0, "amount_off": 1200, "valid_days": 7}, ["threshold"]),
        ({"kind": "threshold", "threshold": 1200, "amount_off": 1200, "valid_days": 7}, ["amount_off"]),
        ({"kind": "threshold", "threshold": 1200, "valid_days": 7}, ["amount_off"]),
        ({"kind": "threshold", "threshold": 10**9, "amount_off": 1, "valid_days": 7}, ["threshold"]),
        ({"kind": "amount", "amount_off": 0, "valid_days": 7}, ["amount_off"]),
        ({"kind": "amount", "amount_off": 5, "threshold": 9, "valid_days": 7}, ["threshold"]),
        ({"kind": "percent", "percent_off": 15, "cap": 2000, "valid_days": 7}, []),
        ({"kind": "percent", "percent_off": 100, "cap": 2000, "valid_days": 7}, ["percent_off"]),
        ({"kind": "percent", "percent_off": 15, "valid_days": 7}, ["cap"]),
        ({"kind": "new_price", "product": 1, "price": 0, "regular_price": 1, "valid_days": 7}, []),
        ({"kind": "new_price", "price": 100, "regular_price": 100, "valid_days": 7}, ["product", "regular_price"]),
        ({"kind": "new_price", "product": 1, "regular_price": 100, "valid_days": 7}, ["price"]),
        ({"kind": "gift", "valid_days": 7}, ["kind"]),
        ({"kind": "amount", "amount_off": 5}, ["valid_to"]),
        ({"kind": "amount", "amount_off": 5, "valid_days": 7, "valid_to": TOMORROW}, ["valid_to"]),
        ({"kind": "amount", "amount_off": 5, "valid_days": 400}, ["valid_days"]),
        ({"kind": "amount", "amount_off": 5, "valid_to": TODAY}, []),
        ({"kind": "amount", "amount_off": 5, "valid_to": YESTERDAY}, ["valid_to"]),
        ({"kind": "amount", "amount_off": 5, "valid_from": YESTERDAY, "valid_to": TOMORROW}, ["valid_from"]),
        ({"kind": "amount", "amount_off": 5, "valid_from": TOMORROW, "valid_to": TODAY}, ["valid_to"]),
        ({"kind": "amount", "amount_off": 5, "valid_days": 7, "per_customer": 0}, ["per_customer"]),
        (
            {"kind": "amount", "amount_off": 5, "valid_days": 7, "code": "A", "combines_with": frozenset({"A"})},
            ["combines_with"],
        ),
    ],
)
def test_nonsense_is_refused_beside_its_field(terms: dict, fields: list[str]) -> None:
    problems = rules.sensible(Terms(**terms), TODAY)
    assert [field for field, _reason in problems] == fields
    assert all(str(reason) for _field, reason in problems)


def test_a_template_that_stands_is_not_blamed_for_the_days_that_passed() -> None:
    assert rules.sensible(Terms("amount", amount_off=5, valid_from=YESTERDAY, valid_to=YESTERDAY)) == []


@pytest.mark.parametrize(
    ("coupon", "typical", "fields"),
    [
        (FROM_49, 5000, []),
        (FROM_49, None, []),
        (FIVE_OFF, 400, ["amount_off", "amount_off"]),
        (FIVE_OFF, 900, ["amount_off"]),
        (FROM_49, 1600, ["threshold"]),
    ],
)
def test_a_discount_above_a_typical_basket_is_doubted(coupon: Terms, typical: int | None, fields: list[str]) -> None:
    assert [field for field, _reason in rules.doubts(coupon, typical)] == fields


@pytest.mark.parametrize(
    ("coupon", "typical", "share"),
    [
        (FROM_49, None, 1200 / 4900),
        (FIFTEEN_PERCENT, None, 0.15),
        (FIVE_OFF, None, None),
        (FIVE_OFF, 2000, 0.25),
        (EGGS_FOR_ONE, None, 1 - 100 / 1290),
    ],
)
def test_the_ladder_tells_the_deepest_discount(coupon: Terms, typical: int | None, share: float | None) -> None:
    assert rules.discount_share(coupon, typical) == share
