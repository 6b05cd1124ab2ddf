"""A walk on a phone in Chromium, 360 px wide: with the network, without it, and with half of the answers lost."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from campaigns.drives.models import Task
from campaigns.visits.models import RefusedEvent, Visit
from tests import cast
from tests.campaigns import phone_world
from tests.campaigns.doors import make_visit
from tests.campaigns.drives_world import make_door
from tests.campaigns.phone_walking import DAY, STRIP, TOAST, cell, outcomes, tell, unsent
from tests.factories import SHANGHAI
from tests.pages.conftest import options_of, sign_in

pytestmark = pytest.mark.browser
SMALL = """[...document.querySelectorAll("a, button, summary, input, select, label.cell")]
    .filter(e => e.type !== "hidden" && !e.closest("label:not(.cell)") && e.checkVisibility({checkOpacity: true}))
    .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([_, box]) => box.height > 0 && (box.height < 44 || box.width < 44)).map(([html]) => html)"""


@pytest.fixture
def tasks(people: cast.Cast, transactional_db: None) -> list[Task]:
    return phone_world.walk(people)


@pytest.fixture
def phone(visit, people: cast.Cast, complaints) -> Callable[..., Page]:
    """A phone of the station's staff, on my day."""
    complaints.allowed += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "401", "403", "400"]
    complaints.allowed += ["behind a redirect", "when fetching the script"]  # the worker's own look for a newer one

    def opened(path: str = DAY, **look: Any) -> Page:
        page: Page = visit(path, by=people.staff, **{"width": 360, "height": 780} | look)
        return page

    return opened


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# -- With the network -------------------------------------------------------------------------------------------------


def test_a_tap_saves_colours_the_grid_and_suggests_the_next_door(phone, tasks: list[Task]) -> None:
    page = phone()
    tell(page, "602", "interested")
    expect(cell(page, "602")).to_have_class("cell interested")
    expect(page.locator(TOAST).last).to_contain_text("602 开门-有意向")
    expect(page.locator("[data-done]")).to_have_text("1")
    expect(page.locator("[data-next]")).to_contain_text("6 幢 2 单元 604")
    expect(page.locator(f"{TOAST} a")).to_have_text("604 ")
    expect(page.locator(".slot.is-next")).to_have_attribute("data-door", page.locator(
        ".slot[data-door$='|604']").get_attribute("data-door") or "")  # fmt: skip
    unsent(page, 0)
    assert outcomes() == {"602": "interested"}
    page.reload()
    expect(cell(page, "602")).to_have_class("cell interested")


