"""Best channel and hour as people see it: whose knocks, what stands behind them, what is believed without any."""

import csv
import datetime as dt
import io
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from campaigns.chances import hour_queries, queries, rules
from campaigns.drives.rules import DRIVE_CHANNELS
from campaigns.visits.models import Visit
from communities.scoping import Scope
from tests.campaigns import doors, field_world
from tests.campaigns.doors import at
from tests.campaigns.field_world import Field
from tests.conftest import TODAY
from tests.tokens import caller

CELL = re.compile(
    r'<td class="num h ([^"]*)" title="([^"]*)">(?:<a href="([^"]*)">)?(\d+)%<span class="n">(\d+)</span>'
)
BUILDING = re.compile(r'<a href="([^"]*building=[^"]*)">(\d+)</a>')
ROWS = re.compile(r"<b>= (\d+)(?: \w+)?</b>")
EVERYWHERE = Scope(everywhere=True)


@pytest.fixture
def field(people) -> Any:
    with time_machine.travel(at(TODAY, "20:00"), tick=False):
        yield field_world.make_field(people)


def page(client: Any, **query: Any) -> str:
    answer = client.get(reverse("best-hours"), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_every_knock_is_in_a_cell_and_each_cell_leads_to_as_many(field: Field, as_) -> None:
    """Four outcomes of each five are knocks, on four evenings at two stations."""
    client = as_("manager")
    told = [(href, n) for _css, _title, href, _rate, n in CELL.findall(page(client)) if n != "0"]
    assert sum(int(n) for _href, n in told) == 32
    for href, n in told:
        assert ROWS.search(unescape(client.get(href).content.decode()))[1] == n


def test_a_building_leads_to_as_many_knocks_as_it_counts(field: Field, as_) -> None:
    client = as_("manager")
    found = BUILDING.findall(page(client))
    assert [n for _href, n in found] == ["16", "16"]
    for href, n in found:
        assert ROWS.search(unescape(client.get(href).content.decode()))[1] == n


def test_a_cell_without_knocks_is_told_as_believed_and_leads_nowhere(field: Field, as_) -> None:
    cells = CELL.findall(page(as_("manager")))
    assert len(cells) == 7 * 14
    css, title, href, rate, n = cells[0]
    assert (css, href, rate, n) == ("believed", "", "45", "0")
    assert "还没有人敲过门" in title


def test_few_knocks_are_marked(field: Field, as_) -> None:
    assert all("few" in css for css, _title, _href, _rate, n in CELL.findall(page(as_("manager"))) if 0 < int(n) < 20)


@pytest.mark.parametrize(
    ("person", "query", "knocks"),
    [("jinling_analyst", {}, 16), ("lead", {}, 16), ("manager", {"community": "cuiping"}, 16)],
)
def test_only_knocks_in_reach_are_counted(person: str, query: dict[str, str], knocks: int, field: Field, as_) -> None:
    html = page(as_(person), **query)
    assert sum(int(cell[4]) for cell in CELL.findall(html)) == knocks
    assert len(BUILDING.findall(html)) == 1


def test_a_community_out_of_reach_does_not_exist(field: Field, as_) -> None:
    assert as_("jinling_analyst").get(reverse("best-hours"), {"community": "cuiping"}).status_code == 404


def test_the_table_twin_has_a_line_for_each_hour_at_which_anybody_knocked(field: Field, as_) -> None:
    html = page(as_("manager"), **{"as": "table"})
    assert CELL.findall(html) == []
    assert len(re.findall(r"<td class=\"num\">18–19</td>", html)) == 4


def test_the_files_carry_every_number_of_the_page(field: Field, as_) -> None:
    client = as_("manager")
    hours, buildings = (
        list(csv.DictReader(io.StringIO(_body(client.get(reverse("best-hours-csv"), query)))))
        for query in ({}, {"of": "buildings"})
    )
    assert sum(int(row["visits"]) for row in hours if row["hour"]) == 32
    assert [(row["building"], row["visits"], row["workday_hour"]) for row in buildings[:2]] == [("3", "16", "18")] * 2


def _body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_file_of_channels_has_a_row_each(field: Field, as_) -> None:
    rows = list(csv.DictReader(io.StringIO(_body(as_("manager").get(reverse("best-hours-csv"), {"of": "channels"})))))
    assert len([row for row in rows if row["cost_yuan"]]) == len(DRIVE_CHANNELS)


def test_the_api_tells_the_numbers_of_the_page_and_of_what_is_in_reach(field: Field, people, as_) -> None:
    told = caller(people.manager).get("api_hours").json()
    shown = [(int(rate), int(n)) for _css, _title, _href, rate, n in CELL.findall(page(as_("manager")))]
    assert [(round(one["expected"] * 100), one["visits"]) for one in told["hours"]] == shown
    assert [(one["building"], one["visits"], len(one["best"])) for one in told["buildings"]] == [("3", 16, 2)] * 2
    assert [one["channel"] for one in told["channels"]] == list(DRIVE_CHANNELS)
    mine = caller(people.jinling_analyst)
    assert sum(one["visits"] for one in mine.get("api_hours").json()["hours"]) == 16
    assert mine.get("api_hours", {"community": "cuiping"}).status_code == 404


def test_without_any_visit_the_page_says_what_is_believed(people, as_) -> None:
    html = page(as_("manager"))
    assert len(CELL.findall(html)) == 7 * 14
    assert "（工作日 7–9 点、17–20 点）45%" in html
    assert "还没有哪栋楼拜访得够多" in html


# -- What is expected ------------------------------------------------------------------------------------------------


def _knocks(task: Any, staff: Any, day: dt.date, clock: str, many: int, opened: int, building: str = "3") -> None:
    for n in range(many):
        moment = at(day, clock) + dt.timedelta(minutes=n % 50)
        outcome = "not_ordered" if n < opened else "no_answer"
        doors.make_visit(task, staff, moment, outcome, building=building)


@pytest.fixture
def task(people) -> Any:
    drive = doors.make_drive(TODAY)
    where = {"community_id": people.cuiping.pk, "station_id": people.cuiping_station.pk}
    return doors.make_task(drive, people.staff.pk, **where)


def test_a_weekday_is_told_apart_from_other_working_days_once_enough_knocked(task: Any, people) -> None:
    """Mondays at two nobody is in, Tuesdays everybody."""
    _knocks(task, people.staff, TODAY - dt.timedelta(days=7), "14:00", 60, 0)
    _knocks(task, people.staff, TODAY - dt.timedelta(days=6), "14:00", 60, 60)
    found = hour_queries.by_weekday(EVERYWHERE, TODAY)
    monday, tuesday, sunday = found[1, 14], found[2, 14], found[7, 14]
    assert (monday.visits, monday.opened, tuesday.opened, sunday.visits) == (60, 0, 60, 0)
    assert monday.chance.p < 0.15 < 0.85 < tuesday.chance.p
    assert sunday.chance.p == pytest.approx(rules.WEEKEND)


def test_the_company_wide_hours_agree_with_those_that_phones_use(task: Any, people) -> None:
    """Of a building on its weekday, read in both ways."""
    _knocks(task, people.staff, TODAY - dt.timedelta(days=7), "18:00", 30, 21)
    _knocks(task, people.staff, TODAY - dt.timedelta(days=6), "18:00", 30, 16, building="5")
    best = {one.name: one.best["workday"] for one in hour_queries.by_building(EVERYWHERE, TODAY)}
    later = TODAY + dt.timedelta(days=2)  # a Wednesday: no knock tells it apart from other working days
    likely = queries.likely_at({(people.cuiping.pk, "3"), (people.cuiping.pk, "5")}, at(later, "18:10"))
    assert {name: one.hour for name, one in best.items()} == {"3": 18, "5": 18}
    for name, one in best.items():
        assert one.chance.p == pytest.approx(likely[people.cuiping.pk, name].p, abs=0.002)
    assert best["3"].chance.p > best["5"].chance.p


def test_a_building_with_few_knocks_is_left_to_its_community(task: Any, people) -> None:
    _knocks(task, people.staff, TODAY, "18:00", hour_queries.LEAST_AT_BUILDING - 1, 3)
    assert hour_queries.by_building(EVERYWHERE, TODAY) == []


def test_most_visited_buildings_come_first_and_only_so_many(task: Any, people) -> None:
    for building, many in (("1", 14), ("2", 20), ("4", 16)):
        _knocks(task, people.staff, TODAY, "18:00", many, 3, building=building)
    assert [one.name for one in hour_queries.by_building(EVERYWHERE, TODAY, most=2)] == ["2", "4"]
    assert Visit.objects.count() == 50
