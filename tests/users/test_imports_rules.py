# ruff: noqa: DTZ001 - moments of an export are naive on purpose
import string
from datetime import date, datetime
from typing import Any

import pytest

from users.imports import cells, columns, problems, rules, statuses
from users.imports.columns import Mapping
from users.imports.problems import PROBLEMS
from users.imports.rules import CleanRow, How

TODAY = date(2018, 12, 31)
PLAIN = {"phone": "13800138000", "ordered_at": "2018-03-01 08:30", "amount": "12.50"}


def how(fields: dict[str, str], **options: Any) -> How:
    return How.of(Mapping({key: key.upper() for key in fields}, **options), TODAY)


def read(changed: dict[str, str | None], **options: Any) -> tuple[CleanRow | None, list[str]]:
    """A plain row with some cells changed (None: no such column) -> (row, codes of its problems)."""
    fields = {key: text for key, text in {**PLAIN, **changed}.items() if text is not None}
    row, found = rules.clean_row(7, fields, how(fields, **options))
    return row, [problem.code for problem in found]


def good(changed: dict[str, str | None], **options: Any) -> CleanRow:
    row, _codes = read(changed, **options)
    assert row is not None
    return row


def test_a_plain_sale() -> None:
    assert good({}) == CleanRow(
        line=7,
        kind="sale",
        phone="13800138000",
        name="",
        ordered_at=datetime(2018, 3, 1, 8, 30),
        has_time=True,
        address="",
        order_number="",
        refund_number="",
        product="",
        category="",
        quantity=1000,
        amount_fen=1250,
        gross_fen=None,
        discount_fen=None,
        refund_fen=None,
        coupon_code="",
        status="paid",
        channel="",
        community="",
        station="",
        delivery_day=None,
        registered_at=None,
        rounded=False,
    )


def test_every_field_lands_in_its_column() -> None:
    row = good(
        {
            "name": " 王小明 ",
            "address": "12栋3单元502室",
            "product": "五花肉",
            "category": "肉品",
            "order_number": "NJ1",
            "gross": "15.50",
            "discount": "-3.00",
            "coupon_code": "A1",
            "quantity": "1.5",
            "status": "部分退款",
            "refund": "-2.5",
            "channel": "APP",
            "community": "翠屏花园",
            "station": "一号站",
            "delivery_day": "2019-01-02 09:00",
            "registered_at": "2017-12-01",
        }
    )
    assert row.name == "王小明"
    assert (row.gross_fen, row.discount_fen, row.refund_fen, row.quantity) == (1550, 300, 250, 1500)
    assert (row.status, row.coupon_code, row.channel, row.community, row.station) == (
        "partly_refunded", "A1", "APP", "翠屏花园", "一号站",
    )  # fmt: skip
    assert (row.delivery_day, row.registered_at) == (date(2019, 1, 2), datetime(2017, 12, 1))


REFUSED: list[tuple[dict[str, str | None], list[str]]] = [
    ({"phone": "1.38E+10"}, ["phone_scientific"]),
    ({"phone": ""}, ["phone_missing"]),
    ({"ordered_at": "2018-02-30"}, ["date_impossible"]),
    ({"ordered_at": "1/3/2018"}, ["date_ambiguous"]),
    ({"ordered_at": "2019-01-01"}, ["date_in_the_future"]),
    ({"ordered_at": ""}, ["time_missing"]),
    ({"amount": "NaN"}, ["amount_not_a_number"]),
    ({"amount": "1e309"}, ["amount_not_a_number"]),
    ({"amount": "10000000.01"}, ["amount_too_large"]),
    ({"amount": ""}, ["amount_missing"]),
    ({"amount": "-9.90"}, ["negative_without_mark"]),
    ({"amount": "-9.90", "status": "已完成"}, ["negative_without_mark"]),
    ({"amount": "9.90", "quantity": "-1"}, ["negative_without_mark"]),
    ({"gross": "-9.90"}, ["negative_without_mark"]),
    ({"amount": "-9.90", "order_number": "X536379"}, ["negative_without_mark"]),
    ({"amount": "-9.90", "order_number": "C"}, ["negative_without_mark"]),
    ({"quantity": "two"}, ["quantity_not_a_number"]),
    ({"status": "待成团"}, ["status_unknown"]),
    ({"order_number": "9" * 81}, ["text_too_long"]),
    ({"name": "😀" * 10_000}, ["text_too_long"]),
    ({"delivery_day": "soon"}, ["date_unreadable"]),
    ({"registered_at": "2030-01-01"}, ["date_in_the_future"]),
    ({"phone": "1", "ordered_at": "x", "amount": "y"}, ["phone_length", "date_unreadable", "amount_not_a_number"]),
    ({"phone": "", "amount": "-1", "status": "?"}, ["phone_missing", "status_unknown", "negative_without_mark"]),
    ({"amount": None, "unit_price": "", "quantity": ""}, ["price_missing", "quantity_missing"]),
    ({"amount": None, "unit_price": "-2", "quantity": "1"}, ["price_negative"]),
    ({"amount": None, "unit_price": "9000000", "quantity": "2"}, ["amount_too_large"]),
    ({"amount": None, "unit_price": "2", "quantity": "-1"}, ["negative_without_mark"]),
    ({"amount": None, "unit_price": "x", "quantity": "1"}, ["amount_not_a_number"]),
    ({"ordered_at": "", "registered_at": "2018-01-01", "product": "五花肉"}, ["time_missing", "amount_missing"]),
]
REFUSED[-1][0]["amount"] = ""


