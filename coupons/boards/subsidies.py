"""The subsidy ledger: what was given away, week by week, to whom, beside what was sold (S19)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from communities.access import Desk, DeskRequest, desk_page
from communities.rules import EXPORT, SEE_COUPONS
from coupons.boards import sight
from coupons.boards.sight import Weeks
from coupons.effects import queries
from coupons.effects.queries import Subsidy
from opsdesk.lib import charts, exports, figures, money
from opsdesk.lib.words import N_
from users.boards.places import counted_places

VIEWS = {
    "week": N_("By week"),
    "lifecycle": N_("By class"),
    "rfm": N_("By RFM class"),
    "community": N_("By community"),
    "batch": N_("By batch"),
}
COLUMNS = (
    "key", "gmv_yuan", "net_yuan", "paying_customer_weeks", "payers_a_day", "arppu_yuan",
    "coupons_used", "coupon_cost_yuan", "subsidy_rate", "discount_yuan", "discount_rate",
)  # fmt: skip


@desk_page(SEE_COUPONS)
def subsidies(request: DeskRequest) -> HttpResponse:
    weeks = sight.weeks_of(request.GET.get("weeks", ""))
    if weeks is None:
        return render(request, "users/boards/nothing_yet.html", {"title": _("Subsidies")})
    places, by = counted_places(request.desk, SEE_COUPONS), _view(request)
    by_week = queries.subsidies("week", weeks.first, weeks.last, places)
    context = {
        "weeks": weeks,
        "by": by,
        "views": [{"label": _(label), "key": key, "current": key == by} for key, label in VIEWS.items()],
        "spans": [{"n": n, "current": n == weeks.count} for n in sight.SPANS],
        "tiles": _tiles(by_week, _total(queries.subsidies("week", weeks.before.first, weeks.before.last, places))),
        "total": _total(by_week),
        "batches": queries.batch_costs(weeks.first, weeks.end, places) if by == "batch" else None,
        "rows": _rows(by, weeks, places, request.desk) if by != "batch" else None,
        "may_export": request.desk.may(EXPORT),
    }
    return render(request, "coupons/boards/subsidies.html", context)


@desk_page(EXPORT)
def subsidies_csv(request: DeskRequest) -> HttpResponse:
    """The table as a file: one row a value of `by`, money in yuan."""
    weeks, by = sight.weeks_of(request.GET.get("weeks", "")), _view(request)
    rows = (
        _rows("week" if by == "batch" else by, weeks, counted_places(request.desk, SEE_COUPONS), request.desk)
        if weeks
        else []
    )
    mark = f"{request.desk.staff} · {timezone.localtime():%Y-%m-%d %H:%M}"
    written = exports.write(exports.CSV, list(COLUMNS), (_cells(label, row) for label, row in rows), mark)
    return exports.answer(written, exports.CSV, "subsidies")


def _view(request: DeskRequest) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in VIEWS else "week"


Rows = list[tuple[str | date, Subsidy]]


def _rows(by: str, weeks: Weeks, places: Sequence[int], desk: Desk) -> Rows:
    """(what it is called, the figures): weeks newest first, everything else dearest first."""
    found = queries.subsidies(by, weeks.first, weeks.last, places)
    names = {str(place): name for place, name in sight.names_of(desk).items()}
    if by == "week":
        return [(date.fromisoformat(row.key), row) for row in reversed(found)]
    named: Rows = [(names.get(row.key, _("Unassigned")) if by == "community" else row.key, row) for row in found]
    return sorted(_in_all_weeks(named, weeks), key=lambda pair: -pair[1].cost)


def _in_all_weeks(rows: Rows, weeks: Weeks) -> Rows:
    """A class that nobody had in some week still had it for none of its days."""
    return [(label, replace(row, weeks=weeks.count)) for label, row in rows]


def _total(rows: Sequence[Subsidy]) -> Subsidy:
    sums = (
        sum(getattr(row, name) for row in rows)
        for name in ("weeks", "payers", "payer_days", "gross", "net", "discount", "uses", "cost")
    )
    return Subsidy("", *sums)


def _tiles(rows: Sequence[Subsidy], before: Subsidy) -> list[dict[str, Any]]:
    now = _total(rows)
    base = _("vs the weeks before")
    return [
        _tile(_("Coupon cost"), figures.yuan(now.cost, 0), now.cost, before.cost, [r.cost for r in rows], base,
              _("Taken off orders by coupons of batches, by the week of use."), "subsidy"),
        _rate_tile(_("Subsidy rate"), now.rate, before.rate, [r.rate or 0 for r in rows], base,
                   _("Coupon cost ÷ GMV."), "subsidy_rate"),
        _tile(_("GMV"), figures.yuan(now.gross, 0), now.gross, before.gross, [r.gross for r in rows], base,
              _("Gross amount of counted orders, before discounts and refunds."), "gmv"),
        _tile(_("ARPPU of a week"), figures.yuan(now.arppu), now.arppu, before.arppu, [r.arppu or 0 for r in rows],
              base, _("Net ÷ paying users, each counted once a week."), "arppu"),
        _tile(_("Daily paying users"), figures.grouped(now.daily_payers or 0, 1), now.daily_payers,
              before.daily_payers, [r.daily_payers or 0 for r in rows], base,
              _("Distinct customers with a counted order that day, on average."), "daily_payers"),
    ]  # fmt: skip


def _tile(
    label: str,
    number: str,
    now: float | None,
    before: float | None,
    values: list[Any],
    base: str,
    what: str,
    metric: str,
) -> dict[str, Any]:
    moved = now / before - 1 if now is not None and before else None
    return {
        "label": label,
        "number": number,
        "change": f"{figures.signed(moved * 100, 1)}%" if moved is not None else "",
        "base": base if moved is not None else "",
        "spark": charts.sparkline(values),
        "definition": {"what": what, "metric": metric},
    }


def _rate_tile(
    label: str, now: float | None, before: float | None, values: list[float], base: str, what: str, metric: str
) -> dict[str, Any]:
    points = (now - before) * 100 if now is not None and before is not None else None
    tile = _tile(label, figures.percent(now, 2), None, None, values, base, what, metric)
    if points is not None:
        tile |= {"change": _("%(change)s pt") % {"change": figures.signed(points, 2)}, "base": base}
    return tile


def _cells(label: str | date, row: Subsidy) -> list[Any]:
    rates = (row.rate, row.discount_rate)
    first, second = ("" if rate is None else f"{rate:.4f}" for rate in rates)
    return [
        label, money.yuan(row.gross), money.yuan(row.net), row.payers, f"{row.daily_payers or 0:.1f}",
        "" if row.arppu is None else money.yuan(row.arppu), row.uses, money.yuan(row.cost), first,
        money.yuan(row.discount), second,
    ]  # fmt: skip
