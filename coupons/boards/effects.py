"""An effect in words and ranges, as the batch's and the strategy's page show it."""

from dataclasses import dataclass
from math import inf
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coupons.effects.rules import MEASURES, VERDICTS, WINDOWS, Difference, Effect
from opsdesk.lib import charts, figures
from opsdesk.lib.intervals import Interval
from opsdesk.lib.words import N_

MONEY = ("net", "profit")
WHAT = N_("Those who were given something minus those held out, with its interval.")


@dataclass(frozen=True)
class Line:
    """One measure: means of both sides for each customer, the gap over all treated with its range."""

    label: str
    treated: str
    control: str
    total: str
    span: str
    range: charts.Interval


@dataclass(frozen=True)
class Shown:
    effect: Effect
    verdict: str
    lines: list[Line]
    buyers_treated: float | None
    buyers_control: float | None
    buyers_gap: str
    per_extra: str
    roi: str
    windows: list[dict[str, Any]]

    @property
    def definition(self) -> dict[str, Any]:
        return {"what": _(WHAT), "metric": "effect", "n": self.effect.treated.people}


def shown(effect: Effect, address: str = "") -> Shown:
    """`address`: of the page, whose `window` chooses the days; none: no choice is offered."""
    return Shown(
        effect,
        _(VERDICTS[effect.verdict]),
        [_line(one) for one in effect.differences.values()],
        _share(effect.treated.buyers, effect.treated.people),
        _share(effect.control.buyers, effect.control.people),
        _points(effect.buyers),
        _yuan_range(effect.per_extra),
        _number_range(effect.roi),
        _windows(effect.days, address) if address else [],
    )


def _windows(chosen: int, address: str) -> list[dict[str, Any]]:
    words = {days: ngettext("%(n)s day", "%(n)s days", days) % {"n": days} for days in WINDOWS}
    return [
        {"label": words[days], "href": f"{address}?window={days}#effect", "current": days == chosen} for days in WINDOWS
    ]


def _line(one: Difference) -> Line:
    money, total = one.measure in MONEY, one.total
    written = figures.yuan if money else _signed
    reach = max(abs(total.low), abs(total.high)) or 1
    return Line(
        _(MEASURES[one.measure]),
        figures.yuan(round(one.treated)) if money else figures.grouped(one.treated, 2),
        figures.yuan(round(one.control)) if money else figures.grouped(one.control, 2),
        _yuan(total.at) if money else written(round(total.at)),
        f"{_yuan(total.low)} – {_yuan(total.high)}" if money else f"{_signed(total.low)} – {_signed(total.high)}",
        charts.interval(total.low, total.at, total.high, (-reach, reach)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _signed(value: float) -> str:
    return figures.signed(round(value))


def _yuan(fen: float) -> str:
    return figures.yuan(round(fen), 0)


def _points(gap: Interval | None) -> str:
    """A gap between shares in points, with its range."""
    if gap is None:
        return ""
    at, low, high = (figures.signed(value * 100, 1) for value in (gap.at, gap.low, gap.high))
    return _("%(at)s pt (%(low)s – %(high)s)") % {"at": at, "low": low, "high": high}


def _yuan_range(fen: Interval | None) -> str:
    if fen is None:
        return ""
    top = "∞" if fen.high == inf else figures.yuan(round(fen.high))
    return f"{figures.yuan(round(fen.at))} ({figures.yuan(round(fen.low))} – {top})"


def _number_range(value: Interval | None) -> str:
    if value is None:
        return ""
    return f"{figures.grouped(value.at, 1)} ({figures.grouped(value.low, 1)} – {figures.grouped(value.high, 1)})"