@pytest.mark.parametrize(("changed", "codes"), REFUSED)
def test_a_bad_row_is_refused_with_every_reason(changed: dict[str, str | None], codes: list[str]) -> None:
    assert read(changed) == (None, codes)


@pytest.mark.parametrize("text", ["0", "0.00"])
def test_an_amount_of_nothing_counts(text: str) -> None:
    assert good({"amount": text}).amount_fen == 0


def test_more_than_two_decimals_are_rounded_and_flagged() -> None:
    row = good({"amount": "129.696"})
    assert (row.amount_fen, row.rounded) == (12970, True)


@pytest.mark.parametrize(
    ("price", "quantity", "fen", "rounded"),
    [("2.55", "6", 1530, False), ("0.333", "3", 100, True), ("3.3", "0.25", 83, True), ("0", "5", 0, False)],
)
def test_the_amount_is_price_times_quantity_where_there_is_none(
    price: str, quantity: str, fen: int, rounded: bool
) -> None:
    row = good({"amount": None, "unit_price": price, "quantity": quantity})
    assert (row.amount_fen, row.rounded) == (fen, rounded)


def test_an_amount_of_its_own_wins_over_the_price() -> None:
    assert good({"unit_price": "100", "quantity": "2"}).amount_fen == 1250


@pytest.mark.parametrize("changed", [{"amount": None}, {"amount": None, "unit_price": "5"}])
def test_without_amount_or_price_and_quantity_the_amount_is_unknown(changed: dict[str, str | None]) -> None:
    assert good(changed).amount_fen is None


REFUNDS: list[tuple[dict[str, str | None], dict[str, Any], tuple[int | None, int, str, str, str]]] = [
    ({"amount": "-9.90", "status": "已退款"}, {}, (-990, -1000, "refunded", "", "")),
    ({"amount": "-9.90", "status": "已取消"}, {}, (-990, -1000, "cancelled", "", "")),
    ({"amount": "-9.90", "status": "部分退款"}, {}, (-990, -1000, "partly_refunded", "", "")),
    ({"amount": "-9.90", "order_number": "C536379"}, {}, (-990, -1000, "refunded", "536379", "C536379")),
    ({"amount": "-9.90", "order_number": "TK-536379"}, {}, (-990, -1000, "refunded", "536379", "TK-536379")),
    ({"amount": "-9.90", "order_number": "退536379"}, {}, (-990, -1000, "refunded", "536379", "退536379")),
    ({"amount": "-9.90", "order_number": "r1"}, {}, (-990, -1000, "refunded", "1", "r1")),
    ({"amount": "9.90", "quantity": "-2", "order_number": "C1"}, {}, (-990, -2000, "refunded", "1", "C1")),
    ({"amount": "-9.90", "quantity": "2", "order_number": "C1"}, {}, (-990, -2000, "refunded", "1", "C1")),
    (
        {"amount": "-9.90", "order_number": "BACK/NJ1"},
        {"refund_prefixes": ["BACK/"]},
        (-990, -1000, "refunded", "NJ1", "BACK/NJ1"),
    ),
    ({"amount": "-9.90", "order_number": "NJ1", "status": "已退款"}, {}, (-990, -1000, "refunded", "NJ1", "")),
    (
        {"amount": None, "unit_price": "2.5", "quantity": "-2", "order_number": "C1"},
        {},
        (-500, -2000, "refunded", "1", "C1"),
    ),
    ({"amount": None, "quantity": "-2", "status": "已退款"}, {}, (None, -2000, "refunded", "", "")),
    ({"amount": "0", "quantity": "-2", "status": "已退款"}, {}, (0, -2000, "refunded", "", "")),
]


