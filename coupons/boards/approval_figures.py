"""Everything the approval page shows of a batch, as values ready to be drawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk
from coupons.batches import fairness, forecasts, holds, queries, tiers
from coupons.batches.forecasts import Past
from coupons.batches.models import Batch
from coupons.definitions import words as coupon_words
from coupons.effects import queries as effects
from opsdesk.lib import charts, figures
from opsdesk.lib.intervals import Interval
from users.contact.rules import REASONS
from users.directory import filters, listing, sentence


@dataclass(frozen=True)
class Forecast:
    """One line: what, the estimate and its range as text, and drawn on its own axis from zero."""

    label: str
    at: str
    span: str
    drawn: charts.Interval


def words_of(batch: Batch, desk: Desk) -> str:
    """Its audience as the sentence of the customer list."""
    wanted = filters.from_text(batch.audience)
    return sentence.text(wanted, listing.names(wanted, desk))


def subtraction(batch: Batch) -> dict[str, Any]:
    """From candidates to recipients; the lines add up."""
    held = sorted(batch.held_back.items(), key=lambda one: (-one[1], one[0]))
    return {
        "held": [(code, _(REASONS[code]), -n) for code, n in held],
        "eligible": batch.recipients + batch.control,
        "control": -batch.control,
    }


def compared(batch: Batch) -> dict[str, Any] | None:
    """Against the last batch of its kind; None for the first."""
    last = queries.previous(batch)
    if last is None or batch.origin == Batch.Origin.OPEN:
        return None
    found = queries.compared(batch, last)
    parts = charts.stacked_bar(
        [(_("also got the last"), found.both, "c-grey"), (_("new"), found.new, "c-accent")],
        whole=max(found.both + found.new + found.gone, 1),
    )
    return {"last": last, "found": found, "parts": parts, "away": found.gone - found.held}


def forecast(batch: Batch, day: date) -> dict[str, Any]:
    """Ranges from past batches of its kind and their controls; `lines` is empty when there are none."""
    past = queries.past(batch)
    used = queries.used(past)
    known = [Past(*used[one.pk]) for one in past if one.pk in used]
    expected = forecasts.uses(batch.recipients, known)
    if expected is None:
        return {"past": [], "lines": [], "uses": None}
    cost = forecasts.cost(expected, known, batch.coupon.most_off)
    lines = [
        _line(_("Used"), expected, lambda n: figures.count(round(n)), unit=_("%(n)s coupons")),
        _line(_("Cost of coupons"), cost, lambda fen: figures.yuan(round(fen), places=0)),
        *_extra(batch, past, cost, day),
    ]
    return {"past": past, "lines": lines, "uses": expected, "effect": len(lines) > 2}


def _extra(batch: Batch, past: list[Batch], cost: Interval, day: date) -> list[Forecast]:
    """What treated people did beyond those held out, carried over to as many recipients."""
    effect = effects.effect_of(past, day)
    if not effect.is_told:
        return []
    extra = effect.differences["purchases"].each.times(batch.recipients)
    back = forecasts.roi(effect.differences["profit"].each.times(batch.recipients), cost)
    lines = [_line(_("Extra purchases"), extra, lambda n: figures.count(round(n)))]
    return lines + ([_line(_("ROI"), back, lambda ratio: figures.grouped(ratio, 1))] if back else [])


def _line(label: str, found: Interval, show: Any, unit: str = "%(n)s") -> Forecast:
    """The unit stands with the estimate, not again at both ends of its range."""
    low, high = min(found.low, 0.0), max(found.high, 0.0)
    edge = (high - low) * 0.15 or 1.0
    drawn = charts.interval(found.low, found.at, found.high, (low - edge * (low < 0), high + edge))
    return Forecast(label, unit % {"n": show(found.at)}, f"{show(found.low)}{figures.NOTHING}{show(found.high)}", drawn)


def budget(batch: Batch, at: datetime) -> dict[str, Any]:
    """Its own budget as a bar, and every place whose limit it touches."""
    mine = batch.budget
    wanted = batch.most_cost if batch.state in ("draft", "submitted", "changes") else 0  # reserved by now, or let go
    planned = holds.planned(batch, at)
    return {
        "budget": mine,
        "after": mine.left - wanted,
        "wanted": wanted,
        "parts": charts.stacked_bar(
            [(_("spent"), mine.spent, "c-grey"), (_("reserved"), mine.reserved, "c-pale"),
             (_("this batch at most"), wanted, "c-accent")],
            whole=max(mine.amount, 1),
        ),
        "limits": [(one.budget, one.reserved, one.budget.left - one.reserved) for one in planned[1:]],
    }  # fmt: skip


def prices(batch: Batch, day: date) -> dict[str, Any]:
    found = fairness.of(batch, day)
    return {"found": found, "goods": coupon_words.goods(batch.coupon), "class_based": len(found.rows) > 1}


def approvals(batch: Batch, at: datetime) -> dict[str, Any]:
    """Who made it, who said yes already, how many more it needs, and what its makers handed in that day."""
    given = [one.by for one in batch.steps.filter(verb="approve", revision=batch.revision).select_related("by")]
    others = list(tiers.same_day(batch, at).values_list("most_cost", flat=True))
    needed = max(batch.approvals_needed, tiers.needed(batch, at))
    return {
        "makers": queries.hands(batch, "maker"),
        "given": given,
        "needed": needed,
        "others": len(others),
        "day_total": sum(others) + batch.most_cost,
    }


def today(at: datetime) -> date:
    return timezone.localtime(at).date()
