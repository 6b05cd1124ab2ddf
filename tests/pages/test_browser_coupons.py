"""A coupon's whole way in a browser: drafted from a list, approved on a phone, issued, used, and what it brought."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from coupons.batches.models import Batch
from coupons.definitions.rules import Basket
from coupons.grants import actions as grants
from coupons.grants.models import Grant
from opsdesk import work
from opsdesk.lib.runs.models import Job
from tests import cast
from tests.coupons.granting import approved, customers, issued
from tests.coupons.worlds import make_batch, make_budget, make_coupon
from tests.importing import HEAD, row
from tests.standings import buyer
from users.customers.models import Customer

pytestmark = pytest.mark.browser
MEANT, HELD_OUT, GET_IT = 120, 36, 84
USE_IT, COME_ANYWAY = 42, 9  # half of those with a coupon buy, and a quarter of those held out
LIST = "/customers/?rfm=win_back"
APPROVE = "button[value=approve]"


@pytest.fixture
def shop(people: cast.Cast, settings, tmp_path: Path) -> Callable[[int], dict[str, Any]]:
    """`shop(120)`: so many who used to buy, five others, a coupon of 12 yuan from 49, money for it."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    today = timezone.localdate()
    last = today - dt.timedelta(days=20)
    days = {"as_of": today, "first_purchase": last, "last_order": last, "rfm_last_day": last}

    def opened(lapsed: int) -> dict[str, Any]:
        for rfm_class in ["champion"] * 5 + ["win_back"] * lapsed:
            buyer(community=people.cuiping, standing={"rfm_class": rfm_class, **days})
        term = {"begins_on": today - dt.timedelta(days=30), "ends_on": today + dt.timedelta(days=60)}
        return {"coupon": make_coupon(name="老客回访券", valid_days=30), "budget": make_budget(name="召回", **term)}

    return opened


@pytest.fixture
def waiting(people: cast.Cast, shop) -> Batch:
    """Six people's batch, handed in by the operator."""
    return make_batch(by=people.operator, at=timezone.now(), submitted=True, audience="rfm=win_back", **shop(6))


# -- What people do ---------------------------------------------------------------------------------------------------


def draft_and_hand_in(page: Page) -> None:
    """From the customer list to a batch that holds out thirty of a hundred; ends on the batch's page."""
    page.click(".toolbar button[formaction^='/batches/from-list/']")
    page.fill("input[name=name]", "老客回访")
    page.select_option("select[name=coupon]", index=1)
    page.select_option("select[name=budget]", index=1)
    page.fill("input[name=holdout]", "30")
    page.click("form[hx-post] .btn-primary")
    page.wait_for_url(re.compile(r"/batches/\d+/$"))
    page.click("button[value=submit]")
    expect(page.locator("#state")).to_have_text("待审批")


def open_batch(page: Page, rail: str = "/batches/") -> None:
    page.click(f".rail a[href='{rail}']")
    page.click("td a.strong")


def send(page: Page, file: Path) -> None:
    page.click(".rail a[href='/imports/']")
    page.set_input_files("input[type=file]", file)
    page.fill("input[name=source]", "APP 后台")
    page.click("form[data-upload] .btn-primary")
    page.click(".dock .btn-primary")
    expect(page.locator(".equation")).to_be_visible()


def numbers(page: Page, where: str) -> list[int]:
    """Figures as printed, without the words around them; money in fen when it is printed so."""
    return [int(re.sub(r"[^\d-]", "", text.replace("−", "-"))) for text in page.locator(where).all_inner_texts()]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# -- What time and the shop do ----------------------------------------------------------------------------------------


def eight_days_go_by() -> None:
    """What was issued just now was issued eight days ago."""
    ago = dt.timedelta(days=8)
    Batch.objects.update(issued_at=F("issued_at") - ago)
    Grant.objects.update(
        issued_at=F("issued_at") - ago, valid_from=F("valid_from") - ago, expires_at=F("expires_at") - ago
    )


def orders(path: Path) -> Path:
    """What the shop tells of five days ago: who used the coupon, and who of those held out came anyway."""
    day = timezone.localdate() - dt.timedelta(days=5)
    using = Grant.objects.order_by("customer_id")[:USE_IT].values_list("customer__phone", "code")
    held_out = Batch.objects.get().members.filter(fate="control").values("customer_id")
    anyway = Customer.objects.unscoped("a test looks").filter(pk__in=held_out).order_by("pk")[:COME_ANYWAY]
    told = [(phone, "48.00", "12.00", code) for phone, code in using] + [(one.phone, "48.00", "", "") for one in anyway]
    lines = [
        f"{row(f'C{at}', phone, amount=paid, at=f'{day} 09:30:00')},{off},{code}"
        for at, (phone, paid, off, code) in enumerate(told)
    ]
    path.write_text("\n".join([f"{HEAD},优惠金额,优惠券码", *lines, ""]))
    return path


def wait_for_the_night(page: Page) -> None:
    """The night that follows an import reads the uses and measures."""
    for _look in range(150):
        if Job.objects.filter(kind=work.NIGHTLY, state=Job.State.DONE).exists():
            return
        page.wait_for_timeout(200)
    raise AssertionError(list(Job.objects.values_list("kind", "state", "error")))


