"""Budgets as staff see and set them."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from communities.models import Assignment, StaffAct
from coupons.batches.models import Batch, Hold
from coupons.budgets import actions, queries
from coupons.budgets.actions import Move
from coupons.budgets.models import Budget
from tests.conftest import TODAY
from tests.coupons.worlds import make_budget, make_coupon

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(dt.datetime(2018, 5, 7, 4, tzinfo=dt.UTC), tick=False):
        yield


def typed(**fields: object) -> dict[str, object]:
    return {"name": "五月", "begins_on": "2018-05-01", "ends_on": "2018-05-31", "amount": "30,000"} | fields


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def moved(budget: Budget, reserved: int, spent: int, *, at: str, key: str, **fields: object) -> None:
    actions.apply([Move(budget.pk, reserved, spent, "spend" if spent else "reserve", 1, key, **fields)])
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    budget.entries.filter(key=key).update(at=moment)


def test_a_budget_is_opened_with_its_first_entry(people, as_):
    answer = as_("manager").post(reverse("budget-new"), typed())
    budget = Budget.objects.get()
    assert answer.url == reverse("budget", args=[budget.pk])
    assert (budget.amount, budget.entries.get().amount, budget.made_by) == (3_000_000, 3_000_000, people.manager)
    assert StaffAct.objects.get().detail == {"name": "五月", "amount": 3_000_000}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"amount": "0"}, "A budget holds something"),
        ({"amount": "-5"}, "not negative"),
        ({"ends_on": "2018-04-30"}, "cannot end before it begins"),
    ],
)
def test_nonsense_is_refused(people, as_, fields, message):
    answer = as_("manager").post(reverse("budget-new"), typed(**fields), **ENGLISH)
    assert message in text(answer)
    assert Budget.objects.count() == 0


def test_a_place_with_a_budget_for_these_days_is_refused_in_words(people, as_):
    make_budget(community=people.cuiping)
    form = typed(community=people.cuiping.pk, begins_on="2018-05-20", ends_on="2018-06-20")
    assert "has the budget 五月 for some of these days" in text(
        as_("manager").post(reverse("budget-new"), form, **ENGLISH)
    )
    both = typed(community=people.jinling.pk, station=people.jinling_station.pk)
    assert "not both" in text(as_("manager").post(reverse("budget-new"), both, **ENGLISH))
    assert Budget.objects.count() == 1


def test_an_amount_below_what_is_held_is_refused_with_what_is_held(people, as_):
    budget = make_budget(amount=100_000)
    actions.apply([Move(budget.pk, 60_000, 0, "reserve", 1, "a")])
    edit = reverse("budget-edit", args=[budget.pk])
    assert "¥600.00 are reserved or spent" in text(as_("manager").post(edit, typed(amount="599.99"), **ENGLISH))
    assert as_("manager").post(edit, typed(amount="600", note="少拨")).status_code == 302
    assert Budget.objects.get().left == 0
    assert [entry.note for entry in budget.entries.all()] == ["少拨", "", ""]


def test_a_closed_budget_says_so_and_opens_again_unless_another_took_its_place(people, as_):
    budget = make_budget(community=people.cuiping)
    client = as_("manager")
    client.post(reverse("budget-close", args=[budget.pk]))
    assert "reserves nothing more" in text(client.get(reverse("budget", args=[budget.pk]), **ENGLISH))
    make_budget(community=people.cuiping)
    answer = client.post(reverse("budget-reopen", args=[budget.pk]), follow=True, **ENGLISH)
    assert "has another budget for some of these days" in text(answer)
    assert Budget.objects.get(pk=budget.pk).closed_at is not None


def test_the_ledger_leads_to_batches_and_sums_up_on_every_page_of_it(people, as_):
    company, limit = make_budget(amount=100_000), make_budget(amount=100_000, community=people.cuiping)
    batch = Batch.objects.create(number="B-0412", name="沉默肉品", coupon=make_coupon(), budget=company)
    Hold.objects.create(batch=batch, budget=limit, community_id=people.cuiping.pk)
    for number in range(120):
        move = [Move(one.pk, 10, 0, "reserve", 1, f"{one.pk}:{number}", "batch", batch.pk) for one in (company, limit)]
        actions.apply(move)
    for budget in (company, limit):
        page = as_("manager").get(reverse("budget", args=[budget.pk]))
        assert "B-0412" in text(page)
        first, last = page.context["entries"][0][0], page.context["entries"][-1][0]
        assert (first.reserved, first.left, last.reserved) == (1200, 98_800, 710)
        older = as_("manager").get(f"{reverse('budget', args=[budget.pk])}?after={page.context['page'].after}")
        assert older.context["entries"][0][0].reserved == 700


def test_the_file_of_a_ledger_holds_every_entry_with_its_running_sums(people, as_):
    budget = make_budget(amount=100_000)
    moved(budget, 6000, 0, at="2018-05-02 04:00", key="a")
    moved(budget, -6000, 5000, at="2018-05-03 04:00", key="b")
    answer = as_("analyst").get(reverse("budget-csv", args=[budget.pk]))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[3] == "2018-05-03 12:00:00,spend,0,-60,50,1,,,,1000,0,50,b"
    assert len(lines) == 5


def test_a_budget_that_is_spent_too_fast_says_when_it_will_be_gone(people):
    budget = make_budget(amount=100_000)
    assert queries.report([budget], TODAY)[0].runs_out_on is None
    moved(budget, 0, 35_000, at="2018-05-06 04:00", key="a")
    budget.refresh_from_db()
    [report] = queries.report([budget], TODAY)
    assert (report.pace, report.at_end) == (5000, 100_000)  # seven days in force
    assert report.runs_out_on == dt.date(2018, 5, 20)  # 65,000 left at 5,000 a day
    [late] = queries.report([budget], dt.date(2018, 5, 31))
    assert (late.runs_out_on, late.at_end) == (None, 35_000)


def test_weeks_without_an_entry_are_drawn_too(people):
    budget = make_budget()
    moved(budget, 900, 0, at="2018-05-02 04:00", key="a")
    moved(budget, -900, 700, at="2018-05-20 17:00", key="b")  # Monday in Shanghai already
    budget.entries.filter(kind="amount").update(at=dt.datetime(2018, 5, 1, 4, tzinfo=dt.UTC))
    weeks = [(week.monday.day, week.reserved, week.released, week.spent) for week in queries.weeks(budget)]
    assert weeks == [(30, 900, 0, 0), (7, 0, 0, 0), (14, 0, 0, 0), (21, 0, 0, 700)]


def test_the_company_and_other_places_are_not_shown_to_whoever_sees_one_community(people, as_):
    company, own = make_budget(), make_budget(community=people.jinling, name="金陵限额")
    foreign = make_budget(station=people.cuiping_station, name="翠屏限额")
    client = as_("jinling_analyst")
    page = client.get(reverse("budgets"))
    assert [report.budget for period in page.context["now"] for report in period.reports] == [own]
    for budget in (company, foreign):
        assert client.get(reverse("budget", args=[budget.pk])).status_code == 404
        assert client.get(reverse("budget-csv", args=[budget.pk])).status_code == 404


def test_a_manager_of_one_community_sets_limits_there_and_nowhere_else(people, as_):
    Assignment.objects.create(staff=people.newcomer, role="operations_manager", community=people.jinling)
    client = as_("newcomer")
    for place in ({}, {"community": people.cuiping.pk}, {"station": people.cuiping_station.pk}):
        assert client.post(reverse("budget-new"), typed(**place)).status_code == 200
    assert Budget.objects.count() == 0
    assert client.post(reverse("budget-new"), typed(community=people.jinling.pk)).status_code == 302
    station = typed(station=people.jinling_station.pk)
    assert client.post(reverse("budget-new"), station).status_code == 302
    foreign = make_budget(community=people.cuiping)
    assert client.post(reverse("budget-close", args=[foreign.pk])).status_code == 404


def test_past_periods_are_folded_and_the_companys_budgets_added_up(people, as_):
    make_budget(name="召回"), make_budget(name="拉新", amount=500_000)
    make_budget(community=people.cuiping)
    make_budget(begins_on=dt.date(2018, 4, 1), ends_on=dt.date(2018, 4, 30))
    page = as_("analyst").get(reverse("budgets"), **ENGLISH)
    [now], [past] = page.context["now"], page.context["past"]
    assert (now.total.amount, past.total) == (1_500_000, None)
    assert "1 past period" in text(page)


def test_pages_ask_no_more_for_many_budgets_than_for_few(people, as_, django_assert_max_num_queries):
    for _ in range(30):
        make_budget()
    client = as_("analyst")
    with django_assert_max_num_queries(11):
        client.get(reverse("budgets"))
