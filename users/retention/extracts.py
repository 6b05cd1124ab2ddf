"""Cohorts as a table for pipes: a line a cohort and period since, also where nobody came back."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from communities.models import Community, ServiceStation, StaffMember
from users.orders.models import Category
from users.retention import queries


def extract(
    as_of: date, places: queries.Places, grain: str, breakdown: str
) -> tuple[tuple[str, ...], Iterator[list[Any]]]:
    """Head and rows. The last period may not be over: its customers are those until now. Communities, stations,
    categories and people are their names (empty: none)."""
    rows = queries.cohort_counts(as_of, places, grain, breakdown)
    if not breakdown:
        return ("cohort", "k", "customers"), ([cohort, k, n] for _unit, cohort, k, n in rows)
    names = _names(breakdown)
    named = ([cohort, k, n, names.get(unit, "") if names else unit] for unit, cohort, k, n in rows)
    return ("cohort", "k", "customers", breakdown), named


def _names(breakdown: str) -> dict[str, str]:
    if breakdown == "channel":
        return {}
    model = {"community": Community, "station": ServiceStation, "category": Category, "staff": StaffMember}[breakdown]
    return {str(pk): name for pk, name in model._default_manager.values_list("pk", "name")}
