"""What pages that count say before there is anything to count: a page, never an error; the API says so."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.cast import Cast
from tests.factories import make_customer, make_order
from tests.tokens import caller

BOARDS = ("segments", "rfm", "cleaning")
PAGES = ("dashboard", "growth", "funnel", "lifecycle-map", "channels", "quadrants", "cohorts")
ENDPOINTS = ("api_dashboard", "api_channels", "api_lifecycle_map")


def test_a_page_opens_before_the_first_run_and_the_api_says_that_nothing_is_there(people: Cast, as_) -> None:
    manager, owner = as_("manager"), caller(people.manager)
    assert {page: manager.get(reverse(page)).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    assert {name: owner.get(name).status_code for name in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 404)


def test_a_board_says_the_next_step_before_the_first_run(people: Cast, as_) -> None:
    told = {page: as_("manager").get(reverse(page)).content.decode() for page in BOARDS}
    assert [page for page, html in told.items() if reverse("imports") not in html] == []


@pytest.fixture
def nobody_counted(people: Cast) -> None:
    """A night over one buyer whose registration nobody told."""
    make_order(customer=make_customer(community=people.cuiping), at="2018-04-02")
    call_command("recompute", "--as-of", "2018-05-07", stdout=io.StringIO(), stderr=io.StringIO())


def test_a_funnel_without_registrations_draws_none(nobody_counted: None, as_) -> None:
    answer = as_("manager").get(reverse("funnel"))
    assert answer.status_code == 200
    assert b'class="data still funnel"' not in answer.content


def test_an_empty_list_says_when_an_alert_would_come(people: Cast, as_) -> None:
    html = as_("manager").get(reverse("alerts"), headers={"Accept-Language": "en"}).content.decode()
    assert "from 20 people and 10 points of difference on" in html
