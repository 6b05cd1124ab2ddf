"""One line of what waits for a person."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from communities.access import Desk


@dataclass(frozen=True)
class Item:
    """One line of the list. `since`: when it began to wait, `waited`: seconds since; `urgent`: past its time."""

    icon: str
    kind: str
    title: str
    note: str
    since: dt.datetime | None
    verb: str
    href: str
    urgent: bool = False
    waited: float | None = None


Finder = Callable[[Desk, dt.datetime], Iterator[Item]]