def test_an_order_takes_three_taps_with_the_hook_filled_in(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.locator("[data-code=ordered] summary").click()
    expect(page.locator("[name=product]")).to_have_value("排骨")
    page.locator("[value=ordered]").click()
    expect(cell(page, "602")).to_have_class("cell ordered")
    unsent(page, 0)
    told = Visit.objects.get()
    assert (told.outcome, told.product, told.amount, told.via) == ("ordered", "排骨", 2990, "phone")


def test_an_amount_that_is_none_is_not_guessed(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.locator("[data-code=ordered] summary").click()
    page.fill("[name=amount]", "三十")
    page.locator("[value=ordered]").click()
    expect(page.locator("[name=amount]")).to_have_attribute("aria-invalid", "true")
    assert Visit.objects.count() == 0


def test_enter_in_the_note_decides_nothing(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.fill("[name=note]", "有狗")
    page.press("[name=note]", "Enter")
    page.locator("[value=refused]").click()
    expect(cell(page, "602")).to_have_class("cell refused")
    unsent(page, 0)
    assert [(one.outcome, one.note) for one in Visit.objects.all()] == [("refused", "有狗")]


def test_later_asks_when_with_one_more_tap(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.locator("[data-code=later] summary").click()
    page.locator("[value='later:night']").click()
    expect(cell(page, "602")).to_have_class("cell later")
    unsent(page, 0)
    kept = Visit.objects.get().later_at
    assert kept is not None and f"{kept.astimezone(SHANGHAI):%H:%M}" == "18:30"


def test_undo_within_ten_seconds_leaves_the_door_to_visit(phone, people: cast.Cast, tasks: list[Task]) -> None:
    """Also one at which nobody was home days ago."""
    door = next(task for task in tasks if task.room == "602")
    make_visit(door, people.staff, timezone.now() - dt.timedelta(days=3), "no_answer")
    page = phone()
    tell(page, "602", "dnc")
    page.locator(f"{TOAST} form button").click()
    expect(cell(page, "602")).to_have_class("cell todo")
    unsent(page, 0)
    assert (Visit.objects.count(), outcomes()) == (3, {"602": "no_answer"})
    page.reload()
    expect(cell(page, "602")).to_have_class("cell todo")


def test_a_wrong_outcome_is_corrected_from_the_history(phone, tasks: list[Task]) -> None:
    page = phone()
    tell(page, "602", "no_answer")
    cell(page, "602").click()
    page.locator(".told summary").first.click()
    page.locator(".told select").select_option("refused")
    page.locator(".told [data-correct] button").click()
    expect(page.locator(TOAST).last).to_contain_text("602 拒绝")
    unsent(page, 0)
    assert outcomes() == {"602": "refused"}


def test_nobody_home_at_many_doors_in_one_go_and_back(phone, tasks: list[Task]) -> None:
    page = phone()
    page.locator("[data-pick]").click()
    for room in ("601", "501", "401"):
        page.locator(f".slot[data-door$='|{room}'] .pick").click()
    expect(page.locator("[data-picked]")).to_have_text("3 户无人应答")
    page.locator("[data-many] .btn-primary").click()
    expect(cell(page, "501")).to_have_class("cell no_answer")
    unsent(page, 0)
    assert outcomes() == dict.fromkeys(("601", "501", "401"), "no_answer")
    page.locator(f"{TOAST} form button").click()
    expect(cell(page, "501")).to_have_class("cell todo")
    unsent(page, 0)
    assert outcomes() == {}


def test_a_home_of_two_is_told_one_by_one(phone, people: cast.Cast, tasks: list[Task]) -> None:
    phone_world.today(people, [make_door(people, room="502", name="王强")])
    page = phone()
    tell(page, "502", "refused")
    expect(cell(page, "502")).to_have_class("cell todo")
    tell(page, "502", "interested")
    expect(cell(page, "502")).to_have_class("cell interested")
    unsent(page, 0)
    assert sorted(Visit.objects.values_list("outcome", flat=True)) == ["interested", "refused"]


def test_a_number_is_called_through_a_counted_reveal(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.locator("[data-call] button").click()
    number = next(task for task in tasks if task.room == "602").customer.phone
    expect(page.locator("a.call")).to_have_attribute("href", f"tel:{number}")
    expect(page.locator("[data-left]")).to_have_text("本小时还能看 59 次")


# -- Without it -------------------------------------------------------------------------------------------------------


def test_an_outcome_survives_a_reload_and_a_killed_tab(phone, tasks: list[Task]) -> None:
    page = phone()
    page.route("**/phone/events/", lambda route: route.abort())
    tell(page, "602", "no_answer")
    unsent(page, 1)
    page.reload()
    unsent(page, 1)
    expect(cell(page, "602")).to_have_class("cell no_answer")
    context = page.context
    page.close(run_before_unload=False)
    second = context.new_page()
    second.goto(DAY)
    unsent(second, 0)
    assert outcomes() == {"602": "no_answer"}


def test_an_open_page_goes_on_in_a_lift_and_sends_by_itself_afterwards(phone, tasks: list[Task]) -> None:
    page = phone()
    page.context.set_offline(True)
    for room, outcome in [("602", "interested"), ("501", "no_answer"), ("403", "dnc")]:
        tell(page, room, outcome)
    unsent(page, 3)
    expect(page.locator(STRIP)).to_contain_text("3 条未发出，已存在本机")
    expect(page.locator(".slot.unsent-door")).to_have_count(3)
    assert Visit.objects.count() == 0
    page.context.set_offline(False)
    unsent(page, 0)
    expect(page.locator(STRIP)).to_contain_text("全部已发出")
    assert outcomes() == {"602": "interested", "501": "no_answer", "403": "dnc"}


def test_undone_before_it_was_sent_both_are_told(phone, tasks: list[Task]) -> None:
    page = phone()
    page.context.set_offline(True)
    tell(page, "602", "refused")
    page.locator(f"{TOAST} form button").click()
    expect(cell(page, "602")).to_have_class("cell todo")
    unsent(page, 2)
    page.context.set_offline(False)
    unsent(page, 0)
    assert (Visit.objects.count(), outcomes()) == (2, {})


def test_expired_sign_in_keeps_everything_and_is_mended_in_place(phone, people: cast.Cast, tasks: list[Task]) -> None:
    page = phone()
    Session.objects.all().delete()
    tell(page, "602", "interested")
    expect(page.locator("#sign-in")).to_be_visible()
    unsent(page, 1)
    page.fill("#sign-in [name=login]", "staff")
    page.fill("#sign-in [name=password]", "a wrong password")
    page.click("#sign-in button")
    expect(page.locator("#sign-in [data-wrong]")).to_have_text("用户名和密码不相符。")
    page.fill("#sign-in [name=password]", "a long password")
    page.click("#sign-in button")
    unsent(page, 0)
    expect(page.locator("#sign-in")).to_be_hidden()
    assert Visit.objects.get().staff == people.staff


def test_what_one_recorded_is_not_sent_as_another(phone, people: cast.Cast, tasks: list[Task]) -> None:
    page = phone()
    Session.objects.all().delete()
    tell(page, "602", "interested")
    page.fill("#sign-in [name=login]", "lead")
    page.fill("#sign-in [name=password]", "a long password")
    page.click("#sign-in button")
    expect(page.locator(STRIP)).to_contain_text("本机还有同事的 1 条")
    unsent(page, 0)
    assert Visit.objects.count() == 0


def test_a_token_that_is_old_is_renewed_and_the_rest_sent(phone, tasks: list[Task]) -> None:
    page = phone()
    page.evaluate("document.querySelector('meta[name=csrf-token]').content = 'x'.repeat(64)")
    tell(page, "602", "interested")
    unsent(page, 0)
    assert outcomes() == {"602": "interested"}


def test_two_tabs_share_one_box(phone, tasks: list[Task]) -> None:
    first = phone()
    second = first.context.new_page()
    second.goto(DAY)
    first.context.set_offline(True)
    tell(first, "602", "interested")
    tell(second, "501", "refused")
    for page in (first, second):
        unsent(page, 2)
        expect(cell(page, "602")).to_have_class("cell interested")
    first.context.set_offline(False)
    for page in (first, second):
        unsent(page, 0)
    assert outcomes() == {"602": "interested", "501": "refused"} and Visit.objects.count() == 2


def test_a_browser_that_keeps_nothing_says_so_and_still_sends(phone, tasks: list[Task]) -> None:
    page = phone()
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {get() { throw new Error('private'); }})")
    page.reload()
    page.context.set_offline(True)
    tell(page, "602", "interested")
    expect(page.locator(STRIP)).to_contain_text("只在这一页里，请不要关闭")
    page.context.set_offline(False)
    unsent(page, 0)
    assert outcomes() == {"602": "interested"}


def test_what_the_server_refuses_stays_in_sight(phone, people: cast.Cast, tasks: list[Task]) -> None:
    page = phone()
    Task.objects.filter(room="602").update(station_id=people.jinling_station.pk, community_id=people.jinling.pk)
    tell(page, "602", "interested")
    tell(page, "501", "refused")
    expect(page.locator("#looks li")).to_contain_text("6 幢 2 单元 602")
    expect(page.locator(STRIP)).to_contain_text("1 条要看一看")
    assert outcomes() == {"501": "refused"} and RefusedEvent.objects.count() == 1
    page.reload()
    expect(page.locator("#looks li")).to_have_count(1)
    page.locator("#looks [data-away]").click()
    expect(page.locator("#looks")).to_be_hidden()


def test_names_are_gone_from_a_page_that_is_twelve_hours_old(phone, tasks: list[Task]) -> None:
    page = phone()
    late = dt.timedelta(hours=13) / dt.timedelta(milliseconds=1)
    page.evaluate(f"(() => {{ const now = Date.now; Date.now = () => now() + {late}; }})()")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#day")).to_contain_text("超过 12 小时")
    expect(page.locator("#door")).to_have_count(0)


def test_a_worker_shows_the_last_day_after_a_restart_in_a_lift(phone, tasks: list[Task]) -> None:
    page = phone()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.reload()
    tell(page, "602", "interested")
    unsent(page, 1)
    page.context.set_offline(False)
    unsent(page, 0)
    assert outcomes() == {"602": "interested"}


# -- Without scripts, and the look ------------------------------------------------------------------------------------


@pytest.fixture
def plain(phone, people: cast.Cast, chromium, live_server) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(
        base_url=str(live_server), java_script_enabled=False, **options_of(width=360, height=780)
    )
    sign_in(context, people.staff, str(live_server))
    yield context.new_page()
    context.close()


def test_a_whole_day_without_scripts(plain: Page, tasks: list[Task]) -> None:
    page = plain
    page.goto(DAY)
    cell(page, "602").click()
    page.locator("[value=interested]").click()
    expect(page.locator(TOAST)).to_contain_text("602 开门-有意向")
    page.locator(f"{TOAST} form button").click()
    expect(cell(page, "602")).to_have_class("cell todo")
    cell(page, "602").click()
    page.locator("[data-code=ordered] summary").click()
    page.locator("[value=ordered]").click()
    cell(page, "501").click()
    page.locator("[data-code=later] summary").click()
    page.locator("[value='later:hour']").click()
    cell(page, "502").click()
    page.locator("[value=refused]").click()
    cell(page, "502").click()
    page.locator(".told summary").click()
    page.locator(".told select").select_option("not_ordered")
    page.locator(".told [data-correct] button").click()
    page.locator("[data-pick]").click()
    for room in ("401", "403"):
        page.locator(f".slot[data-door$='|{room}'] .pick").click()
    page.locator("[data-many] .btn-primary").click()
    expect(page.locator("[data-done]")).to_have_text("5")
    page.locator(".next-line a").click()
    page.locator("[data-call] button").click()
    expect(page.locator("a.call")).to_be_visible()
    page.locator("[value=no_answer]").click()
    page.locator(".tabs a").nth(1).click()
    page.locator(".tabs a").nth(3).click()
    expect(page.locator("[data-sign-out]")).to_be_visible()
    assert outcomes() == {
        "602": "ordered", "501": "later", "502": "not_ordered", "401": "no_answer", "403": "no_answer",
        "601": "no_answer",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everything_fits_a_small_phone_and_a_thumb(phone, people: cast.Cast, tasks: list[Task], language: str) -> None:
    phone_world.today(people, [make_door(people, room="502", name="王强")])
    page = phone(language=language)
    for path in (DAY, f"{DAY}?many=1", "/phone/lists/", "/phone/me/", "/phone/messages/"):
        page.goto(path)
        assert (sideways(page), page.evaluate(SMALL)) == (0, []), path
    page.goto(f"/phone/tasks/{tasks[4].pk}/")
    for summary in page.locator(".taps summary").all():
        summary.click()
    assert (sideways(page), page.evaluate(SMALL)) == (0, [])


def test_two_taps_in_a_row_are_one_outcome(phone, tasks: list[Task]) -> None:
    page = phone()
    cell(page, "602").click()
    page.locator("[value=no_answer]").dblclick()
    expect(cell(page, "602")).to_have_class("cell no_answer")
    unsent(page, 0)
    assert Visit.objects.count() == 1 and page.url.endswith(DAY)
