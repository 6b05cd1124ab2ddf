"""The rows of the channel board as they are shown: numbers as text, where they lead, one line a channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from opsdesk.lib import charts, figures
from opsdesk.lib.charts import Sparkline
from users.boards.channels import Board, Rate, Unit
from users.directory.filters import NOT_TOLD

Words = Mapping[str, object]


@dataclass(frozen=True)
class Shown:
    """A rate with its n; `between`: its 95% interval in whole points; `href`: the people who make its part; `few`: of
    so few that it tells little."""

    text: str
    n: int
    title: str
    few: bool
    href: str = ""
    between: str = ""


@dataclass(frozen=True)
class Row:
    unit: Unit
    spend: str
    cost: str
    cost_title: str
    value: str
    value_n: int
    href: str
    registered_href: str
    activation: Shown
    week_1: Shown
    week_4: Shown
    spark: Sparkline | None = None


def rows(board: Board, units: Sequence[Unit], word: str, *, linked: bool) -> list[Row]:
    """Lines share one scale, of units with enough people. `word`: what the customer list calls the unit."""
    lines = {unit.key: [one.value for _week, one in unit.line() if one.value is not None] for unit in units}
    told = [value for unit in units if unit.customers >= board.few for value in lines[unit.key]] or [0.0]
    mean = board.whole.retention(1).value
    return [
        row(board, unit, words_of(word, unit.key) if linked else None,
            charts.sparkline(lines[unit.key], 130, 28, min(told), max(told), mean))
        for unit in units
    ]  # fmt: skip


def row(board: Board, unit: Unit, words: Words | None, spark: Sparkline | None = None) -> Row:
    """`words`: the conditions that mean the unit in the customer list; None: no number leads there."""
    value, n = unit.value
    return Row(
        unit,
        spend=figures.yuan(unit.fen, 0),
        cost=figures.yuan(unit.cost, 1),
        cost_title=_("%(spend)s ÷ %(n)s new payers of the weeks whose spend is told") % {
            "spend": figures.yuan(unit.fen, 0), "n": figures.count(unit.paid_for),
        },
        value=figures.yuan(value, 1),
        value_n=n,
        href=_people(board, words, board.until) if words is not None and unit.customers else "",
        registered_href=_registered(board, words, "registered") if unit.registered.customers else "",
        activation=shown(unit.activation, board.few, _registered(board, words, "activated.done")),
        week_1=shown(unit.retention(1), board.few, _back(board, unit, words, 1)),
        week_4=shown(unit.retention(4), board.few, _back(board, unit, words, 4)),
        spark=spark,
    )  # fmt: skip


def shown(rate: Rate, few: int, href: str = "") -> Shown:
    between = rate.interval
    if between is None:
        return Shown(figures.NOTHING, 0, _("Nobody whose time is over"), False)
    told = {"part": figures.count(rate.part), "n": figures.count(rate.whole), "value": figures.percent(rate.value)}
    told |= {"low": figures.percent(between.low), "high": figures.percent(between.high)}
    title = _("%(part)s of %(n)s = %(value)s, 95%% interval %(low)s to %(high)s") % told
    short = f"{between.low * 100:.0f}–{between.high * 100:.0f}%"
    return Shown(told["value"], rate.whole, title, rate.whole < few, href if rate.part else "", short)


def words_of(word: str, key: str) -> Words:
    return {word: key or NOT_TOLD}


def _people(board: Board, words: Words, before: date, **more: object) -> str:
    days = {"first_from": board.weeks[0], "first_to": before - timedelta(days=1)}
    return board.sight.people(**words, **days, **more)


def _back(board: Board, unit: Unit, words: Words | None, k: int) -> str:
    """Cohorts whose k-th week is not over are not among them."""
    if words is None:
        return ""
    return _people(board, words, board.until - timedelta(weeks=k), back=k)


def _registered(board: Board, words: Words | None, stage: str) -> str:
    """Of whom registered in these weeks. A channel is told of the registration here, not of the customer."""
    if words is None:
        return ""
    came = {"came": words["channel"]} if "channel" in words else {}
    return board.sight.people(stage=stage, **came, registered=board.weeks[0], registered_to=board.weeks[-1])


def table_rows(board: Board, *, linked: bool) -> list[dict[str, Any]]:
    """The table twin of the lines: week-1 retention by channel and cohort, `whole` and `part` with their people."""
    return [
        {"name": unit.name, "cohort": week, "rate": one, "interval": one.interval}
        | (_cohort(board, unit, week) if linked else {})
        for unit in board.channels
        for week, one in unit.line()
    ]


def _cohort(board: Board, unit: Unit, week: date) -> dict[str, str]:
    words = {**words_of("channel", unit.key), "first_from": week, "first_to": week + timedelta(days=6)}
    return {"whole": board.sight.people(**words), "part": board.sight.people(**words, back=1)}
