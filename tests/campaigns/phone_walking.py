"""What a person does on a phone's pages in a browser, and what came of it."""

from typing import Any

from playwright.sync_api import Page, expect

from campaigns.visits.models import Visit
from tests.pages.conftest import PATIENCE_MS

DAY = "/phone/"
STRIP, TOAST = "#unsent", "#toasts .toast-line"


def cell(page: Page, room: str) -> Any:
    return page.locator(f"#day .slot[data-door$='|{room}'] a.cell")


def tell(page: Page, room: str, outcome: str) -> None:
    """Two taps: the door, the outcome."""
    cell(page, room).click()
    page.locator(f".taps [value={outcome}]").click()
    expect(page.locator("#day")).to_be_visible()
    page.wait_for_timeout(400)  # a second tap meant for the button is none for a door


def unsent(page: Page, count: int, within_ms: int = PATIENCE_MS) -> None:
    expect(page.locator(STRIP)).to_have_attribute("data-unsent", str(count), timeout=within_ms)


def outcomes() -> dict[str, str]:
    return dict(Visit.objects.filter(live=True).values_list("task__room", "outcome"))
