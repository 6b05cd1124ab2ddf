"""Before and after an initiative: the article's first-month scoreboard (S14)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import DeskRequest, desk_page
from communities.rules import SEE_COUPONS
from coupons.batches.models import Batch
from coupons.boards import effects
from coupons.effects import queries, scores
from coupons.effects.rules import Effect
from coupons.effects.scores import Line
from coupons.strategies.models import Strategy
from opsdesk.lib import charts, figures
from users.boards.places import counted_places
from users.lifecycle import queries as lifecycle
from users.purchases.rules import monday_of

SPANS = (2, 4, 8)
METRICS = {"repurchase": "daily_repurchase", "subsidy": "subsidy_rate"}  # entries called otherwise than their score


@dataclass(frozen=True)
class Initiative:
    """Something that began on a day, and what its held-out side says of it, where there is one."""

    name: str
    began: date
    effect: Effect | None = None


@desk_page(SEE_COUPONS)
def scoreboard(request: DeskRequest) -> HttpResponse:
    """`?strategy=ID` or `?from=DATE`, `weeks` before and after; without either, the oldest strategy with a batch."""
    as_of = lifecycle.latest_as_of()
    if as_of is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Scoreboard")})
    offered = _strategies()
    chosen = _chosen(request, offered, as_of)
    context: dict[str, Any] = {
        "as_of": as_of,
        "strategies": [(one.pk, one.name, one.name == (chosen.name if chosen else "")) for one in offered],
        "chosen": chosen,
        "weeks": _weeks(request),
        "spans": [{"n": n, "current": n == _weeks(request)} for n in SPANS],
    }
    if chosen:
        context |= _board(request, chosen, as_of)
    return render(request, "coupons/boards/scoreboard.html", context)


def _board(request: DeskRequest, chosen: Initiative, as_of: date) -> dict[str, Any]:
    weeks, places = _weeks(request), counted_places(request.desk, SEE_COUPONS)
    last_over = monday_of(as_of) - timedelta(weeks=1)
    before, after, there = scores.spans(chosen.began, weeks, last_over)
    earlier = queries.week_figures(before, before + timedelta(weeks=weeks - 1), places)
    later = queries.week_figures(after, after + timedelta(weeks=there - 1), places) if there else []
    return {
        "before": before,
        "after": after,
        "there": there,
        "lines": [_shown(line, weeks) for line in scores.board(earlier, later)] if there else [],
        "effect": effects.shown(chosen.effect) if chosen.effect and chosen.effect.treated.people else None,
    }


def _strategies() -> list[Strategy]:
    return list(Strategy.objects.filter(versions__batches__issued_at__isnull=False).distinct())


def _chosen(request: DeskRequest, offered: list[Strategy], as_of: date) -> Initiative | None:
    typed = request.GET.get("from", "")
    if typed:
        try:
            return Initiative(_("From %(day)s on") % {"day": typed}, date.fromisoformat(typed))
        except ValueError:
            return None
    asked = request.GET.get("strategy", "")
    strategy = next((one for one in offered if str(one.pk) == asked), offered[0] if offered else None)
    return _initiative(strategy, as_of) if strategy else None


def _initiative(strategy: Strategy, as_of: date) -> Initiative:
    """It began when its first batch was issued."""
    issued = Batch.objects.filter(strategy_version__strategy=strategy).aggregate(first=Min("issued_at"))
    effect = queries.effect_of_strategy(strategy.pk, as_of)
    return Initiative(strategy.name, timezone.localtime(issued["first"]).date(), effect)


def _weeks(request: DeskRequest) -> int:
    asked = request.GET.get("weeks", "")
    return int(asked) if asked in map(str, SPANS) else 4


def _shown(line: Line, weeks: int) -> dict[str, Any]:
    score = line.score
    gap = line.difference
    return {
        "label": _(score.label),
        "definition": {"what": _(score.what), "metric": METRICS.get(score.key, score.key)},
        "before": _written(score.kind, line.before),
        "after": _written(score.kind, line.after),
        "change": _points(line) if score.kind == "percent" else _relative(line),
        "span": f"{figures.signed(gap.low * 100, 1)} – {figures.signed(gap.high * 100, 1)}" if gap else "",
        "beyond_chance": gap.tells if gap else None,
        "spark": charts.sparkline(line.weekly, mean=line.before),
    }


def _written(kind: str, value: float | None) -> str:
    if value is None:
        return figures.NOTHING
    if kind == "percent":
        return figures.percent(value)
    if kind == "number":
        return figures.grouped(value, 1)
    return figures.yuan(round(value), 0 if kind == "yuan0" else 2)


def _points(line: Line) -> str:
    if line.before is None or line.after is None:
        return ""
    return _("%(change)s pt") % {"change": figures.signed((line.after - line.before) * 100, 1)}


def _relative(line: Line) -> str:
    return f"{figures.signed(line.change * 100, 1)}%" if line.change is not None else ""
