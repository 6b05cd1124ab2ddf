"""What a check leaves in the staging tables: whole orders, whatever chunk their lines fell into; one row a phone."""

import pytest
from django.db import connection

from tests import importing
from tests.importing import export, row
from users.imports import reading, staging
from users.imports.models import ImportFile

pytestmark = pytest.mark.django_db

OTHER = "13900139000"
TOLD = "number, state, rows, twins, gross, discount, paid, told, back, known"
ORDERS = [
    row("A1", amount="10.00"),
    row("A2", amount="8.00", product="豆腐"),
    row("A1", amount="31.50", product="肉"),
    row("A1", amount="10.00"),
    row("A3", phone=OTHER, amount="5.00", status="已取消"),
    row("A2", amount="4.00", product="鱼", status="已退款"),
    row("A1", amount="-3.00", product="肉", status="已退款"),
    row("A4", phone=OTHER, amount="7.00", refund="2.00", at="2018-05-02 09:00", name="李雷", channel="地推"),
]


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def staged(file: ImportFile, columns: str, part: str, order: str = "grp") -> list[tuple]:
    return staging.fetch(staging.Tables(file.pk), f"SELECT {columns} FROM {{{part}}} ORDER BY {order}")


def in_chunks(monkeypatch, size: int, *rows: str, **options) -> ImportFile:
    """Checked with so many rows to a chunk of the reader."""
    usual = reading.read_ahead
    monkeypatch.setattr(reading, "read_ahead", lambda *args, **named: usual(*args, **named, chunk_rows=size))
    return importing.checked(export(*rows), **options)


def test_an_order_comes_to_what_its_lines_come_to():
    file = importing.checked(export(*ORDERS))
    assert staged(file, TOLD, "orders") == [
        ("A1", "paid", 4, 1, 5150, 0, 5150, 0, 300, True),
        ("A2", "paid", 2, 0, 1200, 0, 1200, 400, 0, True),
        ("A3", "cancelled", 1, 0, 500, 0, 500, 0, 0, True),
        ("A4", "paid", 1, 0, 700, 0, 700, 200, 0, True),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("drops", [False, True])
def test_chunks_leave_no_trace(monkeypatch, size, drops):
    """Numbers, sums, twins and fingerprints are those of the file read at once; so are lines and people."""
    orders = f"grp, phone, {TOLD}, fingerprint, refund_fingerprint"
    views = [(orders, "orders", "grp"), ("line, grp, kind, twin", "lines", "line"), ("*", "people", "phone")]
    at_once = importing.checked(export(*ORDERS), drop_identical=drops)
    cut = in_chunks(monkeypatch, size, *ORDERS, drop_identical=drops)
    for view in views:
        assert staged(cut, *view) == staged(at_once, *view)


def test_identical_lines_are_twins_and_are_dropped_where_that_is_wanted(monkeypatch):
    file = in_chunks(monkeypatch, 1, row(), row(), row(), drop_identical=True)
    assert staged(file, "kind::text, twin", "lines", "line") == [("s", False), ("x", True), ("x", True)]
    assert staged(file, "rows, twins, paid", "orders") == [(3, 2, 1000)]


def test_lines_name_their_goods_by_the_first_line_of_their_chunk(monkeypatch):
    rows = [row(product=name) for name in ("菜", "肉", "菜", "菜", "鱼", "菜")]
    file = in_chunks(monkeypatch, 3, *rows)
    assert staged(file, "line, good", "lines", "line") == [(2, 2), (3, 3), (4, 2), (5, 5), (6, 6), (7, 5)]
    assert staged(file, "product, good", "goods", "good") == [("菜", 2), ("肉", 3), ("菜", 5), ("鱼", 6)]
    assert staged(file, "line", "goods", "good") == [(4,), (3,), (7,), (6,)]


def test_a_refund_first_and_its_sale_in_a_later_chunk_are_one_order_told_by_the_sale(monkeypatch):
    refund = row("A1", name="退款人", amount="-3.00", status="已退款")
    file = in_chunks(monkeypatch, 1, refund, row("A1", name="王小明"))
    assert staged(file, "number, name, paid, back", "orders") == [("A1", "王小明", 1000, 300)]


def test_one_row_a_phone_told_by_the_latest_order_with_the_channel_of_the_first():
    rows = [
        row("B1", at="2018-05-03 08:00", name="晚", channel="群"),
        row("B2", at="2018-05-01 08:00", name="早", channel="地推"),
        row("B3", phone=OTHER, name=""),
    ]
    file = importing.checked(export(*rows))
    assert staged(file, "phone, name, channel", "people", "phone") == [
        ("13800138000", "晚", "地推"),
        (OTHER, "", ""),
    ]


def test_the_check_counts_what_is_staged_and_a_new_check_begins_anew():
    file = importing.checked(export(*ORDERS))
    assert file.facts["staged"] == [8, 4, 2] == list(staging.counts(file.pk) or ())
    staging.start(file.pk)
    assert staging.counts(file.pk) == (0, 0, 0)


def test_dropping_leaves_nothing():
    file = importing.checked(export(*ORDERS))
    staging.drop(file.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'staging'::regnamespace")
        assert cursor.fetchall() == []
