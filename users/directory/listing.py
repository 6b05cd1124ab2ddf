"""The customer list as one person asked for it: filter, columns, sort and size, from the address and what they like."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from communities import queries as communities
from communities.access import Desk
from communities.models import Community
from opsdesk.lib import paging, tables
from users.customers.models import Tag
from users.directory import columns, filters, queries, sentence
from users.directory.actions import PAGE
from users.directory.filters import Filters


@dataclass(frozen=True)
class Listing:
    """What list and export agree on. `asked`: columns named in the address; `chosen`: or else those remembered."""

    community: Community | None
    filters: Filters
    asked: list[str]
    chosen: list[str]
    sort: paging.Sort
    size: int

    def to_query(self, asked: list[str] | None = None) -> str:
        """The address that shows the same again, without the place in the list; `asked` are other columns."""
        sort = [] if str(self.sort) == columns.USUAL_SORT else [("sort", str(self.sort))]
        keys = self.asked if asked is None else asked
        return urlencode([*self.filters.pairs(), *sort, *(("column", key) for key in keys)], safe=",")

    @property
    def shown(self) -> list[tables.Column]:
        return tables.shown_of(columns.COLUMNS, self.chosen)

    @property
    def order(self) -> str:
        return _("sorted by %(column)s") % {"column": _(columns.BY_KEY[self.sort.key].label)}


def of(desk: Desk, query: QueryDict) -> Listing:
    """The address first, then what the person chose last, then what is usual. A community out of reach: Http404."""
    liked: dict[str, Any] = desk.staff.page_settings.get(PAGE, {})
    asked = [key for key in query.getlist("column") if key in columns.BY_KEY]
    return Listing(
        community=desk.community,
        filters=filters.from_query(query),
        asked=asked,
        chosen=asked or liked.get("columns", []),
        sort=paging.sort_of(query, columns.SORTS, columns.USUAL_SORT),
        size=paging.size_of(query, liked.get("size", paging.DEFAULT_SIZE)),
    )


def table(listing: Listing, desk: Desk, query: QueryDict) -> tables.Table:
    """One page of it, with the number of all."""
    found = queries.people(desk.scope, listing.filters)
    key = columns.SORTS[listing.sort.key]
    place = paging.place_of(query, key.read)
    page = paging.page_of(queries.rows(found), key, listing.sort, place, listing.size)
    return tables.table_of(columns.COLUMNS, page, listing.sort, listing.chosen, total=found.count())


def names(wanted: Filters, desk: Desk) -> sentence.Names:
    """What the filter's ids are called; a place out of reach has no name."""
    places = {community.code: community.name for community in desk.communities}
    stations = communities.stations_in(desk.scope).filter(id=wanted.station) if wanted.station else []
    tags = Tag.objects.filter(id__in=wanted.tag).values_list("name", flat=True) if wanted.tag else []
    return sentence.Names(
        places.get(wanted.community, ""), next((one.name for one in stations), ""), tuple(tags),
        *queries.names_of_beginnings(wanted),
    )  # fmt: skip
