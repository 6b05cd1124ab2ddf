"""How often people shop: habits, and the days that follow from one."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from opsdesk.demo.rhythm import some_days


class Habit(NamedTuple):
    """Chances per week: `buys` while shopping here, `lapses` into silence, `wakes` from it;
    `again`: one more order in a week with one."""

    name: str
    share: int
    buys: float
    lapses: float
    wakes: float
    again: float


TRYING = Habit("trying", 38, 0.13, 0.55, 0.010, 0.02)
CASUAL = Habit("casual", 38, 0.44, 0.15, 0.022, 0.06)
REGULAR = Habit("regular", 18, 0.78, 0.070, 0.035, 0.20)
DEVOTED = Habit("devoted", 6, 0.95, 0.025, 0.060, 0.42)
HABITS = (TRYING, CASUAL, REGULAR, DEVOTED)
MOST_ORDERS_A_WEEK = 4

_SHARES = list(accumulate(habit.share for habit in HABITS))


class Shopping(NamedTuple):
    """`moods`: one factor a week on everybody; `returns`: the first week after, where a story decides it."""

    habit: Habit
    loyalty: float
    moods: Sequence[float]
    returns: bool | None = None


def any_habit(rng: Random) -> Habit:
    return rng.choices(HABITS, cum_weights=_SHARES)[0]


def lasting_habit(rng: Random) -> Habit:
    """Of someone who has been buying here for a while."""
    return rng.choices((CASUAL, REGULAR, DEVOTED), weights=(58, 31, 11))[0]


def shopping_days(rng: Random, plan: Shopping, first_day: int, days: int) -> list[int]:
    """Day indexes from `first_day` on, before `days`, each once."""
    first_week = first_day // 7
    bought = [first_day, *_later_that_week(rng, plan.habit, first_day)]
    here = True
    for week in range(first_week + 1, (days + 6) // 7):
        told = plan.returns if week == first_week + 1 else None
        here = _still_here(rng, plan.habit, here, told)
        if told or (told is None and here and rng.random() < plan.habit.buys * plan.loyalty * plan.moods[week]):
            bought += some_days(rng, week * 7, _orders_a_week(rng, plan.habit))
    return [day for day in bought if day < days]


def _still_here(rng: Random, habit: Habit, here: bool, told: bool | None) -> bool:
    if told is not None:
        return told or rng.random() < 0.3
    return rng.random() >= habit.lapses if here else rng.random() < habit.wakes


def _orders_a_week(rng: Random, habit: Habit) -> int:
    many = 1
    while many < MOST_ORDERS_A_WEEK and rng.random() < habit.again:
        many += 1
    return many


def _later_that_week(rng: Random, habit: Habit, first_day: int) -> list[int]:
    left = list(range(first_day + 1, first_day - first_day % 7 + 7))
    return [rng.choice(left)] if left and rng.random() < habit.again * 0.5 else []
