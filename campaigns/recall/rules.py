"""Who of an audience gets a task and by which channel (pure). Money in fen, time in minutes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from campaigns.chances import rules as chances
from campaigns.chances.rules import Candidate, Choice, Option, Rates
from campaigns.drives.rules import Door
from campaigns.recall import sharing
from campaigns.recall.sharing import Hand, Stop
from coupons.batches import rules as batches
from coupons.batches.rules import Stratum
from opsdesk.lib import money

DEFAULT_AUDIENCE = "lifecycle=silent&rfm=win_back,rescue"  # high value first (S17)
STAFFED = frozenset({"door", "wechat", "phone", "group"})  # somebody of the station does it
ROUNDING = 1e-6  # of a minute
PLACES = ("{name}", "{goods}", "{price}", "{coupon}")  # of a script


@dataclass(frozen=True)
class Person:
    """One candidate as read. `gate`: by channel of the drive, "" or the reason against it; `reason`: one of ours that
    no channel changes; `net` of `purchases`: all time; `worth`: fen expected by channel, less its cost."""

    customer: int
    community: int
    station: int
    lifecycle: str
    rfm_class: str
    door: Door
    gate: Mapping[str, str]
    reason: str = ""
    taste: int | None = None
    net: int = 0
    purchases: int = 0
    worth: Mapping[str, int] = field(default_factory=dict)

    @property
    def stratum(self) -> Stratum:
        return self.lifecycle, self.rfm_class, self.community


@dataclass(frozen=True)
class Costs:
    """At one community: the share of net that is margin, an hour of staff and a message in fen."""

    margin_share: float
    hour: int
    message: int


@dataclass(frozen=True)
class Crew:
    """Who works at a station: minutes and doors of each, and what a task of the other channels takes."""

    minutes: Mapping[int, int]  # by staff
    doors_an_hour: Mapping[int, int]
    task_minutes: Mapping[str, int]  # by channel but the door

    @cached_property
    def all_minutes(self) -> int:
        return sum(self.minutes.values())

    @cached_property
    def doors(self) -> int:
        return sum(minutes * self.doors_an_hour[staff] // 60 for staff, minutes in self.minutes.items())

    @cached_property
    def costs(self) -> dict[str, float]:
        """Minutes that one task takes here, by channel; of a door the mean over the crew."""
        usual = self.all_minutes / self.doors if self.doors else 60 / min(self.doors_an_hour.values())
        return {**self.task_minutes, "door": usual}

    def minutes_of(self, staff: int, channel: str) -> float:
        """Minutes that one task takes this person."""
        return 60 / self.doors_an_hour[staff] if channel == "door" else self.task_minutes.get(channel, 0)

    def hands(self) -> list[Hand]:
        """The crew for sharing out: in units of which a door costs sixty, whoever visits it."""
        return [self._hand(staff) for staff in sorted(self.minutes)]

    def _hand(self, staff: int) -> Hand:
        pace = self.doors_an_hour[staff]
        costs = {channel: minutes * pace for channel, minutes in self.task_minutes.items()}
        return Hand(staff, self.minutes[staff] * pace, costs | {"door": 60})


@dataclass(frozen=True)
class Fate:
    """What becomes of a candidate; held back exactly when there is a reason. `staff`: whose task it is, if any."""

    fate: str
    reason: str = ""
    channel: str = ""
    staff: int | None = None


Fates = dict[int, Fate]


def channels_of(person: Person, channels: Sequence[str], crews: Mapping[int, Crew]) -> dict[str, str]:
    """Every channel of the drive with "" or what stands against it: the gate's word, nobody there, no known door."""
    return {channel: person.gate[channel] or _obstacle(person, channel, crews) for channel in channels}


def _obstacle(person: Person, channel: str, crews: Mapping[int, Crew]) -> str:
    if channel in STAFFED and person.station not in crews:
        return "nobody"
    building, _unit, room = person.door
    return "" if channel != "door" or (building and room) else "channel"


def reason_of(person: Person, told: Mapping[str, str]) -> str:
    """Why nobody reaches this person, "" when somebody can: what every channel says, else that none does."""
    if person.reason:
        return person.reason
    said = set(told.values())
    return "" if "" in said else said.pop() if len(said) == 1 else "channel"


def options(person: Person, told: Mapping[str, str], crews: Mapping[int, Crew]) -> Candidate:
    """The channels open to a person, in the order of the drive, with what they bring and take."""
    costs = crews[person.station].costs if person.station in crews else {}
    open_ = (channel for channel, reason in told.items() if not reason)
    offered = [Option(one, person.worth.get(one, 0), costs[one] if one in STAFFED else 0) for one in open_]
    return Candidate(person.customer, person.station, offered)


def plan(
    people: Sequence[Person], channels: Sequence[str], crews: Mapping[int, Crew], *, best: bool, share: float, key: str
) -> Fates:
    """The fate of everybody: held back, held out or a task.

    Channels are chosen before anybody is held out, with room for those who will be, so that both sides are alike; then
    the tasks are shared out, and what is beyond the crew's time goes to a channel that takes none, or is held back.
    """
    told = {one.customer: channels_of(one, channels, crews) for one in people}
    fates = {one.customer: Fate("held", reason_of(one, told[one.customer]) or "capacity") for one in people}
    able = [one for one in people if not reason_of(one, told[one.customer])]
    offered = {one.customer: options(one, told[one.customer], crews) for one in able}
    chosen = choose(offered.values(), crews, best=best, room=1 / (1 - share))
    meant = ((one.customer, one.stratum) for one in able if one.customer in chosen)
    control = batches.held_out(meant, share, key)
    fates |= {customer: Fate("control", channel=chosen[customer]) for customer in control}
    return fates | _tasks([one for one in able if one.customer not in control], offered, crews, best=best)


