"""The channel board: what came by each channel, what it cost, and lists as long as its numbers."""

import csv
import datetime as dt
import io
from copy import deepcopy

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.scoping import Scope
from tests import cast
from tests.cast import Cast
from tests.factories import SHANGHAI, make_customer, make_order
from tests.tokens import caller
from users.acquisition import spend_actions as spend
from users.directory import filters
from users.directory import queries as directory

AS_OF = dt.date(2018, 5, 7)
EVERYWHERE = Scope(everywhere=True)
MONDAYS = [dt.date(2018, 4, 9) + dt.timedelta(weeks=n) for n in range(4)]
CHANNELS = ["地推", "老带新", ""]


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """Four weekly cohorts of two a channel and community; of 地推 one of two comes back a week later."""
    people = cast.assemble()
    for monday in MONDAYS:
        for n, channel in enumerate(CHANNELS):
            for place in (people.cuiping, people.jinling):
                for one in range(2):
                    came = dt.datetime.combine(monday + dt.timedelta(days=n), dt.time(9), SHANGHAI)
                    registered = came if one else None
                    customer = make_customer(community=place, channel=channel, registered_at=registered)
                    make_order(
                        customer=customer,
                        at=f"{monday + dt.timedelta(days=3 * n)}",
                        net=1000,
                        category="叶菜" if n else "海鲜",
                    )
                    back = monday + dt.timedelta(days=7)
                    if channel == "地推" and not one and back < AS_OF:
                        make_order(customer=customer, at=f"{back}", net=500)
    call_command("recompute", "--as-of", str(AS_OF), stdout=io.StringIO(), stderr=io.StringIO())
    for monday in MONDAYS[2:]:
        spend.tell(monday, "地推", people.cuiping.id, 4000, people.manager)
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def board(client, **query: str):
    answer = client.get(reverse("channels"), query)
    assert answer.status_code == 200
    return answer.context


def test_a_channel_shows_its_new_payers_their_price_and_who_came_back(city, as_) -> None:
    shown = {row.unit.key: row for row in board(as_("manager"))["rows"]}
    row = shown["地推"]
    assert (row.unit.customers, row.unit.fen, row.unit.paid_for, row.cost) == (16, 8000, 8, "¥10.0")
    assert (row.week_1.text, row.week_1.between, row.week_1.n, row.week_1.few) == ("50.0%", "25–75%", 12, True)
    assert (row.value, row.value_n) == ("¥12.5", 4)
    assert (row.week_4.n, shown["老带新"].week_1.text, shown[""].cost) == (0, "0.0%", "–")


def test_all_channels_are_the_sum_and_categories_hold_the_same_people(city, as_) -> None:
    told = board(as_("manager"))
    assert told["whole"].unit.customers == 48 == sum(row.unit.customers for row in told["rows"])
    assert {row.unit.name: row.unit.customers for row in told["categories"]} == {"叶菜": 32, "海鲜": 16}
    assert [(one["name"], len(one["rows"])) for one in told["communities"]] == [("翠屏花园", 3), ("金陵名苑", 3)]
    assert told["communities"][0]["rows"][0].cost == "¥20.0"


@pytest.mark.parametrize("query", [{}, {"community": "jinling"}])
def test_every_number_leads_to_as_many_people(query: dict[str, str], city, as_) -> None:
    told = board(as_("manager"), **query)
    rows = [
        *told["rows"],
        told["whole"],
        *told["categories"],
        *(row for one in told["communities"] for row in one["rows"]),
    ]
    asked = [(row.href, row.unit.customers) for row in rows]
    asked += [(row.week_1.href, row.unit.retention(1).part) for row in rows if row.week_1.href]
    asked += [(row.registered_href, row.unit.registered.customers) for row in rows if row.registered_href]
    asked += [(row.activation.href, row.unit.activation.part) for row in rows if row.activation.href]
    assert len(asked) > len(rows) + 8
    for href, n in asked:
        found = filters.from_query(QueryDict(href.split("?", 1)[1]))
        assert found.unread == ()
        assert directory.people(EVERYWHERE, found).count() == n


@pytest.mark.parametrize(("as_of", "known"), [("2018-05-07", (8, 6, 6)), ("2018-04-30", (6, 4, 4))])
def test_as_of_a_past_date_only_windows_that_were_over_then_are_counted(as_of: str, known, city, as_) -> None:
    row = {one.unit.key: one for one in board(as_("manager"), as_of=as_of)["rows"]}["老带新"]
    told = row.unit.registered
    assert (told.customers, told.whole, told.activated) == known


def test_whoever_reads_one_community_counts_only_its_people_and_its_spend(city) -> None:
    told = caller(city.jinling_analyst, "read:insight").get("api_channels").json()
    assert {one["name"]: (one["new_payers"], one["spend"]) for one in told["channels"]}["地推"] == (8, None)
    whole = caller(city.manager, "read:insight").get("api_channels").json()
    first = whole["channels"][0]
    assert (first["name"], first["new_payers"], first["spend"], first["cost_per_new"]) == ("地推", 16, 8000, 1000)
    assert (first["week_1"]["part"], first["week_1"]["whole"]) == (6, 12)
    assert first["week_1"]["low"] < 0.5 < first["week_1"]["high"]


def test_the_file_holds_channels_categories_and_communities(city, as_) -> None:
    answer = as_("manager").get(reverse("channels_csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[:-1]
    assert [row["new_payers"] for row in rows if row["view"] == "first_category"] == ["32", "16"]
    assert len([row for row in rows if row["community"] == "cuiping"]) == 3
    told = caller(city.manager, "read:insight").get("api_channels").json()
    same = ("new_payers", "registered", "activated", "activation_n", "week_1_back", "week_1_n", "week_4_n")
    assert [[row[name] for name in same] for row in rows if not row["community"]] == [
        [f"{n}" for n in (
            one["new_payers"], one["registered"], one["activation"]["part"], one["activation"]["whole"],
            one["week_1"]["part"], one["week_1"]["whole"], one["week_4"]["whole"],
        )]
        for one in [*told["channels"], *told["first_categories"]]
    ]  # fmt: skip


def test_the_lines_have_a_table_and_more_weeks_ask_no_more(city, as_) -> None:
    manager, asked = as_("manager"), []
    lines = board(manager, **{"as": "table"})["table"]
    assert len(lines) == 9
    for name in ("part", "whole"):
        found = filters.from_query(QueryDict(lines[0][name].split("?", 1)[1]))
        assert directory.people(EVERYWHERE, found).count() == getattr(lines[0]["rate"], name) > 0
    for weeks in ("8", "26"):
        with CaptureQueriesContext(connection) as found:
            board(manager, weeks=weeks)
        asked.append(len(found))
    assert asked[0] == asked[1] <= 30
