"""Customers, segments and RFM over the API are those of the pages: the same people, the same numbers."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.scoping import Scope
from tests import api_world
from tests.api_world import World
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer
from tests.standings import buyer
from tests.tokens import caller
from users.customers.models import Customer, Tag, Tagging
from users.directory import api_words, filters
from users.directory import queries as directory
from users.imports.models import ImportFile, ImportProblem
from users.lifecycle import queries as lifecycle
from users.orders.models import Source
from users.rfm import queries as rfm

ADDRESSES = [
    "", "community=cuiping", "lifecycle=new_paying,active", "rfm=champion,none", "scored=1", "unassigned=1",
    "net_min=20.5", "purchases_min=2", "within=5", "older=5", "paid_from=2018-04-20&paid_to=2018-05-02",
    "to=2018-05-07&is=new_paying",
    "q=2222", "tag=1,2",
]  # fmt: skip


@pytest.fixture
def world(people: Cast) -> World:
    return api_world.assemble(people)


def test_customers_are_those_of_the_page_with_the_same_address(people: Cast, world: World) -> None:
    own = Scope(communities=frozenset({people.jinling.pk}))
    for staff, scope in ((people.manager, Scope(everywhere=True)), (people.jinling_analyst, own)):
        mine = caller(staff)
        for address in ADDRESSES:
            found = directory.people(scope, filters.from_text(address)).order_by("id").values_list("id", flat=True)
            told = mine.client.get(f"/api/customers/?{address}").json()
            assert ([one["id"] for one in told["customers"]], told["total"]) == (list(found), len(found)), address


def test_a_customer_is_told_masked_with_their_standing(people: Cast) -> None:
    customer = buyer(
        community=people.cuiping, station=people.cuiping_station, phone="13612345678", name="欧阳小明", building="6",
    )  # fmt: skip
    Tagging.objects.create(customer=customer, tag=Tag.objects.create(name="肉品用户"))
    told = caller(people.analyst).get("api_customer", customer_id=customer.pk).json()
    assert told | {"registered_at": None} == {
        "id": customer.pk, "phone": "136****5678", "name": "欧阳**", "community": "cuiping", "station": "翠屏站",
        "building": "6", "unit": "", "room": "", "channel": "", "registered_at": None, "lifecycle": "silent",
        "recalled": False, "first_purchase": "2018-03-08", "last_order": "2018-04-17", "purchases": 2, "net": 1000,
        "frequency": 2, "monetary": 1000, "r_score": 1, "f_score": 2, "m_score": 3, "rfm_class": "lost",
        "tags": ["肉品用户"], "counted_as_of": "2018-05-07",
    }  # fmt: skip


def test_a_customer_no_run_has_counted_is_told_with_nothing_made_up(people: Cast) -> None:
    told = caller(people.analyst).get("api_customer", customer_id=make_customer().pk).json()
    unknown = ("community", "station", "lifecycle", "net", "rfm_class", "r_score", "counted_as_of")
    assert [told[name] for name in unknown] == [None] * len(unknown)


def test_pages_of_customers_follow_one_another_without_gap_or_double(people: Cast, world: World) -> None:
    mine, after, seen = caller(people.manager), 0, []
    while after is not None:
        page = mine.get("api_customers", {"after": after, "limit": 2}).json()
        assert (len(page["customers"]) <= 2, page["total"]) == (True, 3)
        seen += [one["id"] for one in page["customers"]]
        after = page["next_after"]
    assert seen == [world.cuiping.pk, world.jinling.pk, world.nobody.pk]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("lifecyle=silent", {"lifecyle"}),  # mistyped: must not answer with everybody
        ("rfm=nosuch&net_min=x", {"rfm", "net_min"}),
        ("limit=0", {"limit"}),
        ("limit=501&after=-1", {"limit", "after"}),
        ("limit=many", {"limit"}),
    ],
)
def test_a_word_that_cannot_be_used_is_refused_by_name(query: str, words: set[str], people: Cast) -> None:
    answer = caller(people.manager).client.get(f"/api/customers/?{query}")
    assert (answer.status_code, answer.json()["code"], set(answer.json()["fields"])) == (400, "invalid", words)


def test_every_filter_word_is_described() -> None:
    assert set(api_words.WORDS) == set(filters.READERS)


@pytest.mark.parametrize("code", ["", "cuiping"])
def test_boards_tell_what_their_pages_count(code: str, people: Cast, world: World) -> None:
    mine, places = caller(people.manager), [people.cuiping.pk] if code else None
    segments = mine.get("api_segments", {"community": code}).json()
    assert segments["customers"] == {name: count.customers for name, count in lifecycle.totals(TODAY, places).items()}
    cells = lifecycle.transitions(TODAY, places=places).cells
    assert {(one["before"], one["after"]): one["customers"] for one in segments["moves"]} == {
        pair: cell.customers for pair, cell in cells.items()
    }
    assert (segments["as_of"], segments["compared_with"]) == ("2018-05-07", "2018-04-30")

    board = mine.get("api_rfm", {"community": code}).json()
    assert [(one["rfm_class"], one["customers"], one["monetary"], one["change"]) for one in board["classes"]] == [
        (one.rfm_class, one.customers, one.monetary, one.change) for one in rfm.board(TODAY, places)
    ]
    assert sum(one["share"] for one in board["classes"]) == pytest.approx(1)
    assert board["cleaning"] == rfm.cleaning(TODAY, places)._asdict()
    assert len(board["cuts"]) == len(rfm.cuts_in_use(TODAY, places))


def test_an_older_date_is_told_as_it_was_then(people: Cast, world: World) -> None:
    day = TODAY - dt.timedelta(days=7)
    told = caller(people.manager).get("api_segments", {"as_of": str(day)}).json()
    assert told["customers"] == {name: count.customers for name, count in lifecycle.totals(day).items()}
    assert told["as_of"] == str(day)


@pytest.mark.parametrize(("as_of", "status"), [("2018-05-08", 404), ("2018-02-30", 400), ("yesterday", 400)])
def test_a_date_nobody_computed_is_not_there_and_no_date_is_refused(
    as_of: str, status: int, people: Cast, world: World
) -> None:
    mine = caller(people.manager)
    assert {mine.get(name, {"as_of": as_of}).status_code for name in ("api_segments", "api_rfm")} == {status}


def test_before_the_first_run_boards_say_that_nothing_was_computed(people: Cast) -> None:
    mine = caller(people.manager)
    assert [mine.get(name).status_code for name in ("api_segments", "api_rfm")] == [404, 404]


def test_cut_points_of_a_community_that_is_gone_break_nothing(people: Cast, world: World) -> None:
    mine = caller(people.manager)
    before = {one["community"] for one in mine.get("api_rfm").json()["cuts"]}
    Customer.objects.unscoped("a test").update(community=None, station=None)
    world.cuiping.orders.update(community_id=None)
    people.cuiping_station.delete()
    people.cuiping.delete()
    assert before - {one["community"] for one in mine.get("api_rfm").json()["cuts"]} == {"cuiping"}


def crowd(people: Cast, size: int) -> dict[str, int]:
    tag = Tag.objects.create(name="tests")
    for _ in range(size):
        Tagging.objects.create(customer=buyer(community=people.cuiping, station=people.cuiping_station), tag=tag)
    return {}


def pile(people: Cast, size: int) -> dict[str, int]:
    source = Source.objects.create(name="tests")
    for _ in range(size):
        ImportFile.objects.create(name="a", sha256="b", source=source, uploaded_by=people.manager)
    return {}


def trouble(people: Cast, size: int) -> dict[str, int]:
    pile(people, 1)
    file = ImportFile.objects.get()
    lines = range(2, 2 + size)
    ImportProblem.objects.bulk_create(
        ImportProblem(file=file, line=line, code="phone_length", refused=True) for line in lines
    )
    return {"file_id": file.pk}


@pytest.mark.parametrize(
    ("name", "grow"), [("api_customers", crowd), ("api_imports", pile), ("api_import_problems", trouble)]
)
def test_a_page_of_a_hundred_rows_asks_the_database_no_more_than_one_of_ten(
    name: str, grow: Callable[[Cast, int], dict[str, int]], people: Cast
) -> None:
    mine, ids, counts = caller(people.manager), grow(people, 110), {}
    mine.get("api_communities")
    for size in (10, 100):
        with CaptureQueriesContext(connection) as asked:
            told = mine.get(name, {"limit": size}, **ids).json()
        counts[len(next(value for value in told.values() if isinstance(value, list)))] = len(asked)
    assert list(counts) == [10, 100]
    assert counts[10] == counts[100] <= 30
