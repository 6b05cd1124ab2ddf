"""The plane as it is drawn: percent across, so that words keep their size; px up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from opsdesk.insight.quadrant_board import Plane, size_words
from opsdesk.insight.quadrant_rules import Bubble
from opsdesk.lib import charts

HEIGHT, TOP, FOOT = 440, 30, 26
SMALLEST, LARGEST, POINT = 5.0, 24.0, 2.5  # px of a radius
MOST_NAMED = 30
OUTER = 0.02  # of many points so many may lie beyond the edge on either side; they are drawn at it


@dataclass(frozen=True)
class Spot:
    name: str
    x: str
    y: str
    radius: str
    label_y: str
    anchor: str
    title: str
    href: str
    corner: str


@dataclass(frozen=True)
class Drawing:
    """`x`, `y`: where the axes cross. `is_cut_off`: points beyond the edge are drawn at it."""

    spots: list[Spot]
    x: str
    y: str
    height: int
    is_named: bool
    is_cut_off: bool


def drawing(plane: Plane) -> Drawing:
    many = len(plane.bubbles) > 100
    across = _Scale([one.across for one in plane.bubbles], plane.across_cut, many)
    up = _Scale([one.up for one in plane.bubbles], plane.up_cut, many)
    largest = max((one.size for one in plane.bubbles if one.size and one.size > 0), default=0.0)
    spots = [_spot(plane, one, across, up, largest, many) for one in _large_first(plane.bubbles)]
    seen: dict[tuple[str, str], Spot] = {}
    for spot in spots:
        seen.setdefault((spot.x, spot.y), spot)
    shown = list(seen.values()) if plane.is_of_customers else spots
    named = len(plane.bubbles) <= MOST_NAMED and not plane.is_of_customers
    return Drawing(
        shown, charts.per_cent(across.at(plane.across_cut)), charts.short(_down(up.at(plane.up_cut))), HEIGHT, named,
        across.is_cut_off or up.is_cut_off,
    )  # fmt: skip


def _large_first(bubbles: Sequence[Bubble]) -> list[Bubble]:
    """So that no small one lies hidden beneath a large one."""
    return sorted(bubbles, key=lambda one: -(one.size or 0))


def _spot(plane: Plane, one: Bubble, across: "_Scale", up: "_Scale", largest: float, many: bool) -> Spot:
    radius = POINT if plane.is_of_customers else _radius(one.size, largest) * (0.6 if many else 1)
    y = _down(up.at(one.up))
    told = [one.name] if one.name else []
    told += [f"{plane.across.told(one.across)} × {plane.up.told(one.up)}"]
    told += [] if plane.is_of_customers else [size_words(one, plane.size)]
    return Spot(
        one.name, f"{across.at(one.across) * 100:.1f}", f"{y:.1f}", charts.short(radius), charts.short(y - radius - 3),
        _anchor(across.at(one.across)), " · ".join(told), one.href, plane.corner(one),
    )  # fmt: skip


def _radius(size: float | None, largest: float) -> float:
    """The area says the size."""
    share = max(0.0, size or 0.0) / largest if largest else 0.0
    return max(SMALLEST, LARGEST * math.sqrt(share))


def _anchor(share: float) -> str:
    """Names near an edge run inwards."""
    return "start" if share < 0.12 else "end" if share > 0.88 else "middle"


def _down(share: float) -> float:
    return HEIGHT - FOOT - share * (HEIGHT - TOP - FOOT)


class _Scale:
    """Values and the threshold onto 0.04 to 0.96 of an axis."""

    def __init__(self, values: Sequence[float], cut: float, many: bool) -> None:
        ordered = sorted(values) or [0.0]
        skip = int(len(ordered) * OUTER) if many else 0
        self.low = min(ordered[skip], cut)
        self.high = max(ordered[len(ordered) - 1 - skip], cut)
        self.is_cut_off = ordered[0] < self.low or ordered[-1] > self.high

    def at(self, value: float) -> float:
        if self.high <= self.low:
            return 0.5
        held = max(self.low, min(self.high, value))
        return 0.04 + 0.92 * (held - self.low) / (self.high - self.low)
