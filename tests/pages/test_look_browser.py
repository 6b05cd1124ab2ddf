"""The parts at work in a browser: every one of them stands in the lookbook."""

import pytest
from playwright.sync_api import Page, expect

from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.look_urls")]


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_scrolls_sideways(visit, people: cast.Cast, language: str) -> None:
    page, wide = visit("/lookbook/", by=people.manager, language=language), {}
    for width in (1440, 1366, 768, 375, 360):
        page.set_viewport_size({"width": width, "height": 1000})
        wide[width] = overflow(page)
    assert wide == dict.fromkeys(wide, 0)


def test_nothing_to_press_on_a_phone_is_small(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager, width=375)
    small = page.evaluate(
        """[...document.querySelectorAll(".bar-top a, .bar-top button, .bar-top summary, .page .btn")]
           .map(e => [e.textContent.trim() || e.getAttribute("aria-label"), e.getBoundingClientRect()])
           .filter(([_, box]) => box.height > 0 && box.height < 40).map(([name]) => name)"""
    )
    assert small == []


def test_selecting_rows_swaps_the_toolbar_for_the_bulk_bar(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager)
    boxes = page.locator("input[name=id]")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator("form[data-bulk] .toolbar")).to_be_hidden()
    expect(page.locator("[data-picked]")).to_have_text("2")
    page.locator("[data-pick-all]").click()
    expect(page.locator("[data-picked]")).to_have_text("412")
    assert page.locator("input[name=everything]").input_value() == "1"
    boxes.nth(0).uncheck()
    assert page.locator("input[name=everything]").input_value() == ""
    page.locator("[data-pick-none]").click()
    expect(page.locator(".bulk")).to_be_hidden()


def test_the_keyboard_walks_the_list(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager)
    for key in ("j", "j", "k", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("tr.is-here.is-selected input[name=id]")).to_have_value("2")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("gc?")
    assert page.locator("[name=q]").input_value() == "gc?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")


def test_one_menu_is_open_at_a_time_and_escape_shuts_it(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager)
    page.locator(".tile .defn summary").first.click()
    page.locator(".scope summary").click()
    assert page.locator("details.menu[open], details.defn[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open], details.defn[open]").count() == 0
    assert page.evaluate("document.activeElement.parentElement.classList.contains('scope')")


def test_the_columns_chosen_stay_in_the_address(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/?sort=-net", by=people.manager, language="en")
    page.locator(".toolbar details").click()
    page.locator("label.pick", has_text="Address").locator("input").check()
    page.locator("button[form=columns-form]").click()
    page.wait_for_url("**column=address**")
    assert "sort=-net" in page.url
    expect(page.locator("th", has_text="Address")).to_be_visible()


def test_the_theme_changes_at_once_and_is_remembered(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager)
    with page.expect_response("**/preferences/theme/"):
        page.locator("[data-theme-form] button:visible").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_without_a_choice_the_device_decides(visit, theme: str) -> None:
    page = visit("/accounts/login/", theme=theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def test_the_drawer_opens_and_shuts_on_a_phone(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager, width=375)
    expect(page.locator(".rail")).to_be_hidden()
    page.locator("a[href='#rail']").click()
    expect(page.locator(".rail a.link").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".rail")).to_be_hidden()


def test_a_toast_offers_to_undo_and_goes_by_itself(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/?toast=1", by=people.manager, language="en")
    line = page.locator("#toasts .toast-line", has_text="Tagged 4 people")
    expect(line.locator("form")).to_have_attribute("action", "/lookbook/")
    expect(line).to_be_hidden(timeout=14_000)
    expect(page.locator("#toasts .stays")).to_be_visible()


def test_every_colour_of_a_class_reaches_its_glyph(visit, people: cast.Cast) -> None:
    page = visit("/lookbook/", by=people.manager)
    colour = page.evaluate("getComputedStyle(document.querySelector('.glyph.c-champion')).color")
    assert colour == "rgb(91, 75, 196)"
