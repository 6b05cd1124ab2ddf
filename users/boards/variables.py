"""Figures that people keep beside the cohorts: their sheet, and those that the cohort board shows as levers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from communities.access import Desk
from communities.rules import CHANGE_BUDGETS, SEE_BOARDS
from opsdesk.lib import figures
from users.boards import places, spend
from users.retention import variable_queries as queries
from users.retention import variable_rules as rules
from users.retention.models import Variable
from users.retention.variable_rules import Frame, Told

MOST_SHOWN = 6  # beside the cohorts at once
CHANGES = 15


@dataclass(frozen=True)
class Board:
    weeks: list[date]
    variables: list[Variable]
    lines: list[tuple[date, list[tuple[Variable, Told | None]]]]
    is_newest: bool


def board_of(desk: Desk, query: QueryDict, today: date) -> Board:
    weeks, newest = spend.weeks_of(query, today)
    variables = list(queries.kept())
    told = told_of(desk, variables, weeks[0], weeks[-1])
    lines = [(week, [(one, told.get((one.pk, week))) for one in variables]) for week in weeks]
    return Board(weeks, variables, lines, newest)


def told_of(desk: Desk, variables: list[Variable], since: date, until: date) -> dict[tuple[int, date], Told]:
    """By variable and week, of the chosen community or of the company."""
    place = desk.community.id if desk.community else rules.COMPANY
    return rules.in_force(queries.told([one.pk for one in variables], place, since, until), place)


def changes_of(desk: Desk) -> list[dict[str, Any]]:
    """The newest statements in reach, with their place in words; `mine`: one's own, to be taken back."""
    names = {one.pk: one.name for one in desk.communities} | {rules.COMPANY: _("whole company")}
    found = queries.changes(places.counted_places(desk, SEE_BOARDS), CHANGES)
    seen: set[object] = set()
    for one in found:
        one |= {"place": names.get(one["place"], ""), "mine": one["by_id"] == desk.staff.pk}
        one |= {"first": one["at"] not in seen, "value": written(one["value"]), "before": written(one["before"])}
        seen.add(one["at"])
    return found


def written(value: Decimal | None) -> str:
    return figures.NOTHING if value is None else f"{Told(value, True)}"


def kept() -> list[Variable]:
    return list(queries.kept())


def chosen(text: str) -> list[Variable]:
    """Those that an address names by their ids, in its order; what cannot be read is as if it had not been said."""
    ids = [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 10]
    known = {one.pk: one for one in queries.kept().filter(pk__in=ids[:MOST_SHOWN])} if ids else {}
    return [known[pk] for pk in dict.fromkeys(ids) if pk in known]


def frame_of(desk: Desk, today: date) -> Frame:
    """What a file of values is read against."""
    scope = desk.scope_for(CHANGE_BUDGETS)
    places: dict[str, int] = {}
    for community in (one for one in desk.communities if scope.sees_community(one.id)):
        places |= {name.lower(): community.id for name in (community.code, community.name, *community.aliases)}
    variables = {one.name.lower(): one.pk for one in queries.kept()}
    return Frame(today, variables, places, desk.community.id if desk.community else None, company=scope.everywhere)
