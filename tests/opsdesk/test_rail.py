"""What the rail says is remembered for a moment, and forgotten with every deed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opsdesk.lib.runs.models import Check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembered(settings) -> None:
    settings.RAIL_SECONDS = 20


def waiting_at(client) -> int:
    return client.get(reverse("notifications")).context["frame"].counts["waiting"]


def something_breaks() -> None:
    Check.objects.create(name="net", holds=False, checked_at="2018-05-07T00:00:00Z", detail={})


def test_a_second_page_does_not_ask_every_app_again(as_) -> None:
    client = as_("manager")
    client.get(reverse("notifications"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("notifications"))
    assert not any("runs_check" in one["sql"] for one in asked.captured_queries)


def test_what_happens_elsewhere_shows_after_a_moment_and_after_a_deed_of_ones_own_at_once(as_) -> None:
    client = as_("manager")
    before = waiting_at(client)
    something_breaks()
    assert waiting_at(client) == before
    client.post(reverse("notifications_read"))
    assert waiting_at(client) == before + 1


def test_each_person_and_each_community_has_counts_of_its_own(as_, people) -> None:
    manager, auditor = as_("manager"), as_("auditor")
    waiting_at(manager)
    something_breaks()
    assert waiting_at(auditor) == 1
    there = manager.get(reverse("notifications"), {"community": people.cuiping.code})
    assert there.context["frame"].counts["waiting"] >= 1


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/cases/", "alerts"), ("/lessons/", "alerts"), ("/funnel/", "growth"), ("/spend/", "channels"),
        ("/signups/", "imports"), ("/cohorts/variables/", "cohorts"), ("/notifications/", None),
    ],
)  # fmt: skip
def test_a_page_the_rail_does_not_name_lights_up_the_entry_people_came_by(as_, path: str, entry: str | None) -> None:
    groups = as_("manager").get(path).context["frame"].groups
    lit = [link.url for _group, links in groups for link in links if link.current]
    assert lit == ([reverse(entry)] if entry else [])


def test_nothing_is_kept_where_it_is_switched_off(as_, settings) -> None:
    settings.RAIL_SECONDS = 0
    client = as_("manager")
    before = waiting_at(client)
    something_breaks()
    assert waiting_at(client) == before + 1
