"""The stages of one customer, as tables of cases."""

import datetime as dt

import pytest

from communities.policies.rules import Policies
from users.funnel import rules
from users.funnel.rules import Facts, Purchase

POLICIES = Policies(activation_days=7, second_purchase_days=30, revenue_min_purchase=10000)
LATER = dt.date(2018, 12, 31)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2018-{text}")


def bought(*days: str, net: int = 1000) -> tuple[Purchase, ...]:
    return tuple(Purchase(day(one), net) for one in days)


def told(facts: Facts, as_of: dt.date = LATER) -> set[str]:
    bits = rules.stages(facts, POLICIES, as_of)
    return {name for name, bit in rules.STAGES.items() if bits & bit} | {
        f"{name} open" for name, bit in rules.OPEN.items() if bits & bit
    }


CASES = [
    ("nothing bought", Facts(day("03-01")), set()),
    ("on the day itself", Facts(day("03-01"), bought("03-01")), {"activated"}),
    ("on the last day of the window", Facts(day("03-01"), bought("03-07")), {"activated"}),
    ("a day too late", Facts(day("03-01"), bought("03-08")), set()),
    ("bought before registering", Facts(day("03-01"), bought("02-20")), {"activated"}),
    ("twice within the window", Facts(day("03-01"), bought("03-02", "03-31")), {"activated", "retained"}),
    ("the second a day too late", Facts(day("03-01"), bought("03-02", "04-01")), {"activated"}),
    ("retained, not activated", Facts(day("03-01"), bought("04-01", "04-02")), {"retained"}),
    ("above the median", Facts(day("03-01"), monetary=1001, half=1000), {"revenue"}),
    ("at the median", Facts(day("03-01"), monetary=1000, half=1000), set()),
    ("no score", Facts(day("03-01"), half=1000), set()),
    ("one large purchase", Facts(day("03-01"), bought("05-01", net=10000)), {"revenue"}),
    ("almost large", Facts(day("03-01"), bought("05-01", net=9999)), set()),
    ("brought somebody", Facts(day("03-01"), brought=1), {"referred"}),
]


@pytest.mark.parametrize(("facts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_customer_reaches_the_stages_that_the_definitions_say(facts: Facts, expected: set[str]) -> None:
    assert told(facts) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("03-07", {"activated", "activated open", "retained open"}), ("03-08", {"activated", "retained open"}),
     ("03-31", {"activated", "retained open"}), ("04-01", {"activated"})],
)  # fmt: skip
def test_a_window_is_open_until_its_last_day_is_over(as_of: str, expected: set[str]) -> None:
    assert told(Facts(day("03-01"), bought("03-02")), day(as_of)) == expected


def test_the_funnel_counts_who_went_all_the_way_and_leaves_open_windows_out_of_its_rates() -> None:
    activated, retained, open_ = rules.STAGES["activated"], rules.STAGES["retained"], rules.OPEN["activated"]
    cells = [(0, 50), (activated, 20), (activated | retained, 10), (retained, 5), (open_, 8), (activated | open_, 7)]
    steps = {step.name: step for step in rules.funnel(cells)}
    assert [steps[name].nested for name in rules.NAMES] == [100, 37, 10, 0, 0]
    assert [steps[name].own for name in rules.NAMES] == [100, 37, 15, 0, 0]
    assert (steps["activated"].part, steps["activated"].whole, steps["activated"].open) == (30, 85, 15)
    assert (steps["retained"].part, steps["retained"].whole) == (10, 37)
    assert steps["referred"].rate is None


def test_the_bits_of_a_stage_are_its_own_and_those_of_all_before_it() -> None:
    assert [rules.reached(name) for name in rules.NAMES] == [0, 1, 3, 7, 15]


def test_a_word_of_the_customer_list_means_the_people_that_the_funnel_counts() -> None:
    cells = [(bits, 1 + bits * bits) for bits in range(64)]
    counted = dict(cells)
    for step in rules.funnel(cells):
        said = {how: sum(counted[bits] for bits in rules.values_of(f"{step.name}{how}"))
                for how in (rules.ALL_BEFORE, rules.ALONE, rules.NOT_OVER, rules.OVER)}  # fmt: skip
        assert list(said.values()) == [step.nested, step.own, step.open, step.whole]
