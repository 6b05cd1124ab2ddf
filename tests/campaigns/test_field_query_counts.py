"""How many statements each page of field work takes beyond the frame around it, exactly: more of them, or fewer, is
something to look at. Twice as many drives, tasks and visits take no statement more."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.drives.models import Drive
from tests.campaigns import doors, drives_world, field_world
from tests.campaigns.doors import at
from tests.campaigns.field_world import Field
from tests.conftest import TODAY

# The page, its drive, what is asked of it, statements.
PAGES: list[tuple[str, str, dict[str, str], int]] = [
    ("drives", "", {}, 3),
    ("drive", "running", {}, 14),
    ("drive", "draft", {}, 23),
    ("drive-people", "running", {"fate": "control"}, 6),
    ("drive-tasks", "running", {}, 9),
    ("drive-edit", "draft", {}, 10),
    ("drive-new", "", {}, 8),
    ("supervisor", "", {}, 11),
    ("supervisor-tasks", "", {}, 2),
    ("best-hours", "", {}, 8),
    ("channels-compared", "", {}, 8),
    ("channel-people", "", {"side": "held", "what": "over"}, 6),
    ("visits", "", {}, 7),
    ("visit-doors", "", {"what": "visited", "from": "2018-04-27", "to": "2018-05-07"}, 2),
]  # fmt: skip


@pytest.fixture
def field(people) -> Any:
    with time_machine.travel(at(TODAY, "20:00"), tick=False):
        yield field_world.make_field(people)


def statements(client: Client, address: str, query: dict[str, str]) -> int:
    assert client.get(address, query).status_code == 200  # what is kept between requests is there now
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(address, query)
    return len(asked)


def own(client: Client, address: str, query: dict[str, str]) -> int:
    """Beyond those of the frame: the empty search page has no statement of its own."""
    return statements(client, address, query) - statements(client, reverse("search"), {})


@pytest.mark.parametrize(("name", "of", "query", "count"), PAGES, ids=[f"{one[0]} {one[1]}".strip() for one in PAGES])
def test_a_page_takes_exactly_so_many_statements_however_much_there_is(
    name: str, of: str, query: dict[str, str], count: int, field: Field, people, as_
) -> None:
    drives = {"running": field.drive, "draft": drives_world.make_drive(people)}
    address = reverse(name, args=[drives[of].number] if of else [])
    client = as_("manager")
    for hour in (19, 16):
        more(field, people, hour)
        assert own(client, address, query) == count


def more(field: Field, people: Any, hour: int) -> None:
    """Another drive, more doors of the first, an outcome at each: four minutes apart, so that nothing stands out."""
    again: Drive = doors.make_drive(TODAY)
    homes = drives_world.make_doors(people, 6)
    for n, home in enumerate(homes):
        drive = field.drive if n % 2 else again
        task = doors.make_task(drive, home.pk, room=home.room, building=home.building, community_id=people.cuiping.pk,
                               station_id=people.cuiping_station.pk, assignee=people.staff)  # fmt: skip
        doors.make_visit(task, people.staff, at(TODAY, f"{hour}:{n * 4:02}"), "interested")
