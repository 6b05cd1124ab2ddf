"""The visit table: day by community, two side by side and together (S13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from campaigns.boards.visits import queries, rules
from campaigns.boards.visits.rules import Arm, Figures
from campaigns.boards.visits.sight import Sight, Spot, sight_of
from campaigns.boards.visits.words import DEFINITIONS, METRICS
from communities.access import DeskRequest, desk_page
from communities.rules import EXPORT, SEE_BOARDS, SEE_FIELD
from opsdesk.lib import figures
from opsdesk.lib.intervals import Interval

COUNTS = ("visited", "opened", "ordered")
RATES = ("open_rate", "order_rate", "order_rate_of_visited")
MEASURES = ("wake", "week", "weeks")


@dataclass(frozen=True)
class Block:
    """What one group of columns shows in a line. No figures: nobody went there that day. `when`: the last day on which
    money still comes in; None once the window has ended."""

    spots: Sequence[Spot]
    figures: Figures | None
    counts: Sequence[tuple[int, str]] = ()
    not_reached: tuple[int, str] = (0, "")
    rates: Sequence[tuple[Interval | None, str]] = ()
    paid: str = ""
    roi: float | None = None
    when: date | None = None


@dataclass(frozen=True)
class Row:
    day: date | None
    so_far: bool
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Table:
    """`groups`: the communities of each group of columns, with their name; the last are all of them together."""

    groups: Sequence[tuple[str, Sequence[Spot]]]
    rows: Sequence[Row]
    total: Row
    comparisons: Sequence[dict[str, Any]]


@desk_page(SEE_FIELD)
def visits(request: DeskRequest) -> HttpResponse:
    sight = sight_of(request.desk, request.GET)
    if sight is None:
        return render(request, "campaigns/visits/none_yet.html")
    context = {
        "sight": sight,
        "table": table_of(sight),
        "definitions": definitions(sight.period.as_of, METRICS if request.desk.may(SEE_BOARDS) else {}),
        "margin": sight.company.margin_share,
        "spans": sorted({place.attribution_days for place in sight.places.values()}),
        "may_export": request.desk.may(EXPORT),
        "query": sight.query(),
    }
    return render(request, "campaigns/visits/table.html", context)


def definitions(as_of: date, metrics: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What the heads mean; `metrics`: those that lead to the dictionary, for whoever may open it."""
    return {
        key: {
            "what": _(what), "formula": _(formula) if formula else "", "as_of": as_of, "metric": metrics.get(key, ""),
        }
        for key, (what, formula) in DEFINITIONS.items()
    }  # fmt: skip


def table_of(sight: Sight) -> Table:
    found = queries.days(sight.scope, sight.period, sight.places)
    groups = groups_of(sight.spots)
    margin = sight.company.margin_share
    rows = [_row(sight, day, groups, found, margin) for day in sight.days]
    blocks = [_block(sight, spots, _of(found, sight.days, spots), None, margin) for _name, spots in groups]
    return Table(groups, rows, Row(None, False, blocks), comparisons(sight, groups))


def groups_of(spots: Sequence[Spot]) -> list[tuple[str, Sequence[Spot]]]:
    single = [(spot.name, [spot]) for spot in spots]
    return [*single, (_("Together"), spots)] if len(spots) > 1 else [*single]


def _row(
    sight: Sight,
    day: date,
    groups: Sequence[tuple[str, Sequence[Spot]]],
    found: Mapping[tuple[date, int], Figures],
    margin: float,
) -> Row:
    blocks = [_block(sight, spots, _of(found, [day], spots), day, margin) for _name, spots in groups]
    return Row(day, day >= sight.period.as_of and any(block.figures for block in blocks), blocks)


def _of(
    found: Mapping[tuple[date, int], Figures], days: Sequence[date], spots: Sequence[Spot]
) -> list[tuple[int, Figures]]:
    """Community and figures, for the days and communities that have any."""
    return [(spot.id, found[day, spot.id]) for day in days for spot in spots if (day, spot.id) in found]


def _block(
    sight: Sight, spots: Sequence[Spot], found: Sequence[tuple[int, Figures]], day: date | None, margin: float
) -> Block:
    """`day` None: the whole period. Money of several is shown for those that are over; of a day, when all are."""
    if not found:
        return Block(spots, None)
    summed = rules.together([one for _place, one in found])
    words: dict[str, object] = {} if day is None else {"from": day.isoformat(), "to": day.isoformat()}

    def told(name: str) -> tuple[int, str]:
        return getattr(summed, name), sight.list_of("visit-doors", spots, what=name, **words)

    over = summed.over == summed.days if day else summed.over > 0
    return Block(
        spots,
        summed,
        [told(name) for name in COUNTS],
        told("not_reached"),
        [(rate, _range(rate)) for rate in (getattr(summed, name) for name in RATES)],
        sight.list_of("visit-doors", spots, what="paid", **words),
        summed.roi(margin) if over else None,
        None if over else _last_day(sight, [place for place, _one in found], day or sight.period.first),
    )


def _range(rate: Interval | None) -> str:
    """In whole points, short enough for a narrow column."""
    return f"{rate.low * 100:.0f}–{rate.high * 100:.0f}%" if rate else ""


def _last_day(sight: Sight, ids: Sequence[int], day: date) -> date:
    return day + timedelta(days=max(sight.places[place].attribution_days for place in ids) - 1)


def comparisons(sight: Sight, groups: Sequence[tuple[str, Sequence[Spot]]]) -> list[dict[str, Any]]:
    """One line a measure: visited against held out, in each group of columns."""
    arms = queries.arms(sight.scope, sight.period, sight.places)
    sides = [
        tuple(rules.arms_together([arms.get((spot.id, treated), Arm()) for spot in spots]) for treated in (True, False))
        for _name, spots in groups
    ]
    least = sight.company.effect_min_people
    return [
        {
            "key": key,
            "cells": [
                _cell(sight, key, spots, one, other, least)
                for (_name, spots), (one, other) in zip(groups, sides, strict=True)
            ],
        }
        for key in MEASURES
    ]


def _cell(sight: Sight, key: str, spots: Sequence[Spot], treated: Arm, control: Arm, least: int) -> dict[str, Any]:
    one, other = part_of(key, treated), part_of(key, control)
    gap = rules.gap(one, other) if min(one[1], other[1]) >= least else None
    return {
        "treated": _side(sight, key, spots, treated, "visited"),
        "control": _side(sight, key, spots, control, "held"),
        "gap": _("%(change)s pt") % {"change": figures.signed(gap.at * 100, 1)} if gap else "",
        "range": f"{figures.signed(gap.low * 100, 1)} – {figures.signed(gap.high * 100, 1)}" if gap else "",
    }


def _side(sight: Sight, key: str, spots: Sequence[Spot], arm: Arm, side: str) -> dict[str, Any]:
    part, whole = part_of(key, arm)
    word = {"wake": "woken"}.get(key, key)
    rate = {"wake": arm.wake_rate, "week": arm.week_rate, "weeks": arm.weeks_rate}[key]
    waiting = arm.waiting if key == "wake" else arm.recalled - whole
    return {
        "rate": rate,
        "part": part,
        "whole": whole,
        "waiting": waiting,
        "href": sight.list_of("visit-people", spots, what=word, side=side),
    }


def part_of(key: str, arm: Arm) -> tuple[int, int]:
    """(how many, of how many) of a measure."""
    return {
        "wake": (arm.woken, arm.people),
        "week": (arm.week_back, arm.week_people),
        "weeks": (arm.weeks_back, arm.weeks_people),
    }[key]
