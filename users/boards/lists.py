"""The people behind a board's selection: the customer list's own rows, a few of them, and the way to all."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from communities.access import Desk
from communities.rules import SEE_CUSTOMERS
from opsdesk.lib import paging, tables
from users.boards.places import Sight
from users.directory import columns, sentence
from users.directory import queries as directory
from users.directory.filters import Filters
from users.rfm import queries as rfm

SHOWN = 20
MOVERS = ("name", "phone", "community", "address", "first_purchase", "last_order", "purchases", "net", "channel")
SCORED = ("name", "phone", "address", "rfm_class", "lifecycle", "last_order", "r_score", "frequency", "f_score",
          "monetary", "m_score", "tags")  # fmt: skip


def people_under(
    request: HttpRequest,
    desk: Desk,
    filters: Filters,
    chosen: tuple[str, ...] = MOVERS,
    among: list[int] | None = None,
) -> dict[str, Any]:
    """Context for boards/_people.html: the first page of everybody the filter means (or of those `among` them), and
    the link to all of them."""
    found = directory.people(desk.scope_for(SEE_CUSTOMERS), filters)
    total = found.count()
    found = found if among is None else found.filter(id__in=among)
    sort = paging.sort_of(request.GET, columns.SORTS, columns.USUAL_SORT)
    page = paging.page_of(directory.rows(found), columns.SORTS[sort.key], sort, None, SHOWN)
    names = sentence.Names(community=desk.community.name if desk.community else "")
    return {
        "people": tables.table_of(_only(chosen), page, sort, total=total),
        "people_total": total,
        "people_words": sentence.pieces(filters, names),
        "people_url": f"{reverse('customers')}?{filters.to_query()}",
    }


def scored_people(request: HttpRequest, desk: Desk, sight: Sight, code: str) -> dict[str, Any]:
    """Everybody scored, or of one class; with `?sample=1` two of each class instead."""
    filters = Filters(community=sight.community_code, scored=not code, rfm=(code,) if code else ())
    if code or request.GET.get("sample") == "0":
        return people_under(request, desk, filters, SCORED)
    ids = rfm.sample(sight.as_of, sight.places)
    return people_under(request, desk, filters, SCORED, among=ids) | {"sampled": len(ids)}


def _only(keys: tuple[str, ...]) -> list[tables.Column]:
    return [replace(columns.BY_KEY[key], shown=True) for key in keys]
