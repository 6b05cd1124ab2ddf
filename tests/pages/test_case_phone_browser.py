"""Lessons and callbacks on a small phone: everything fits a thumb, and nothing needs scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from campaigns.cases import lessons
from campaigns.cases.models import Callback, Lesson
from tests import cast
from tests.campaigns.practice_world import make_callback, make_case
from tests.pages.conftest import options_of, sign_in
from tests.pages.test_phone_browser import SMALL, sideways

pytestmark = pytest.mark.browser


@pytest.fixture
def call(people: cast.Cast, transactional_db: None) -> Callback:
    return make_callback(make_case(people.cuiping, "incident"), people.cuiping_station)


@pytest.fixture
def lesson(people: cast.Cast, call: Callback) -> Lesson:
    return lessons.send(call.case, "corrective", "蔬菜打孔包装，送货时提醒客户开袋", "叶菜一律用打孔袋。", None, None)


@pytest.fixture
def plain(people: cast.Cast, chromium, live_server, call: Callback) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(
        base_url=str(live_server), java_script_enabled=False, **options_of(width=360, height=780)
    )
    sign_in(context, people.staff, str(live_server))
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_lessons_and_callbacks_fit_a_small_phone_and_a_thumb(
    visit, people: cast.Cast, call: Callback, lesson: Lesson, language: str
) -> None:
    page = visit("/phone/", by=people.staff, width=360, height=780, language=language)
    for path in ("/phone/", "/phone/lessons/", f"/phone/lessons/{lesson.pk}/", "/phone/callbacks/"):
        page.goto(path)
        assert (sideways(page), page.evaluate(SMALL)) == (0, []), path
    page.goto(f"/phone/callbacks/{call.pk}/")
    assert (sideways(page), page.evaluate(SMALL)) == (0, [])
    assert all(box["height"] >= 44 for one in page.locator(".asked label.btn").all() if (box := one.bounding_box()))


def test_a_lesson_is_read_and_a_customer_called_without_scripts(plain: Page, call: Callback, lesson: Lesson) -> None:
    page = plain
    page.goto("/phone/")
    page.locator("a[href='/phone/lessons/']").click()
    page.get_by_text(lesson.title).click()
    page.locator("article form button").click()
    page.goto("/phone/")
    page.locator("a[href='/phone/callbacks/']").click()
    page.locator(".people a").click()
    page.locator(".who form button").click()
    expect(page.locator("a.call")).to_be_visible()
    page.locator("[name=came_back][value=no]").check()
    page.locator("[name=cause][value=packaging]").check()
    page.locator("[name=words]").fill("菜闷坏了")
    page.locator("[value=done]").click()
    call.refresh_from_db()
    assert (call.state, call.came_back, call.cause, call.words) == ("done", "no", "packaging", "菜闷坏了")
    assert lesson.receipts.exclude(read_at=None).count() == 1
