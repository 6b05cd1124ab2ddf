"""The list loses nobody: customers whom no run has counted, or who have no value to sort by, stand at its end."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.urls import reverse

from communities.scoping import Scope
from opsdesk.lib import paging
from opsdesk.lib.paging import Place, Sort
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer
from tests.standings import buyer, stand
from tests.tokens import caller
from users.directory import columns, filters, queries

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope(everywhere=True)
SORTS = [Sort(key, descending) for key in columns.SORTS for descending in (True, False)]


@pytest.fixture
def everybody(people: Cast) -> list[int]:
    """Thirteen with a standing, five of them without a purchase, and eight without a standing."""
    days = [TODAY - dt.timedelta(days=n % 3) for n in range(8)]
    made = [
        buyer(community=people.cuiping, name=f"王{n % 2}", standing={"last_order": day, "net": n % 3, "monetary": None})
        for n, day in enumerate(days)
    ]
    made += [stand(make_customer(community=people.jinling)) for _ in range(5)]
    made += [make_customer(community=people.cuiping if n % 2 else None) for n in range(8)]
    return sorted(customer.pk for customer in made)


def through(sort: Sort, query: str, backwards: bool = False) -> list[int]:
    """Every page of the list from one end to the other, five rows each."""
    found = queries.rows(queries.people(EVERYWHERE, filters.from_query(QueryDict(query))))
    key, seen, cursor = columns.SORTS[sort.key], [], ""
    place: Place | None = Place(None, 0 if sort.descending else paging.BIGGEST, backwards=True) if backwards else None
    while True:
        page = paging.page_of(found, key, sort, place, 5)
        rows = [row.pk for row in page.rows]
        seen = rows + seen if backwards else seen + rows
        cursor = page.before if backwards else page.after
        if not cursor:
            return seen
        place = paging.decode(cursor, key.read, backwards)


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_every_order_shows_everybody_once_page_by_page(everybody: list[int], sort: Sort) -> None:
    seen = through(sort, "")
    assert sorted(seen) == everybody
    assert through(sort, "", backwards=True) == seen


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_a_filter_by_place_or_name_loses_nobody_either(everybody: list[int], sort: Sort) -> None:
    for query in ("community=cuiping", "unassigned=1", "q=王"):
        found = queries.people(EVERYWHERE, filters.from_query(QueryDict(query)))
        assert sorted(through(sort, query)) == sorted(found.values_list("pk", flat=True)) != []


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_the_file_of_the_list_holds_everybody_in_its_order(everybody: list[int], sort: Sort) -> None:
    found = queries.rows(queries.people(EVERYWHERE, filters.from_query(QueryDict(""))))
    ordered = queries.in_order(found, columns.SORTS[sort.key].field, descending=sort.descending)
    assert [row.pk for row in ordered] == through(sort, "")


def test_the_page_and_the_api_count_everybody(everybody: list[int], people: Cast, as_) -> None:
    page = as_("manager").get(reverse("customers"), {"all": "1", "size": "100"})
    assert (page.context["table"].total, len(page.context["table"].rows)) == (21, 21)
    told = caller(people.manager).get("api_customers").json()
    assert (told["total"], [one["id"] for one in told["customers"]]) == (21, everybody)
