"""Doors shared out to people: whole buildings, side by side, within what each can do (pure).

Buildings come in the order of the walk. Each goes whole to one person, so that nobody crosses the estate twice; one
that fits nobody whole is cut by unit, then by door. Phones behind one door stay together as long as anything fits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby

from campaigns.drives.rules import Door, walking_key


@dataclass(frozen=True)
class Stop:
    """One task of a station: where, and by which channel. key: whatever the caller knows it by."""

    key: int
    door: Door
    channel: str


@dataclass(frozen=True)
class Hand:
    """One person: `capacity` and the cost of a task by each channel, in one unit of the caller's own."""

    staff: int
    capacity: int
    costs: Mapping[str, int]

    def cost(self, stops: Iterable[Stop]) -> int:
        return sum(self.costs[stop.channel] for stop in stops)


@dataclass
class _Load:
    hand: Hand
    target: Fraction  # what is fair, in the hand's own unit
    load: int = 0
    stops: list[Stop] = field(default_factory=list)

    def holds(self, cost: int) -> bool:
        return self.load + cost <= self.hand.capacity

    def wants(self, cost: int) -> bool:
        """Still below the fair share when half of it is done."""
        return self.holds(cost) and self.load + Fraction(cost, 2) <= self.target


Block = Sequence[Stop]


def share(stops: Iterable[Stop], hands: Sequence[Hand]) -> dict[int, int]:
    """Who does which: key -> staff. Who is left out is beyond what all of them can do."""
    ordered = sorted(stops, key=lambda one: (walking_key(one.door), one.key))
    loads = _loads(ordered, hands)
    turn = 0
    for building in _cut(ordered, 1):
        turn = _give(building, 1, loads, turn)
    return {stop.key: load.hand.staff for load in loads for stop in load.stops}


def stretched(stops: Iterable[Stop], hands: Iterable[Hand]) -> list[Hand]:
    """The same people with so much more time that all of it fits, each as much more as the others; alike if none has
    any."""
    stops, hands = list(stops), list(hands)
    if not any(hand.capacity for hand in hands):
        hands = [replace(hand, capacity=1) for hand in hands]
    able = _able(stops, hands)
    times = max(1, -(-able.denominator // able.numerator)) if able else 1
    most = max((max(hand.costs.values()) for hand in hands), default=0)
    return [replace(hand, capacity=hand.capacity * times + most) for hand in hands]


def _able(stops: Sequence[Stop], hands: Iterable[Hand]) -> Fraction:
    """How many times over the hands could do all of it."""
    costs = [(hand.capacity, hand.cost(stops)) for hand in hands]
    return sum((Fraction(capacity, cost) for capacity, cost in costs if cost), Fraction())


def _loads(stops: Sequence[Stop], hands: Sequence[Hand]) -> list[_Load]:
    able = _able(stops, hands)
    part = min(1 / able, Fraction(1)) if able else Fraction(1)
    return [_Load(hand, hand.capacity * part) for hand in hands]


def _give(block: Block, depth: int, loads: list[_Load], turn: int) -> int:
    """Give a block to whoever's turn it is or comes next, or cut it; whose turn it is then."""
    place = _taker(block, loads, turn)
    if place is not None:
        loads[place].load += loads[place].hand.cost(block)
        loads[place].stops.extend(block)
        return place
    if len(block) == 1:
        return turn
    for part in _cut(block, depth + 1):
        turn = _give(part, depth + 1, loads, turn)
    return turn


def _taker(block: Block, loads: list[_Load], turn: int) -> int | None:
    places = [*range(turn, len(loads)), *range(turn)]
    costs = {place: loads[place].hand.cost(block) for place in places}
    wanting = (place for place in places if loads[place].wants(costs[place]))
    holding = (place for place in places if loads[place].holds(costs[place]))
    return next(wanting, next(holding, None))


def _cut(block: Block, depth: int) -> Iterator[Block]:
    """Buildings (1), units (2), doors (3), single tasks (4). What has no known place is one by one."""
    if depth > len(block[0].door if block else ()):
        yield from ([stop] for stop in block)
        return
    for place, stops in groupby(block, key=lambda stop: stop.door[:depth]):
        if any(place):
            yield list(stops)
        else:
            yield from ([stop] for stop in stops)
