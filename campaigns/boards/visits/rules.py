"""What the visit table says, as definitions on plain values (S13; domain.md, Rates: visits). Money in fen.

The SQL of visit_table_queries.py is held to these functions on random worlds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from campaigns.drives.outcomes import OUTCOMES
from campaigns.visits.rules import minutes_worked
from opsdesk.lib.intervals import Interval, share_difference, wilson

WEEK, FOUR_WEEKS = 7, 28  # days after the first purchase within which another one keeps a customer


@dataclass(frozen=True)
class Told:
    """One live outcome at a door. `off`: what the coupon handed over there took off within the attribution days."""

    id: int
    task_id: int
    customer_id: int
    community_id: int
    staff_id: int
    at: datetime
    day: date
    outcome: str
    amount: int = 0
    off: int = 0


@dataclass(frozen=True)
class Bought:
    """One customer-day."""

    customer_id: int
    day: date
    net: int
    starts_purchase: bool = True


@dataclass(frozen=True)
class Place:
    """What holds in a community: days that orders belong to a visit for, and fen for an hour of its staff."""

    attribution_days: int
    hour_cost: int


class DoorRates:
    """The shares of whoever counts doors: visited, opened, ordered on the spot."""

    visited: int
    opened: int
    ordered: int

    @property
    def open_rate(self) -> Interval | None:
        """Opened / visited."""
        return wilson(self.opened, self.visited)

    @property
    def order_rate(self) -> Interval | None:
        """Ordered / opened."""
        return wilson(self.ordered, self.opened)

    @property
    def order_rate_of_visited(self) -> Interval | None:
        return wilson(self.ordered, self.visited)


@dataclass(frozen=True)
class Figures(DoorRates):
    """A community's day, or several added up. `amount` was ordered on the spot; `net` is attributed. `net`, `worked`,
    `coupons` and `staff_cost` of a sum are those of its `over` days alone: the days whose windows have ended."""

    days: int = 1
    over: int = 1
    visited: int = 0
    opened: int = 0
    ordered: int = 0
    not_reached: int = 0
    amount: int = 0
    net: int = 0
    worked: timedelta = timedelta()
    staff_cost: int = 0
    coupons: int = 0

    @property
    def cost(self) -> int:
        """Staff minutes x wage + coupons used."""
        return self.staff_cost + self.coupons

    def roi(self, margin_share: float) -> float | None:
        """(net x margin - cost) / cost; None before the window has ended, and where nothing was spent."""
        return (self.net * margin_share - self.cost) / self.cost if self.over and self.cost else None


def counted(told: Iterable[Told]) -> list[Told]:
    """A door counts once a task and day, by its last live outcome of the day."""
    last: dict[tuple[int, date], Told] = {}
    for one in sorted(told, key=moment):
        last[one.task_id, one.day] = one
    return sorted(last.values(), key=moment)


def moment(one: Told) -> tuple[datetime, int]:
    return one.at, one.id


def opened(told: Iterable[Told]) -> list[Told]:
    return [one for one in counted(told) if OUTCOMES[one.outcome].opened]


def attributed(
    told: Iterable[Told], bought: Iterable[Bought], places: Mapping[int, Place]
) -> list[tuple[Told, Bought]]:
    """Each customer-day belongs to that customer's latest opened visit of that day or before it, when it lies less
    than the attribution days of the visit's community after it (the same day is the first of them)."""
    doors = opened(told)
    found = []
    for day in bought:
        before = [one for one in doors if one.customer_id == day.customer_id and one.day <= day.day]
        if before and day.day < before[-1].day + timedelta(days=places[before[-1].community_id].attribution_days):
            found.append((before[-1], day))
    return found


def worked(told: Iterable[Told]) -> timedelta:
    """Time at the doors: each person's by the moments of their outcomes (visits.rules), added up."""
    moments: dict[tuple[int, int, date], list[datetime]] = defaultdict(list)
    for one in told:
        moments[one.staff_id, one.community_id, one.day].append(one.at)
    return sum((timedelta(minutes=minutes_worked(times)) for times in moments.values()), timedelta())


def staff_cost(worked: timedelta, hour_cost: int) -> int:
    """Fen, half up."""
    spent, hour = worked // timedelta(microseconds=1), timedelta(hours=1) // timedelta(microseconds=1)
    return (2 * spent * hour_cost + hour) // (2 * hour)


