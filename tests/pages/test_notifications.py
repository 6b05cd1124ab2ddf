"""The bell and the page of notifications in a browser."""

import pytest
from playwright.sync_api import Page, expect

from communities.models import Notice, StaffMember
from communities.notices import actions
from tests.cast import Cast

pytestmark = pytest.mark.browser
LONG = "a-very-long-name-of-a-file-that-has-no-place-to-break-" * 3


def tell(to: StaffMember, many: int = 1) -> None:
    for number in range(many):
        actions.tell(
            [to], kind="Import", icon="upload", text="%(file)s is taken back", params={"file": f"{LONG}{number}.csv"},
            href="/me/", key=str(number),
        )  # fmt: skip


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_the_list_and_the_open_bell_fit_the_window(visit, people: Cast) -> None:
    tell(people.manager, many=12)
    page = visit("/notifications/", by=people.manager, language="en")
    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 1000})
        page.reload()
        assert (width, overflow(page)) == (width, 0)
        page.locator("[data-bell] summary").click()
        box = page.locator("[data-bell] .menu-body")
        expect(box.locator(".notice")).to_have_count(10)
        place = box.bounding_box()
        assert (width, overflow(page)) == (width, 0)
        assert place["x"] >= 0 and place["x"] + place["width"] <= width


def test_pressing_a_line_of_the_bell_reads_it_and_opens_its_page(visit, people: Cast) -> None:
    tell(people.manager, many=2)
    page = visit("/communities/", by=people.manager, language="en")
    expect(page.locator(".bell-n")).to_contain_text("2")
    page.locator("[data-bell] summary").click()
    page.locator("[data-bell] .notice").first.click()
    page.wait_for_url("**/me/")
    expect(page.locator(".bell-n")).to_contain_text("1")
    assert Notice.objects.filter(read_at=None).count() == 1


def test_the_bell_asks_when_it_opens_and_not_when_it_shuts(visit, people: Cast) -> None:
    page = visit("/communities/", by=people.manager)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "newest" in request.url else None)
    for _ in range(2):
        with page.expect_response("**/notifications/newest/"):
            page.locator("[data-bell] summary").click()
        page.keyboard.press("Escape")
        expect(page.locator("[data-bell] .menu-body")).to_be_hidden()
    assert len(asked) == 2


def test_g_and_b_lead_to_the_notifications(visit, people: Cast) -> None:
    page = visit("/communities/", by=people.manager)
    for key in ("g", "b"):
        page.keyboard.press(key)
    page.wait_for_url("**/notifications/")


def test_all_are_read_by_one_press(visit, people: Cast) -> None:
    tell(people.staff, many=3)
    page = visit("/notifications/", by=people.staff, width=375, language="en")
    page.locator("main .btn-primary", has_text="Mark 3 as read").click()
    expect(page.locator(".notice")).to_have_count(3)
    expect(page.locator(".is-new, .bell-n")).to_have_count(0)
