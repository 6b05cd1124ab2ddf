"""What the apps above know about places, as plain values. The project hands it to the pages; nothing here looks up."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

UNASSIGNED = 0  # the place of customers who have no community


@dataclass(frozen=True)
class People:
    """Customers of one community, and those of them who ever paid."""

    customers: int = 0
    payers: int = 0


@dataclass(frozen=True)
class Figures:
    """As of a day (None: nothing has been computed yet), by community id; 0 holds customers without a community."""

    as_of: dt.date | None = None
    people: Mapping[int, People] = field(default_factory=dict)
    products: int = 0
    categories: int = 0

    def of(self, community_id: int) -> People:
        return self.people.get(community_id, People())


Source = Callable[[], Figures]
