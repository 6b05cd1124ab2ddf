"""Figures that people keep beside the cohorts, as they stand."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from opsdesk.lib import sql
from users.retention.models import Variable, VariableValue
from users.retention.variable_rules import COMPANY, Key

# The statement in force of each variable, week and place: the newest one (index variable_in_force).
_TOLD = """
SELECT DISTINCT ON (variable_id, week, COALESCE(community_id, 0)) variable_id, week, COALESCE(community_id, 0), value
  FROM users_variablevalue
 WHERE variable_id = ANY(%(variables)s) AND week >= %(since)s AND week <= %(until)s
   AND COALESCE(community_id, 0) = ANY(%(places)s)
 ORDER BY variable_id, week, COALESCE(community_id, 0), id DESC
"""

# One row a statement of kept variables in some places, newest first (key), with what it replaced, whether it holds and
# how many were said with it.
_CHANGES = """
SELECT v.id, v.week, COALESCE(v.community_id, 0), a.name, a.unit, v.value, v.by_id, m.name, v.at,
       (SELECT b.value FROM users_variablevalue b
         WHERE b.variable_id = v.variable_id AND b.week = v.week AND b.community_id IS NOT DISTINCT FROM v.community_id
           AND b.id < v.id ORDER BY b.id DESC LIMIT 1),
       NOT EXISTS (SELECT FROM users_variablevalue n
         WHERE n.variable_id = v.variable_id AND n.week = v.week
           AND n.community_id IS NOT DISTINCT FROM v.community_id AND n.id > v.id),
       count(*) OVER (PARTITION BY v.by_id, v.at) > 1
  FROM users_variablevalue v
  JOIN users_variable a ON a.id = v.variable_id AND a.retired_at IS NULL
  LEFT JOIN communities_staffmember m ON m.id = v.by_id
 WHERE COALESCE(v.community_id, 0) = ANY(%(places)s)
 ORDER BY v.id DESC LIMIT %(most)s
"""
_COLUMNS = ("id", "week", "place", "name", "unit", "value", "by_id", "by", "at", "before", "in_force", "is_sheet")


def kept() -> QuerySet[Variable]:
    """Those that are not retired, by name."""
    return Variable.objects.filter(retired_at=None)


def told(variables: Collection[int], place: int, since: date, until: date) -> dict[Key, Decimal]:
    """Of a place (0: the whole company) and of the company. What was cleared is left out."""
    if not variables:
        return {}
    ids = list({place, COMPANY})
    found = sql.rows(_TOLD, variables=list(variables), places=ids, since=since, until=until)
    return {(variable, week, at): value for variable, week, at, value in found if value is not None}


def changes(places: Collection[int], most: int) -> list[dict[str, Any]]:
    """The newest statements of some places: who, when, from what to what, whether it holds."""
    return [dict(zip(_COLUMNS, row, strict=True)) for row in sql.rows(_CHANGES, places=list(places), most=most)]


def said_with(change: VariableValue) -> QuerySet[VariableValue]:
    """All that its author said in the same go, in order."""
    return VariableValue.objects.filter(by=change.by_id, at=change.at).order_by("id")


def of_cell(variable_id: int, week: date, community_id: int | None) -> QuerySet[VariableValue]:
    """Every statement of a variable, week and place; None is the whole company."""
    statements = VariableValue.objects.filter(variable_id=variable_id, week=week)
    if community_id is None:
        return statements.filter(community__isnull=True)
    return statements.filter(community_id=community_id)


def standing(variable_id: int, week: date, community_id: int | None) -> VariableValue | None:
    """The statement in force, also one that cleared the value."""
    return of_cell(variable_id, week, community_id).order_by("-id").first()