def marginal(
    people: Iterable[Person], fates: Fates, channels: Sequence[str], crews: Mapping[int, Crew], *, best: bool
) -> dict[int, int]:
    """Fen that one more hour of work would bring, by station, among those who may be reached and are not held out."""
    able = [one for one in people if fates[one.customer].fate == "task" or fates[one.customer].reason == "capacity"]
    offered = [options(one, channels_of(one, channels, crews), crews) for one in able]
    now, then = _twice(offered, crews, best=best, extra=60)
    gains = dict.fromkeys(crews, 0)
    for one in able:
        if one.station in crews:
            before, after = (one.worth.get(side.get(one.customer, ""), 0) for side in (now, then))
            gains[one.station] += after - before
    return gains


def choose(offered: Iterable[Candidate], crews: Mapping[int, Crew], *, best: bool, room: float = 1) -> dict[int, str]:
    """A channel for each as far as the minutes of their stations go, `room` times over: the one that brings most, or
    the first that is open. Who is not in the answer is beyond what the staff can do."""
    minutes = _minutes(crews, room=room)
    return _named(chances.choose(offered, minutes, limited=STAFFED)) if best else _in_order(offered, minutes)


def _twice(
    offered: Sequence[Candidate], crews: Mapping[int, Crew], *, best: bool, extra: int
) -> tuple[dict[int, str], dict[int, str]]:
    """Chosen now, and with so many more minutes at each station."""
    now, then = _minutes(crews), _minutes(crews, extra=extra)
    if not best:
        return _in_order(offered, now), _in_order(offered, then)
    ranking = chances.rank(offered, STAFFED)
    return _named(chances.taken(ranking, now)), _named(chances.taken(ranking, then))


def _minutes(crews: Mapping[int, Crew], *, room: float = 1, extra: int = 0) -> dict[int | None, float]:
    return {station: crew.all_minutes * room + extra + ROUNDING for station, crew in crews.items()}


def _named(found: Mapping[int, Choice]) -> dict[int, str]:
    return {customer: choice.channel for customer, choice in found.items() if choice.channel}


def _in_order(offered: Iterable[Candidate], left: dict[int | None, float]) -> dict[int, str]:
    """The most valuable by their first channel come first."""
    chosen: dict[int, str] = {}
    for one in sorted(offered, key=lambda one: (-one.options[0].worth, one.customer_id)):
        there = left.get(one.station_id, 0)
        option = next((each for each in one.options if each.minutes <= there), None)
        if option:
            chosen[one.customer_id] = option.channel
            left[one.station_id] = there - option.minutes
    return chosen


def _tasks(
    people: Iterable[Person], offered: Mapping[int, Candidate], crews: Mapping[int, Crew], *, best: bool
) -> Fates:
    """Channels again for those who were not held out, now within the real minutes, and who does what."""
    there = {one.customer: one for one in people}
    chosen = choose([offered[customer] for customer in there], crews, best=best)
    fates = {customer: Fate("task", channel=channel) for customer, channel in chosen.items()}
    stops: dict[int, list[Stop]] = defaultdict(list)
    for customer, channel in chosen.items():
        if channel in STAFFED:
            stops[there[customer].station].append(Stop(customer, there[customer].door, channel))
    for station, mine in stops.items():
        given = sharing.share(mine, crews[station].hands())
        fates |= {stop.key: _shared(stop, given.get(stop.key), offered[stop.key]) for stop in mine}
    return fates


def _shared(stop: Stop, staff: int | None, offered: Candidate) -> Fate:
    """Whose task it is; beyond everybody's time, a channel that takes none."""
    if staff is not None:
        return Fate("task", channel=stop.channel, staff=staff)
    free = next((option.channel for option in offered.options if option.channel not in STAFFED), "")
    return Fate("task", channel=free) if free else Fate("held", "capacity")


def worth(
    person: Person, rates: Mapping[tuple[str, str], Rates], minutes: Mapping[str, float], costs: Costs
) -> dict[str, int]:
    """Fen that one try by each channel is expected to bring. What an order of this customer is worth: the mean of
    their own, shrunk towards their class's."""
    return {
        channel: chances.expected(
            _own(person, rates[channel, person.rfm_class]), costs.margin_share, minutes[channel], costs.hour,
            costs.message if channel not in STAFFED else 0,
        )
        for channel in person.gate
    }  # fmt: skip


def _own(person: Person, rates: Rates) -> Rates:
    mean = chances.shrunk(person.net, person.purchases, rates.net_of_order, chances.ORDER_STRENGTH)
    return Rates(rates.open, rates.order, mean, rates.n)


def price_text(fen: int | None) -> str:
    """As it stands on a price tag: ¥1, ¥29.9; nothing where there is none."""
    return "" if fen is None else "¥" + money.yuan(fen).rstrip("0").rstrip(".")


def filled(script: str, *, name: str, goods: str, price: str, coupon: str) -> str:
    """The words of an offer as one customer hears them."""
    for place, value in zip(PLACES, (name, goods, price, coupon), strict=True):
        script = script.replace(place, value)
    return script
