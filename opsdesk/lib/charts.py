"""Numbers -> geometry: what the SVG templates in templates/parts/charts draw. Pure; lengths in SVG units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from opsdesk.lib.figures import Number


def per_cent(share: Number) -> str:
    """A share between 0 and 1 as an SVG percentage without its sign, two places at most: 0.6412 -> 64.12"""
    return f"{max(0.0, min(1.0, float(share))) * 100:.2f}".rstrip("0").rstrip(".")


def short(value: float) -> str:
    """A coordinate of at most two places; a point in every language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


# -- Sparkline -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sparkline:
    """A line over its earlier mean. `y_mean` is None when there is nothing earlier than the last point."""

    width: int
    height: int
    points: str
    x_start: str
    x_end: str
    y_end: str
    y_mean: str | None


def sparkline(
    values: Sequence[Number],
    width: int = 160,
    height: int = 28,
    low: Number | None = None,
    high: Number | None = None,
    mean: Number | None = None,
) -> Sparkline | None:
    """Oldest first; the last value gets the dot, the dotted line is the mean of the others (or `mean`).
    Give `low` and `high` to put several on one scale. Nothing to draw from no values."""
    if not values:
        return None
    earlier = values[:-1]
    middle = mean if mean is not None else sum(map(float, earlier)) / len(earlier) if earlier else None
    spread = [float(value) for value in values] + ([float(middle)] if middle is not None else [])
    bottom = float(low) if low is not None else min(spread)
    top = float(high) if high is not None else max(spread)
    xs = _across(len(values), 4.0, width - 4.0)
    ys = [_down(float(value), bottom, top, 4.0, height - 4.0) for value in values]
    return Sparkline(
        width,
        height,
        points=" ".join(f"{short(x)},{short(y)}" for x, y in zip(xs, ys, strict=True)),
        x_start=short(xs[0]),
        x_end=short(xs[-1]),
        y_end=short(ys[-1]),
        y_mean=None if middle is None else short(_down(float(middle), bottom, top, 4.0, height - 4.0)),
    )


def _across(count: int, left: float, right: float) -> list[float]:
    step = (right - left) / (count - 1) if count > 1 else 0.0
    return [left + step * place for place in range(count)] if count > 1 else [right]


def _down(value: float, bottom: float, top: float, upper: float, lower: float) -> float:
    """High values near `upper` (y grows downward); a flat line lies in the middle; off-scale values are held in."""
    if top <= bottom:
        return (upper + lower) / 2
    held = max(bottom, min(top, value))
    return lower - (held - bottom) / (top - bottom) * (lower - upper)


# -- Bars ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A piece of a stacked bar in percent of its width, with the colour class it is filled by."""

    label: str
    value: Number
    css: str
    x: str
    width: str


def stacked_bar(parts: Sequence[tuple[str, Number, str]], whole: Number | None = None) -> list[Part]:
    """(label, value, css) -> pieces side by side; `whole` (default their sum) is the full width, the rest is track."""
    total = float(whole if whole is not None else sum(float(value) for _label, value, _css in parts))
    starts = accumulate((float(value) for _label, value, _css in parts), initial=0.0)
    return [
        Part(label, value, css, per_cent(start / total if total else 0), per_cent(float(value) / total if total else 0))
        for (label, value, css), start in zip(parts, starts, strict=False)
    ]


@dataclass(frozen=True)
class Column:
    """One bar of a month-by-month chart; x in percent of the width, y in units.
    `kind` is "full", "none" (nothing happened) or "open" (not over yet)."""

    label: str
    value: Number
    x: str
    x_end: str
    width: str
    middle: str
    y: str
    height: str
    kind: str


@dataclass(frozen=True)
class Columns:
    columns: list[Column]
    base: str
    foot: str
    peak: Column | None


COLUMN_SHARE = 0.72


def columns(values: Sequence[tuple[str, Number]], height: float = 84, last_open: bool = True) -> Columns:
    """(label, value) oldest first. The tallest carries its number; the last period is marked when it is not over."""
    base, highest = height - 20, max((float(value) for _label, value in values), default=0.0)
    scale = (base - 14) / highest if highest > 0 else 0.0
    drawn = [_column(place, len(values), one, base, scale) for place, one in enumerate(values)]
    if drawn and last_open:
        drawn[-1] = replace(drawn[-1], kind="open")
    peak = max(drawn, key=lambda one: float(one.value), default=None)
    return Columns(drawn, short(base), short(height - 4), peak if highest > 0 else None)


def _column(place: int, count: int, one: tuple[str, Number], base: float, scale: float) -> Column:
    label, value = one
    slot = 1 / count
    left = slot * (place + (1 - COLUMN_SHARE) / 2)
    tall = max(float(value) * scale, 1.0)
    return Column(
        label=label,
        value=value,
        x=per_cent(left),
        x_end=per_cent(left + slot * COLUMN_SHARE),
        width=per_cent(slot * COLUMN_SHARE),
        middle=per_cent(slot * (place + 0.5)),
        y=short(base - tall),
        height=short(tall),
        kind="full" if float(value) > 0 else "none",
    )


# -- Position among others -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    score: int
    x: str
    here: bool


@dataclass(frozen=True)
class Position:
    """Five equal bands, the cut points between them, and where one value lies; all in percent of the width."""

    bands: list[Band]
    cuts: list[tuple[str, Number]]
    mark: str


def position(value: Number, cut_points: Sequence[Number], score: int, falling: bool = False) -> Position:
    """Where `value` lies in the band of its score. `cut_points` are given low band to high band, so R (fewer days are
    better: `falling`) gives them from many days to few. The mark never leaves the band that the score names."""
    inside = _inside(float(value), [float(cut) for cut in cut_points], score, falling)
    return Position(
        bands=[Band(one, per_cent((one - 1) / 5), one == score) for one in range(1, 6)],
        cuts=[(per_cent(place / 5), cut) for place, cut in enumerate(cut_points, start=1)],
        mark=per_cent((score - 1 + inside) / 5),
    )


def _inside(value: float, cuts: list[float], score: int, falling: bool) -> float:
    """How far into its band, 0.04 to 0.96; an outer band, which has no end, is taken as wide as an inner one."""
    rising = [-cut for cut in cuts] if falling else cuts
    reach = max(rising[-1] - rising[0], 1.0) / max(len(rising) - 1, 1)
    edges = [rising[0] - reach, *rising, rising[-1] + reach]
    low, high = edges[score - 1], edges[score]
    held = ((-value if falling else value) - low) / (high - low) if high > low else 0.5
    return max(0.04, min(0.96, held))


# -- Interval ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    low: str
    high: str
    estimate: str


def interval(low: Number, estimate: Number, high: Number, scale: tuple[Number, Number]) -> Interval:
    """A range and its estimate on a scale shared with its neighbours, in percent of the width."""
    start, end = float(scale[0]), float(scale[1])

    def place(value: Number) -> str:
        return per_cent((float(value) - start) / (end - start) if end > start else 0.5)

    return Interval(place(low), place(high), place(estimate))


def score_squares(score: int) -> list[tuple[int, bool]]:
    """Five squares of which `score` are full: (x, full)."""
    return [(9 * place, place < score) for place in range(5)]
