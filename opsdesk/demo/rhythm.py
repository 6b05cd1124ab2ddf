"""Time in the made-up city: the frame of whole ISO weeks, the rhythm of a week and of a day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

WEEKDAYS = (90, 84, 88, 96, 118, 152, 134)
HOURS = (4, 2, 1, 1, 1, 2, 10, 24, 42, 62, 76, 64, 44, 28, 25, 28, 36, 50, 66, 86, 96, 80, 46, 18)

_HOURS = list(accumulate(HOURS))
SHORTEST_WEEKS = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """`weeks` whole ISO weeks from `start`, and the days of the week begun before `until`."""

    start: date
    until: date
    weeks: int

    @classmethod
    def ending(cls, until: date, weeks: int) -> "Frame":
        if weeks < SHORTEST_WEEKS:
            raise ValueError(f"the stories need at least {SHORTEST_WEEKS} weeks, got {weeks}")
        monday = until - timedelta(days=until.weekday())
        return cls(monday - timedelta(weeks=weeks), until, weeks)

    @property
    def days(self) -> int:
        return (self.until - self.start).days

    def day(self, index: int) -> date:
        return self.start + timedelta(days=index)

    def week_back(self, back: int) -> int:
        """Index of the ISO week `back` weeks before the week of `until`."""
        return self.weeks - back


def stream(seed: int, name: str) -> Random:
    """Random numbers for one concern, so that a change in one leaves the others alone."""
    return Random(f"{seed}/{name}")


def clock(rng: Random) -> time:
    """A time of day: a peak before noon, a higher one in the evening, some after every cut-off."""
    hour = rng.choices(range(24), cum_weights=_HOURS)[0]
    second = int(rng.random() * 3600)
    return time(hour, second // 60, second % 60)


def moment(rng: Random, day: date) -> datetime:
    return datetime.combine(day, clock(rng))


def some_days(rng: Random, monday: int, many: int) -> list[int]:
    """`many` different days of the week that starts at day index `monday`, weekends more often."""
    left = list(WEEKDAYS)
    chosen = []
    for _ in range(many):
        weekday = rng.choices(range(7), weights=left)[0]
        left[weekday] = 0
        chosen.append(monday + weekday)
    return sorted(chosen)
