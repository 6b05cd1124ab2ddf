"""The tables of the growth board: weeks as a sum that can be checked by eye, communities, and the two levers."""

from collections.abc import Callable, Sequence
from datetime import date
from statistics import fmean
from typing import Any

from opsdesk.lib import charts
from users.boards.growth import Board, Place, people_words
from users.growth import rules
from users.growth.rules import Flow

Row = dict[str, Any]
SHOWN = (rules.NEW, rules.RECALLED, rules.LOST, rules.ACTIVE, rules.RETAINED)  # in the order of the columns


def week_rows(board: Board, is_linked: bool) -> list[Row]:
    """Newest first: active before + new + recalled - lost = active."""
    return [
        _row(board, flow, week, None, is_linked) | {"week": week, "is_first": week == board.weeks[0]}
        for week, flow in reversed(board.total.items())
    ]


def community_rows(board: Board, shown: Sequence[Place], is_linked: bool) -> list[Row]:
    """The newest week that is over, community by community; they sum to the total."""
    return [
        _row(board, board.flow_of(one.id, board.newest), board.newest, one, is_linked) | {"place": one} for one in shown
    ]


def _row(board: Board, flow: Flow, week: date, place: Place | None, is_linked: bool) -> Row:
    def href(name: str) -> str:
        return board.sight.people(**people_words(name, week, place)) if is_linked and getattr(flow, name) else ""

    return {
        "before": flow.before,
        "ratio": flow.quick_ratio,
        "cells": {name: {"value": getattr(flow, name), "href": href(name)} for name in SHOWN},
    }


def lever_rows(board: Board, shown: Sequence[Place], is_linked: bool) -> list[Row]:
    """Penetration and frequency of each community, the lines of each lever on one scale. `payers_href` only as of the
    newest date: the list knows who ever paid as of then."""
    penetrations = {one.id: _penetrations(board, one) for one in shown}
    frequencies = {one.id: [board.frequency(one.id, week) for week in board.weeks] for one in shown}
    draw_penetration, draw_frequency = _on_one_scale(penetrations), _on_one_scale(frequencies)
    return [
        {
            "place": one,
            "payers": _payers(board, one),
            "payers_href": _payers_href(board, one) if is_linked and board.sight.is_latest else "",
            "penetration": _now(board, one),
            "penetration_spark": draw_penetration(one.id),
            "frequency": _mean([value for value in frequencies[one.id][-rules.BASE_WEEKS :] if value is not None]),
            "frequency_spark": draw_frequency(one.id),
        }
        for one in shown
    ]


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
