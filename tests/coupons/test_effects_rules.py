import datetime as dt

import pytest

from coupons.effects import rules
from coupons.effects.rules import Arm


def arm(purchases: list[int], net: int = 1000, profit: int = 250) -> Arm:
    """Customers with these numbers of purchases, each of one order, `net` and `profit` fen."""
    return Arm(
        people=len(purchases),
        buyers=sum(n > 0 for n in purchases),
        purchases=sum(purchases),
        purchases_sq=sum(n * n for n in purchases),
        orders=sum(purchases),
        orders_sq=sum(n * n for n in purchases),
        net=sum(purchases) * net,
        net_sq=sum(n * n for n in purchases) * net**2,
        profit=sum(purchases) * profit,
        profit_sq=sum(n * n for n in purchases) * profit**2,
    )


MANY, FEW = [1] * 60 + [0] * 40, [1] * 20 + [0] * 80


def told(treated: list[int], control: list[int], *, over: bool = True, cost: int = 0) -> rules.Effect:
    return rules.effect([(arm(treated), arm(control))], days=14, over=over, cost=cost, least=30)


@pytest.mark.parametrize(
    ("treated", "control", "over", "verdict"),
    [
        (MANY, FEW, True, "more"),
        (FEW, MANY, True, "less"),
        (MANY, MANY, True, "none_seen"),
        (MANY, FEW, False, "running"),
        (MANY, [], True, "no_control"),
        (MANY, [], False, "no_control"),
        (MANY, [0] * 29, True, "too_few"),
        (MANY, [0] * 30, True, "more"),
        ([1] * 29, [0] * 50, True, "too_few"),
        ([], [], True, "too_few"),
    ],
)
def test_the_verdict(treated: list[int], control: list[int], over: bool, verdict: str) -> None:
    found = told(treated, control, over=over)
    assert found.verdict == verdict
    assert found.is_told == (verdict in ("more", "less", "none_seen"))


def test_what_treatment_brought_is_the_gap_for_each_times_the_treated() -> None:
    found = told(MANY, FEW, cost=8000)
    purchases = found.differences["purchases"]
    assert (purchases.treated, purchases.control) == (0.6, 0.2)
    assert purchases.each.at == pytest.approx(0.4)
    assert purchases.total.at == pytest.approx(40)
    assert found.differences["net"].total.at == pytest.approx(40_000)
    assert found.per_extra is not None
    assert found.per_extra.at == pytest.approx(200)
    assert found.per_extra.low < 200 < found.per_extra.high
    assert found.roi is not None
    assert found.roi.at == pytest.approx(40 * 250 / 8000)


def test_an_extra_purchase_has_no_price_where_none_was_seen() -> None:
    assert told(FEW, MANY, cost=100).per_extra is None
    unsure = told([1] * 31 + [0] * 69, [1] * 30 + [0] * 70, cost=100).per_extra
    assert unsure is not None
    assert unsure.high == float("inf")


def test_without_cost_there_is_no_return_on_it() -> None:
    assert told(MANY, FEW, cost=0).roi is None


@pytest.mark.parametrize(("as_of", "over"), [("2018-05-13", False), ("2018-05-14", True)])
def test_a_window_counts_the_day_of_issue(as_of: str, over: bool) -> None:
    assert rules.window_is_over(dt.date(2018, 5, 7), 7, dt.date.fromisoformat(as_of)) is over


def test_nothing_sold_has_no_subsidy_rate() -> None:
    assert rules.subsidy_rate(0, 0) is None
    assert rules.subsidy_rate(500, 10_000) == 0.05
