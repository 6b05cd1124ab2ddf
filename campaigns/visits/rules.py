"""When a visit took place, and how long the work took (pure)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

SKEWED_FROM = timedelta(minutes=2)  # a phone's clock that is further off is told so
CONFLICT_WITHIN = timedelta(hours=12)  # two people at one door
PAUSE = timedelta(minutes=20)  # a longer gap between two outcomes is a break
FIRST = timedelta(minutes=5)  # what the first outcome after a break took


def skew(sent_at: datetime | None, received_at: datetime) -> timedelta:
    """How far the phone's clock is behind ours, by the moment it says it sent. The way here counts as skew."""
    return received_at - sent_at if sent_at else timedelta()


def took_place(device_at: datetime | None, off: timedelta, received_at: datetime) -> datetime:
    """When it happened, by our clock: the phone's word, put right by its skew when that is large; never in the
    future."""
    if device_at is None:
        return received_at
    return min(device_at + (off if abs(off) > SKEWED_FROM else timedelta()), received_at)


def minutes_worked(times: Iterable[datetime]) -> float:
    """Minutes of one person's work by the moments of their outcomes: gaps of up to PAUSE count, a longer one is a
    break, and the first outcome of each stretch took FIRST."""
    ordered = sorted(times)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    worked = sum((gap if gap <= PAUSE else FIRST for gap in gaps), FIRST if ordered else timedelta())
    return worked / timedelta(minutes=1)
