"""Who opens in the made-up city, and what they say: shares by hour that are met exactly, by counting off."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

# The share of doors that open, by hour of the day. Before noon and after work people are at home.
WORKDAY: Mapping[int, float] = {9: 0.32, 10: 0.46, 14: 0.20, 15: 0.24, 18: 0.62, 19: 0.54}
WEEKEND: Mapping[int, float] = {10: 0.58, 11: 0.48, 15: 0.36, 16: 0.40}
# Shifts of one person: begin, minutes. Workdays take turns, so that every hour has its doors.
WORKDAY_SHIFTS = ((time(9, 20), 100), (time(18, 0), 110), (time(14, 10), 100))
WEEKEND_SHIFTS = ((time(10, 0), 110), (time(15, 0), 100))
# Whoever does not go writes or calls in the evening; the share that answers is the same at any hour.
CALLS: Mapping[str, float] = {"wechat": 0.42, "phone": 0.55}
CALL_SHIFTS = ((time(19, 30), 60), (time(20, 0), 50))
PACE = {"door": timedelta(minutes=6), "wechat": timedelta(minutes=2), "phone": timedelta(minutes=3)}
ANSWERED: Mapping[str, Mapping[str, int]] = {
    "door": {"ordered": 28, "interested": 22, "not_ordered": 32, "refused": 8, "later": 7, "dnc": 3},
    "wechat": {"ordered": 24, "interested": 34, "not_ordered": 34, "refused": 6, "dnc": 2},
    "phone": {"ordered": 14, "interested": 30, "not_ordered": 38, "refused": 12, "later": 2, "dnc": 4},
}
SHUT: Mapping[str, Mapping[str, int]] = {
    "door": {"no_answer": 92, "moved": 3, "no_entry": 4, "no_address": 1},
    "wechat": {"no_answer": 100},
    "phone": {"no_answer": 100},
}
NOTES = {
    "interested": ("想等周末再买", "问水果什么时候到", "说先看看群里"),
    "not_ordered": ("最近在外地", "家里还有菜", "嫌配送晚"),
    "refused": ("上次菜不新鲜", "现在去超市买"),
}


@dataclass(frozen=True)
class Knock:
    """What happened at one moment of a shift; `at` is wall-clock time in Shanghai."""

    at: datetime
    outcome: str
    note: str = ""


class City:
    """Opens and answers as planted: of n knocks in an hour, n times its share are opened, to the door."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._due: dict[tuple[str, bool, int], float] = defaultdict(rng.random)

    def knock(self, at: datetime, channel: str) -> Knock:
        outcome = self._drawn((ANSWERED if self._opens(at, channel) else SHUT)[channel])
        said = NOTES.get(outcome)
        return Knock(at, outcome, self._rng.choice(said) if said and self._rng.random() < 0.3 else "")

    def _opens(self, at: datetime, channel: str) -> bool:
        hour = channel, is_weekend(at.date()), at.hour
        self._due[hour] += share_open(at, channel)
        if self._due[hour] < 1:
            return False
        self._due[hour] -= 1
        return True

    def _drawn(self, weights: Mapping[str, int]) -> str:
        return self._rng.choices(list(weights), list(weights.values()))[0]


def share_open(at: datetime, channel: str = "door") -> float:
    """The planted share of the hour; between hours that were planted, that of the one before."""
    if channel in CALLS:
        return CALLS[channel]
    shares = WEEKEND if is_weekend(at.date()) else WORKDAY
    return shares[max(hour for hour in shares if hour <= at.hour)]


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def moments(day: date, turn: int, channel: str) -> Iterator[datetime]:
    """When one person stands at a door, writes or calls that day; `turn` chooses the shift. Nobody works on Sundays."""
    if day.weekday() == 6:
        return
    shifts = CALL_SHIFTS if channel in CALLS else WEEKEND_SHIFTS if is_weekend(day) else WORKDAY_SHIFTS
    begin, minutes = shifts[turn % len(shifts)]
    at = datetime.combine(day, begin)
    while at < datetime.combine(day, begin) + timedelta(minutes=minutes):
        yield at
        at += PACE[channel]
