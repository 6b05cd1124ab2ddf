"""The SQL of the cohorts is held to users/retention/rules.py and to plain counting on random histories."""

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.histories import World, home_of, quickly, worlds, written
from users.purchases import actions as purchases
from users.purchases import rules as purchase_rules
from users.retention import queries, rules
from users.retention.rules import Cell

pytestmark = pytest.mark.django_db

thresholds = st.fixed_dictionaries({}, optional={"merge_days": st.integers(1, 4)})
as_ofs = st.sampled_from([dt.date(2018, 4, 2), dt.date(2018, 4, 9), dt.date(2018, 4, 12), dt.date(2018, 5, 7)])


def counted(world: World, as_of: dt.date, grain: str) -> dict[tuple[str, dt.date, int], Cell]:
    """Cells as rules.Cell defines them, a person at a time."""
    policies, found = world.policies(), defaultdict(Cell)
    for person in world.people:
        days = [
            one for one in purchase_rules.customer_days(person.orders, policies[home_of(person)]) if one.day < as_of
        ]
        if not days:
            continue
        cohort = rules.start_of(days[0].day, grain)
        by_k = defaultdict(list)
        for one in days:
            by_k[rules.steps_between(cohort, rules.start_of(one.day, grain), grain)].append(one)
        bought = {k for k, some in by_k.items() if any(one.starts_purchase for one in some)}
        for k, some in by_k.items():
            found[str(home_of(person)), cohort, k] += Cell(
                customers=k in bought,
                purchases=sum(one.starts_purchase for one in some),
                net=sum(one.net for one in some),
                gross=sum(one.gross for one in some),
                every=k in bought and bought >= set(range(k + 1)),
                recalled=k in bought and k > 0 and k - 1 not in bought,
                last=k == max(bought),
            )
    return dict(found)


@quickly
@given(worlds(thresholds), as_ofs, st.sampled_from(sorted(rules.GRAINS)))
def test_cells_are_counted_as_defined(world: World, as_of: dt.date, grain: str) -> None:
    with written(world):
        purchases.rebuild()
        expected = counted(world, as_of, grain)
        rows = queries.cells(as_of, None, grain=grain, breakdown="community")
        assert {row[:3]: row[3] for row in rows} == expected
        whole = queries.cells(as_of, None, grain=grain)
        assert rules.by_cohort(row[1:] for row in whole) == rules.by_cohort(
            (c, k, cell) for (_u, c, k), cell in expected.items()
        )


@quickly
@given(worlds(thresholds))
def test_the_roll_up_tells_the_same_of_every_metric_and_mode_where_nothing_came_since(world: World) -> None:
    as_of = dt.date(2018, 5, 7)
    with written(world):
        purchases.rebuild()
        assert queries.is_newest(as_of)
        assert queries.week_cells(as_of, None) == queries.cells(as_of, None, grain="week", breakdown="community")


@quickly
@given(worlds(thresholds))
def test_the_roll_up_tells_all_but_the_newest_purchase_of_an_earlier_monday(world: World) -> None:
    as_of = dt.date(2018, 4, 9)
    with written(world):
        purchases.rebuild()
        slow = queries.cells(as_of, None, grain="week", breakdown="community")
        fast = queries.week_cells(as_of, None)
        assert [(*row[:3], row[3]._replace(last=0)) for row in fast] == [
            (*row[:3], row[3]._replace(last=0)) for row in slow
        ]
        if queries.is_newest(as_of):
            assert fast == slow


@quickly
@given(worlds(thresholds), st.sampled_from(rules.BREAKDOWNS))
def test_the_parts_of_a_breakdown_sum_to_the_whole_and_week_0_is_the_cohort(world: World, breakdown: str) -> None:
    as_of = dt.date(2018, 5, 7)
    with written(world):
        purchases.rebuild()
        purchases.refresh_origins()
        parts = rules.by_cohort(row[1:] for row in queries.cells(as_of, None, grain="week", breakdown=breakdown))
        assert parts == rules.by_cohort(row[1:] for row in queries.cells(as_of, None, grain="week"))
        for cells in parts.values():
            assert sum(cell.last for cell in cells.values()) == cells[0].customers == rules.kept(cells, 0, "after")
