"""Who of an audience gets a task and by which channel (pure). Money in fen, time in minutes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from campaigns.chances import rules as chances
from campaigns.chances.rules import Option, Rates
from campaigns.drives.rules import Door
from campaigns.recall import sharing
from campaigns.recall.sharing import Hand, Stop
from coupons.batches import rules as batches
from coupons.batches.rules import Stratum

DEFAULT_AUDIENCE = "lifecycle=silent&rfm=win_back,rescue"  # high value first (S17)
STAFFED = frozenset({"door", "wechat", "phone", "group"})  # somebody of the station does it
ONCE, ROUNDING = Fraction(1), 1e-6
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

    @property
    def all_minutes(self) -> int:
        return sum(self.minutes.values())

    @property
    def doors(self) -> int:
        return sum(minutes * self.doors_an_hour[staff] // 60 for staff, minutes in self.minutes.items())

    def cost(self, channel: str) -> Fraction:
        """Minutes that one task takes here; of a door the mean over the crew."""
        if channel == "door":
            return Fraction(self.all_minutes, self.doors) if self.doors else Fraction(10**9)
        return Fraction(self.task_minutes.get(channel, 0))

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
    """Every channel of the drive with "" or what stands against it: the gate's word, no known door, nobody there."""
    return {channel: person.gate[channel] or _obstacle(person, channel, crews) for channel in channels}


def _obstacle(person: Person, channel: str, crews: Mapping[int, Crew]) -> str:
    building, _unit, room = person.door
    if channel == "door" and not (building and room):
        return "channel"
    return "nobody" if channel in STAFFED and person.station not in crews else ""


def reason_of(person: Person, told: Mapping[str, str]) -> str:
    """Why nobody reaches this person, "" when somebody can: what every channel says, else that none does."""
    if person.reason:
        return person.reason
    said = set(told.values())
    return "" if "" in said else said.pop() if len(said) == 1 else "channel"


def _open(told: Mapping[str, str]) -> list[str]:
    return [channel for channel, reason in told.items() if not reason]


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
    open_ = {one.customer: _open(told[one.customer]) for one in able}
    chosen = choose(able, open_, crews, best=best, room=1 / (1 - Fraction(str(share))))
    meant = ((one.customer, one.stratum) for one in able if one.customer in chosen)
    control = batches.held_out(meant, share, key)
    fates |= {customer: Fate("control", channel=chosen[customer]) for customer in control}
    return fates | _tasks([one for one in able if one.customer not in control], open_, crews, best=best)


def marginal(
    people: Iterable[Person], fates: Fates, channels: Sequence[str], crews: Mapping[int, Crew], *, best: bool
) -> dict[int, int]:
    """Fen that one more hour of work would bring, by station, among those who may be reached and are not held out."""
    able = [one for one in people if fates[one.customer].fate == "task" or fates[one.customer].reason == "capacity"]
    open_ = {one.customer: _open(channels_of(one, channels, crews)) for one in able}
    now, then = (choose(able, open_, crews, best=best, extra=extra) for extra in (0, 60))
    gains = dict.fromkeys(crews, 0)
    for one in able:
        if one.station in crews:
            before, after = (one.worth.get(side.get(one.customer, ""), 0) for side in (now, then))
            gains[one.station] += after - before
    return gains


def choose(
    people: Sequence[Person],
    open_: Mapping[int, Sequence[str]],
    crews: Mapping[int, Crew],
    *,
    best: bool,
    room: Fraction = ONCE,
    extra: int = 0,
) -> dict[int, str]:
    """A channel for each as far as the minutes of their stations go, `room` times over and `extra` more: the one that
    brings most, or the first that is open. Who is not in the answer is beyond what the staff can do."""
    minutes = {station: crew.all_minutes * room + extra for station, crew in crews.items()}
    return _by_worth(people, open_, crews, minutes) if best else _in_order(people, open_, crews, minutes)


def _by_worth(
    people: Iterable[Person], open_: Mapping[int, Sequence[str]], crews: Mapping[int, Crew], left: dict[int, Fraction]
) -> dict[int, str]:
    found = chances.choose(
        (chances.Candidate(one.customer, one.station, _options(one, open_[one.customer], crews)) for one in people),
        {station: float(minutes) + ROUNDING for station, minutes in left.items()},
        limited=STAFFED,
    )
    return {customer: choice.channel for customer, choice in found.items() if choice.channel}


def _options(person: Person, open_: Iterable[str], crews: Mapping[int, Crew]) -> list[Option]:
    return [
        Option(channel, person.worth.get(channel, 0), float(minutes_of(person, channel, crews))) for channel in open_
    ]


def _in_order(
    people: Iterable[Person], open_: Mapping[int, Sequence[str]], crews: Mapping[int, Crew], left: dict[int, Fraction]
) -> dict[int, str]:
    """The most valuable by their first channel come first."""
    chosen: dict[int, str] = {}
    for one in sorted(people, key=lambda one: (-one.worth.get(open_[one.customer][0], 0), one.customer)):
        for channel in open_[one.customer]:
            cost = minutes_of(one, channel, crews)
            if not cost or left[one.station] >= cost:
                chosen[one.customer] = channel
                left[one.station] = left.get(one.station, Fraction()) - cost
                break
    return chosen


def minutes_of(person: Person, channel: str, crews: Mapping[int, Crew]) -> Fraction:
    return crews[person.station].cost(channel) if channel in STAFFED else Fraction()


def _tasks(people: Sequence[Person], open_: Mapping[int, list[str]], crews: Mapping[int, Crew], *, best: bool) -> Fates:
    """Channels again for those who were not held out, now within the real minutes, and who does what."""
    chosen = choose(people, open_, crews, best=best)
    fates = {customer: Fate("task", channel=channel) for customer, channel in chosen.items()}
    stops: dict[int, list[Stop]] = defaultdict(list)
    for one in people:
        channel = chosen.get(one.customer, "")
        if channel in STAFFED:
            stops[one.station].append(Stop(one.customer, one.door, channel))
    for station, there in stops.items():
        fates |= _shared(there, crews[station].hands(), open_)
    return fates


def _shared(stops: Sequence[Stop], hands: Sequence[Hand], open_: Mapping[int, list[str]]) -> Fates:
    given = sharing.share(stops, hands)
    return {
        stop.key: Fate("task", channel=stop.channel, staff=given[stop.key])
        if stop.key in given
        else _without_time(open_[stop.key])
        for stop in stops
    }


def _without_time(open_: Iterable[str]) -> Fate:
    free = next((channel for channel in open_ if channel not in STAFFED), "")
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
    return replace(rates, net_of_order=mean)


def filled(script: str, *, name: str, goods: str, price: str, coupon: str) -> str:
    """The words of an offer as one customer hears them."""
    for place, value in zip(PLACES, (name, goods, price, coupon), strict=True):
        script = script.replace(place, value)
    return script
