"""Channels beside each other: whom each woke, against the held out, and for how much (S18; pure). Money in fen."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from campaigns.boards.visits.rules import staff_cost
from opsdesk.lib.intervals import Interval, share_difference, wilson


@dataclass(frozen=True)
class Channel:
    """Customers of one channel, added up. `contacted`: somebody stood at the door, called, wrote, or a message went
    out; `over`: contacted, and the attribution days from that day on have ended; `woken`: of these, with a purchase
    within them. Held out: those who would have had this channel, by as many days from the drive's start. `cost` is of
    contacts whose days have ended."""

    tasks: int = 0
    contacted: int = 0
    answered: int = 0
    over: int = 0
    woken: int = 0
    control: int = 0
    control_woken: int = 0
    cost: int = 0

    @property
    def answer_rate(self) -> Interval | None:
        return wilson(self.answered, self.contacted)

    @property
    def wake_rate(self) -> Interval | None:
        return wilson(self.woken, self.over)

    @property
    def control_rate(self) -> Interval | None:
        return wilson(self.control_woken, self.control)

    def lift(self, least: int) -> Interval | None:
        """Wake rate less that of the held out; None below `least` people on either side."""
        if min(self.over, self.control) < least:
            return None
        return share_difference(self.woken, self.over, self.control_woken, self.control)

    def each(self, least: int) -> float | None:
        """Fen a woken customer; None where nobody was, or from fewer than `least` people."""
        return self.cost / self.woken if self.woken and self.over >= least else None


@dataclass(frozen=True)
class Spent:
    """What contacts of a channel in one community took: time at doors as measured, otherwise so many tries."""

    worked: timedelta = timedelta()
    tries: int = 0
    messages: int = 0
    coupons: int = 0

    def cost(self, minutes: int, hour_cost: int) -> int:
        """Staff minutes x wage + messages + coupons used; `minutes`: what one try takes, 0 where time is measured."""
        return (
            staff_cost(self.worked + timedelta(minutes=self.tries * minutes), hour_cost) + self.messages + self.coupons
        )


def together(channels: Sequence[Channel]) -> Channel:
    return Channel(*(sum(getattr(one, field.name) for one in channels) for field in fields(Channel)))
