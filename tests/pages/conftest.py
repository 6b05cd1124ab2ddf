"""Pages walked in Chromium: a browser, tabs of signed-in people, and a worker that does what the pages queue.

    page = visit("/imports/", by=people.data_admin)              # 1440 px, light, Chinese
    page = visit("/", by=people.staff, width=375, theme="dark", language="en")

Whatever a tab complained about (script errors, refused styles, failed requests) fails the test when it ends.
"""

import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from communities.models import StaffMember
from opsdesk import work
from opsdesk.lib.runs import actions as runs
from tests.sessions import key_of_session

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
PATIENCE_MS = 30_000


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The fixtures of a test that failed know it: a picture of a whole page takes longer than most tests."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@dataclass
class Complaints:
    """What the tabs of one test complained about; `allowed` are parts of complaints that the test expects."""

    said: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def listen_to(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        page.on("response", self._response)
        page.on("requestfailed", self._failed)

    def unexpected(self) -> list[str]:
        return [words for words in self.said if not any(part in words for part in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.said.append(f"{response.status}: {urlsplit(response.url).path}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a poll on its way when the page is left
            self.said.append(f"failed: {urlsplit(request.url).path} {request.failure}")


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """One browser a file; a machine without any skips, and says so.

    Playwright's loop runs in this very thread. While it does, Django would take every query for a blocked event loop,
    and keeps another connection than without one: so both end with the file, or the next one meets a second
    connection of its own thread, with whatever locks that holds.
    """
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        except PlaywrightError as error:
            pytest.skip(f"no Chromium that starts: {error.message.splitlines()[0]}")
        yield browser
        browser.close()
        connection.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def visit(
    chromium: Browser,
    transactional_db: None,
    live_server: object,
    complaints: Complaints,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Visit]:
    """Opens an address in a tab of its own, as somebody or as nobody. A failed test leaves its pictures in tmp_path."""
    contexts: list[BrowserContext] = []

    def opened(path: str = "/", *, by: StaffMember | None = None, **look: str | int) -> Page:
        context = chromium.new_context(base_url=str(live_server), **options_of(**look))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if by is not None:
            sign_in(context, by, str(live_server), str(look.get("language", "zh-hans")))
        page = context.new_page()
        complaints.listen_to(page)
        page.goto(path)
        return page

    yield opened
    if request.node.stash.get(FAILED, False) or complaints.unexpected():
        for number, page in enumerate(page for context in contexts for page in context.pages):
            page.screenshot(path=tmp_path / f"tab-{number}.png", full_page=True)
    for context in contexts:
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture
def page(visit: Visit) -> Page:
    """A tab of nobody, at the front door."""
    return visit("/")


@pytest.fixture
def worker(transactional_db: None) -> Iterator[threading.Thread]:
    """Does queued work beside the test, like a Celery worker would; what a job raises stays in its row."""
    stop = threading.Event()

    def keep_working() -> None:
        try:
            while not stop.wait(0.1):
                runs.work(work.HANDLERS)
        finally:
            connection.close()

    thread = threading.Thread(target=keep_working, name="worker", daemon=True)
    thread.start()
    yield thread
    stop.set()
    thread.join(timeout=30)
    assert not thread.is_alive(), "a job did not end within 30 seconds"


def options_of(
    width: int = 1440, height: int = 1000, theme: str = "light", language: str = "zh-hans", scale: int = 1
) -> dict[str, object]:
    """A desk by default; 375 wide is a phone, with touch."""
    return {
        "viewport": {"width": width, "height": height},
        "device_scale_factor": scale,
        "color_scheme": theme,
        "locale": "zh-CN" if language.startswith("zh") else "en-GB",
        "timezone_id": "Asia/Shanghai",
        "has_touch": width < 700,
        "reduced_motion": "reduce",
        "accept_downloads": True,
    }


def sign_in(context: BrowserContext, staff: StaffMember, address: str, language: str = "zh-hans") -> None:
    """Give the browser a session of this person, as if they had signed in."""
    cookies = {settings.SESSION_COOKIE_NAME: key_of_session(staff), settings.LANGUAGE_COOKIE_NAME: language}
    context.add_cookies([{"name": name, "value": str(value), "url": address} for name, value in cookies.items()])
