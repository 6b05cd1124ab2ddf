import datetime as dt

import pytest

from communities.policies.rules import Policies
from users.purchases import rules

MONDAYS = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(30)]
POLICIES = Policies(version=7)


def due(as_of: dt.date, computed: dict[int, int], stale: list[int], weeks: list[int]) -> list[tuple[int, int]]:
    """Mondays by number; −1: as_of itself."""
    found = rules.days_due(
        as_of,
        [MONDAYS[n] for n in weeks],
        {MONDAYS[n]: version for n, version in computed.items()},
        [MONDAYS[n] for n in stale],
        POLICIES,
    )
    return [(MONDAYS.index(day) if day in MONDAYS else -1, version) for day, version in found]


@pytest.mark.parametrize(
    ("computed", "stale", "expected"),
    [
        ({}, [], [(1, 7), (2, 7), (3, 7), (-1, 7)]),
        ({1: 5, 2: 5, 3: 5}, [], [(-1, 7)]),
        ({1: 5, 2: 5, 3: 6}, [2], [(2, 5), (3, 6), (-1, 7)]),  # from the earliest stale one on, by their own rules
        ({1: 5, 3: 6}, [], [(2, 7), (-1, 7)]),  # a missed one
    ],
)
def test_mondays_are_computed_once_and_again_when_stale(
    computed: dict[int, int], stale: list[int], expected: list[tuple[int, int]]
) -> None:
    assert due(MONDAYS[3] + dt.timedelta(days=2), computed, stale, [0, 1, 2]) == expected


def test_the_newest_date_takes_the_rules_in_force_and_an_older_one_keeps_its_own() -> None:
    assert due(MONDAYS[2], {1: 5, 2: 5}, [], [0]) == [(2, 7)]
    assert due(MONDAYS[1], {1: 5, 2: 5}, [], [0]) == [(1, 5)]


def test_nothing_bought_means_only_the_date_itself() -> None:
    assert due(MONDAYS[5], {}, [], []) == [(5, 7)]


def test_a_long_pause_is_skipped_but_for_the_last_weeks() -> None:
    as_of = dt.date(2026, 5, 6)
    wanted = rules.mondays_wanted(as_of, MONDAYS[:2], POLICIES)
    assert [day for day in sorted(wanted) if day.year == 2018] == MONDAYS[1:10]
    assert [day for day in sorted(wanted) if day.year > 2018] == [
        dt.date(2026, 5, 4) - dt.timedelta(weeks=n) for n in range(8, -1, -1)
    ]
