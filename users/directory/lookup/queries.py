from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from communities import queries as places
from communities.models import Community
from communities.scoping import Scope
from opsdesk.lib import plaintext
from users.customers import search
from users.directory import queries
from users.directory.filters import Filters

SHOWN = 12
ENOUGH = 1000
NOBODY = (0,)


@dataclass(frozen=True)
class Found:
    """What a text leads to. `text` is fit to be shown, `query` the address of the whole list."""

    text: str = ""
    customers: list[Any] = field(default_factory=list)
    total: int = 0
    communities: list[Community] = field(default_factory=list)
    query: str = ""


def found(scope: Scope, text: str) -> Found:
    """A dozen of the customers and all communities in reach. Rare words, the usual case, are read for once only:
    names and addresses have no index that finds what is inside them."""
    text = plaintext.tidy(text)[: search.LONGEST]
    if not text:
        return Found()
    shown = search.without_phones(text)
    matching = queries.people(scope, Filters()).filter(_condition(text))
    ids = list(matching.values_list("id", flat=True)[:ENOUGH])
    total = matching.count() if len(ids) == ENOUGH else len(ids)
    shown_ids = tuple(sorted(ids)[:SHOWN]) or NOBODY
    first = list(queries.rows(queries.people(scope, Filters(ids=shown_ids))).order_by("id"))
    return Found(shown, first, total, _communities(scope, text), _query(scope, text))


def _condition(text: str) -> Q:
    if phone := search.whole_phone(text):
        return Q(phone=phone)
    digits = search.part_of_phone(text)
    return search.with_digits(digits) if digits else search.condition(text)


def _query(scope: Scope, text: str) -> str:
    digits = search.part_of_phone(text)
    if digits and not search.whole_phone(text):
        return Filters(ids=queries.with_digits(scope, Filters(), digits)).to_query()
    return Filters(q=search.without_phones(text)).to_query()


def _communities(scope: Scope, text: str) -> list[Community]:
    named = Q(name__icontains=text) | Q(aliases__contains=[text]) | Q(code=text.lower())
    return list(places.communities_in(scope).filter(named)[:SHOWN])
