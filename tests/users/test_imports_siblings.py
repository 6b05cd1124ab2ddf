"""The file of rows left out holds whole orders: mended and sent again, no order loses a row."""

import csv
import io

import pytest
from django.utils import translation

from tests.importing import HEAD, imported, row
from users.imports import quarantine, storage
from users.imports.models import ImportFile
from users.orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db
BAD = row("A1", product="五花肉", amount="")


@pytest.fixture(autouse=True)
def in_english(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


def left_out(file: ImportFile) -> list[list[str]]:
    """The rows of the download: number, phone ... line, reason, what to do."""
    return [[str(cell) for cell in cells] for cells in quarantine.rows(file)]


def told(file: ImportFile) -> list[tuple[str, str]]:
    return [(cells[-3], cells[-2]) for cells in left_out(file)]


def lines_of(number: str) -> list[str]:
    found = OrderLine.objects.filter(order=Order.objects.get(number=number)).order_by("id")
    return list(found.values_list("product__name", flat=True))


def as_file(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[*HEAD.split(","), "Line", "Reason", "What to do"], *rows])
    return out.getvalue().encode()


def test_an_order_of_three_lines_has_three_again_when_its_bad_one_is_mended_and_sent_later():
    file = imported([row(), BAD, row(product="鸡蛋"), row("A2", "13800138001")])
    assert (lines_of("A1"), file.refused) == (["青菜", "鸡蛋"], 1)
    mended = as_file(
        [["31.50" if cell == "" and at == 9 else cell for at, cell in enumerate(r)] for r in left_out(file)]
    )
    again = imported(mended)
    assert sorted(lines_of("A1")) == ["五花肉", "青菜", "鸡蛋"]
    assert (again.rows, again.orders_updated, Order.objects.count()) == (3, 1, 2)


def test_good_rows_stand_in_their_place_and_say_why_they_come_along():
    file = imported([row(), row("A2", "13800138001"), BAD, row(product="鸡蛋")])
    assert told(file) == [
        ("2", "comes along: same order as line 4"),
        ("4", "实付金额: The amount is empty."),
        ("5", "comes along: same order as line 4"),
    ]


def test_rows_of_orders_that_lost_nothing_and_of_orders_lost_whole_bring_nobody():
    file = imported([row(), row("A3", amount="x"), row("A3", amount=""), row("A2", "13800138001")])
    assert [line for line, _why in told(file)] == ["3", "4"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (row("A1"), row("A1", "138001380")),
        (row("8", amount="20.00"), row("8", status="no such word")),
        (row("R8", amount="-5.00"), row("R8", amount="-3.00", status="no such word")),
        (row("8", amount="20.00"), row("R8", amount="-5.00x")),
        (row(""), row("", amount="")),
        (row("", at="2018-05-01"), row("", at="2018-05-01", amount="")),
        (row("", "138-0013-8000"), row("", "+86 13800138000", amount="")),
    ],
)
def test_rows_belong_together_by_number_and_without_one_by_phone_and_moment(good: str, bad: str):
    assert [line for line, _why in told(imported([good, bad]))] == ["2", "3"]


@pytest.mark.parametrize(
    "bad", [row("", "138001380"), row("", at="2018-05-02 08:30", amount=""), row("", "13800138001", amount="")]
)
def test_without_a_number_another_phone_or_moment_is_another_order(bad: str):
    assert [line for line, _why in told(imported([row(""), bad]))] == ["3"]


def test_a_row_of_a_community_nobody_knows_takes_its_order_along():
    file = imported(
        [row(), row(product="鸡蛋", community="月光水岸")], create_communities=False, communities={"翠屏花园": "create"}
    )
    assert [line for line, _why in told(file)] == ["2", "3"]


def test_a_file_whose_upload_is_no_longer_kept_hands_back_its_refused_rows_alone():
    file = imported([row(), BAD])
    storage.remove(file.stored_as)
    assert [line for line, _why in told(file)] == ["3"]
