"""The lifecycle map: everybody once, each number a list of as many, shares from finished weeks."""

import datetime as dt
import io
import re
from copy import deepcopy

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from communities.scoping import Scope
from tests import cast
from tests.cast import Cast
from tests.factories import SHANGHAI, make_customer, make_order
from tests.tokens import caller
from users.customers.models import Customer
from users.directory import filters
from users.directory import queries as directory
from users.funnel import journey
from users.lifecycle import queries as lifecycle

EVERYWHERE = Scope(everywhere=True)

WEEKS = [
    {("new_paying", "active"): 3, ("new_paying", "silent"): 5, ("active", "active"): 9, ("active", "silent"): 1},
    {("new_paying", "active"): 1, ("silent", "active"): 2, ("silent", "silent"): 18, ("", "prospect"): 4},
]


def test_ways_are_added_up_over_the_weeks() -> None:
    told = {(way.start, way.end): (way.part, way.whole) for way in journey.moved(WEEKS)}
    assert told == {
        ("second", "active"): (4, 9), ("first", "silent"): (5, 9), ("active", "silent"): (1, 10),
        ("silent", "recalled"): (2, 20),
    }  # fmt: skip
    assert journey.Way("a", "b", 0, 0).rate is None


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    people = cast.assemble()
    registered = dt.datetime(2018, 4, 2, tzinfo=SHANGHAI)
    make_customer(community=people.cuiping, registered_at=registered)
    for days in (["05-04"], ["05-02", "05-05"], ["04-03", "04-10", "05-03"], ["04-03"], ["04-02", "04-24", "05-05"]):
        customer = make_customer(community=people.cuiping, registered_at=registered)
        for day in days:
            make_order(customer=customer, at=f"2018-{day}")
    make_order(customer=make_customer(community=people.jinling), at="2018-05-03")
    call_command("recompute", "--as-of", "2018-05-07", stdout=io.StringIO(), stderr=io.StringIO())
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def test_everybody_stands_in_one_stage_and_each_number_is_a_list(city: Cast, as_) -> None:
    html = as_("manager").get(reverse("lifecycle-map")).content.decode()
    found = re.findall(r'<a (?:class="quiet" )?href="/customers/\?([^"]*)">([\d,]+)</a>', html)
    assert len(found) >= 12
    for address, number in found:
        chosen = filters.from_query(QueryDict(address.replace("&amp;", "&")))
        assert directory.people(EVERYWHERE, chosen).count() == int(number)
    ways = {
        (way["start"], way["end"]): way["part"] for way in caller(city.manager).get("api_lifecycle_map").json()["ways"]
    }
    for way, (part, _whole) in journey.LISTS.items():
        chosen = filters.from_query(QueryDict("&".join(f"{name}={value}" for name, value in part.items())))
        assert directory.people(EVERYWHERE, chosen).count() == ways[way]


def test_the_api_tells_the_same_stages_and_ways(city: Cast) -> None:
    told = caller(city.manager).get("api_lifecycle_map").json()
    apart = ("registered", "first", "second", "active", "silent")
    everybody = Customer.objects.unscoped("tests count everybody").count()
    assert sum(told["customers"][name] for name in apart) == everybody == 7
    assert told["customers"]["first"] == 2
    ways = {(way["start"], way["end"]): way for way in told["ways"]}
    assert list(ways) == list(journey.WAYS)
    weeks = [lifecycle.transitions(week) for week in lifecycle.mondays()]
    silent = ways["first", "silent"]
    assert silent["part"] == sum(week.cell("new_paying", "silent").customers for week in weeks) > 0
    assert 0 <= silent["low"] < silent["rate"] < silent["high"] <= 1


def test_the_map_counts_only_what_is_in_reach(city: Cast) -> None:
    told = caller(city.jinling_analyst).get("api_lifecycle_map").json()
    assert sum(told["customers"].values()) == 1


def test_the_file_has_every_stage(city: Cast, as_) -> None:
    answer = as_("manager").get(reverse("lifecycle_map_csv"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert {line.split(",")[1] for line in lines[1:-1]} == set(journey.NODES)


def test_a_stage_of_the_map_has_an_action_that_can_be_changed(city: Cast, as_) -> None:
    client = as_("manager")
    assert client.post(reverse("funnel_action", args=["lost"]), {"action": "Let them be"}).url == "/lifecycle/"
    assert "Let them be" in client.get(reverse("lifecycle-map")).content.decode()
