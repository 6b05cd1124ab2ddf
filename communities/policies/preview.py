"""What a draft of a threshold would change, as plain values. The apps above count it; the project hands it in."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from communities.policies.rules import Policies


@dataclass(frozen=True)
class Shift:
    """Customers of one community (0: unassigned) who would stand in another class. `system`: lifecycle or rfm;
    an empty class means: no score."""

    system: str
    community_id: int
    before: str
    after: str
    customers: int


@dataclass(frozen=True)
class Effect:
    """Everybody who would change class as of a day, of how many looked at."""

    as_of: dt.date
    customers: int
    shifts: Sequence[Shift]

    def moved(self, system: str) -> int:
        """Customers who change class in one system: each of them counted once, for a class has one successor."""
        return sum(shift.customers for shift in self.shifts if shift.system == system)

    def by_move(self, system: str) -> list[tuple[str, str, int]]:
        """(before, after, customers), most first."""
        counted: Counter[tuple[str, str]] = Counter()
        for shift in self.shifts:
            if shift.system == system:
                counted[shift.before, shift.after] += shift.customers
        return [(before, after, n) for (before, after), n in counted.most_common()]

    def by_community(self, system: str) -> list[tuple[int, int]]:
        """(community id, customers), most first."""
        counted: Counter[int] = Counter()
        for shift in self.shifts:
            if shift.system == system:
                counted[shift.community_id] += shift.customers
        return counted.most_common()


Drafts = Mapping[int | None, Policies]
# Policies as they would be, by community id (None: the company's) -> the effect, or None before the first night.
Previewer = Callable[[Drafts], Effect | None]