def test_from_the_customer_list_to_what_it_brought(
    visit, people: cast.Cast, worker: Thread, shop, complaints, tmp_path: Path
) -> None:
    shop(MEANT)
    complaints.allowed += ["htmx:"]  # the preview on its way when the draft is saved

    # One manager drafts from the list and hands in; they cannot approve it.
    page = visit(LIST, by=people.manager)
    draft_and_hand_in(page)
    assert numbers(page, ".subtraction >> nth=0 >> dd") == [MEANT, MEANT, -HELD_OUT, GET_IT]
    expect(page.locator(".head a[href^='/approvals/']")).to_have_count(0)
    open_batch(page, "/approvals/")
    expect(page.locator(".dock-words")).to_contain_text("由别人来决定")
    expect(page.locator(APPROVE)).to_have_count(0)

    # Another approves on a phone, and says why the price is fair.
    phone = visit("/", by=people.manager2, width=375, height=800)
    phone.click("main a[href^='/approvals/']")
    expect(phone.locator(".tile .figure").first).to_have_text(str(GET_IT))
    phone.fill("input[name=comment]", "新客另有新人价")
    phone.press("input[name=comment]", "Enter")  # a slip of the thumb decides nothing
    assert sideways(phone) == 0
    phone.click(APPROVE)
    expect(phone.locator(".toast-line")).to_contain_text("已通过，发 84 人")

    # The worker issues, and the page that stands open says so.
    open_batch(page)
    expect(page.locator("#state")).to_have_text("已发放")
    assert numbers(page, "#progress dd") == [GET_IT, 0, GET_IT, 0, 0, 0]

    # Eight days later the shop's orders come in with the codes that were used.
    eight_days_go_by()
    send(page, orders(tmp_path / "orders.csv"))
    wait_for_the_night(page)
    open_batch(page)
    assert numbers(page, "#progress dd") == [GET_IT, USE_IT, GET_IT - USE_IT, 0, 0, USE_IT * 1200]

    # Half of the treated bought, a quarter of the others: 21 purchases more, for 504 yuan.
    expect(page.locator("#effect")).to_contain_text("已发 84 人，对照 36 人")
    purchases = page.locator("#effect tbody tr").first
    treated, held_out = (float(text) for text in purchases.locator("td").all_inner_texts()[1:3])
    assert int(purchases.locator("b").inner_text()) == round((treated - held_out) * GET_IT) == 21
    cost, each = page.locator("#effect .facts dd").all_inner_texts()[:2]
    assert (cost, each.split()[0]) == ("¥504", "¥24.00")
    phone.goto(page.url)
    assert sideways(phone) == 0
    page.click("#effect .segmented a >> nth=1")
    expect(page.locator("#effect")).to_contain_text("观察期还没有结束")


def test_who_reads_only_finds_no_button_to_approve(visit, people: cast.Cast, waiting: Batch, complaints) -> None:
    complaints.allowed.append("403")
    page = visit("/", by=people.analyst)
    open_batch(page)
    expect(page.locator("#state")).to_have_text("待审批")
    expect(page.locator("main button[name=verb], a[href^='/approvals/']")).to_have_count(0)
    page.goto(f"/approvals/{waiting.number}/")
    expect(page.locator("main")).to_contain_text("您的角色不能打开此页")


def test_the_second_of_two_approvers_is_told_who_was_first(
    visit, people: cast.Cast, waiting: Batch, complaints
) -> None:
    complaints.allowed.append("409")
    first, second = (visit("/approvals/", by=by) for by in (people.manager, people.manager2))
    for page in (first, second):
        page.click("td a.strong")
        page.fill("input[name=comment]", "新客另有新人价")
    first.click(APPROVE)
    expect(first.locator(".toast-line")).to_contain_text("已通过")
    second.click(APPROVE)
    expect(second.locator(".fault")).to_contain_text("manager 已先一步")
    second.click(".fault .btn-primary")
    expect(second.locator("#state")).to_have_text("已通过")
    assert waiting.steps.filter(verb="approve").count() == 1


def test_an_edit_sends_it_back_to_draft_under_the_approvers_hand(
    visit, people: cast.Cast, waiting: Batch, complaints
) -> None:
    complaints.allowed += ["htmx:", "409"]
    approver = visit("/approvals/", by=people.manager)
    approver.click("td a.strong")
    page = visit("/batches/", by=people.operator)
    page.click("td a.strong")
    page.click("a[href$='/edit/']")
    page.fill("input[name=holdout]", "50")
    page.click("form[hx-post] .btn-primary")
    expect(page.locator("#state")).to_have_text("草稿")
    approver.fill("input[name=comment]", "新客另有新人价")
    approver.click(APPROVE)
    expect(approver.locator(".fault")).to_contain_text("operator 已先一步")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.revision, waiting.control, waiting.recipients) == ("draft", 2, 3, 3)


def test_what_was_issued_is_used_open_expired_or_void(visit, people: cast.Cast) -> None:
    batch = approved(gets=customers(9))
    issued(batch)
    now = timezone.now()
    used, *voided = Grant.objects.order_by("id")[:3]
    told = grants.Use(used.code, used.customer_id, "A1", now, 1200, Basket.of_sum(6000))
    assert grants.use(told, key="a use").taken
    for one in voided:
        grants.void(one.pk, reason="换货", by=people.manager, at=now)
    ending = Grant.objects.filter(state="open").order_by("id")[:1].values("id")
    Grant.objects.filter(pk__in=ending).update(expires_at=now)
    assert grants.expire(now) == 1

    page = visit("/batches/", by=people.analyst)
    page.click("td a.strong")
    whole, *parts, fen = numbers(page, "#progress dd")
    assert (whole, parts, fen) == (9, [1, 5, 1, 2], 1200)
    assert whole == sum(parts)


def test_ticked_rows_become_a_draft(visit, people: cast.Cast, shop) -> None:
    shop(6)
    page = visit(LIST, by=people.operator)
    for place in (0, 2):
        page.locator("input[name=id]").nth(place).check()
    page.click(".bulk button[formaction^='/batches/from-list/']")
    expect(page.locator("#batch-audience")).to_contain_text("2 人")
