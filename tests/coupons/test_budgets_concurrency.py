"""A budget under fifty hands: never one fen over, never twice, never stuck. Each promise has its failing control."""

import random
import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from coupons.budgets import actions
from coupons.budgets.actions import Move, Short
from coupons.budgets.models import Budget, BudgetEntry
from opsdesk.lib import sql
from tests.coupons.two_hands import Hand, two_hands
from tests.coupons.worlds import make_budget
from tests.hands import at_once, deadlocks

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, COUPON = 50, 10
_keys = count()


def reserve(budget: Budget, fen: int, key: str = "") -> Move:
    return Move(budget.pk, fen, 0, "reserve", 1, key or f"reserve:{next(_keys)}")


def columns(budget: Budget) -> tuple[int, int, int]:
    return Budget.objects.values_list("amount", "reserved", "spent").get(pk=budget.pk)


def ledger_sum(budget: Budget) -> int:
    return BudgetEntry.objects.filter(budget=budget).aggregate(n=Sum("reserved"))["n"] or 0


def sells(sell: Callable[[Budget], bool], budget: Budget, times: int = 20) -> Callable[[], int]:
    return lambda: sum(sell(budget) for _ in range(times))


def guarded(budget: Budget) -> bool:
    try:
        actions.apply([reserve(budget, COUPON)])
    except Short:
        return False
    return True


def unguarded(budget: Budget) -> bool:
    """The control: look first, then write what was computed from the look."""
    with transaction.atomic():
        amount, reserved, spent = columns(budget)
        sql.rows("SELECT pg_sleep(0.002)")  # the time that any other work takes in between
        if amount < reserved + spent + COUPON:
            return False
        Budget.objects.filter(pk=budget.pk).update(reserved=reserved + COUPON)
        BudgetEntry.objects.create(budget=budget, kind="reserve", reserved=COUPON, grants=1, key=f"c:{next(_keys)}")
    return True


@pytest.mark.parametrize("round_", range(20))
def test_fifty_at_once_sell_a_budget_to_the_last_fen_and_not_one_over(round_: int) -> None:
    budget = make_budget(amount=1000)
    sold = sum(at_once(*[sells(guarded, budget, times=5)] * THREADS))
    assert sold * COUPON == 1000
    assert columns(budget) == (1000, 1000, 0)
    assert ledger_sum(budget) == 1000


def test_looking_first_and_writing_then_oversells() -> None:
    budget = make_budget(amount=1000)
    sold = sum(at_once(*[sells(unguarded, budget)] * THREADS))
    assert sold * COUPON > 1000
    assert ledger_sum(budget) != columns(budget)[1]


def test_one_key_by_fifty_at_once_moves_money_once() -> None:
    budget = make_budget(amount=1000)
    entries = at_once(*[lambda: actions.apply([reserve(budget, COUPON, "one")])[0]] * THREADS)
    assert sorted(map(bool, entries)) == [False] * (THREADS - 1) + [True]
    assert columns(budget) == (1000, COUPON, 0)


def both_ways(first: Budget, second: Budget) -> list[Callable[[], object]]:
    """Half of them name the one budget first, half the other, each with keys that others bring too."""
    shared = [f"shared:{number}" for number in range(10)]

    def work(seed: int) -> Callable[[], object]:
        def many() -> None:
            dice = random.Random(seed)
            for _ in range(10):
                pair = [reserve(first, 1), reserve(second, 1), reserve(first, 1, dice.choice(shared))]
                dice.shuffle(pair)
                actions.apply(pair)

        return many

    return [work(seed) for seed in range(20)]


def test_two_budgets_taken_in_either_order_never_wait_in_a_circle() -> None:
    before = deadlocks()
    first, second = make_budget(amount=10_000), make_budget(amount=10_000)
    at_once(*both_ways(first, second))
    assert deadlocks() == before
    assert ledger_sum(first) + ledger_sum(second) == columns(first)[1] + columns(second)[1]
    assert columns(second)[1] == 200


def test_two_budgets_taken_as_they_come_wait_in_a_circle() -> None:
    """The control: the same two rows in the order of whoever asks."""
    first, second = make_budget(), make_budget()
    gate = threading.Barrier(2)

    def take(*budgets: Budget) -> str:
        try:
            with transaction.atomic():
                for number, budget in enumerate(budgets):
                    sql.run("UPDATE coupons_budget SET reserved = reserved + 1 WHERE id = %(id)s", id=budget.pk)
                    if number == 0:
                        gate.wait(30)
        except Exception as error:
            return str(error)
        return ""

    told = at_once(lambda: take(first, second), lambda: take(second, first))
    assert [("deadlock" in text) for text in sorted(told)] == [False, True]