@pytest.mark.parametrize(("changed", "options", "expected"), REFUNDS)
def test_a_marked_negative_line_is_a_refund_of_its_original(
    changed: dict[str, str | None], options: dict[str, Any], expected: tuple[int | None, int, str, str, str]
) -> None:
    row, codes = read(changed, **options)
    assert row is not None
    assert row.kind == "refund"
    assert (row.amount_fen, row.quantity, row.status, row.order_number, row.refund_number) == expected
    assert codes == ["refund_line"]


def test_all_money_of_a_refund_line_goes_the_same_way() -> None:
    row = good({"amount": "-9.90", "gross": "-12.90", "discount": "3.00", "refund": "-9.90", "status": "已退款"})
    assert (row.gross_fen, row.discount_fen, row.refund_fen) == (-1290, -300, 990)


def test_a_prefix_marks_nothing_on_a_positive_line() -> None:
    row = good({"order_number": "C536379"})
    assert (row.kind, row.order_number, row.refund_number) == ("sale", "C536379", "")


@pytest.mark.parametrize("word", ["已退款", "已取消", "待付款"])
def test_a_positive_line_keeps_its_status(word: str) -> None:
    row = good({"status": word})
    assert (row.kind, row.amount_fen) == ("sale", 1250)


def test_a_partial_refund_of_unknown_size_is_noted() -> None:
    assert read({"status": "部分退款"})[1] == ["partly_refunded_unknown"]
    assert read({"status": "部分退款", "refund": "1"})[1] == []


STATUSES = [
    ("", "paid"),
    ("已完成", "paid"),
    ("交易成功", "paid"),
    (" 已 发 货 ", "paid"),
    ("Completed", "paid"),
    ("待付款", "unpaid"),
    ("UNPAID", "unpaid"),
    ("已取消", "cancelled"),
    ("交易关闭", "cancelled"),
    ("已退款", "refunded"),
    ("部分退款", "partly_refunded"),
    ("partially refunded", "partly_refunded"),
]


@pytest.mark.parametrize(("word", "status"), STATUSES)
def test_status_words_mean_one_of_five_states(word: str, status: str) -> None:
    assert good({"status": word}).status == status


def test_the_mapping_teaches_a_status_word_and_may_overrule_ours() -> None:
    taught = {"status_words": {"待 成团": "unpaid", "已完成": "cancelled"}}
    assert good({"status": "待成团"}, **taught).status == "unpaid"
    assert good({"status": "已完成"}, **taught).status == "cancelled"


def test_all_our_status_words_are_folded_and_known() -> None:
    assert [word for word in statuses.MEANINGS if cells.word_key(word) != word] == []
    assert set(statuses.MEANINGS.values()) == set(statuses.STATUSES)


def test_a_row_with_a_registration_only() -> None:
    row = good({"ordered_at": None, "amount": None, "registered_at": "2018-01-05 09:00", "channel": "地推"})
    assert (row.kind, row.status, row.quantity, row.amount_fen) == ("registration", "", 0, None)
    assert (row.ordered_at, row.registered_at, row.channel) == (None, datetime(2018, 1, 5, 9), "地推")


def test_an_empty_order_in_an_order_export_with_registrations_is_a_registration() -> None:
    assert good({"ordered_at": "", "amount": "", "registered_at": "2018-01-05"}).kind == "registration"


def test_a_bad_order_time_is_never_a_registration() -> None:
    assert read({"ordered_at": "x", "amount": "", "registered_at": "2018-01-05"})[1] == [
        "date_unreadable",
        "amount_missing",
    ]


def test_a_problem_says_line_column_and_masked_value() -> None:
    fields = {**PLAIN, "phone": "138001380001", "status": "call 13800138000 " + "x" * 100}
    _row, found = rules.clean_row(7, fields, how(fields))
    assert found[0] == (7, "PHONE", "phone", "138*****0001", "phone_length", "refused")
    assert found[1].value.startswith("call 138****8000 xxx")
    assert len(found[1].value) == problems.SHOWN_CHARS


def test_every_problem_has_a_reason_and_advice_in_english() -> None:
    for problem in PROBLEMS.values():
        assert problem.reason.endswith(".")
        assert problem.advice.endswith(".")
        assert set(problem.reason + problem.advice) <= set(string.printable)
        assert problem.severity in ("refused", "note")


def test_every_code_that_a_cell_can_raise_is_explained() -> None:
    raised = {code for _changed, codes in REFUSED for code in codes}
    assert raised <= PROBLEMS.keys()
    assert {field.key for field in columns.FIELDS} >= set(rules.ORDERED)
