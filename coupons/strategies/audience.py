"""Who a strategy means, as people stand now: how many, where, who is held back, whom other strategies mean too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, QuerySet
from django.db.models.fields import CharField
from django.db.models.functions import MD5, Cast

from communities.scoping import Scope
from coupons.strategies.models import StrategyVersion
from opsdesk.lib import sql
from users.contact import queries as contact
from users.customers.models import Customer
from users.directory import filters
from users.directory import queries as directory

SAMPLE = 20
NOBODY = "SELECT NULL::bigint WHERE FALSE"

# One row a reason, the empty one for those who may be contacted.
_REASONS = "SELECT reason, count(*) FROM ({gate}) judged GROUP BY reason"


@dataclass(frozen=True)
class Facts:
    """Pairs with how many people, most first; communities by name (None: of none), held back by key of REASONS."""

    total: int
    communities: list[tuple[str | None, int]]
    held_back: list[tuple[str, int]]

    @property
    def reachable(self) -> int:
        return self.total - sum(n for _reason, n in self.held_back)


def people(scope: Scope, audience: str) -> QuerySet[Customer]:
    return directory.people(scope, filters.from_text(audience))


def facts(scope: Scope, audience: str, channel: str, at: datetime, *, by_class: bool) -> Facts:
    """Counted now, in three statements; `at`: when they would be reached. `by_class`: whoever refuses profiling is held
    back."""
    found = people(scope, audience)
    places = found.values_list("community__name").annotate(n=Count("id")).order_by("-n", "community__name")
    statement, params = _as_sql(found)
    gate, params = contact.gate(statement, params, channel=channel, at=at, by_class=by_class)
    reasons = [(reason, n) for reason, n in sql.rows(_REASONS.format(gate=gate), **params) if reason]
    return Facts(found.count(), list(places), sorted(reasons, key=lambda one: -one[1]))


def sample(scope: Scope, audience: str) -> list[Any]:
    """Twenty of them by a hash of their id: the same each time, and no better than the rest."""
    found = directory.rows(people(scope, audience))
    return list(found.order_by(MD5(Cast(F("id"), CharField())))[:SAMPLE])


def sizes(scope: Scope, audiences: Sequence[str]) -> list[int]:
    """How many each means, in one statement."""
    return _counted([people(scope, audience) for audience in audiences])


def overlaps(scope: Scope, audience: str, others: Sequence[StrategyVersion]) -> list[tuple[StrategyVersion, int]]:
    """Which other strategies mean some of the same people, most first; in one statement."""
    mine = people(scope, audience)
    shared = [mine.filter(id__in=people(scope, other.audience).values("id")) for other in others]
    found = [(other, n) for other, n in zip(others, _counted(shared), strict=True) if n]
    return sorted(found, key=lambda pair: -pair[1])


def _counted(found: Sequence[QuerySet[Customer]]) -> list[int]:
    parts: list[str] = []
    params: dict[str, Any] = {}
    for number, one in enumerate(found):
        statement, named = _as_sql(one, f"q{number}_")
        parts.append(f"SELECT {number} AS place, (SELECT count(*) FROM ({statement}) people) AS n")
        params |= named
    if not parts:
        return []
    return [n for _place, n in sorted(sql.rows(" UNION ALL ".join(parts), **params))]


def _as_sql(found: QuerySet[Customer], prefix: str = "q_") -> tuple[str, dict[str, Any]]:
    """A SELECT of their ids with named parameters, to stand inside another statement."""
    try:
        statement, values = found.order_by().values("id").query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return NOBODY, {}
    places = iter(range(len(values)))
    named = re.sub("%%|%s", lambda found: found[0] if found[0] == "%%" else f"%({prefix}{next(places)})s", statement)
    return named, {f"{prefix}{place}": value for place, value in enumerate(values)}
