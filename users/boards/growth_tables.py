"""The tables of the growth board: weeks as a sum that can be checked by eye, communities, and the two levers."""

from collections.abc import Callable, Sequence
from datetime import date
from statistics import fmean
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opsdesk.lib import addresses, cells, charts, figures
from users.boards.growth import Board, Place, people_words
from users.growth import rules
from users.growth.rules import Flow

Row = dict[str, Any]
SHOWN = (rules.NEW, rules.RECALLED, rules.LOST, rules.ACTIVE, rules.RETAINED)  # in the order of the columns


def week_rows(board: Board, is_linked: bool) -> list[Row]:
    """Newest first: active before + new + recalled - lost = active."""
    return [_row(board, flow, week, None, is_linked) | {"week": week} for week, flow in reversed(board.total.items())]


def community_rows(board: Board, shown: Sequence[Place], stem: str, is_linked: bool) -> list[Row]:
    """The newest week that is over, community by community; they sum to the total."""
    return [
        _row(board, board.flow_of(one.id, board.newest), board.newest, one, is_linked)
        | {"name": name_of(board, one, stem)}
        for one in shown
    ]


def name_of(board: Board, one: Place, stem: str) -> SafeString:
    """A community's name, leading to its own board; `stem`: that address up to the code."""
    if one.community is None or board.sight.community_code:
        return cells.linked(one.name, "")
    return cells.linked(one.name, stem + addresses.quoted(one.community.code))


def _row(board: Board, flow: Flow, week: date, place: Place | None, is_linked: bool) -> Row:
    """`flows`: the row's cells: before, then new, recalled, lapsed, active, retained with their people; quick ratio."""
    told = {}
    for name in SHOWN:
        n = getattr(flow, name)
        href = board.sight.people(**people_words(name, week, place)) if is_linked and n else ""
        told[name] = {"value": n, "href": href}
    numbers = [cells.number(figures.count(one["value"]), href=one["href"], link="") for one in told.values()]
    return {
        "before": flow.before,
        "cells": told,
        "flows": cells.row([cells.number(figures.count(flow.before)), *numbers, cells.number(_ratio(flow))]),
    }


def _ratio(flow: Flow) -> str:
    return figures.NOTHING if flow.quick_ratio is None else figures.grouped(flow.quick_ratio, 2)


def lever_rows(board: Board, shown: Sequence[Place], stem: str, is_linked: bool) -> list[Row]:
    """Penetration and frequency of each community, the lines of each lever on one scale. Who ever paid is a list only
    as of the newest date: the list knows who did as of then."""
    penetrations = {one.id: _penetrations(board, one) for one in shown}
    frequencies = {one.id: [board.frequency(one.id, week) for week in board.weeks] for one in shown}
    draw_penetration, draw_frequency = _on_one_scale(penetrations), _on_one_scale(frequencies)
    return [
        {
            "name": name_of(board, one, stem),
            "penetration": _now(board, one),
            "levers": cells.row(
                [
                    _households(one),
                    _payers_cell(board, one, is_linked),
                    cells.holding(_strong(figures.percent(_now(board, one))), "num"),
                    cells.holding(cells.sparkline(draw_penetration(one.id), "quiet")),
                    _frequency(frequencies[one.id]),
                    cells.holding(cells.sparkline(draw_frequency(one.id), "quiet")),
                ]
            ),
        }
        for one in shown
    ]


def _households(one: Place) -> str:
    if one.community and not one.community.households:
        missing = cells.linked(_("not told"), reverse("community", args=[one.community.code]))
        return cells.holding(missing, "num")
    return cells.number(figures.count(one.community.households if one.community else None))


def _payers_cell(board: Board, one: Place, is_linked: bool) -> str:
    href = _payers_href(board, one) if is_linked and board.sight.is_latest else ""
    return cells.number(figures.count(_payers(board, one)), href=href, link="")


def _frequency(weeks: Sequence[float | None]) -> str:
    mean = _mean([value for value in weeks[-rules.BASE_WEEKS :] if value is not None])
    return cells.number(figures.NOTHING) if mean is None else cells.holding(_strong(figures.grouped(mean, 2)), "num")


def _strong(text: str) -> SafeString:
    return format_html("<b>{}</b>", text)


def all_together(board: Board, shown: list[Place]) -> Row:
    """Both levers of all communities whose households are known; frequency of everybody."""
    housed = [one for one in shown if one.community and one.community.households]
    households = sum(one.community.households for one in housed if one.community)
    payers = sum(_payers(board, one) for one in housed)
    told = [board.frequency(None, week) for week in board.weeks[-rules.BASE_WEEKS :]]
    return {
        "households": households, "payers": sum(_payers(board, one) for one in shown),
        "penetration": payers / households if households else None,
        "frequency": _mean([value for value in told if value is not None]),
    }  # fmt: skip


def new_places(board: Board, shown: list[Place]) -> list[Row]:
    """Communities that opened within the weeks shown or are still to open, newest first."""
    found = [
        {"place": one, "opened_on": one.community.opened_on, "flow": board.flow_of(one.id, board.newest)}
        for one in shown
        if one.community and one.community.opened_on and one.community.opened_on >= board.weeks[0]
    ]
    return sorted(found, key=lambda row: row["opened_on"], reverse=True)


def _payers(board: Board, one: Place) -> int:
    return board.levers[one.id].payers_ever if one.id in board.levers else 0


def _payers_href(board: Board, one: Place) -> str:
    place = {"community": one.community.code} if one.community else {"unassigned": 1}
    return board.sight.people(purchases_min=1, **place) if _payers(board, one) else ""


def _now(board: Board, one: Place) -> float | None:
    households = one.community.households if one.community else 0
    return _payers(board, one) / households if households else None


def _penetrations(board: Board, one: Place) -> list[float | None]:
    households = one.community.households if one.community else 0
    if not households or one.id not in board.levers:
        return [None]
    return [board.levers[one.id].payers[week] / households for week in board.weeks]


def _on_one_scale(values: dict[int, list[float | None]]) -> Callable[[int], charts.Sparkline | None]:
    every = [value for line in values.values() for value in line if value is not None] or [0.0]
    low, high = min(every), max(every)

    def draw(place: int) -> charts.Sparkline | None:
        return charts.sparkline([v for v in values[place] if v is not None], 120, 26, low, high)

    return draw


def _mean(values: list[float]) -> float | None:
    return fmean(values) if values else None
