"""The supervisor board, its buildings, and what the Today page says of the stations."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from campaigns.boards.supervisor import progress
from campaigns.drives.models import Drive
from campaigns.visits.models import RefusedEvent
from communities.scoping import Scope
from tests.campaigns import doors, field_world
from tests.campaigns.doors import at
from tests.campaigns.field_world import Field
from tests.conftest import TODAY

PERSON = re.compile(r'<td class="person">([^<]+).*?</td>(.*?)</tr>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*(?:visits/doors|supervisor/tasks)/[^"]*)">([\d,]+)</a>')
ROWS = re.compile(r"<b>= (\d+)(?: \w+)?</b>")


@pytest.fixture
def field(people) -> Any:
    with time_machine.travel(at(TODAY, "18:40"), tick=False):
        yield field_world.make_field(people)


def page(client: Any, name: str = "supervisor", *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def people_of(html: str) -> dict[str, list[str]]:
    return {
        name.strip(): [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td class=\"num\".*?</td>", cells)]
        for name, cells in PERSON.findall(html)
    }


def test_each_person_has_what_they_did_and_what_is_left(field: Field, as_) -> None:
    """Twelve of each one's doors ended with somebody who opened; the others are still to do."""
    found = people_of(page(as_("manager")))
    assert found["staff"] == ["12", "4", "3", "1", "75.0%", "1", "0", "10.3", "18:24"]
    assert set(found) == {"staff", "other_staff"}


def test_a_number_leads_to_as_many_outcomes_as_it_counts(field: Field, as_) -> None:
    client = as_("manager")
    found = LINK.findall(page(client))
    assert len(found) == 20
    for href, n in found:
        assert ROWS.search(unescape(client.get(href).content.decode()))[1] == n


def test_a_day_before_has_what_was_done_and_nothing_to_do(field: Field, as_) -> None:
    html = page(as_("manager"), day=field_world.FIRST.isoformat())
    assert people_of(html)["staff"][0] == "4"
    assert "every 10s" not in html


@pytest.mark.parametrize("day", ["2099-01-01", "tomorrow", ""])
def test_no_day_is_later_than_today(day: str, field: Field, as_) -> None:
    assert "every 10s" in page(as_("manager"), day=day)


def test_the_live_part_asks_for_itself_again(field: Field, as_) -> None:
    html = page(as_("manager"), "supervisor-rows")
    assert "<html" not in html
    assert f'hx-get="{reverse("supervisor-rows")}?day={TODAY}"' in html


def test_whoever_leads_a_station_sees_their_people_alone(field: Field, as_) -> None:
    assert set(people_of(page(as_("lead")))) == {"staff"}
    assert "金陵站" not in page(as_("lead"))


def test_whoever_reads_one_community_sees_no_other(field: Field, as_) -> None:
    client = as_("jinling_analyst")
    assert set(people_of(page(client))) == {"other_staff"}
    assert client.get(reverse("supervisor"), {"community": "cuiping"}).status_code == 404


def test_station_staff_have_no_board(field: Field, as_) -> None:
    assert as_("staff").get(reverse("supervisor")).status_code == 403


def test_exceptions_show_their_evidence_and_lead_to_it(field: Field, people, as_) -> None:
    task = field.tasks["cuiping"][22]
    moment = at(TODAY, "18:24:05")
    doors.make_visit(task, people.staff, moment, "no_answer")
    html = page(as_("lead"))
    assert "3-1-504 18:24:00, 3-1-603 18:24:05" in html
    assert re.search(rf'staff={people.staff.pk}&what=all">', html)


def test_refused_events_are_told_of_where_they_happened(field: Field, people, as_) -> None:
    RefusedEvent.objects.create(
        uuid="x", staff=people.staff, station_id=people.cuiping_station.pk, community_id=people.cuiping.pk,
        reason="changed", digest="d",
    )  # fmt: skip
    assert re.search("1 outcome could|1 条上报未能", page(as_("lead")))
    assert not re.search("outcome could|条上报未能", page(as_("jinling_analyst")))


def test_silence_with_doors_left_shows(field: Field, as_) -> None:
    with time_machine.travel(at(TODAY, "19:30"), tick=False):
        html = page(as_("lead"))
    assert "nothing heard since 18:24" in html or "18:24 之后没有上报" in html


def test_nobody_out_says_what_is_needed(people, as_) -> None:
    html = page(as_("manager"))
    assert "Nobody has a list today" in html or "今天没有人有名单" in html


