"""The search field in a browser: what it finds while one types, by keyboard and by thumb."""

import pytest
from playwright.sync_api import Page, expect

from opsdesk import search
from opsdesk.lib.limits import Rate
from tests.cast import Cast
from tests.pages.conftest import Complaints
from tests.standings import buyer
from users.customers.models import Customer

pytestmark = pytest.mark.browser


@pytest.fixture
def known(transactional_db: None, people: Cast) -> list[Customer]:
    return [
        buyer(
            community=people.cuiping,
            station=people.cuiping_station,
            name=f"王{number}",
            building="6",
            room=f"50{number}",
        )
        for number in range(9)
    ]


def look_for(page: Page, text: str) -> None:
    with page.expect_response("**/search/"):
        page.keyboard.type(text)


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_key_opens_it_arrows_choose_enter_goes(visit, people: Cast, known: list[Customer], key: str) -> None:
    page = visit("/communities/", by=people.manager)
    page.keyboard.press(key)
    expect(page.locator("#found")).to_be_visible()
    look_for(page, "王")
    expect(page.locator("#found .hit")).to_have_count(9)
    expect(page.locator("#found [aria-selected=true]")).to_have_count(1)
    for step in ("ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(step)
    chosen = page.locator("#found .hit").nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(page.locator(".search [name=q]")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{known[1].pk}/")


def test_up_from_the_first_is_the_way_to_all(visit, people: Cast, known: list[Customer]) -> None:
    page = visit("/communities/", by=people.manager)
    page.keyboard.press("/")
    look_for(page, "王")
    expect(page.locator("#found [aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/?q=**")
    expect(page.locator("table.data tbody tr")).to_have_count(9)


def test_enter_before_an_answer_opens_the_page_of_results_and_no_older_hit(visit, people: Cast, known) -> None:
    page = visit("/communities/", by=people.manager)
    page.keyboard.press("/")
    look_for(page, "王1")
    expect(page.locator("#found [aria-selected=true]")).to_have_count(1)
    page.keyboard.type("zzz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/")
    expect(page.locator("main")).to_contain_text("王1zzz")


def test_escape_shuts_it_and_gives_the_keyboard_back(visit, people: Cast, known: list[Customer]) -> None:
    page = visit("/communities/", by=people.manager)
    page.keyboard.press("/")
    look_for(page, "王")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()


def test_the_phone_that_was_typed_stands_in_no_address(visit, people: Cast, known: list[Customer]) -> None:
    page = visit("/communities/", by=people.manager)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("/")
    look_for(page, known[0].phone)
    page.locator("#found .hit").first.click()
    page.wait_for_url("**/customers/*/")
    assert not [address for address in asked if known[0].phone in address]


def test_it_works_under_a_thumb(visit, people: Cast, known: list[Customer]) -> None:
    page = visit("/communities/", by=people.staff, width=375)
    page.locator("[data-open-search]").click()
    look_for(page, "王")
    expect(page.locator("#found .hit")).to_have_count(9)
    boxes = [hit.bounding_box() for hit in page.locator("#found .hit").all()]
    assert all(box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes)
    page.locator("[data-close-search]").click()
    expect(page.locator("#found")).to_be_hidden()
    page.locator("[data-open-search]").click()
    page.locator("#found .hit").nth(2).click()
    page.wait_for_url(f"**/customers/{known[2].pk}/")


def test_a_click_elsewhere_shuts_it_and_one_on_a_heading_does_not(visit, people: Cast, known: list[Customer]) -> None:
    page = visit("/communities/", by=people.manager)
    page.keyboard.press("/")
    look_for(page, "王")
    page.locator("#found .hits-label").first.click()
    expect(page.locator("#found")).to_be_visible()
    page.locator("main h1").click()
    expect(page.locator("#found")).to_be_hidden()


def test_too_many_searches_are_told_in_the_panel(
    visit, people: Cast, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search.limits, "SEARCHES", Rate(1, 60))
    complaints.allowed.append("429")
    page = visit("/communities/", by=people.manager, language="en")
    page.keyboard.press("/")
    look_for(page, "a")
    look_for(page, "b")
    expect(page.locator("#found")).to_contain_text("1 searches within a minute are the limit.")
    expect(page.locator("#toasts .toast-line")).to_have_count(0)
