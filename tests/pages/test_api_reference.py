"""The API's reference in a real browser: on a desk in Chinese, on a phone in English."""

import json
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.pages.conftest import Visit

pytestmark = pytest.mark.browser
SCHEMA = Path(__file__).parents[2] / "docs/openapi.json"


def reads() -> int:
    """How many addresses of the written schema can be read."""
    return sum("get" in methods for methods in json.loads(SCHEMA.read_text(encoding="utf-8"))["paths"].values())


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "zh-hans"), (375, "dark", "en")],
)
def test_the_reference_fits_its_window_and_breaks_no_policy(
    width: int, theme: str, language: str, people: Cast, visit: Visit
) -> None:
    page = visit("/api/", by=people.analyst, width=width, theme=theme, language=language)
    assert page.locator("section[id^='get-api']").count() == reads()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="/api/segments/").first.click()
    assert page.url.endswith("#get-api-segments")
