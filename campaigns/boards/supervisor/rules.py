"""What a supervisor sees in a day's outcomes: how far each person is, and what does not look like a visit (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from campaigns.boards.visits.rules import DoorRates
from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.rules import minutes_worked
from opsdesk.lib.words import N_

SEVERAL = 3  # outcomes of one person within one minute of the clock
NOBODY = 10  # doors in a row at which nobody was home
SHIFT = 5  # doors that a whole shift without anybody home has at least
LATE = timedelta(hours=12)  # told so long after it happened
SILENT = timedelta(minutes=45)  # with doors left to visit: what was done since may wait on the phone
SHOWN = 3  # outcomes named as evidence

KINDS = {
    "fast": N_("Too fast"),
    "minute": N_("Several in one minute"),
    "nobody": N_("Nobody home, again and again"),
    "late": N_("Told long after"),
    "skewed": N_("Phone clock wrong"),
    "conflict": N_("Two people at one door"),
}


@dataclass(frozen=True)
class Told:
    """One live outcome of the day, as far as it is looked at here."""

    id: int
    task_id: int
    staff_id: int
    station_id: int | None
    community_id: int
    channel: str
    outcome: str
    at: datetime
    received_at: datetime
    door: str = ""
    many: bool = False
    skewed: bool = False
    conflict: bool = False

    @property
    def at_door(self) -> bool:
        return self.channel == "door"


@dataclass(frozen=True)
class Shift(DoorRates):
    """One person's day at one station. A door counts once, by the last that this person told of it; `talks` are
    customers reached, or tried, by other channels."""

    visited: int = 0
    opened: int = 0
    ordered: int = 0
    not_reached: int = 0
    talks: int = 0
    minutes: float = 0
    last_at: datetime | None = None
    heard_at: datetime | None = None

    @property
    def an_hour(self) -> float | None:
        """Doors and talks / hours worked (visits.rules.minutes_worked)."""
        told = self.visited + self.not_reached + self.talks
        return told * 60 / self.minutes if self.minutes else None

    def is_silent(self, to_do: int, now: datetime) -> bool:
        return bool(to_do) and self.heard_at is not None and now - self.heard_at > SILENT


Key = tuple[int | None, int]  # station, person


def shifts(told: Iterable[Told]) -> dict[Key, Shift]:
    """(station, person) -> what they did there."""
    by_shift: dict[Key, list[Told]] = defaultdict(list)
    for one in told:
        by_shift[one.station_id, one.staff_id].append(one)
    return {key: shift_of(mine) for key, mine in by_shift.items()}


def shift_of(mine: Sequence[Told]) -> Shift:
    last = {one.task_id: one for one in in_order(mine)}.values()
    doors = [OUTCOMES[one.outcome] for one in last if one.at_door]
    return Shift(
        visited=sum(one.knocked for one in doors),
        opened=sum(one.opened for one in doors),
        ordered=sum(one.ordered for one in doors),
        not_reached=sum(not one.knocked for one in doors),
        talks=len(last) - len(doors),
        minutes=minutes_worked(one.at for one in mine),
        last_at=max(one.at for one in mine),
        heard_at=max(one.received_at for one in mine),
    )


def in_order(told: Iterable[Told]) -> list[Told]:
    return sorted(told, key=lambda one: (one.at, one.id))


def together(shifts: Iterable[Shift]) -> Shift:
    """Several people added up: minutes are person-minutes."""
    all_ = list(shifts)
    names = ("visited", "opened", "ordered", "not_reached", "talks", "minutes")
    last = max((one.last_at for one in all_ if one.last_at), default=None)
    return Shift(**{name: sum(getattr(one, name) for one in all_) for name in names}, last_at=last)


@dataclass(frozen=True)
class Finding:
    """Something to look at: of one person (None: of several) at one station, how often, and the first outcomes."""

    kind: str
    station_id: int | None
    staff_id: int | None
    n: int
    evidence: Sequence[Told]


def findings(told: Iterable[Told], fast_seconds: Mapping[int, int]) -> list[Finding]:
    """`fast_seconds` by community: two outcomes of one person closer than this look too fast. Told for many doors at
    once is no haste: that button is there for it."""
    by_shift: dict[Key, list[Told]] = defaultdict(list)
    for one in in_order(told):
        by_shift[one.station_id, one.staff_id].append(one)
    found = [
        Finding(kind, station, staff, n, evidence[:SHOWN])
        for (station, staff), mine in by_shift.items()
        for kind, n, evidence in _of_one(mine, fast_seconds)
        if n
    ]
    return [*found, *_conflicts(one for mine in by_shift.values() for one in mine)]


def _of_one(mine: Sequence[Told], fast_seconds: Mapping[int, int]) -> Iterator[tuple[str, int, Sequence[Told]]]:
    single = [one for one in mine if not one.many]
    fast = [pair for pair in pairwise(single) if is_fast(*pair, fast_seconds)]
    yield "fast", len(fast), fast[0] if fast else ()
    minutes = [
        list(group) for _minute, group in groupby(single, key=lambda one: one.at.replace(second=0, microsecond=0))
    ]
    crowded = [group for group in minutes if len(group) >= SEVERAL]
    yield "minute", len(crowded), crowded[0] if crowded else ()
    empty = nobody_home([one for one in mine if one.at_door])
    yield "nobody", len(empty), [empty[0], empty[-1]] if empty else ()
    late = [one for one in mine if one.received_at - one.at > LATE]
    yield "late", len(late), late
    skewed = [one for one in mine if one.skewed]
    yield "skewed", len(skewed), skewed


def is_fast(earlier: Told, later: Told, fast_seconds: Mapping[int, int]) -> bool:
    return later.at - earlier.at < timedelta(seconds=fast_seconds[later.community_id])


def nobody_home(doors: Sequence[Told]) -> Sequence[Told]:
    """The longest run of doors at which nobody was home, when it is NOBODY or more, or the whole shift."""
    runs = [list(run) for empty, run in groupby(doors, key=lambda one: one.outcome == "no_answer") if empty]
    longest = max(runs, key=len, default=[])
    whole = len(longest) == len(doors) >= SHIFT
    return longest if whole or len(longest) >= NOBODY else ()


def _conflicts(told: Iterable[Told]) -> list[Finding]:
    """Doors with two people, by station."""
    doors: dict[int | None, dict[int, Told]] = defaultdict(dict)
    for one in told:
        if one.conflict:
            doors[one.station_id].setdefault(one.task_id, one)
    return [
        Finding("conflict", station, None, len(there), list(there.values())[:SHOWN]) for station, there in doors.items()
    ]
