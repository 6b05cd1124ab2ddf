from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib import money, quantities
from opsdesk.lib.badvalue import BadValue

AMOUNTS = [
    ("12.50", 1250, False),
    ("12.5", 1250, False),
    ("12", 1200, False),
    ("12.", 1200, False),
    (".5", 50, False),
    ("0", 0, False),
    ("0.00", 0, False),
    ("￥12.50", 1250, False),
    ("¥ 12.50", 1250, False),
    ("12.5元", 1250, False),
    ("RMB 12.50", 1250, False),
    ("12.50 CNY", 1250, False),
    ("1,234.50", 123450, False),
    ("1，234.50", 123450, False),
    ("１２．５０", 1250, False),
    ("+12.50", 1250, False),
    ("-9.90", -990, False),
    ("−9.90", -990, False),
    ("－９．９０", -990, False),
    ("-￥9.90", -990, False),
    ("￥-9.90", -990, False),
    ("(9.90)", -990, False),
    ("12.345", 1235, True),
    ("12.3449", 1234, True),
    ("0.005", 1, True),
    ("-0.005", -1, True),
    ("12.500", 1250, False),
    ("9999999.99", 999999999, False),
    ("10000000", 1000000000, False),
    ("0.1", 10, False),
]
REFUSED = [
    ("NaN", "amount_not_a_number"),
    ("nan", "amount_not_a_number"),
    ("Infinity", "amount_not_a_number"),
    ("-inf", "amount_not_a_number"),
    ("1e309", "amount_not_a_number"),
    ("1E5", "amount_not_a_number"),
    ("12,5", "amount_not_a_number"),
    ("1.234,50", "amount_not_a_number"),
    ("1,23", "amount_not_a_number"),
    ("1 234.50元整", "amount_not_a_number"),
    ("1.2万", "amount_not_a_number"),
    ("$12.50", "amount_not_a_number"),
    ("12.5.0", "amount_not_a_number"),
    ("--5", "amount_not_a_number"),
    ("免费", "amount_not_a_number"),
    ("=1+1", "amount_not_a_number"),
    ("#VALUE!", "amount_not_a_number"),
    ("元", "amount_not_a_number"),
    ("0x10", "amount_not_a_number"),
    ("1_000", "amount_not_a_number"),
    ("9" * 50, "amount_not_a_number"),
    ("10000000.01", "amount_too_large"),
    ("-10000001", "amount_too_large"),
]


@pytest.mark.parametrize(("text", "fen", "rounded"), AMOUNTS)
def test_an_amount_becomes_fen(text: str, fen: int, rounded: bool) -> None:
    assert money.read(text) == (fen, rounded)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        money.read(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "  ", "-", "--", "/", "无", "NULL"])
def test_an_empty_amount_is_none(text: str) -> None:
    assert money.read(text) is None


@given(st.integers(-(10**9), 10**9))
def test_fen_written_and_read_again_are_the_same(fen: int) -> None:
    assert money.read(money.yuan(fen)) == (fen, False)


@given(st.decimals(-9_999_999, 9_999_999, places=5))
def test_rounding_is_half_up_and_flagged(yuan: Decimal) -> None:
    fen, rounded = money.to_fen(yuan)
    assert abs(Decimal(fen) / 100 - yuan) <= Decimal("0.005")
    assert rounded == (Decimal(fen) / 100 != yuan)


@pytest.mark.parametrize(
    ("text", "thousandths", "rounded"),
    [("1", 1000, False), ("1.5", 1500, False), ("-2", -2000, False), ("0.3335", 334, True), ("1,000", 1000000, False)],
)
def test_a_quantity_becomes_thousandths(text: str, thousandths: int, rounded: bool) -> None:
    assert quantities.read(text) == (thousandths, rounded)


@pytest.mark.parametrize(
    ("text", "code"),
    [("two", "quantity_not_a_number"), ("NaN", "quantity_not_a_number"), ("1000000", "quantity_too_large")],
)
def test_what_is_no_quantity_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        quantities.read(text)
    assert refused.value.code == code
