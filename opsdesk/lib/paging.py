"""Keyset paging: a page of a long list without counting or skipping what lies before it.

The list is ordered by one sort value and the id, so a place in it is the pair (value, id). A cursor is that pair in the
address, opaque but not secret and not trusted: one that cannot be read means the first page. Values may be missing;
they come last, whichever way the list is sorted.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F, Q, QuerySet

BIGGEST = 2**63 - 1
DEFAULT_SIZE = 50
SIZES = (20, 50, 100, 200)


@dataclass(frozen=True)
class SortKey:
    """A way to sort: the queryset field (or annotation) behind it, and how its value is read back from a cursor."""

    field: str
    read: Callable[[str], Any] = int
    descending: bool = True


READERS: dict[str, Callable[[str], Any]] = {
    "number": int,
    "money": int,
    "exact": Decimal,
    "text": str,
    "day": date.fromisoformat,
    "moment": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Sort:
    key: str
    descending: bool

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True)
class Place:
    """Where a page begins: after this row, or (backwards) before it."""

    value: Any
    id: int
    backwards: bool = False


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursors of its neighbours ("" where there is none)."""

    rows: list[Any]
    before: str
    after: str


def sort_of(query: Mapping[str, str], keys: Mapping[str, SortKey], default: str) -> Sort:
    """`?sort=net` or `?sort=-net`; an unknown one means the default."""
    asked = query.get("sort", "")
    if asked.lstrip("-") not in keys:
        asked = default
    return Sort(asked.lstrip("-"), asked.startswith("-"))


def size_of(query: Mapping[str, str], default: int = DEFAULT_SIZE) -> int:
    asked = query.get("size", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in SIZES else default


def place_of(query: Mapping[str, str], read: Callable[[str], Any]) -> Place | None:
    backwards = bool(query.get("before"))
    return decode(query.get("before") or query.get("after") or "", read, backwards)


def encode(value: Any, row_id: int) -> str:
    text = None if value is None else value.isoformat() if isinstance(value, date) else str(value)
    packed = json.dumps([text, row_id], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(cursor: str, read: Callable[[str], Any], backwards: bool = False) -> Place | None:
    try:
        text, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = None if text is None else read(str(text))
    except (ValueError, TypeError, binascii.Error, InvalidOperation):
        return None
    numbers = [row_id] + ([value] if isinstance(value, int) else [])
    if not all(type(number) is int and abs(number) <= BIGGEST for number in numbers):
        return None
    return None if isinstance(value, str) and "\0" in value else Place(value, row_id, backwards)


def page_of(rows: QuerySet[Any], key: SortKey, sort: Sort, place: Place | None, size: int = DEFAULT_SIZE) -> Page:
    """One page of a queryset. One query of size + 1 rows; an index on (field, id) makes it a range read."""
    backwards = place is not None and place.backwards
    falling = sort.descending != backwards
    found = rows.order_by(*_order(key.field, falling, backwards))
    if place is not None:
        found = found.filter(beyond(key.field, falling, place))
    taken = list(found[: size + 1])
    more, taken = len(taken) > size, taken[:size]
    if backwards:
        taken.reverse()
    has_before = more if backwards else place is not None
    has_after = True if backwards else more
    return Page(
        taken,
        before=_cursor(taken[0], key.field) if taken and has_before else "",
        after=_cursor(taken[-1], key.field) if taken and has_after else "",
    )


def beyond(field: str, falling: bool, place: Place) -> Q:
    """Rows strictly further than `place` in the direction of reading; missing values are the far end going forward."""
    further = "lt" if falling else "gt"
    same_value = Q(**{f"{field}__isnull": True}) if place.value is None else Q(**{field: place.value})
    condition = same_value & Q(**{f"pk__{further}": place.id})
    if place.value is None:
        return condition | Q(**{f"{field}__isnull": False}) if place.backwards else condition
    condition |= Q(**{f"{field}__{further}": place.value})
    return condition if place.backwards else condition | Q(**{f"{field}__isnull": True})


def _order(field: str, falling: bool, backwards: bool) -> list[Any]:
    value = F(field)
    if falling:
        first = value.desc(nulls_first=True) if backwards else value.desc(nulls_last=True)
    else:
        first = value.asc(nulls_first=True) if backwards else value.asc(nulls_last=True)
    return [first, "-pk" if falling else "pk"]


def _cursor(row: Any, field: str) -> str:
    value = row
    for part in field.split("__"):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    row_id = row["id"] if isinstance(row, dict) else row.pk
    return encode(value, row_id)
