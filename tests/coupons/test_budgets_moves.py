"""Money of a budget: all of a list or nothing, each key once, never below nothing, columns equal to the ledger."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.models import StaffAct
from coupons.budgets import actions, queries
from coupons.budgets.actions import Move, Short, TooLow
from coupons.budgets.models import Budget, BudgetEntry
from tests.conftest import TODAY
from tests.coupons.worlds import make_budget
from tests.factories import SHANGHAI

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)
_keys = itertools.count()


def reserve(budget: Budget, fen: int, key: str = "") -> Move:
    return Move(budget.pk, fen, 0, "reserve", 1, key or f"reserve:{next(_keys)}", "batch", 1)


def spend(budget: Budget, reserved: int, spent: int) -> Move:
    return Move(budget.pk, -reserved, spent, "spend", 1, f"spend:{next(_keys)}", "batch", 1)


def columns(budget: Budget) -> tuple[int, int, int]:
    return Budget.objects.values_list("amount", "reserved", "spent").get(pk=budget.pk)


def ledger(budget: Budget) -> tuple[int, ...]:
    sums = BudgetEntry.objects.filter(budget=budget).aggregate(a=Sum("amount"), r=Sum("reserved"), s=Sum("spent"))
    return tuple(sums[name] or 0 for name in "ars")


def test_reserved_money_is_spent_and_the_rest_released() -> None:
    budget = make_budget(amount=1000)
    actions.apply([reserve(budget, 600)])
    actions.apply([spend(budget, 200, 150)])
    actions.apply([Move(budget.pk, -400, 0, "release", 2, "release:a")])
    assert columns(budget) == ledger(budget) == (1000, 0, 150)


def test_a_key_moves_money_once_and_says_so() -> None:
    budget = make_budget(amount=1000)
    [entry] = actions.apply([reserve(budget, 600, "once")])
    assert entry == BudgetEntry.objects.get(key="once").pk
    assert actions.apply([reserve(budget, 600, "once")]) == [0]
    assert actions.apply([reserve(budget, 100, "two"), reserve(budget, 100, "two")])[1] == 0
    assert columns(budget) == ledger(budget) == (1000, 700, 0)


def test_a_move_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        actions.apply([Move(make_budget().pk, 1, 0, "reserve")])


def test_a_short_budget_names_itself_and_what_is_missing_and_nothing_is_written() -> None:
    wide, narrow = make_budget(amount=1000), make_budget(amount=100, name="小预算")
    with pytest.raises(Short) as short:
        actions.apply([reserve(wide, 500), reserve(narrow, 130)])
    assert (short.value.budget.name, short.value.missing) == ("小预算", 30)
    assert [columns(wide), columns(narrow)] == [(1000, 0, 0), (100, 0, 0)]
    assert BudgetEntry.objects.filter(kind="reserve").count() == 0


def test_the_last_fen_can_be_reserved_and_not_one_more() -> None:
    budget = make_budget(amount=1000)
    actions.apply([reserve(budget, 1000)])
    with pytest.raises(Short) as short:
        actions.apply([reserve(budget, 1)])
    assert short.value.missing == 1


def test_what_one_list_releases_another_of_its_moves_may_take() -> None:
    budget = make_budget(amount=1000)
    actions.apply([reserve(budget, 1000)])
    actions.apply([reserve(budget, 300), Move(budget.pk, -300, 0, "release", 1, "release:b")])
    assert columns(budget) == ledger(budget) == (1000, 1000, 0)


def test_nobody_releases_more_than_is_reserved() -> None:
    budget = make_budget(amount=1000)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.apply([Move(budget.pk, -1, 0, "release", 1, "release:c")])


def test_a_closed_budget_gives_nothing_more_and_takes_back_what_it_gave(people) -> None:
    budget = make_budget(amount=1000)
    actions.apply([reserve(budget, 600)])
    assert actions.set_closed(budget.pk, closed=True, by=people.manager, at=NOON)
    assert not actions.set_closed(budget.pk, closed=True, by=people.manager, at=NOON)
    with pytest.raises(Short) as short:
        actions.apply([reserve(budget, 10)])
    assert short.value.missing == 10
    actions.apply([spend(budget, 300, 250), Move(budget.pk, -300, 0, "release", 1, "release:d")])
    assert columns(budget) == ledger(budget) == (1000, 0, 250)
    assert [act.verb for act in StaffAct.objects.filter(thing="budget")] == ["close", "create"]


def test_the_amount_may_shrink_to_what_is_reserved_and_spent_and_no_further(people) -> None:
    budget = make_budget(amount=1000)
    actions.apply([reserve(budget, 600)])
    budget.amount = 599
    with pytest.raises(TooLow) as low:
        actions.change(budget, by=people.manager)
    assert low.value.least == 600
    budget.amount = 600
    assert actions.change(budget, by=people.manager, note="十月少拨")
    assert columns(budget) == ledger(budget) == (600, 600, 0)
    assert BudgetEntry.objects.filter(kind="amount").values_list("amount", flat=True)[0] == -400
    assert not actions.change(Budget.objects.get(pk=budget.pk), by=people.manager)


def test_saving_a_form_that_was_opened_before_a_coupon_was_used_forgets_no_use(people) -> None:
    budget = make_budget(amount=1000)
    opened = Budget.objects.get(pk=budget.pk)
    actions.apply([reserve(budget, 600)])
    opened.name = "五月 · 召回"
    actions.change(opened, by=people.manager)
    assert columns(budget) == ledger(budget) == (1000, 600, 0)


def test_a_place_has_one_open_budget_on_a_day(people) -> None:
    make_budget(community=people.cuiping)
    make_budget(community=people.jinling)
    make_budget(community=people.cuiping, begins_on=dt.date(2018, 6, 1), ends_on=dt.date(2018, 6, 30))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_budget(community=people.cuiping, begins_on=dt.date(2018, 5, 31), ends_on=dt.date(2018, 6, 1))
    make_budget(), make_budget()  # of the company, which may have several


def test_limits_are_the_open_budgets_of_these_places_on_that_day(people) -> None:
    from_may = make_budget(community=people.cuiping)
    make_budget(community=people.jinling)
    make_budget()
    station = make_budget(station=people.cuiping_station)
    closed = make_budget(station=people.jinling_station)
    actions.set_closed(closed.pk, closed=True, by=None, at=NOON)
    stations = [people.cuiping_station.pk, people.jinling_station.pk]
    assert queries.limits_on(TODAY, [people.cuiping.pk], stations) == [from_may, station]
    assert queries.limits_on(dt.date(2018, 6, 1), [people.cuiping.pk], stations) == []
    assert queries.limits_on(dt.date(2018, 5, 31), [people.cuiping.pk], []) == [from_may]


MOVES = st.lists(
    st.tuples(
        st.integers(0, 2),  # which budget
        st.sampled_from(["reserve", "spend", "release", "unspend", "amount", "again"]),
        st.integers(1, 700),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_columns_equal_the_ledger_after_whatever_happens(db, drawn: list[tuple[int, str, int]]) -> None:
    with transaction.atomic():
        budgets = [make_budget(amount=1000) for _ in range(3)]
        for which, kind, fen in drawn:
            happen(budgets[which], kind, fen)
            assert all(columns(budget) == ledger(budget) for budget in budgets)
        assert all(reserved + spent <= amount for amount, reserved, spent in map(columns, budgets))
        transaction.set_rollback(True)


def happen(budget: Budget, kind: str, fen: int) -> None:
    """One act of the business; what the budget does not hold is refused and changes nothing."""
    _amount, reserved, spent = columns(budget)
    part = {
        "reserve": (fen, 0),
        "spend": (-min(fen, reserved), min(fen // 2, reserved)),
        "release": (-min(fen, reserved), 0),
        "unspend": (0, -min(fen, spent)),
        "again": (fen, 0),
    }
    try:
        if kind == "amount":
            actions.change(Budget(pk=budget.pk, **fields_of(budget) | {"amount": fen * 2}), by=None)
        else:
            key = "again" if kind == "again" else f"h:{next(_keys)}"
            actions.apply([Move(budget.pk, *part[kind], kind.replace("again", "reserve"), 1, f"{key}:{budget.pk}")])
    except (Short, TooLow):
        pass


def fields_of(budget: Budget) -> dict:
    return {name: getattr(budget, name) for name in ("name", "begins_on", "ends_on", "community", "station")}


def test_a_move_is_one_statement_a_budget_and_one_for_the_ledger(django_assert_num_queries) -> None:
    first, second = make_budget(), make_budget()
    moves = [reserve(budget, 10) for budget in (second, first) for _ in range(20)]
    with django_assert_num_queries(5) as asked:  # savepoint, entries, two budgets, savepoint
        actions.apply(moves)
    taken = [query["sql"] for query in asked.captured_queries if "UPDATE" in query["sql"]]
    assert [f"id = {budget.pk}\n" in text for budget, text in zip((first, second), taken, strict=True)] == [True] * 2
