"""Which days each export file covers: twelve weeks at a time at first, single weeks at the end."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from opsdesk.demo.rhythm import Frame

SINGLE_WEEKS = 4
WEEKS_A_BLOCK = 12
OVERLAP = timedelta(days=1)


class Period(NamedTuple):
    """Days from `first` on, before `end`; the file is drawn at `end` 00:00 and repeats the day before `first`."""

    first: date
    end: date

    @property
    def drawn_at(self) -> datetime:
        return datetime.combine(self.end, time())

    @property
    def repeats_from(self) -> date:
        return self.first - OVERLAP


def periods(frame: Frame) -> list[Period]:
    """Oldest first; the days of an unfinished week make a file of their own."""
    cuts = [frame.start]
    while frame.weeks - _weeks(frame, cuts[-1]) > SINGLE_WEEKS:
        left = frame.weeks - _weeks(frame, cuts[-1]) - SINGLE_WEEKS
        cuts.append(cuts[-1] + timedelta(weeks=left % WEEKS_A_BLOCK or WEEKS_A_BLOCK))
    cuts += [cuts[-1] + timedelta(weeks=week + 1) for week in range(SINGLE_WEEKS)]
    if frame.until > cuts[-1]:
        cuts.append(frame.until)
    return [Period(first, end) for first, end in pairwise(cuts)]


def file_of(spans: Sequence[Period], day: date) -> int:
    """Index of the period that covers the day."""
    return bisect_right([span.end for span in spans], day)


def shown_in(spans: Sequence[Period], day: date) -> list[int]:
    """Indexes of the files that hold an order of this day: its own, and the next one's overlap."""
    own = file_of(spans, day)
    return [own, own + 1] if own + 1 < len(spans) and day >= spans[own + 1].repeats_from else [own]


def _weeks(frame: Frame, day: date) -> int:
    return (day - frame.start).days // 7
