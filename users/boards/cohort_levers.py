"""The levers beside the cohorts: what acquiring was to cost, what coupons took off, and figures that people keep."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from communities.access import Desk
from communities.rules import CHANGE_BUDGETS, SEE_BOARDS
from opsdesk.lib import addresses, figures
from opsdesk.lib.words import N_
from users.acquisition import spend_queries
from users.boards import places, variables
from users.boards.cohorts import Board
from users.purchases.models import UNASSIGNED
from users.retention import queries, rules
from users.retention.models import Variable
from users.retention.variable_rules import Told

Typed = dict[tuple[date, int], int]  # fen by week and place
Spent = dict[date, int]

SPEND, OWN, SUM, SHARED = "spend", "own", "sum", "shared"
SOURCES = {
    SPEND: N_("acquisition spend, as told for the week"),
    OWN: N_("typed for this very place"),
    SUM: N_("sum of what is typed for the communities"),
    SHARED: N_("figures of the weeks, shared evenly over their days"),
}


@dataclass(frozen=True)
class Budget:
    """Fen, and a key of SOURCES."""

    fen: int
    source: str


@dataclass(frozen=True)
class Cell:
    """A budget on the page. `is_typed`: pressed, it becomes a field in its place."""

    text: str
    title: str = ""
    href: str = ""
    is_typed: bool = False


@dataclass(frozen=True)
class Levers:
    """By cohort; what is not known is left out."""

    budgets: dict[date, Budget]
    discounts: dict[date, float]
    variables: list[tuple[Variable, dict[date, Told]]] = field(default_factory=list)

    def of(self, cohort: date) -> dict[str, Any]:
        """For files and the API."""
        budget = self.budgets.get(cohort)
        return {
            "budget": budget.fen if budget else None,
            "budget_source": budget.source if budget else "",
            "discount_rate": self.discounts.get(cohort),
        }

    def values(self, cohort: date) -> dict[str, Decimal | None]:
        """Of the variables chosen, by name."""
        return {one.name: told[cohort].value if cohort in told else None for one, told in self.variables}


def of_board(desk: Desk, board: Board) -> Levers:
    if not board.cohorts:
        return Levers({}, {})
    return Levers(_budgets(desk, board), board.discounts, _variables(desk, board))


def _variables(desk: Desk, board: Board) -> list[tuple[Variable, dict[date, Told]]]:
    """Those that the address asks for; weeks only, since values of weeks cannot be added up."""
    wanted = variables.chosen(board.ask.variables) if board.ask.grain == "week" else []
    told = variables.told_of(desk, wanted, board.cohorts[0], board.cohorts[-1]) if wanted else {}
    return [(one, {week: value for (pk, week), value in told.items() if pk == one.pk}) for one in wanted]


def _toggles(board: Board) -> list[dict[str, Any]]:
    """Every variable that is kept, and what the address is when it is taken in or out."""
    chosen = [one.pk for one in variables.chosen(board.ask.variables)]
    return [
        {
            "name": one.name,
            "chosen": one.pk in chosen,
            "ids": ",".join(f"{pk}" for pk in [*chosen, one.pk] if pk != one.pk or one.pk not in chosen),
        }
        for one in board.once("variables", variables.kept)
    ]


def drawn(desk: Desk, board: Board, query: QueryDict) -> dict[str, Any]:
    """For the page."""
    levers, may = of_board(desk, board), may_budget(desk)
    may_type = may and board.ask.grain == "week"
    return {
        "discounts": {f"{cohort}": figures.percent(levers.discounts.get(cohort)) for cohort in board.cohorts},
        "budgets": {
            f"{cohort}": cell(cohort, levers.budgets.get(cohort), query, may_type=may_type) for cohort in board.cohorts
        },
        "any_typed": any(told.source in (OWN, SUM) for told in levers.budgets.values()),
        "may_budget": may,
        "variables": [
            {"variable": one, "told": {f"{week}": value for week, value in told.items()}}
            for one, told in levers.variables
        ],
        "toggles": _toggles(board) if board.ask.grain == "week" else [],
    }


def cell(week: date, told: Budget | None, query: QueryDict, *, may_type: bool) -> Cell:
    """What is known of a week's budget and where it is told; the page's own words stay in its address."""
    text = figures.yuan(told.fen if told else None, 0)
    if told and told.source == SPEND:
        words = _("Acquisition spend, as told for the week: open its sheet")
        return Cell(text, words, addresses.changed(reverse("spend"), query, until=week))
    if told and told.source == SHARED:
        return Cell(text, _("Figures of the weeks, shared evenly over their days"))
    text = f"{text}*" if told else text
    if not may_type:
        return Cell(text)
    address = addresses.changed(reverse("cohort_budget", args=[f"{week}"]), query)
    return Cell(text, _typing(told), address, is_typed=True)


def _typing(told: Budget | None) -> str:
    if told is None:
        return _("Not known: type it")
    return _("Sum of the communities; type the company's own") if told.source == SUM else _("Type another")


def may_budget(desk: Desk) -> bool:
    """Of the chosen community, or of the company where none is chosen."""
    scope = desk.scope_for(CHANGE_BUDGETS)
    return scope.sees_community(desk.community.id) if desk.community else scope.everywhere


def _budgets(desk: Desk, board: Board) -> dict[date, Budget]:
    first = rules.start_of(board.cohorts[0], "week")
    last = rules.after(board.cohorts[-1], board.ask.grain, 1) - timedelta(days=1)
    ids = places.counted_places(desk, SEE_BOARDS)
    weekly = _in_order(desk, ids, *board.once(("levers", *ids), lambda: _told(ids, first, last)))
    if board.ask.grain == "week":
        return weekly
    fen = rules.shared({week: told.fen for week, told in weekly.items()}, board.cohorts, board.ask.grain)
    return {start: Budget(amount, SHARED) for start, amount in fen.items()}


def by_week(desk: Desk, since: date, until: date) -> dict[date, Budget]:
    """Acquisition spend where any is told; else the budget typed for the place; for the company else what its
    communities have."""
    ids = places.counted_places(desk, SEE_BOARDS)
    return _in_order(desk, ids, *_told(ids, since, until))


def _told(ids: list[int], since: date, until: date) -> tuple[Typed, Spent]:
    return queries.budgets(ids, since), spend_queries.weekly(ids, since, until)


def _in_order(desk: Desk, ids: list[int], typed: Typed, spent: Spent) -> dict[date, Budget]:
    place = desk.community.id if desk.community else UNASSIGNED
    own = {week: Budget(fen, OWN) for (week, where), fen in typed.items() if where == place and where in ids}
    return {**_summed(typed), **own, **{week: Budget(fen, SPEND) for week, fen in spent.items()}}


def _summed(typed: Typed) -> dict[date, Budget]:
    summed: dict[date, int] = {}
    for (week, where), fen in typed.items():
        if where != UNASSIGNED:
            summed[week] = summed.get(week, 0) + fen
    return {week: Budget(fen, SUM) for week, fen in summed.items()}
