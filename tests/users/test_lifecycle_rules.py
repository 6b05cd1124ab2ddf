import datetime as dt

import pytest

from communities.policies.rules import Policies
from users.lifecycle import rules
from users.lifecycle.rules import Facts

D = dt.date(2018, 5, 17)
DEFAULTS = Policies()


def ago(days: int) -> dt.date:
    return D - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("first", "last", "purchases", "lifecycle", "why"),
    [
        (None, None, 0, "prospect", "registered 2018-04-01, no purchase yet"),
        (1, 1, 1, "new_paying", "first purchase 2018-05-16, days since then 1 ≤ 7"),
        (7, 1, 3, "new_paying", "first purchase 2018-05-10, days since then 7 ≤ 7"),
        (8, 8, 1, "silent", "one purchase, 2018-05-09, 8 days > 7 and none since"),
        (8, 1, 2, "active", "2 purchases, last order 2018-05-16, days since then 1 ≤ 14"),
        (20, 14, 2, "active", "2 purchases, last order 2018-05-03, days since then 14 ≤ 14"),
        (20, 15, 2, "silent", "last order 2018-05-02, 15 days > 14"),
        (9, 8, 1, "silent", "one purchase, 2018-05-08, 9 days > 7 and none since"),  # two orders, one purchase
    ],
)
def test_everybody_is_in_exactly_one_class_and_is_told_why(
    first: int | None, last: int | None, purchases: int, lifecycle: str, why: str
) -> None:
    days = [None if n is None else ago(n) for n in (first, last)]
    facts = Facts(dt.date(2018, 4, 1), days[0], days[1], purchases)
    assert rules.class_of(facts, D, DEFAULTS) == lifecycle
    assert str(rules.why(facts, D, DEFAULTS)) == why


@pytest.mark.parametrize(("merge_days", "lifecycle"), [(1, "active"), (3, "active"), (4, "silent")])
def test_two_purchases_are_told_from_the_first_and_the_last_day(merge_days: int, lifecycle: str) -> None:
    days, policies = [ago(10), ago(9), ago(7)], Policies(merge_days=merge_days)
    facts = rules.facts_as_of(days, D, policies)
    assert rules.class_of(facts, D, policies) == lifecycle
    assert rules.has_repurchased(days[0], days[-1], merge_days) is (facts.purchases >= 2)
    assert rules.class_from_days(days[0], days[-1], D, policies) == lifecycle


def test_a_customer_moves_as_windows_open_and_run_out() -> None:
    bought = [dt.date(2018, 4, 2), dt.date(2018, 4, 12), dt.date(2018, 5, 1)]
    moves = rules.moves(bought, dt.date(2018, 4, 1), D, DEFAULTS)
    assert [(str(m.as_of), m.before, m.after, str(m.reason)) for m in moves] == [
        ("2018-04-02", "", "prospect", "registered 2018-04-01, no purchase yet"),
        ("2018-04-03", "prospect", "new_paying", "first purchase 2018-04-02, days since then 1 ≤ 7"),
        ("2018-04-10", "new_paying", "silent", "one purchase, 2018-04-02, 8 days > 7 and none since"),
        ("2018-04-13", "silent", "active", "2 purchases, last order 2018-04-12, days since then 1 ≤ 14"),
        ("2018-04-27", "active", "silent", "last order 2018-04-12, 15 days > 14"),
        ("2018-05-02", "silent", "active", "3 purchases, last order 2018-05-01, days since then 1 ≤ 14"),
        ("2018-05-16", "active", "silent", "last order 2018-05-01, 15 days > 14"),
    ]


def test_moves_miss_no_day_on_which_the_class_changes() -> None:
    bought, policies = [ago(40), ago(38), ago(21), ago(6)], Policies(merge_days=3, new_window_days=5)
    slowly, before = [], ""
    for n in range(50, -1, -1):
        now = rules.class_of(rules.facts_as_of(bought, ago(n), policies, ago(45)), ago(n), policies)
        if n < 45 and now != before:
            slowly.append((ago(n), now))
            before = now
    assert [(m.as_of, m.after) for m in rules.moves(bought, ago(45), D, policies)] == slowly


@pytest.mark.parametrize(
    ("now", "before", "under_old_rules", "by_policy"),
    [
        ("silent", "active", "active", True),
        ("silent", "active", "silent", False),  # behaviour moved them, whatever the rules
        ("active", "active", "silent", False),  # did not move
        ("silent", "", "silent", False),  # newly known
    ],
)
def test_a_changed_setting_is_told_from_behaviour(now: str, before: str, under_old_rules: str, by_policy: bool) -> None:
    assert rules.is_by_policy(now, before, under_old_rules) is by_policy


def test_recalled_marks_the_active_who_were_silent() -> None:
    assert rules.is_recalled("active", "silent")
    assert not rules.is_recalled("new_paying", "silent")
    assert not rules.is_recalled("active", "active")
