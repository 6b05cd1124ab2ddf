"""Who comes to the shop, when, through which channel, and what they like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from opsdesk.demo import addresses, goods, habits, names, places, stories
from opsdesk.demo.records import Community, Customer, Order
from opsdesk.demo.rhythm import WEEKDAYS, Frame, moment, stream

NEVER_BUYS = 0.18
BOUGHT_BEFORE = 0.13
GROWTH = 1.3
OPENING_RUSH = (2.6, 2.0, 1.5)
FIRST_WEEKS = (58, 24, 12, 6)

# channel: (share of those who come, factor on coming back)
CHANNELS = {"地推": (34, 0.90), "老带新": (22, 1.15), "活动": (16, 0.85), "群": (15, 1.06), "自然": (13, 1.02)}
EVENT = "活动"
_CHANNEL_SHARES = list(accumulate(share for share, _ in CHANNELS.values()))

BASKETS = (("small", 30), ("usual", 50), ("large", 20))


class Arrival(NamedTuple):
    """`week` of the first purchase; None for someone who only registers."""

    community: Community
    week: int | None
    old_hand: bool = False


@dataclass(slots=True)
class Shopper:
    """A customer with what only the simulation knows. `leaf`: whether leaf vegetables are in the first basket,
    where a story decides it; `returns` likewise for the week after the first."""

    customer: Customer
    community: Community
    first_day: int | None
    habit: habits.Habit
    taste: str
    basket: str
    leaf: bool | None = None
    returns: bool | None = None
    reserved: bool = False
    orders: list[Order] = field(default_factory=list)

    @property
    def first_week(self) -> int | None:
        return None if self.first_day is None else self.first_day // 7


def everybody(seed: int, frame: Frame, communities: Sequence[Community], customers: int) -> list[Shopper]:
    """Exactly `customers` shoppers, in the order of their registration."""
    rng = stream(seed, "shoppers")
    phones = names.phones(stream(seed, "phones"))
    arrivals = _arrivals(rng, frame, communities, customers)
    crowd = [_shopper(rng, frame, arrival, next(phones)) for arrival in arrivals]
    _give_unusual_names(rng, crowd)
    return sorted(crowd, key=lambda shopper: (shopper.customer.registered_at, shopper.customer.phone))


def _arrivals(rng: Random, frame: Frame, communities: Sequence[Community], customers: int) -> Iterator[Arrival]:
    never = round(customers * NEVER_BUYS)
    before = round((customers - never) * BOUGHT_BEFORE)
    cells, weights = _cells(rng, frame, communities)
    for place, week in rng.choices(cells, cum_weights=weights, k=customers - never - before):
        yield Arrival(place, week)
    for place, _ in rng.choices(cells, cum_weights=weights, k=never):
        yield Arrival(place, None)
    yield from _old_hands(rng, frame, communities, before)


def _cells(
    rng: Random, frame: Frame, communities: Sequence[Community]
) -> tuple[list[tuple[Community, int]], list[float]]:
    """Every community and week in which someone may arrive, with cumulated weights."""
    whole_weeks = frame.weeks + (1 if frame.days > frame.weeks * 7 else 0)
    cells = [(place, week) for place in communities for week in range(whole_weeks)]
    return cells, list(accumulate(_pull(rng, frame, place, week) for place, week in cells))


def _pull(rng: Random, frame: Frame, place: Community, week: int) -> float:
    plot = next(plot for plot in places.PLOTS if plot.code == place.code)
    age = week - places.opening_week(plot, frame)
    if age < 0:
        return 0.0
    rush = OPENING_RUSH[age] if age < len(OPENING_RUSH) and age < week + 1 else 1.0
    days = min(7, frame.days - week * 7) / 7
    grown = 1 + GROWTH * week / frame.weeks
    return plot.share * grown * rush * days * rng.uniform(0.88, 1.12) * stories.crowd(frame, place, week)


def _old_hands(rng: Random, frame: Frame, communities: Sequence[Community], many: int) -> Iterator[Arrival]:
    """People who were customers before the first export: they turn up in its first weeks."""
    open_before = [place for place in communities if place.opened_on < frame.start]
    shares = [next(plot.share for plot in places.PLOTS if plot.code == place.code) for place in open_before]
    for place in rng.choices(open_before, weights=shares, k=many):
        yield Arrival(place, rng.choices(range(len(FIRST_WEEKS)), weights=FIRST_WEEKS)[0], old_hand=True)


def _shopper(rng: Random, frame: Frame, arrival: Arrival, phone: str) -> Shopper:
    first_day = _first_day(rng, frame, arrival.week)
    registered_at = _registered_at(rng, frame, arrival, first_day)
    home = addresses.home(rng, arrival.community)
    channel = _channel(rng, frame, arrival)
    habit = habits.lasting_habit(rng) if arrival.old_hand else habits.any_habit(rng)
    customer = Customer(phone, names.person(rng), home, channel, registered_at)
    return Shopper(customer, arrival.community, first_day, habit, _taste(rng), _basket(rng))


def _first_day(rng: Random, frame: Frame, week: int | None) -> int | None:
    if week is None:
        return None
    open_days = min(7, frame.days - week * 7)
    return week * 7 + rng.choices(range(open_days), weights=WEEKDAYS[:open_days])[0]


def _registered_at(rng: Random, frame: Frame, arrival: Arrival, first_day: int | None) -> datetime:
    """On the first day itself for most; never before the community opened, always before the purchase."""
    if first_day is None:
        opened = max(arrival.community.opened_on, frame.start - timedelta(days=60))
        return moment(rng, opened + timedelta(days=rng.randrange((frame.until - opened).days)))
    first = frame.day(first_day)
    if arrival.old_hand:
        return moment(rng, _between(rng, arrival.community.opened_on, frame.start))
    return moment(rng, max(first - timedelta(days=_hesitation(rng)), arrival.community.opened_on))


def _hesitation(rng: Random) -> int:
    """Days between registering and buying; `shopping.py` moves the hour where both fall on one day."""
    return 0 if rng.random() < 0.62 else int(rng.expovariate(1 / 4)) % 30


def _between(rng: Random, first: date, end: date) -> date:
    return first + timedelta(days=rng.randrange((end - first).days))


def _channel(rng: Random, frame: Frame, arrival: Arrival) -> str:
    if arrival.week is not None and stories.is_bad_week(frame, arrival.community, arrival.week):
        return EVENT if rng.random() < 0.5 else rng.choice(list(CHANNELS))
    return rng.choices(list(CHANNELS), cum_weights=_CHANNEL_SHARES)[0]


def _taste(rng: Random) -> str:
    """The favourite category; empty for more than a third of the people."""
    if rng.random() < 0.38:
        return ""
    return rng.choices(goods.GOODS, weights=[goods.SHELVES[name][0] for name in goods.GOODS])[0]


def _basket(rng: Random) -> str:
    return rng.choices([name for name, _ in BASKETS], weights=[share for _, share in BASKETS])[0]


def _give_unusual_names(rng: Random, crowd: list[Shopper]) -> None:
    for name, shopper in zip(names.UNUSUAL_NAMES, rng.sample(crowd, len(names.UNUSUAL_NAMES)), strict=True):
        shopper.customer.name = name
