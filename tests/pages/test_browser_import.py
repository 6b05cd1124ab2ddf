"""The main job in a browser: a file sent, looked at, written, followed and taken back."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.importing import HEAD, clear_staging, row
from users.customers.models import Customer
from users.imports.models import ImportFile
from users.orders.models import Order

pytestmark = pytest.mark.browser
ROWS = 400
BAD = [row("B1", "1.38E+10"), row("B2", "138****8000"), row("B3", "13800138003", at="2018-13-05")]


@pytest.fixture
def export(tmp_path: Path, settings) -> Iterator[Path]:
    """A week of orders as the shop's back office writes it: GB18030, Chinese names, three bad rows."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    good = [
        row(f"A{at}", f"1380013{at % 90:04d}", address=f"{at % 9 + 1}栋2单元{at % 12 + 1}01室") for at in range(ROWS)
    ]
    path = tmp_path / "订单导出.csv"
    path.write_bytes("\r\n".join([HEAD, *good[:12], *BAD, *good[12:], ""]).encode("gb18030"))
    yield path
    clear_staging()


def upload(page: Page, file: Path, source: str = "APP 后台") -> None:
    page.set_input_files("input[type=file]", file)
    page.fill("input[name=source]", source)
    page.click("form[data-upload] .btn-primary")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))


def numbers(page: Page) -> list[int]:
    """The terms of the report's equation, as printed."""
    return [int(text.replace(",", "")) for text in page.locator(".equation .figure").all_inner_texts()]


def test_a_file_is_sent_checked_written_and_taken_back(visit, people: cast.Cast, worker: Thread, export: Path) -> None:
    page = visit("/imports/", by=people.data_admin)
    upload(page, export)

    # Preview: what was understood, masked; nothing is written.
    expect(page.locator(".steps [aria-current]")).to_contain_text("预览")
    expect(page.locator("select[name=encoding]")).to_have_value("gb18030")
    expect(page.locator("select[name=column-phone]")).to_have_value("手机号")
    expect(page.locator(".understood tbody tr")).to_have_count(20)
    expect(page.locator(".understood tbody tr").first).to_contain_text("138****0000")
    expect(page.locator(".understood td.bad").first).to_contain_text("1.38E+10")
    assert not Order.objects.exists()

    # Write: the dock becomes the progress bar, then the report.
    page.click(".dock .btn-primary")
    expect(page.locator(".equation")).to_be_visible()
    rows, *parts = numbers(page)
    assert (rows, parts) == (ROWS + 3, [ROWS, 0, 0, 3])
    assert rows == sum(parts)
    assert Order.objects.count() == ROWS

    # Take back: three lists, and the database as before.
    page.click("form[action$='/undo/'] button")
    expect(page.locator(".undo-lists")).to_be_visible()
    assert not Order.objects.exists()
    assert not Customer.objects.unscoped("a test looks").exists()


def test_progress_moves_in_place_and_can_be_cancelled(visit, people: cast.Cast, export: Path) -> None:
    """Without a worker the page waits, says so, and lets go when asked."""
    page = visit("/imports/", by=people.data_admin)
    upload(page, export)
    expect(page.locator(".job")).to_contain_text("等待后台进程接手")
    page.locator(".job form button").click()
    expect(page.locator(".fault")).to_contain_text("已取消")
    assert ImportFile.objects.get().state == ImportFile.State.CANCELLED


def test_the_same_file_again_says_that_it_is_in(visit, people: cast.Cast, worker: Thread, export: Path) -> None:
    page = visit("/imports/", by=people.data_admin)
    upload(page, export)
    page.click(".dock .btn-primary")
    expect(page.locator(".equation")).to_be_visible()
    page.goto("/imports/")
    upload(page, export)
    expect(page.locator(".note.warn")).to_contain_text("再写一次不会有任何变化")
    page.click(".dock .btn-primary")
    expect(page.locator(".equation")).to_be_visible()
    assert numbers(page) == [ROWS + 3, 0, 0, ROWS, 3]


def test_another_column_is_chosen_and_checked_at_once(visit, people: cast.Cast, worker: Thread, export: Path) -> None:
    page = visit("/imports/", by=people.data_admin)
    upload(page, export)
    expect(page.locator(".understood")).to_be_visible()
    page.select_option("select[name=column-name]", "")
    expect(page.locator(".understood")).to_be_visible()
    expect(page.locator("select[name=column-name]")).to_have_value("")
    expect(page.locator(".understood thead")).not_to_contain_text("姓名")


def test_a_file_that_cannot_be_read_is_refused_in_three_rows(
    visit, people: cast.Cast, worker: Thread, tmp_path: Path, settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    broken = tmp_path / "broken.csv"
    broken.write_text('手机号,姓名,时间\n13800138000,"王,2018-05-01\n13800138001,李,2018-05-01\n')
    page = visit("/imports/", by=people.data_admin)
    upload(page, broken)
    fault = page.locator(".fault")
    expect(fault).to_contain_text("第 2 行打开的引号")
    expect(fault.locator("dt")).to_have_text(["发生了什么", "保住了什么", "怎么办"])


def test_a_way_of_writing_is_tried_while_it_is_typed(visit, people: cast.Cast) -> None:
    everyone = Customer.objects.unscoped("a test makes customers")
    for number in range(3):
        everyone.create(phone=f"1380013800{number}", community=people.cuiping, address=f"88弄12号50{number}")
    page = visit("/imports/addresses/", by=people.data_admin)
    page.click("td.num a")
    expect(page.locator("#trial .btn-primary")).to_contain_text("3 个地址")
    page.fill("input[name=template]", "{building}幢{room}")
    expect(page.locator("#trial .btn-primary")).to_be_disabled()
    page.fill("input[name=template]", "{building}弄{unit}号{room}")
    page.click("#trial .btn-primary:not([disabled])")
    expect(page.locator(".toast-line")).to_contain_text("3 位客户认出了门牌")
    assert everyone.filter(room="").count() == 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_an_import_scrolls_sideways(
    visit, people: cast.Cast, worker: Thread, export: Path, language: str
) -> None:
    page = visit("/imports/", by=people.data_admin, width=375, language=language)
    upload(page, export, "一个名字非常非常长的来源，用来试试排版会不会被撑破")
    expect(page.locator(".understood")).to_be_visible()
    address = page.url
    for path in (address, f"{address}problems/", "/imports/", "/imports/addresses/", "/imports/addresses/teach/"):
        page.goto(path)
        for width in (375, 1440):
            page.set_viewport_size({"width": width, "height": 1000})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (path, width, wide) == (path, width, 0)
