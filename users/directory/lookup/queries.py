from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from communities.scoping import Scope
from opsdesk.lib import plaintext
from users.customers import search
from users.directory import queries
from users.directory.filters import Filters

SHOWN = 8
ENOUGH = 1000
NOBODY = (0,)


@dataclass(frozen=True)
class Found:
    """Customers that a text leads to: the first of them, how many in all, `query` the address of the whole list."""

    customers: list[Any] = field(default_factory=list)
    total: int = 0
    query: str = ""


def found(scope: Scope, text: str) -> Found:
    """The first eight in reach. Rare words, the usual case, are read for once only: names and addresses have no index
    that finds what is inside them (at 300,000 customers one reading takes a tenth of a second)."""
    text = plaintext.tidy(text)[: search.LONGEST]
    if not text:
        return Found()
    matching = queries.people(scope, Filters()).filter(_condition(text))
    ids = list(matching.values_list("id", flat=True)[:ENOUGH])
    total = matching.count() if len(ids) == ENOUGH else len(ids)
    shown_ids = tuple(sorted(ids)[:SHOWN]) or NOBODY
    first = list(queries.rows(queries.people(scope, Filters(ids=shown_ids))).order_by("id")) if ids else []
    return Found(first, total, _query(scope, text) if ids else "")


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
