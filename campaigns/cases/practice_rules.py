"""What a station with a rise did differently in its process numbers, and whether others improve after they were told.
Pure: counts in, counts out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from opsdesk.lib import intervals
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_
from users.purchases.rules import monday_of

WEEK = timedelta(days=7)
BEFORE_WEEKS = 8  # weeks before a lesson that the weeks after it are compared with
RETENTION = "retention"  # of a cohort: who bought again in the week after the first
LEAST = 20  # of fewer nothing is said

# Process numbers: the label, and what a station does that has a high one (the words of a first draft).
MEASURES = {
    "told": N_("Customers spoken to with the delivery"),
    "wechat": N_("Added on WeChat with the delivery"),
    "group": N_("Joined the group with the delivery"),
    "on_time": N_("Deliveries told on their day"),
    "reminded": N_("Coupon reminders said before the coupon ended"),
    "used": N_("Coupons used that ended"),
    "opened": N_("Doors opened of those visited"),
    "ordered": N_("Orders at the door of those visited"),
}
ADVICE = {
    "told": N_("Speak to every customer while you hand over the delivery, in the words of the sheet."),
    "wechat": N_("Ask every new payer whether you may add them on WeChat."),
    "group": N_("Invite every new payer to the group of the building."),
    "on_time": N_("Tick each delivery on its day."),
    "reminded": N_("Tell everybody whose coupon ends soon, before it ends, in the words of the script."),
    "used": N_("Help them use their coupon while you stand at the door."),
    "opened": N_("Visit when somebody is likely to be at home."),
    "ordered": N_("Order for them on the spot, while the door is open."),
}
GROUPS = {"own": N_("this community"), "read": N_("all have read it"), "unread": N_("not all have read it")}


@dataclass(frozen=True)
class Share:
    """part of whole; adds up."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        return intervals.wilson(self.part, self.whole)


@dataclass(frozen=True)
class Measure:
    """One process number here and at all others, over the same weeks."""

    key: str
    own: Share
    others: Share

    @property
    def gap(self) -> Interval | None:
        """Here minus the others; None where either has nothing."""
        return intervals.share_difference(self.own.part, self.own.whole, self.others.part, self.others.whole)

    @property
    def stands_out(self) -> bool:
        """Above the others by more than chance, of enough."""
        return self.gap is not None and self.gap.low > 0 and min(self.own.whole, self.others.whole) >= LEAST


def ranked(measures: Iterable[Measure]) -> list[Measure]:
    """What stands out first, then by how far it is above the others; what cannot be compared last."""
    found = list(measures)
    order = {key: n for n, key in enumerate(MEASURES)}

    def place(one: Measure) -> tuple[bool, bool, float, int]:
        return not one.stands_out, one.gap is None, -(one.gap.at if one.gap else 0.0), order[one.key]

    return sorted(found, key=place)


# One count: of a station's week. `place`: (community, station or None).
Place = tuple[int, int | None]


@dataclass(frozen=True)
class Count:
    week: date
    place: Place
    key: str
    share: Share


def compared(counts: Iterable[Count], community_id: int) -> list[Measure]:
    """Each process number of a community beside all others, ranked."""
    own, others = dict.fromkeys(MEASURES, Share()), dict.fromkeys(MEASURES, Share())
    for one in counts:
        side = own if one.place[0] == community_id else others
        side[one.key] += one.share
    return ranked(Measure(key, own[key], others[key]) for key in MEASURES)


def by_station(counts: Iterable[Count], key: str) -> dict[Place, Share]:
    """One process number, place by place."""
    found: dict[Place, Share] = {}
    for one in counts:
        if one.key == key:
            found[one.place] = found.get(one.place, Share()) + one.share
    return found


# -- Do others improve? ------------------------------------------------------------------------------------------------


def group_of(community_id: int, own: int, readers: set[int]) -> str:
    """A key of GROUPS: a community has read a lesson when everybody at its stations has."""
    return "own" if community_id == own else "read" if community_id in readers else "unread"


def is_before(week: date, told_on: date, weeks: int = 1) -> bool | None:
    """Whether what lasts so many weeks from a Monday on was over when everybody was told; None where it was under
    way."""
    if week + weeks * WEEK <= told_on:
        return True
    return False if week > told_on else None


@dataclass(frozen=True)
class Change:
    """One number of one group before and after the telling."""

    group: str
    key: str
    before: Share
    after: Share

    @property
    def gap(self) -> Interval | None:
        """After minus before."""
        return intervals.share_difference(self.after.part, self.after.whole, self.before.part, self.before.whole)


def changes(weeks: Mapping[tuple[str, str, date], Share], told_on: date) -> list[Change]:
    """By group and key. `weeks`: (group, key, Monday) -> share, finished weeks only."""
    sides: dict[tuple[str, str], dict[bool, Share]] = {}
    for (group, key, week), share in weeks.items():
        side = is_before(week, told_on, 2 if key == RETENTION else 1)
        if side is not None:
            sums = sides.setdefault((key, group), {True: Share(), False: Share()})
            sums[side] += share
    order = {key: n for n, key in enumerate((RETENTION, *MEASURES))}
    groups = {group: n for n, group in enumerate(GROUPS)}
    found = [Change(group, key, sums[True], sums[False]) for (key, group), sums in sides.items()]
    return sorted(found, key=lambda one: (order[one.key], groups[one.group]))


def first_week(told_on: date) -> date:
    """The Monday from which on weeks are followed."""
    return monday_of(told_on) - BEFORE_WEEKS * WEEK
