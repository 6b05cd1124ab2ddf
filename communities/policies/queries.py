from typing import Any

from django.db.models import Max, QuerySet

from communities.models import Community, PolicyChange
from communities.policies import rules
from communities.policies.rules import Policies


def current_version() -> int:
    return PolicyChange.objects.aggregate(newest=Max("id"))["newest"] or 0


def values_in_force(version: int | None = None) -> dict[int | None, dict[str, Any]]:
    """Values set by community id (None: the company), as of a version; one row a key and place (policy_in_force)."""
    changes = PolicyChange.objects.order_by("key", "community_id", "-id").distinct("key", "community_id")
    if version is not None:
        changes = changes.filter(id__lte=version)
    found: dict[int | None, dict[str, Any]] = {None: {}}
    for key, community_id, value in changes.values_list("key", "community_id", "value"):
        found.setdefault(community_id, {})[key] = value
    return found


def for_company(version: int | None = None) -> Policies:
    return for_community(None, version)


def for_community(community_id: int | None, version: int | None = None) -> Policies:
    values = values_in_force(version)
    own = values.get(community_id, {}) if community_id is not None else {}
    return rules.in_force(values[None], own, current_version() if version is None else version)


def for_every_community(version: int | None = None) -> dict[int | None, Policies]:
    """Policies by community id; None holds the company's, which the unassigned follow too."""
    values = values_in_force(version)
    number = current_version() if version is None else version
    ids: list[int | None] = [None, *Community.objects.values_list("id", flat=True)]
    return {
        place: rules.in_force(values[None], values.get(place, {}) if place is not None else {}, number) for place in ids
    }


def history(key: str = "") -> QuerySet[PolicyChange]:
    changes = PolicyChange.objects.select_related("by", "community")
    return changes.filter(key=key) if key else changes
