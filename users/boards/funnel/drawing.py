"""The five stages as they are drawn: bars around one middle, what lies between them, and what is done at each."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from communities.policies.rules import Policies
from opsdesk.lib import cells, charts, figures
from users.boards.funnel import board as boards
from users.boards.funnel.board import Board, Unit
from users.funnel import journey, rules
from users.funnel.models import StageAction
from users.funnel.rules import Step

# Where a stage's usual action is done, by the name of its page.
PAGES = journey.PAGES | {
    rules.REGISTERED: "channels",
    rules.ACTIVATED: "strategies",
    rules.RETAINED: "reminders",
    rules.REVENUE: "rfm",
    rules.REFERRED: "drives",
}
LABELS = journey.LABELS | rules.LABELS
_ACTIONS, _OWNERS = journey.ACTIONS | rules.ACTIONS, journey.OWNERS | rules.OWNERS
_SLOPE = 34  # of the height of a row, 100
_LEAST = 0.006  # of the width: somebody is not nobody


@dataclass(frozen=True)
class Deed:
    """What is done at a stage, by whom, where; `is_usual`: nobody has written down another."""

    action: str
    owner: str
    href: str
    is_usual: bool


@dataclass(frozen=True)
class Bar:
    """A stage around the middle of a drawing 100 wide; `slope` are the points from the bar before to this one."""

    step: Step
    label: str
    definition: dict[str, Any]
    x: str
    width: str
    slope: str
    rate: str
    between: str
    hrefs: dict[str, str]
    deed: Deed
    is_unknown: bool


def bars(board: Board, policies: Policies, told: Mapping[str, StageAction], *, linked: bool) -> list[Bar]:
    widths = [_width(step, board.registered) for step in board.steps]
    return [
        _bar(board, step, widths[max(0, place - 1) : place + 1], policies, deed_of(step.name, told), linked=linked)
        for place, step in enumerate(board.steps)
    ]


def _bar(board: Board, step: Step, widths: list[float], policies: Policies, deed: Deed, *, linked: bool) -> Bar:
    width = widths[-1]
    between = boards.interval_of(step)
    metric = "registered" if step.name == rules.REGISTERED else f"funnel_{step.name}"
    what = told_definition(step.name, policies)
    definition = {"what": what, "as_of": board.sight.as_of, "n": step.whole, "metric": metric}
    return Bar(
        step, _(rules.LABELS[step.name]), definition, charts.short(50 - width / 2), charts.short(width),
        _slope(widths) if len(widths) > 1 else "",
        figures.percent(step.rate) if between and not board.is_unknown(step) else "",
        interval_words(step), _hrefs(board, step) if linked else {}, deed, board.is_unknown(step),
    )  # fmt: skip


def told_definition(name: str, policies: Policies) -> str:
    big = figures.grouped(policies.revenue_min_purchase / 100)
    values = {"activation_days": policies.activation_days, "second_purchase_days": policies.second_purchase_days}
    return _(rules.DEFINITIONS[name]) % {**values, "big": big}


def _width(step: Step, everybody: int) -> float:
    share = figures.ratio(step.nested, everybody)
    return 100 * max(share, _LEAST if step.nested else 0.0)


def _slope(widths: list[float]) -> str:
    above, below = (width / 2 for width in widths)
    corners = [(50 - above, 0), (50 + above, 0), (50 + below, _SLOPE), (50 - below, _SLOPE)]
    return " ".join(f"{charts.short(x)},{y}" for x, y in corners)


def _hrefs(board: Board, step: Step) -> dict[str, str]:
    told = {"nested": (step.nested, rules.ALL_BEFORE), "own": (step.own, rules.ALONE)}
    told |= {"open": (step.open, rules.NOT_OVER), "whole": (step.whole, rules.OVER)}
    return {name: boards.people(board, f"{step.name}{how}") for name, (n, how) in told.items() if n}


def interval_words(step: Step) -> str:
    between = boards.interval_of(step)
    return f"{figures.percent(between.low)} – {figures.percent(between.high)}" if between else ""


# -- The small table ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """`css` hatched: the window of nobody in it is over."""

    count: str
    rate: str
    css: str
    title: str
    href: str


@dataclass(frozen=True)
class Row:
    name: str
    href: str
    cells: list[Cell]

    @property
    def told(self) -> SafeString:
        """Its cells as HTML: a template takes several times as long for hundreds of them."""
        return cells.row(map(_told, self.cells))


def _told(cell: Cell) -> str:
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    count = f'<a href="{escape(cell.href)}">{cell.count}</a>' if cell.href else cell.count
    rate = f' <span class="quiet rate">{cell.rate}</span>' if cell.rate else ""
    return f'<td class="num {cell.css}"{title}>{count}{rate}</td>'


def row(board: Board, unit: Unit, name: str, words: Mapping[str, object] | None, href: str = "") -> Row:
    """A unit's five cells; without `words` none leads to people."""
    return Row(name, href, [_cell(board, step, words) for step in unit.steps])


def _cell(board: Board, step: Step, words: Mapping[str, object] | None) -> Cell:
    href = boards.people(board, step.name, words) if words is not None and step.nested else ""
    if step.name == rules.REGISTERED:
        return Cell(figures.count(step.nested), "", "", "", href)
    if board.is_unknown(step):
        return Cell(figures.NOTHING, "", "", _("No file has told who brought whom"), "")
    if step.open and not step.whole:
        return Cell(figures.count(step.nested), "", "hatched", _("Not over yet"), href)
    told = {"part": figures.count(step.part), "n": figures.count(step.whole), "between": interval_words(step)}
    title = _("%(part)s of %(n)s, 95%% interval %(between)s") % told if step.whole else _("Nobody to divide by")
    if step.open:
        title += " · " + _("%(n)s not over yet") % {"n": figures.count(step.open)}
    return Cell(figures.count(step.nested), figures.percent(step.rate), "", title, href)


# -- What is done ------------------------------------------------------------------------------------------------------


def deed_of(name: str, told: Mapping[str, StageAction]) -> Deed:
    """What somebody has written down, else the usual."""
    if name in told:
        one = told[name]
        return Deed(one.action, one.owner, one.href, is_usual=False)
    return Deed(_(_ACTIONS[name]), _(_OWNERS[name]), page_of(PAGES[name]), is_usual=True)


def page_of(name: str) -> str:
    """The address of a page that may not be there; "" then."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
