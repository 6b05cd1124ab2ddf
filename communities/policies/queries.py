import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.db.models import Q, QuerySet

from communities.models import Community, PolicyChange
from communities.policies import rules
from communities.policies.rules import POLICIES, Policies, Policy
from communities.scoping import Scope
from opsdesk.lib import sql

# One row a key and place (policy_in_force): the value in force as of a version, as JSON; the newest change there is.
_IN_FORCE = """
SELECT DISTINCT ON (key, community_id) key, community_id, value::text, (SELECT max(id) FROM communities_policychange)
  FROM communities_policychange WHERE %(version)s::bigint IS NULL OR id <= %(version)s::bigint
 ORDER BY key, community_id, id DESC
"""


def current_version() -> int:
    return int(sql.value("SELECT COALESCE(max(id), 0) FROM communities_policychange"))


def values_in_force(version: int | None = None) -> dict[int | None, dict[str, Any]]:
    """Values set by community id (None: the company), as of a version."""
    return _read(version)[0]


def _read(version: int | None) -> tuple[dict[int | None, dict[str, Any]], int]:
    """The same and the version that it is: the newest unless one is named."""
    rows = sql.rows(_IN_FORCE, version=version)
    found: dict[int | None, dict[str, Any]] = {None: {}}
    for key, community_id, value, _newest in rows:
        found.setdefault(community_id, {})[key] = None if value is None else json.loads(value)
    newest = rows[0][-1] if rows else 0
    return found, newest if version is None else version


def for_company(version: int | None = None) -> Policies:
    return for_community(None, version)


def for_community(community_id: int | None, version: int | None = None) -> Policies:
    values, number = _read(version)
    own = values.get(community_id, {}) if community_id is not None else {}
    return rules.in_force(values[None], own, number)


def for_every_community(version: int | None = None) -> dict[int | None, Policies]:
    """Policies by community id; None holds the company's, which the unassigned follow too."""
    values, number = _read(version)
    ids: list[int | None] = [None, *Community.objects.values_list("id", flat=True)]
    return {
        place: rules.in_force(values[None], values.get(place, {}) if place is not None else {}, number) for place in ids
    }


def drafted(key: str, value: Any, community_id: int | None) -> dict[int | None, Policies]:
    """Policies by community id as they would be with one more value; nothing is written."""
    values = values_in_force()
    values.setdefault(community_id, {})[key] = value
    return {
        place: rules.in_force(values[None], values.get(place, {}) if place is not None else {}, current_version())
        for place in [None, *Community.objects.values_list("id", flat=True)]
    }


@dataclass(frozen=True)
class InForce:
    """One threshold at one place: the value that holds there, the change it comes from (None: the default), and at
    the company's place what communities have of their own."""

    policy: Policy
    value: Any
    change: PolicyChange | None
    is_own: bool
    company_value: Any
    elsewhere: list[tuple[Community, Any]]


def in_force_at(community: Community | None, reach: Iterable[Community]) -> list[tuple[str, list[InForce]]]:
    """Every threshold by group, in the order of the table of rules; policies of one value only at the company's place.
    `reach`: the communities whose own values may be told."""
    newest = _newest_changes()
    names = {place.pk: place for place in reach}
    rows = [_in_force(policy, community, newest, names) for policy in POLICIES.values()]
    if community is not None:
        rows = [row for row in rows if row.policy.per_community]
    return [(group, list(members)) for group, members in groupby(rows, key=lambda row: row.policy.group)]


def one_in_force(key: str, community: Community | None, reach: Iterable[Community]) -> InForce:
    names = {place.pk: place for place in reach}
    return _in_force(POLICIES[key], community, _newest_changes(), names)


def _newest_changes() -> dict[tuple[str, int | None], PolicyChange]:
    """The change in force of each key and place (index policy_in_force)."""
    newest = PolicyChange.objects.order_by("key", "community_id", "-id").distinct("key", "community_id")
    return {(change.key, change.community_id): change for change in newest.select_related("by")}


def _in_force(
    policy: Policy,
    community: Community | None,
    newest: Mapping[tuple[str, int | None], PolicyChange],
    names: Mapping[int, Community],
) -> InForce:
    company = newest.get((policy.key, None))
    own = newest.get((policy.key, community.pk)) if community else company
    is_own = own is not None and own.value is not None
    change = own if is_own else company if company and company.value is not None else None
    company_value = company.value if company and company.value is not None else policy.default
    elsewhere = [
        (names[cast(int, place)], made.value)
        for (key, place), made in newest.items()
        if key == policy.key and place in names and made.value is not None and community is None
    ]
    value = change.value if change else policy.default
    return InForce(policy, value, change, is_own, company_value, elsewhere)


def history(key: str = "") -> QuerySet[PolicyChange]:
    changes = PolicyChange.objects.select_related("by", "community")
    return changes.filter(key=key) if key else changes


def history_in(scope: Scope, key: str = "") -> QuerySet[PolicyChange]:
    """The history as far as somebody's reach goes: the company's values, and those of their communities."""
    reach = Q() if scope.everywhere else Q(community=None) | Q(community__in=scope.communities)
    return history(key).filter(reach)


def ids_in_force() -> set[int]:
    """Versions whose value holds somewhere: there is nothing to put back."""
    return {change.pk for change in _newest_changes().values()}
