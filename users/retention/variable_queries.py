"""Figures that people keep beside the cohorts, as they stand."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

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


def of_cell(variable_id: int, week: date, community_id: int | None) -> QuerySet[VariableValue]:
    """Every statement of a variable, week and place; None is the whole company."""
    statements = VariableValue.objects.filter(variable_id=variable_id, week=week)
    if community_id is None:
        return statements.filter(community__isnull=True)
    return statements.filter(community_id=community_id)


def standing(variable_id: int, week: date, community_id: int | None) -> VariableValue | None:
    """The statement in force, also one that cleared the value."""
    return of_cell(variable_id, week, community_id).order_by("-id").first()
