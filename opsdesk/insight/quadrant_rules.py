"""A coordinate model (S22): two metrics, a threshold each as axes, four corners. Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median_low

from opsdesk.lib.words import N_

HIGH_HIGH, HIGH_LOW, LOW_HIGH, LOW_LOW = CORNERS = ("high_high", "high_low", "low_high", "low_low")
CORNER_WORDS = {  # across first, then up
    HIGH_HIGH: N_("both high"),
    HIGH_LOW: N_("across high, up low"),
    LOW_HIGH: N_("across low, up high"),
    LOW_LOW: N_("both low"),
}
WEEKS = (1, 4, 8, 13)
SCALES = {"yuan0": 100, "yuan": 100, "percent": 0.01}  # a typed threshold in yuan or percent, times this


@dataclass(frozen=True)
class Bubble:
    """One thing of the plane; `size` None where its third metric is not known."""

    id: str
    name: str
    across: float
    up: float
    size: float | None = None
    href: str = field(default="", compare=False)


def read_cut(text: str, kind: str) -> float | None:
    """A typed threshold in the metric's own unit (fen, a share); None when nothing usable was typed."""
    try:
        value = float(text.replace(",", "").replace("%", "").strip())
    except ValueError:
        return None
    return value * SCALES.get(kind, 1) if math.isfinite(value) and abs(value) <= 1e9 else None


def typed(value: float, kind: str) -> float:
    """The other way round: as it is typed and kept in a model."""
    return round(value / SCALES.get(kind, 1), 4)


def cut_of(values: Sequence[float], told: float | None) -> float:
    """The threshold: as told, else the median of what is shown, of two middle values the lower: one that is there."""
    return told if told is not None else median_low(values) if values else 0.0


def corner_of(across: float, up: float, across_cut: float, up_cut: float) -> str:
    """High is the threshold itself and above."""
    if across >= across_cut:
        return HIGH_HIGH if up >= up_cut else HIGH_LOW
    return LOW_HIGH if up >= up_cut else LOW_LOW


def counts(bubbles: Sequence[Bubble], across_cut: float, up_cut: float) -> dict[str, int]:
    found = Counter(corner_of(one.across, one.up, across_cut, up_cut) for one in bubbles)
    return {corner: found[corner] for corner in CORNERS}
