"""The boards: every number leads to as many people, and nobody sees beyond their reach."""

import datetime as dt
import re
from copy import deepcopy
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from communities.scoping import Scope
from tests import cast
from tests.cast import Cast
from tests.factories import make_customer, make_order
from users.boards import rfm, segments
from users.boards.places import Sight
from users.directory import filters
from users.directory import queries as directory
from users.lifecycle import queries as lifecycle
from users.rfm.models import RfmCut

AS_OF = dt.date(2018, 5, 7)
EVERYWHERE = Scope(everywhere=True)


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """Customers of both communities and of none, in every class, after a night."""
    people = cast.assemble()
    for community in (people.cuiping, people.jinling, None):
        newcomer = make_customer(community=community)
        make_order(customer=newcomer, at="2018-05-03")
        regular = make_customer(community=community)
        for day in ("2018-04-01", "2018-04-20", "2018-05-01"):
            make_order(customer=regular, at=day, net=5000)
        lapsed = make_customer(community=community)
        make_order(customer=lapsed, at="2018-04-28", net=800)
        gone = make_customer(community=community)
        make_order(customer=gone, at="2018-02-01", net=90000)
        make_customer(community=community, registered_at=dt.datetime(2018, 3, 1, tzinfo=dt.UTC))
    call_command("recompute", "--as-of", AS_OF.isoformat(), stdout=StringIO(), stderr=StringIO())
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def counted(href: str, scope: Scope = EVERYWHERE) -> int:
    return directory.people(scope, filters.from_query(QueryDict(href.partition("?")[2]))).count()


def test_every_tile_and_every_cell_leads_to_as_many_people(city) -> None:
    sight = Sight(AS_OF, lifecycle.monday_before(AS_OF), None, "", True)
    for code, count in lifecycle.totals(AS_OF).items():
        assert counted(sight.people(to=AS_OF, is_=code)) == count.customers
    matrix = lifecycle.transitions(AS_OF)
    for cell in matrix.cells.values():
        words = {"from": sight.before, "was": cell.before or "none", "to": AS_OF, "is": cell.after}
        assert counted(sight.people(**words)) == cell.customers
    assert matrix.cells


def test_every_class_of_the_rfm_board_leads_to_as_many_people(city) -> None:
    sight = Sight(AS_OF, lifecycle.monday_before(AS_OF), [city.cuiping.id], "cuiping", True)
    grid = rfm.boxes(sight)
    assert rfm.scored(grid) == 4
    assert [counted(box.href) for line in grid for box in line] == [b.row.customers for line in grid for b in line]


@pytest.mark.parametrize("page", ["segments", "rfm", "cleaning", "cohorts", "home"])
def test_a_page_opens_in_both_languages_and_takes_a_bounded_number_of_queries(
    page: str, city, as_, django_assert_max_num_queries
) -> None:
    client = as_("manager")
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        with django_assert_max_num_queries(30):
            assert client.get(reverse(page)).status_code == 200


def test_an_analyst_of_one_community_counts_only_its_people(city, as_) -> None:
    html = as_("jinling_analyst").get(reverse("segments")).content.decode()
    assert "翠屏花园" not in html
    assert re.search(r"共 5 人|5 people", html)


def test_a_community_out_of_reach_does_not_exist(city, as_) -> None:
    for page in ("segments", "rfm", "cleaning"):
        assert as_("jinling_analyst").get(reverse(page), {"community": "cuiping"}).status_code == 404
        assert as_("jinling_analyst").get(reverse(page), {"community": "nowhere"}).status_code == 404


@pytest.mark.parametrize("as_of", ["2018-05-06", "yesterday", "2018-13-45"])
def test_a_date_that_was_never_computed_is_not_there(as_of: str, city, as_) -> None:
    assert as_("manager").get(reverse("segments"), {"as_of": as_of}).status_code == 404


def test_new_payers_who_fell_silent_are_chosen_first(city) -> None:
    matrix = lifecycle.transitions(AS_OF)
    assert segments.selected_of(matrix, "", "") in {("new_paying", "silent"), *matrix.cells}
    assert segments.selected_of(matrix, "none", "new_paying") == ("", "new_paying")
    assert segments.selected_of(matrix, "silent", "prospect") != ("silent", "prospect")


@pytest.mark.parametrize(
    ("cuts", "ranges"),
    [
        ([6, 13, 27, 63], ["64+", "28–63", "14–27", "7–13", "≤6"]),
        ([1, 1, 1, 2], ["3+", "2", "–", "–", "≤1"]),
    ],
)
def test_recency_cut_points_read_as_ranges_of_days(cuts: list[int], ranges: list[str]) -> None:
    cut = RfmCut(r=cuts, f=cuts, m=cuts, r_sum=30, f_sum=30, m_sum=30, mean_of=10, customers=10)
    _label, shown, mean = rfm.cut_rows(cut)[0]
    assert (shown, Decimal(mean)) == (ranges, Decimal("3.00"))
