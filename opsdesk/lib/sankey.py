"""Moves between two sets of classes -> the geometry of a Sankey diagram. Pure; lengths in SVG units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from opsdesk.lib.charts import short

Pair = tuple[str, str]

BAR = 8.0
GAP = 22.0
# Two lines of words stand beside a node: the middles of neighbours are at least this far apart.
LEAST_PITCH = 40.0


@dataclass(frozen=True)
class Node:
    """One class at one end: its bar, and where its two lines of words stand. `moved` is what flows through it here."""

    code: str
    moved: int
    x: str
    y: str
    height: str
    label_y: str
    sub_y: str


@dataclass(frozen=True)
class Ribbon:
    source: str
    target: str
    count: int
    path: str
    label_y: str
    selected: bool

    @property
    def key(self) -> str:
        return f"{self.source}>{self.target}"


@dataclass(frozen=True)
class Sankey:
    left: list[Node]
    right: list[Node]
    ribbons: list[Ribbon]
    width: int
    height: str
    count_x: str
    moved: int


@dataclass(frozen=True)
class _Frame:
    """What all ribbons share: where the two columns stand, and units a person."""

    x_left: float
    x_right: float
    scale: float


def sankey(
    counts: Mapping[Pair, int],
    sources: Sequence[str],
    targets: Sequence[str],
    movers_only: bool = True,
    selected: Pair | None = None,
    width: int = 540,
    height: int = 270,
    sides: float = 128.0,
) -> Sankey:
    """(from, to) -> people, both ends in the given order; `sides` is the room for words. Stayers are left out when
    `movers_only`. A class that moves nobody keeps its place, so that two weeks look alike. At each node the ribbons
    lie in the order of the other side, and the selected one is drawn last."""
    flows = {pair: n for pair, n in counts.items() if n > 0 and not (movers_only and pair[0] == pair[1])}
    out = {code: sum(n for (source, _), n in flows.items() if source == code) for code in sources}
    into = {code: sum(n for (_, target), n in flows.items() if target == code) for code in targets}
    moved = sum(flows.values())
    room = height - GAP * (max(len(sources), len(targets)) - 1)
    frame = _Frame(sides, width - sides - BAR, room / moved if moved else 0.0)
    tops_left, tops_right, tall = _both_sides(list(out.values()), list(into.values()), frame.scale, float(height))
    left, right = dict(zip(sources, tops_left, strict=True)), dict(zip(targets, tops_right, strict=True))
    return Sankey(
        left=_nodes(out, tops_left, frame.scale, frame.x_left),
        right=_nodes(into, tops_right, frame.scale, frame.x_right),
        ribbons=_ribbons(flows, left, right, frame, selected),
        width=width,
        height=short(tall),
        count_x=short(frame.x_left + BAR + 6),
        moved=moved,
    )


def _both_sides(
    left: list[int], right: list[int], scale: float, height: float
) -> tuple[list[float], list[float], float]:
    """Upper edges of both sides, the shorter one centred, and the height of the whole."""
    sides = [_stack([amount * scale for amount in amounts]) for amounts in (left, right)]
    tall = max(height, *(used for _tops, used in sides))
    shifted = [[top + (tall - used) / 2 for top in tops] for tops, used in sides]
    return shifted[0], shifted[1], tall


def _stack(talls: list[float]) -> tuple[list[float], float]:
    """Upper edges from the first word's room down, and the room used."""
    y = max(0.0, (LEAST_PITCH - talls[0]) / 2)
    tops = [y]
    for tall, following in pairwise(talls):
        y += tall + max(GAP, LEAST_PITCH - (tall + following) / 2)
        tops.append(y)
    return tops, y + talls[-1] + max(0.0, (LEAST_PITCH - talls[-1]) / 2)


def _nodes(amounts: Mapping[str, int], tops: Sequence[float], scale: float, x: float) -> list[Node]:
    return [_node(code, n, top, n * scale, x) for (code, n), top in zip(amounts.items(), tops, strict=True)]


def _node(code: str, amount: int, top: float, tall: float, x: float) -> Node:
    middle = top + tall / 2
    return Node(code, amount, short(x), short(top), short(max(tall, 1.0)), short(middle - 3), short(middle + 13))


def _ribbons(
    flows: Mapping[Pair, int], left: dict[str, float], right: dict[str, float], frame: _Frame, selected: Pair | None
) -> list[Ribbon]:
    leaves = _edges(flows, left, 0, list(right), frame.scale)
    arrives = _edges(flows, right, 1, list(left), frame.scale)
    ribbons = [_ribbon(pair, n, leaves[pair], arrives[pair], frame, pair == selected) for pair, n in flows.items()]
    return sorted(ribbons, key=lambda ribbon: ribbon.selected)


def _edges(
    flows: Mapping[Pair, int], tops: dict[str, float], end: int, others: list[str], scale: float
) -> dict[Pair, float]:
    """The upper edge of each flow at one side (end 0 or 1), stacked in the order of the other side."""
    next_y, placed = dict(tops), {}
    for pair in sorted(flows, key=lambda pair: others.index(pair[1 - end])):
        placed[pair] = next_y[pair[end]]
        next_y[pair[end]] += flows[pair] * scale
    return placed


def _ribbon(pair: Pair, count: int, leaves: float, arrives: float, frame: _Frame, selected: bool) -> Ribbon:
    """A band of even thickness: two mirrored curves, closed."""
    thick = count * frame.scale
    x_from, x_to = frame.x_left + BAR, frame.x_right
    start, end, middle = short(x_from), short(x_to), short((x_from + x_to) / 2)
    top_from, top_to, low_from, low_to = (short(y) for y in (leaves, arrives, leaves + thick, arrives + thick))
    path = (
        f"M{start} {top_from}C{middle} {top_from} {middle} {top_to} {end} {top_to}"
        f"V{low_to}C{middle} {low_to} {middle} {low_from} {start} {low_from}Z"
    )
    return Ribbon(pair[0], pair[1], count, path, short(leaves + thick / 2 + 4), selected)
