"""The customer list as a file: rows, columns and order of the screen, masked unless a logged reason says otherwise."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from communities import rates
from communities.access import Desk
from communities.rules import EXPORT, REVEAL_PHONE
from opsdesk.lib import exports, names, phones
from opsdesk.lib.tables import Column
from users.customers.models import Customer
from users.directory import actions, classes, columns, listing, queries, sentence
from users.directory.listing import Listing

CHUNK = 2000


def chosen(desk: Desk, shown: Listing, posted: QueryDict) -> QuerySet[Customer]:
    """The customers of the list that a file takes along: those ticked, or everybody the filter leaves."""
    found = queries.people(desk.scope_for(EXPORT), shown.filters)
    return queries.ticked(found, posted)


def download(desk: Desk, shown: Listing, found: QuerySet[Customer], wanted: dict[str, Any]) -> HttpResponse:
    """The file, after its line in the log. Raises TooMany."""
    rates.may_export(desk.staff)
    key = columns.SORTS[shown.sort.key]
    ordered = queries.in_order(queries.rows(found), key.field, descending=shown.sort.descending)
    now = timezone.localtime()
    mark = _("Exported by %(who)s, %(when)s") % {"who": desk.staff, "when": f"{now:%Y-%m-%d %H:%M}"}
    in_clear = _in_clear(desk, wanted)
    file = exports.write(
        wanted["kind"],
        [_(column.label) for column in shown.shown],
        rows(ordered, shown.shown, in_clear),
        mark,
    )
    actions.log_export(
        desk.staff, what="customers", rows=file.rows, reason=wanted["reason"] if in_clear is not None else "",
        filter=sentence.text(shown.filters, listing.names(shown.filters, desk)), query=shown.to_query(),
        file=wanted["kind"], revealed=in_clear is not None,
    )  # fmt: skip
    return exports.answer(file, wanted["kind"], f"customers-{now:%Y%m%d-%H%M}")


def rows(found: QuerySet[Customer], shown: list[Column], in_clear: Q | None) -> Iterator[list[Any]]:
    """One row a customer, read in chunks; names and phones of those whom `in_clear` holds for are not masked."""
    if in_clear is not None:
        told = ExpressionWrapper(in_clear, output_field=BooleanField()) if in_clear else Value(True)
        found = found.annotate(in_clear=told)
    for person in found.iterator(chunk_size=CHUNK):
        yield [_cell(person, column) for column in shown]


def _in_clear(desk: Desk, wanted: dict[str, Any]) -> Q | None:
    if not (wanted["reveal"] and desk.may(REVEAL_PHONE)):
        return None
    return desk.scope_for(REVEAL_PHONE).condition()


def _cell(person: Any, column: Column) -> Any:
    clear = getattr(person, "in_clear", False)
    match column.key:
        case "name":
            return person.name if clear else names.mask(person.name)
        case "phone":
            return person.phone if clear else phones.mask(person.phone)
        case "community" | "station":
            place = getattr(person, column.key)
            return place.name if place else ""
        case "tags":
            return ", ".join(tagging.tag.name for tagging in person.tags_in_force)
        case "lifecycle" | "rfm_class":
            code = getattr(person, column.key)
            return _(classes.WORDS[code]) if code else ""
        case "monetary" | "net":
            return _yuan(getattr(person, column.key))
        case "registered_at":
            return timezone.localtime(person.registered_at).date() if person.registered_at else None
    return getattr(person, column.key)


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100