def is_over(day: date, days: int, as_of: date) -> bool:
    """Whether `days` days from `day` on, that day the first, lie before `as_of`."""
    return day + timedelta(days=days) <= as_of


def day_figures(
    told: Sequence[Told],
    bought: Sequence[Bought],
    day: date,
    community_id: int,
    places: Mapping[int, Place],
    as_of: date,
) -> Figures:
    """One community's day. `told` holds all outcomes of its customers, `bought` their customer-days; those from
    `as_of` on are not known yet."""
    here = [one for one in told if one.day == day and one.community_id == community_id]
    doors, place, time = counted(here), places[community_id], worked(here)
    known = [one for one in bought if one.day < as_of]
    return Figures(
        over=int(is_over(day, place.attribution_days, as_of)),
        visited=sum(OUTCOMES[one.outcome].knocked for one in doors),
        opened=sum(OUTCOMES[one.outcome].opened for one in doors),
        ordered=sum(OUTCOMES[one.outcome].ordered for one in doors),
        not_reached=sum(not OUTCOMES[one.outcome].knocked for one in doors),
        amount=sum(one.amount for one in doors),
        net=sum(one.net for visit, one in attributed(told, known, places) if visit in doors),
        worked=time,
        staff_cost=staff_cost(time, place.hour_cost),
        coupons=sum(one.off for one in here),
    )


def together(rows: Sequence[Figures]) -> Figures:
    """Sums; money only of what is over, so that net and cost are of the same days."""
    done = [row for row in rows if row.over]
    sums = {name: sum(getattr(row, name) for row in rows) for name in _ALWAYS}
    money = {name: sum(getattr(row, name) for row in done) for name in _WHEN_OVER}
    return Figures(**sums, **money, worked=sum((row.worked for row in done), timedelta()))


_ALWAYS = ("days", "visited", "opened", "ordered", "not_reached", "amount")
_WHEN_OVER = ("over", "net", "staff_cost", "coupons")


@dataclass(frozen=True)
class Person:
    """One task or held-out customer of a drive. `start`: the first visit in the period, or the day on which the drive
    started; `first`: the purchase that made them recalled; `purchases`: the days on which purchases start."""

    start: date
    window: int
    purchases: Sequence[date] = ()
    first: date | None = None


@dataclass(frozen=True)
class Arm:
    """One side added up. Only people whose window has ended are in a rate; the others are `waiting`."""

    people: int = 0
    woken: int = 0
    waiting: int = 0
    recalled: int = 0
    week_people: int = 0
    week_back: int = 0
    weeks_people: int = 0
    weeks_back: int = 0

    @property
    def wake_rate(self) -> Interval | None:
        return wilson(self.woken, self.people)

    @property
    def week_rate(self) -> Interval | None:
        return wilson(self.week_back, self.week_people)

    @property
    def weeks_rate(self) -> Interval | None:
        return wilson(self.weeks_back, self.weeks_people)


def arm(people: Iterable[Person], as_of: date) -> Arm:
    return arms_together([_arm_of_one(one, as_of) for one in people])


def _arm_of_one(one: Person, as_of: date) -> Arm:
    """Woken: a purchase from the start on, within the attribution days. Recalled: they have a `first`. Kept: another
    purchase within 7 (28) days after the day of the first one."""
    over = is_over(one.start, one.window, as_of)
    end = one.start + timedelta(days=one.window)
    side = Arm(
        people=int(over),
        waiting=int(not over),
        woken=int(over and any(one.start <= day < end for day in one.purchases)),
    )
    if one.first is None:
        return side
    week, weeks = (_kept(one, one.first, days, as_of) for days in (WEEK, FOUR_WEEKS))
    return replace(side, recalled=1, week_people=week[0], week_back=week[1], weeks_people=weeks[0], weeks_back=weeks[1])


def _kept(one: Person, first: date, days: int, as_of: date) -> tuple[int, int]:
    if not is_over(first, days + 1, as_of):
        return 0, 0
    return 1, int(any(first < day <= first + timedelta(days=days) for day in one.purchases))


def arms_together(arms: Sequence[Arm]) -> Arm:
    return Arm(*(sum(getattr(one, name) for one in arms) for name in Arm.__dataclass_fields__))


def gap(one: tuple[int, int], other: tuple[int, int]) -> Interval | None:
    """Share of the first (part, whole) minus that of the other, with Newcombe's interval."""
    return share_difference(*one, *other)
