import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.policies.rules import Policies
from tests.histories import quickly
from users.rfm import rules
from users.rfm.rules import COMPANY, Cuts, Scores, Values


@pytest.mark.parametrize(
    ("values", "cuts"),
    [
        ([7], (7, 7, 7, 7)),
        ([1, 2], (1, 1, 2, 2)),
        ([1, 2, 3, 4, 5], (1, 2, 3, 4)),
        ([5, 4, 3, 2, 1], (1, 2, 3, 4)),
        ([1, 2, 3, 4, 5, 6], (2, 3, 4, 5)),  # places 1.2, 2.4, 3.6, 4.8 rounded up
        ([1, 1, 1, 1, 9], (1, 1, 1, 1)),
        (list(range(1, 101)), (20, 40, 60, 80)),
    ],
)
def test_cut_points_stand_at_exact_places(values: list[int], cuts: rules.Points) -> None:
    assert rules.cut_points(values) == cuts


@pytest.mark.parametrize(("value", "score", "score_r"), [(1, 1, 5), (2, 1, 5), (3, 2, 4), (5, 3, 3), (9, 5, 1)])
def test_equal_values_get_equal_scores_and_recency_is_turned_round(value: int, score: int, score_r: int) -> None:
    cuts = (2, 4, 6, 8)
    assert (rules.score(value, cuts), rules.score_r(value, cuts)) == (score, score_r)


@given(st.lists(st.integers(0, 30), min_size=1), st.integers(0, 30), st.integers(0, 30))
def test_scores_follow_the_order_of_values(values: list[int], one: int, other: int) -> None:
    cuts = rules.cut_points(values)
    low, high = sorted([one, other])
    assert 1 <= rules.score(low, cuts) <= rules.score(high, cuts) <= 5
    assert rules.score_r(low, cuts) >= rules.score_r(high, cuts) >= 1


def test_every_combination_is_exactly_one_of_eight_classes() -> None:
    combinations = list(itertools.product([True, False], repeat=3))
    assert sorted(rules.CLASS_OF) == sorted(combinations)
    assert len({rules.CLASS_OF[one] for one in combinations}) == 8
    assert set(rules.LABELS) == set(rules.CLASSES)


@pytest.mark.parametrize(
    ("r", "f", "m", "rfm_class"),
    [
        (1, 1, 1, "champion"),
        (1, 0, 1, "develop"),
        (0, 1, 1, "win_back"),
        (0, 0, 1, "rescue"),
        (1, 1, 0, "regular"),
        (1, 0, 0, "newcomer"),
        (0, 1, 0, "fading"),
        (0, 0, 0, "lost"),
    ],
)
def test_classes_are_named_as_in_the_table(r: int, f: int, m: int, rfm_class: str) -> None:
    assert rules.CLASS_OF[bool(r), bool(f), bool(m)] == rfm_class


def test_high_means_strictly_above_the_exact_mean() -> None:
    assert not rules.is_high(3, 9, 3)
    assert rules.is_high(3, 8, 3)
    assert not rules.is_high(1, 10**18, 10**18)


OWN = Cuts("own", (1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4))
COMPANYS = Cuts("own", (5, 6, 7, 8), (5, 6, 7, 8), (5, 6, 7, 8), Scores(30, 30, 30), 10)
KEPT = Cuts("own", (2, 2, 2, 2), (2, 2, 2, 2), (2, 2, 2, 2), Scores(9, 9, 9), 3)


@pytest.mark.parametrize(
    ("customers", "policies", "origin", "f", "mean_of"),
    [
        (50, {}, "own", (1, 2, 3, 4), 0),
        (49, {}, "borrowed", (5, 6, 7, 8), 10),
        (50, {"rfm_scope": "company"}, "company", (5, 6, 7, 8), 10),
        (50, {"rfm_frozen": True}, "frozen", (2, 2, 2, 2), 3),
        (49, {"rfm_frozen": True}, "frozen", (2, 2, 2, 2), 3),
        (50, {"rfm_scoring": "fixed", "rfm_cuts_f": (1, 3, 5, 7)}, "fixed", (1, 3, 5, 7), 0),
        (49, {"rfm_scoring": "fixed", "rfm_cuts_f": (1, 3, 5, 7)}, "fixed", (1, 3, 5, 7), 10),
        (50, {"rfm_scoring": "fixed", "rfm_cuts_f": (1, 3, 5, 7), "rfm_frozen": True}, "fixed", (1, 3, 5, 7), 0),
        (50, {"rfm_scoring": "fixed"}, "own", (1, 2, 3, 4), 0),  # nothing typed in
    ],
)
def test_where_cut_points_come_from(
    customers: int, policies: dict[str, object], origin: str, f: rules.Points, mean_of: int
) -> None:
    chosen = rules.choose_cuts(customers, OWN, Policies(**policies), COMPANYS, KEPT)
    assert (chosen.origin, chosen.f, chosen.mean_of) == (origin, f, mean_of)


def test_a_small_community_is_measured_by_the_company() -> None:
    values = {n: (1, Values(r=n, f=1, m=100)) for n in range(1, 6)} | {9: (2, Values(r=1, f=9, m=900))}
    policies = dict.fromkeys([0, 1, 2, COMPANY], Policies(rfm_min_customers=2))
    found, cuts = rules.score_everybody(values, policies)
    assert (cuts[1].origin, cuts[2].origin) == ("own", "borrowed")
    assert cuts[2].means() == cuts[COMPANY].means() != (Fraction(0), Fraction(0), Fraction(0))
    assert found[9].rfm_class == "champion"


def test_a_fixed_score_decides_high_where_it_is_set() -> None:
    cuts = Cuts("own", (1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4), Scores(15, 15, 15), 3)
    assert rules.class_of(Scores(4, 4, 4), cuts, Policies(rfm_cut="fixed_score")) == "champion"
    assert rules.class_of(Scores(4, 4, 4), cuts, Policies()) == "lost"  # the mean is 5


def test_a_class_is_told_in_words() -> None:
    cuts = Cuts("own", (7, 30, 60, 90), (1, 2, 3, 4), (1000, 2000, 3000, 4000), Scores(8, 12, 9), 3)
    assert [str(reason) for reason in rules.why(Values(1, 5, 123456), cuts, Policies())] == [
        "R: days since the last order 1; score 5 is above 2.67: high",
        "F: purchases 5; score 5 is above 4: high",
        "M: ¥1,234.56 net; score 5 is above 3: high",
    ]


@quickly
@given(
    st.dictionaries(
        st.integers(1, 40),
        st.tuples(st.integers(0, 2), st.builds(Values, st.integers(1, 9), st.integers(1, 4), st.integers(0, 9))),
    )
)
def test_everybody_with_values_gets_one_class(values: dict[int, tuple[int, Values]]) -> None:
    policies = dict.fromkeys([0, 1, 2, COMPANY], Policies(rfm_min_customers=3))
    found, cuts = rules.score_everybody(values, policies)
    assert set(found) == set(values)
    assert set(cuts) == ({place for place, _ in values.values()} | {COMPANY} if values else set())
