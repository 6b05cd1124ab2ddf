"""Cases over the API: in reach alone, page by page, with a split that adds up."""

import pytest

from campaigns.cases import sampling
from campaigns.cases.models import Case
from tests.campaigns import case_world as world
from tests.campaigns.test_cases_actions import NOON
from tests.tokens import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people) -> Case:
    return world.make_case(people)


def test_cases_are_listed_within_reach_and_filtered(people, case):
    mine = caller(people.analyst, "read:insight")
    [one] = mine.get("api_cases").json()["cases"]
    assert (one["number"], one["community"], one["state"], one["taken_by"]) == (case.number, "cuiping", "open", None)
    for query in ({"state": "closed"}, {"kind": "practice"}, {"community": "jinling"}, {"after": case.pk}):
        assert mine.get("api_cases", query).json() == {"next_after": None, "cases": []}
    assert caller(people.jinling_analyst, "read:insight").get("api_cases").json()["cases"] == []


def test_a_case_tells_its_split_its_steps_and_its_calls(people, case):
    sampling.draw(case, people.operator, NOON)
    told = caller(people.analyst, "read:insight").get("api_case", number=case.number).json()
    assert told["suspects"][0]["name"] == world.LEAF
    assert [one["step"] for one in told["steps"]] == ["path", "acquisition", "goods", "station", "callbacks"]
    assert told["callbacks"] == {"open": 20}
    parts = told["dimensions"]["category"]
    assert sum(one["rate"] + one["mix"] for one in parts) == pytest.approx(told["difference"])
    assert caller(people.jinling_analyst, "read:insight").get("api_case", number=case.number).status_code == 404
