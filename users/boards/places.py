"""What a board looks at: which date, which communities, and the address of the people behind a number."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from urllib.parse import quote_plus

from django.http import Http404, HttpRequest
from django.urls import reverse

from communities.access import Desk
from communities.rules import SEE_BOARDS
from users.lifecycle import queries as lifecycle
from users.purchases.models import UNASSIGNED

Places = list[int] | None


@dataclass(frozen=True)
class Sight:
    """One reading of a board. `places` None: everybody, the unassigned (0) too."""

    as_of: date
    before: date
    places: Places
    community_code: str
    is_latest: bool

    @property
    def key(self) -> Hashable:
        """What tells it from others."""
        places = None if self.places is None else tuple(self.places)
        return self.as_of, self.before, places, self.community_code, self.is_latest

    def people(self, **words: object) -> str:
        """The customer list for these words, in the community looked at."""
        if self.community_code:
            words["community"] = self.community_code
        told = (f"{name.rstrip('_')}={_written(value)}" for name, value in words.items() if value not in ("", None))
        return f"{self._customers}?{'&'.join(told)}"

    @cached_property
    def _customers(self) -> str:
        return reverse("customers")


def _written(value: object) -> str:
    """As an address has it; days and numbers, of which a board has hundreds, are written so already."""
    return f"{value}" if isinstance(value, (date, int)) else _quoted(str(value))


@lru_cache(maxsize=4096)
def _quoted(word: str) -> str:
    """Remembered: a board names each flow and each community many times over."""
    return quote_plus(word, safe=",")


def sight_of(request: HttpRequest, desk: Desk) -> Sight | None:
    """The date asked for (`?as_of=`), else the latest computed; None before the first run, 404 for another date."""
    asked = request.GET.get("as_of", "")
    latest = lifecycle.latest_as_of()
    as_of = _computed(asked) if asked else latest
    if as_of is None:
        return None
    code = desk.community.code if desk.community else ""
    return Sight(as_of, lifecycle.monday_before(as_of), places_of(desk), code, as_of == latest)


def places_of(desk: Desk) -> Places:
    """Community ids to count: the chosen one, else all in reach; None when nothing is out of reach."""
    scope = desk.scope_for(SEE_BOARDS)
    if desk.community is not None:
        return [desk.community.id] if scope.sees_community(desk.community.id) else []
    return None if scope.everywhere else sorted(scope.communities)


def counted_places(desk: Desk, capability: str) -> list[int]:
    """Community ids for the roll-ups: the chosen one, else all that `capability` reaches; whoever sees everything sees
    the unassigned (0)."""
    scope = desk.scope_for(capability)
    if desk.community is not None:
        return [desk.community.id] if scope.sees_community(desk.community.id) else []
    reach = [community.id for community in desk.communities if scope.sees_community(community.id)]
    return [*reach, UNASSIGNED] if scope.everywhere else reach


def named_places(desk: Desk) -> list[tuple[int, str, str]]:
    """(id, code, name) of every place counted apart; the unassigned come last, without a code."""
    scope = desk.scope_for(SEE_BOARDS)
    named = [(c.id, c.code, c.name) for c in desk.communities if scope.sees_community(c.id)]
    return [*named, (UNASSIGNED, "", "")] if scope.everywhere else named


def _computed(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if lifecycle.snapshot_day(day) is None:
        raise Http404
    return day
