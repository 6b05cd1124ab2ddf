"""A recall drive in a browser: planned with its preview, started, its tasks given to somebody else, handed over."""

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.drives.models import Drive, Task
from communities.models import Assignment, StaffMember
from tests import cast
from tests.campaigns.drives_world import make_doors, running_drive

pytestmark = pytest.mark.browser


@pytest.fixture
def colleague(people: cast.Cast) -> StaffMember:
    made = StaffMember.objects.create_user(username="colleague", password="a long password", name="小周")
    Assignment.objects.create(staff=made, role="station_staff", station=people.cuiping_station)
    return made


@pytest.fixture
def silent(people: cast.Cast) -> None:
    """Thirty silent doors of Cuiping that are worth waking, five who are not, four of Jinling."""
    make_doors(people, 30, standing={"rfm_class": "win_back"})
    make_doors(people, 5, standing={"rfm_class": "lost"})
    make_doors(people, 4, at="jinling", standing={"rfm_class": "rescue"})


def numbers(page: Page, where: str) -> list[int]:
    texts = page.locator(where).all_inner_texts()
    return [int(re.sub(r"[^\d-]", "", text.replace("−", "-"))) for text in texts]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_manager_plans_starts_and_gives_tasks_to_somebody_else(
    visit, people: cast.Cast, silent: None, colleague: StaffMember, complaints
) -> None:
    complaints.allowed += ["htmx:"]  # a preview on its way when the plan is saved
    page = visit("/drives/", by=people.manager)
    page.click(".empty .btn-primary")

    # Whom one usually recalls stands there; without best-by-margin everybody is met at the door.
    facts = "#drive-preview .subtraction dd"
    expect(page.locator("#drive-audience a")).to_contain_text("34 人")
    page.uncheck("input[name=best_channel]")
    expect(page.locator("#drive-preview")).to_contain_text("上门")
    page.fill("input[name=holdout]", "50")
    page.press("input[name=holdout]", "Tab")
    expect(page.locator(facts).nth(2)).to_have_text("−17")
    page.click(".pickers > summary")
    page.select_option("select[name=community]", "cuiping")
    expect(page.locator("#drive-audience a")).to_contain_text("30 人")
    expect(page.locator("#drive-crew")).to_contain_text("翠屏站")
    page.fill("input[name=name]", "翠屏上门召回")
    page.fill("textarea[name=offer-0-script]", "{name}您好，今天{goods}{price}")
    page.fill("input[name=offer-0-product]", "五花肉")
    page.fill("input[name=offer-0-price]", "19.9")
    page.press("input[name=offer-0-price]", "Tab")
    expect(page.locator("#drive-preview .said")).to_contain_text("王先生您好，今天五花肉¥19.9")
    page.click("form[hx-post] .form-foot .btn-primary")

    # The draft says the same; it starts with what was seen.
    page.wait_for_url(re.compile(r"/drives/R-\d+/$"))
    assert numbers(page, ".subtraction .sum dd") == [30, 15]
    expect(page.locator("#state")).to_have_text("草稿")
    page.click(".head .btn-primary")
    expect(page.locator("#state")).to_have_text("运行中")
    drive = Drive.objects.get()
    assert (drive.state, drive.tasks_made, drive.control) == ("running", 15, 15)

    # Two tasks are ticked and given to a colleague.
    page.click(".head .btn-primary")
    boxes = page.locator("tbody input[name=id]")
    expect(boxes).to_have_count(15)
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator(".bulk")).to_contain_text("2")
    Task.objects.update(assignee=people.staff)
    page.select_option(".bulk select[name=to]", str(colleague.pk))
    page.click(".bulk .btn-primary")
    expect(page.locator(".toast-line")).to_contain_text("2 项任务已转给 小周")
    assert Task.objects.filter(assignee=colleague).count() == 2

    # Half-way the rest is handed over on the drive's own page, on a phone.
    phone = visit(f"/drives/{drive.number}/", by=people.lead, width=375, height=800)
    assert sideways(phone) == 0
    phone.click("tr:has(td.inset:has-text('staff')) summary")
    phone.select_option("tr:has(td.inset:has-text('staff')) select[name=to]", str(colleague.pk))
    phone.click("tr:has(td.inset:has-text('staff')) form .btn")
    expect(phone.locator(".toast-line")).to_contain_text("13 项任务已转给 小周")
    assert Task.objects.filter(assignee=colleague).count() == 15


def test_an_outcome_is_typed_in_from_a_walk_list(visit, people: cast.Cast, silent: None) -> None:
    drive = running_drive(people, make_doors(people, 3), assignee=people.staff)
    page = visit(f"/drives/{drive.number}/print/?person={people.staff.pk}", by=people.lead)
    expect(page.locator(".walk tbody tr")).to_have_count(3)
    expect(page.locator(".watermark")).to_contain_text("staff")
    page.goto(page.url.split("/print")[0] + "/tasks/")
    page.click("td a.strong >> nth=0")
    page.select_option("select[name=outcome]", "ordered")
    page.fill("input[name=amount]", "39.8")
    page.click("#paper .btn-primary")
    expect(page.locator(".toast-line")).to_contain_text("结果已录入")
    expect(page.locator(".events")).to_contain_text("开门-当场下单")
    expect(page.locator(".events")).to_contain_text("¥39.80")
