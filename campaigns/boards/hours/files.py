"""Open rates by hour and by building as CSV, with every count and interval."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.drives.figures import looked_at
from campaigns.boards.hours import channels
from campaigns.chances import hour_queries, rules
from campaigns.chances.hour_queries import Building
from communities.access import Desk, DeskRequest, desk_page
from communities.policies import queries as policies
from communities.rules import EXPORT, SEE_FIELD
from communities.scoping import Scope
from opsdesk.lib import exports
from users.rfm.rules import CLASSES

CHANNELS = (
    "channel", "tries", "reached", "order_follows", "cost_yuan", *(f"{one}_worth_yuan" for one in CLASSES),
)  # fmt: skip
HOURS = ("weekday", "hour", "visits", "opened", "open_rate", "expected", "expected_low", "expected_high")
BUILDINGS = (
    "community", "building", "visits", "opened", "open_rate",
    *(f"{kind}_{name}" for kind in rules.KINDS for name in ("hour", "expected", "expected_low", "expected_high")),
)  # fmt: skip


@desk_page(EXPORT)
def best_hours_csv(request: DeskRequest) -> HttpResponse:
    """One row a weekday (Monday is 1) and hour; `of=buildings`: one a building with enough visits; `of=channels`: one
    a channel, as measured over the whole company."""
    desk, day = request.desk, timezone.localdate()
    scope = looked_at(Desk(desk.staff, desk.grants, desk.scope_for(SEE_FIELD), desk.chosen))
    if request.GET.get("of") == "buildings":
        return _answer(desk, BUILDINGS, _building_rows(desk, scope, day), f"hours-by-building-{day:%Y%m%d}")
    if request.GET.get("of") == "channels":
        return _answer(desk, CHANNELS, _channel_rows(desk, day), f"channels-and-classes-{day:%Y%m%d}")
    return _answer(desk, HOURS, _hour_rows(scope, day), f"hours-{day:%Y%m%d}")


def _answer(desk: Desk, head: tuple[str, ...], rows: Iterator[list[Any]], name: str) -> HttpResponse:
    when = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": when}
    return exports.answer(exports.write(exports.CSV, head, rows, mark), exports.CSV, name)


def _hour_rows(scope: Scope, day: date) -> Iterator[list[Any]]:
    for one in hour_queries.by_weekday(scope, day).values():
        yield [one.weekday, one.hour, one.visits, one.opened, _rate(one.opened, one.visits), *_bounds(one.chance)]


def _building_rows(desk: Desk, scope: Scope, day: date) -> Iterator[list[Any]]:
    names = {place.pk: place.name for place in desk.communities}
    for one in hour_queries.by_building(scope, day):
        counts = [one.visits, one.opened, _rate(one.opened, one.visits)]
        yield [names.get(one.community_id, ""), one.name, *counts, *_best(one)]


def _channel_rows(desk: Desk, day: date) -> Iterator[list[Any]]:
    values = policies.for_community(desk.community.pk if desk.community else None)
    for line in channels.lines(day, values):
        shares = [_rounded(value) for value in (line.n, line.reached, line.ordered)]
        yield [line.label, *shares, *(Decimal(fen) / 100 for fen in (line.cost, *(line.worth[one] for one in CLASSES)))]


def _best(one: Building) -> list[Any]:
    return [value for best in one.best.values() for value in (best.hour, *_bounds(best.chance))]


def _rate(part: int, whole: int) -> Decimal | None:
    return _rounded(part / whole) if whole else None


def _bounds(chance: rules.Chance) -> list[Decimal]:
    return [_rounded(value) for value in (chance.p, chance.low, chance.high)]


def _rounded(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")
