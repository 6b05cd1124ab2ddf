"""The tank and the weeks as they are drawn: percent across, so that words keep their size on any screen; px down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from django.utils.safestring import SafeString

from opsdesk.lib import cells, charts, figures
from users.growth import rules
from users.growth.rules import Flow

HEIGHT, TOP, FOOT = 216, 18, 22  # of the bars of the weeks: in all, above, below
BAR_SHARE = 0.66
TANK_HEIGHT, TANK_TOP, TANK_FLOOR = 284, 34, 262
PIPE = 40  # px of the widest pipe
MOST_LABELS = 13


@dataclass(frozen=True)
class Piece:
    """`told`: what the pointer is told."""

    flow: str
    told: str
    y: str
    height: str
    href: str


@dataclass(frozen=True)
class Bar:
    """One week: pieces above the line (retained at it, then recalled, then new), the lost below. Without pieces the
    week is not over."""

    week: date
    x: str
    width: str
    middle: str
    pieces: list[Piece]
    is_labelled: bool

    @property
    def drawn(self) -> SafeString:
        """As SVG: a template takes several times as long for each piece."""
        return cells.row(self._drawn(piece) for piece in self.pieces)

    def _drawn(self, piece: Piece) -> str:
        href = f' href="{escape(piece.href)}"' if piece.href else ""
        return (
            f'<a{href}><rect class="flow-{piece.flow}" x="{self.x}%" y="{piece.y}" width="{self.width}%" '
            f'height="{piece.height}"><title>{escape(piece.told)}</title></rect></a>'
        )


@dataclass(frozen=True)
class Bars:
    bars: list[Bar]
    height: int
    line: str
    foot: int
    top: str


def bars(
    total: Mapping[date, Flow],
    open_week: date | None,
    hrefs: Mapping[tuple[date, str], str],
    labels: Mapping[str, str],
) -> Bars:
    """One bar a week, all on one scale; the week that is not over stands hatched at the end."""
    highest = max([flow.active for flow in total.values()], default=0)
    deepest = max([flow.lost for flow in total.values()], default=0)
    scale = (HEIGHT - TOP - FOOT) / max(highest + deepest, 1)
    line = TOP + highest * scale
    weeks = [*total, *([open_week] if open_week else [])]
    step = -(-len(weeks) // MOST_LABELS)
    drawn = [
        _bar(week, place, len(weeks), _pieces(week, total.get(week), line, scale, hrefs, labels), step)
        for place, week in enumerate(weeks)
    ]
    return Bars(drawn, HEIGHT, charts.short(line), HEIGHT - 6, charts.short(TOP))


def _bar(week: date, place: int, count: int, pieces: list[Piece], step: int) -> Bar:
    slot = 1 / count
    left = slot * (place + (1 - BAR_SHARE) / 2)
    middle = charts.per_cent(slot * (place + 0.5))
    labelled = (count - 1 - place) % step == 0
    return Bar(week, charts.per_cent(left), charts.per_cent(slot * BAR_SHARE), middle, pieces, labelled)


def _pieces(
    week: date,
    flow: Flow | None,
    line: float,
    scale: float,
    hrefs: Mapping[tuple[date, str], str],
    labels: Mapping[str, str],
) -> list[Piece]:
    if flow is None:
        return []
    found, y = [], line
    for name in (rules.RETAINED, rules.RECALLED, rules.NEW):
        tall = getattr(flow, name) * scale
        y -= tall
        found.append((name, y, tall))
    found.append((rules.LOST, line, flow.lost * scale))
    return [
        Piece(
            name,
            f"{week} · {labels[name]} {figures.count(getattr(flow, name))}",
            charts.short(top),
            charts.short(tall),
            hrefs.get((week, name), ""),
        )
        for name, top, tall in found
    ]


@dataclass(frozen=True)
class Mark:
    """A height of the tank that means something: its ceiling, the target."""

    key: str
    value: int
    y: str


@dataclass(frozen=True)
class Tank:
    """Two pipes in, one out, and the level between; pipes are as thick as many as flow through them."""

    level_y: str
    level_height: str
    new: str
    recalled: str
    lost: str
    lost_y: str
    marks: list[Mark]
    height: int = TANK_HEIGHT
    top: int = TANK_TOP
    floor: int = TANK_FLOOR


def tank(flow: Flow, ceiling: float | None, target: int | None) -> Tank:
    """A ceiling or target beyond three times the level is left to words: it would squeeze the level out of sight."""
    wanted = [("target", target), ("ceiling", None if ceiling is None else round(ceiling))]
    marks = [(key, value) for key, value in wanted if value and value <= 3 * max(flow.active, 1)]
    full = max([flow.active, *(value for _key, value in marks)]) * 1.12 or 1
    depth = TANK_FLOOR - TANK_TOP
    level = flow.active / full * depth
    widest = max(flow.new, flow.recalled, flow.lost, 1)
    out = max(flow.lost / widest * PIPE, 1)
    return Tank(
        charts.short(TANK_FLOOR - level), charts.short(level), _thick(flow.new, widest), _thick(flow.recalled, widest),
        charts.short(out), charts.short(TANK_FLOOR - 6 - out),
        _apart([Mark(key, value, charts.short(TANK_FLOOR - value / full * depth)) for key, value in marks]),
    )  # fmt: skip


def _thick(value: int, widest: int) -> str:
    return charts.short(max(value / widest * PIPE, 1))


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Two marks whose words would lie on each other are told one above the other by the template: highest first."""
    return sorted(marks, key=lambda mark: float(mark.y))
