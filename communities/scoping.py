"""What a person may see, as a value, and the manager that refuses to be read without one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.db import models
from django.db.models import Q

from communities.rules import Grant


class Unscoped(RuntimeError):
    """Somebody read customers without saying on whose behalf."""


@dataclass(frozen=True)
class Scope:
    """Whose customers are in reach: everybody's, or those of some communities and some stations."""

    everywhere: bool = False
    communities: frozenset[int] = frozenset()
    stations: frozenset[int] = frozenset()

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> Self:
        grants = list(grants)
        return cls(
            everywhere=any(g.community_id is None and g.station_id is None for g in grants),
            communities=frozenset(g.community_id for g in grants if g.community_id is not None),
            stations=frozenset(g.station_id for g in grants if g.station_id is not None),
        )

    def condition(self, community: str = "community_id", station: str = "station_id") -> Q:
        """The filter for a table with these two columns; nobody's scope matches nothing."""
        if self.everywhere:
            return Q()
        return Q(**{f"{community}__in": self.communities}) | Q(**{f"{station}__in": self.stations})

    def sees_community(self, community_id: int | None) -> bool:
        return self.everywhere or community_id in self.communities


class ScopedManager(models.Manager[Any]):
    """The default manager of people: it answers `visible_to(scope)`, and nothing else by accident."""

    def visible_to(self, scope: Scope) -> models.QuerySet[Any]:
        return self._everyone().filter(scope.condition())

    def unscoped(self, reason: str) -> models.QuerySet[Any]:
        """Every row, for work that acts on nobody's behalf: the night, an import. The reason is for the reader."""
        if not reason:
            raise Unscoped("say why every customer must be read")
        return self._everyone()

    def get_queryset(self) -> models.QuerySet[Any]:
        raise Unscoped(f"read {self.model.__name__} through visible_to(scope) or unscoped(reason)")

    def _everyone(self) -> models.QuerySet[Any]:
        return models.QuerySet(self.model, using=self._db)