def test_a_building_stands_as_it_is(field: Field, people, as_) -> None:
    html = page(as_("lead"), "supervisor-building", people.cuiping_station.pk, "3")
    states = re.findall(r'<td class="cell (\w+)">', html)
    assert len(states) == 24
    assert states.count("ordered") == 4
    assert html.index("6F") < html.index("1F")


def test_a_building_out_of_reach_does_not_exist(field: Field, people, as_) -> None:
    for who, station, building in (
        ("lead", people.jinling_station, "3"),
        ("jinling_analyst", people.cuiping_station, "3"),
        ("lead", people.cuiping_station, "99"),
    ):
        address = reverse("supervisor-building", args=(station.pk, building))
        assert as_(who).get(address).status_code == 404


@pytest.mark.parametrize("query", [{"station": "x"}, {"staff": "99999"}, {"station": "jinling"}, {"staff": "apart"}])
def test_tasks_of_nobody_known_are_not_there(query: dict[str, str], field: Field, people, as_) -> None:
    real = {"jinling": people.jinling_station.pk, "apart": people.other_staff.pk}
    said = {name: str(real.get(value, value)) for name, value in query.items()}
    assert as_("lead").get(reverse("supervisor-tasks"), said).status_code == 404
    days = {"what": "all", "from": str(field_world.FIRST), "to": str(TODAY)}
    assert as_("lead").get(reverse("visit-doors"), said | days).status_code == 404


def test_the_live_part_takes_exactly_so_many_queries_however_many_are_out(
    field: Field, people, as_, django_assert_num_queries
) -> None:
    """The whole board, and the list of what is to do: tests/campaigns/test_field_query_counts.py."""
    client = as_("manager")
    page(client, "supervisor-rows")
    for more in (people.manager2, people.operator):
        with django_assert_num_queries(14):
            page(client, "supervisor-rows")
        doors.make_visit(field.tasks["jinling"][21], more, at(TODAY, "18:30"), "later")


# -- The Today page ------------------------------------------------------------------------------------------------


def test_a_station_has_its_progress_and_its_week(field: Field, people) -> None:
    """TODAY is a Monday: only this evening's five doors are of this week."""
    rows = progress.stations(Scope(everywhere=True), TODAY, None)
    assert [(row.name, row.tasks, row.today, row.visited, row.opened, row.ordered) for row in rows] == [
        ("翠屏站", 24, 4, 4, 3, 1), ("金陵站", 24, 4, 4, 3, 1),
    ]  # fmt: skip
    assert (rows[0].done, rows[0].amount) == (12, 2500)
    both = progress.together(rows)
    assert (both.tasks, both.visited, both.open_rate.at) == (48, 8, 0.75)
    assert names(Scope(stations=frozenset({people.cuiping_station.pk}))) == ["翠屏站"]
    assert names(Scope(everywhere=True), people.jinling) == ["金陵站"]


def names(scope: Scope, community: Any = None) -> list[str]:
    return [row.name for row in progress.stations(scope, TODAY, community)]


def test_no_station_shows_when_no_drive_runs(field: Field) -> None:
    Drive.objects.update(state="ended")
    assert progress.stations(Scope(everywhere=True), TODAY, None) == []


def test_few_doors_opening_are_pointed_at_when_it_is_more_than_chance() -> None:
    total = progress.Station("", None, 200, 0, 0, 200, 90, 0, 0)
    low = progress.Station("a", 1, 50, 0, 0, 40, 8, 0, 0)
    few = progress.Station("b", 2, 50, 0, 0, 5, 0, 0, 0)
    usual = progress.Station("c", 3, 50, 0, 0, 40, 16, 0, 0)
    assert [one.is_low(total) for one in (low, few, usual)] == [True, False, False]


def test_the_today_page_says_how_far_the_stations_are(field: Field, as_) -> None:
    html = page(as_("lead"), "home")
    assert "翠屏站" in html
    assert "金陵站" not in html
    assert "12 / 24" in html


def test_the_progress_of_all_stations_is_one_query(field: Field, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        progress.stations(Scope(everywhere=True), TODAY, None)


def test_a_door_of_an_earlier_week_is_not_of_this_one(field: Field) -> None:
    [row, _other] = progress.stations(Scope(everywhere=True), TODAY + dt.timedelta(days=1), None)
    assert (row.today, row.visited) == (0, 4)