# -- Step by step, by two hands ------------------------------------------------------------------------------------


@pytest.fixture
def hands() -> Iterator[tuple[Hand, Hand]]:
    with two_hands() as both:
        yield both


def tries(*moves: Move) -> Callable[[], str]:
    def work() -> str:
        try:
            actions.apply(moves)
        except Short as short:
            return f"{short.budget.name} {short.missing}"
        return "done"

    return work


@pytest.fixture
def month(people) -> tuple[Budget, Budget]:
    """The company's and one community's of the same month, each with room for one of two batches of 60."""
    return make_budget(amount=100, name="company"), make_budget(amount=100, name="limit", community=people.cuiping)


def sixty(month: tuple[Budget, Budget], key: str) -> list[Move]:
    return [reserve(budget, 60, f"{key}:{budget.name}") for budget in month]


def test_the_second_of_two_approvals_waits_and_then_finds_the_budget_short(hands, month) -> None:
    one, other = hands
    one.begins()
    assert one.does(tries(*sixty(month, "a"))).result() == "done"
    asked = other.does(tries(*sixty(month, "b")))
    assert other.waits()
    one.ends()
    assert asked.result() == "company 20"
    assert [columns(budget)[1] for budget in month] == [60, 60]
    assert BudgetEntry.objects.filter(kind="reserve").count() == 2


def test_the_second_of_two_approvals_goes_through_when_the_first_is_taken_back(hands, month) -> None:
    one, other = hands
    one.begins()
    one.does(tries(*sixty(month, "a"))).result()
    asked = other.does(tries(*sixty(month, "b")))
    assert other.waits()
    one.ends(well=False)
    assert asked.result() == "done"
    assert [columns(budget)[1] for budget in month] == [60, 60]
    assert ledger_sum(month[0]) == 60


def test_a_look_that_is_old_by_the_time_of_writing_reserves_nothing_too_much(hands, month) -> None:
    """Write skew: each has read that both budgets have room, and each writes what the other has not read."""
    one, other = hands
    for hand in hands:
        hand.begins()
        assert hand.does(lambda: [columns(budget)[1] for budget in month]).result() == [0, 0]
    assert one.does(tries(sixty(month, "a")[0])).result() == "done"
    assert other.does(tries(sixty(month, "b")[1])).result() == "done"
    crossed = one.does(tries(sixty(month, "a")[1]))
    assert one.waits()
    other.ends()
    assert crossed.result() == "limit 20"
    one.ends(well=False)
    assert [columns(budget)[1] for budget in month] == [0, 60]


def test_the_same_approval_sent_again_before_the_first_has_ended_counts_once(hands, month) -> None:
    one, other = hands
    one.begins()
    one.does(tries(*sixty(month, "a"))).result()
    asked = other.does(tries(*sixty(month, "a")))
    assert other.waits()
    one.ends()
    assert asked.result() == "done"
    assert [columns(budget)[1] for budget in month] == [60, 60]


def test_closing_waits_for_a_reservation_and_the_next_finds_it_closed(hands, month) -> None:
    one, other = hands
    company = month[0]
    one.begins()
    one.does(tries(reserve(company, 10))).result()
    closing = other.does(lambda: actions.set_closed(company.pk, closed=True, by=None, at=company.made_at))
    assert other.waits()
    one.ends()
    assert closing.result() is True
    assert one.does(tries(reserve(company, 10))).result() == "company 10"


def test_an_amount_is_lowered_against_what_is_reserved_at_that_moment(hands, month) -> None:
    one, other = hands
    company = month[0]
    lower = Budget.objects.get(pk=company.pk)
    lower.amount = 50

    def lowers() -> str:
        try:
            actions.change(lower, by=None)
        except actions.TooLow as low:
            return f"least {low.least}"
        return "done"

    one.begins()
    one.does(tries(reserve(company, 60))).result()
    asked = other.does(lowers)
    assert other.waits()
    one.ends()
    assert asked.result() == "least 60"
    assert columns(company) == (100, 60, 0)


def test_a_reservation_waits_for_an_amount_that_is_being_lowered(hands, month) -> None:
    one, other = hands
    company = Budget.objects.get(pk=month[0].pk)
    company.amount = 50
    one.begins()
    one.does(lambda: actions.change(company, by=None)).result()
    asked = other.does(tries(reserve(company, 60)))
    assert other.waits()
    one.ends()
    assert asked.result() == "company 10"
    assert columns(company) == (50, 0, 0)


def test_the_database_itself_refuses_what_goes_round_the_door(month) -> None:
    with pytest.raises(IntegrityError, match="budget_never_exceeded"):
        Budget.objects.filter(pk=month[0].pk).update(reserved=101)
