"""A coupon given at a door: approved at the desk, put on the account from a phone, counted with the visits and the
batch."""

import datetime as dt
from threading import Thread

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.drives.models import Offer, Task
from campaigns.visits.models import Visit
from coupons.batches.models import Batch
from coupons.grants.models import Grant
from tests import cast
from tests.campaigns import phone_world
from tests.campaigns.phone_walking import DAY, cell, unsent
from tests.coupons.worlds import make_batch, make_budget, make_coupon
from tests.standings import run_done

pytestmark = pytest.mark.browser
MANY, OFF = 2, 1200
APPROVE = "button[value=approve]"


@pytest.fixture
def batch(people: cast.Cast, transactional_db: None) -> Batch:
    """Two coupons of 12 yuan to be handed out one by one to anybody, handed in by the operator."""
    today = timezone.localdate()
    budget = make_budget(begins_on=today - dt.timedelta(days=30), ends_on=today + dt.timedelta(days=60))
    return make_batch(
        by=people.operator, at=timezone.now(), submitted=True, origin="open", quantity=MANY, audience="",
        coupon=make_coupon(name="上门券", amount_off=OFF, valid_days=30), budget=budget,
    )  # fmt: skip


@pytest.fixture
def tasks(people: cast.Cast, batch: Batch) -> list[Task]:
    """Doors of a drive that offers this coupon."""
    run_done(timezone.localdate())
    found = phone_world.walk(people)
    Offer.objects.update(batch=batch)
    return found


def approve(page: Page) -> None:
    page.click("td a.strong")
    page.fill("input[name=comment]", "上门当面给")
    page.click(APPROVE)
    expect(page.locator(".toast-line")).to_contain_text("已通过")


def tell(page: Page, room: str, outcome: str) -> None:
    cell(page, room).click()
    if outcome == "ordered":
        page.locator("[data-code=ordered] summary").click()
    page.locator(f"[value={outcome}]").click()
    expect(page.locator("#day")).to_be_visible()
    page.wait_for_timeout(400)  # a second tap meant for the button is none for a door


def test_a_coupon_of_an_open_batch_is_on_the_account_and_counted_in_both_places(
    visit, people: cast.Cast, worker: Thread, batch: Batch, tasks: list[Task]
) -> None:
    # The manager approves; the worker opens it for handing out.
    desk = visit("/approvals/", by=people.manager)
    approve(desk)
    desk.goto(f"/batches/{batch.number}/")
    expect(desk.locator("#state")).to_have_text("发放中")

    # At three doors: an order and an interest with the coupon, a refusal without one.
    phone = visit(DAY, by=people.staff, width=360, height=780)
    cell(phone, "602").click()
    expect(phone.locator("[data-f=gives]")).to_contain_text("满 ¥49 减 ¥12")
    phone.go_back()
    for room, outcome in (("602", "ordered"), ("604", "interested"), ("501", "refused")):
        tell(phone, room, outcome)
    unsent(phone, 0)
    given = {one.customer_id: one for one in Grant.objects.filter(batch=batch)}
    told = {visit.task.room: visit for visit in Visit.objects.select_related("task", "grant")}
    assert {room: visit.grant for room, visit in told.items()} == {
        "602": given[told["602"].customer_id], "604": given[told["604"].customer_id], "501": None,
    }  # fmt: skip

    # The batch is handed out, to these two, at the cost that was reserved.
    desk.reload()
    expect(desk.locator("#state")).to_have_text("已发放")
    expect(desk.locator("#handed-out tbody tr")).to_have_count(MANY)
    batch.refresh_from_db()
    assert (batch.issued, sum(one.reserved for one in given.values())) == (MANY, MANY * OFF)

    # A third customer is told that none is left; the outcome counts all the same.
    tell(phone, "401", "interested")
    unsent(phone, 0)
    assert Visit.objects.get(task__room="401").grant is None

    # The visit table counts four doors, all opened, one order; the drive counts the same.
    desk.goto("/visits/")
    total = desk.locator("table tfoot tr").first
    expect(total.locator("a[href*='what=visited']").first).to_have_text("4")
    expect(total.locator("a[href*='what=opened']").first).to_have_text("4")
    expect(total.locator("a[href*='what=ordered']").first).to_have_text("1")
