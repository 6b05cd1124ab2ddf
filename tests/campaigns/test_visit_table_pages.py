"""The visit table as people see it: whose visits, which numbers, what is behind them, and its files."""

import csv
import datetime as dt
import io
import re
from html import unescape
from typing import Any

import pytest
import python_calamine
import time_machine
from django.urls import reverse

from campaigns.visits.models import Visit
from communities.models import PolicyChange
from tests.campaigns import field_world
from tests.campaigns.doors import at
from tests.campaigns.field_world import Field
from tests.conftest import TODAY

TOTAL = re.compile(r"<tfoot>(.*?)</tfoot>", re.DOTALL)
LINK = re.compile(r'<td class="num[^"]*"><a href="([^"]*visits/doors/[^"]*what=(\w+)[^"]*)">([\d,]+)</a>')
SIDE = re.compile(r'<a href="([^"]*visits/people/[^"]*)">[\d.]+%</a> <span class="quiet nowrap">(\d+) / (\d+)')
ROWS = re.compile(r"<b>= (\d+) \w+</b>")


@pytest.fixture
def field(people) -> Any:
    with time_machine.travel(at(TODAY, "20:00"), tick=False):
        yield field_world.make_field(people)


def page(client: Any, name: str = "visits", **query: Any) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def numbers(html: str) -> list[str]:
    return re.findall(r"[\d.]+%|\d+", re.sub(r"<span.*?</span>|<a [^>]*>|title=\"[^\"]*\"|class=\"[^\"]*\"", "", html))


def test_the_period_adds_up_with_both_order_rates(field: Field, as_) -> None:
    html = page(as_("manager"))
    cuiping = numbers(TOTAL.findall(html)[0])[:7]
    assert cuiping == ["16", "12", "4", "75.0%", "33.3%", "25.0%", "4"]


@pytest.mark.parametrize("query", [{}, {"community": "jinling"}, {"community": "cuiping", "with": "none"}])
def test_a_number_leads_to_as_many_doors_as_it_counts(query: dict[str, str], field: Field, as_) -> None:
    client = as_("manager")
    found = [link for link in LINK.findall(page(client, **query)) if link[1] != "paid"]
    assert len(found) >= 16
    for href, _what, n in set(found):
        assert ROWS.search(unescape(client.get(href).content.decode()))[1] == n


def test_a_rate_leads_to_as_many_customers_as_it_counts(field: Field, as_) -> None:
    client = as_("manager")
    found = SIDE.findall(page(client))
    assert found
    for href, part, _whole in found:
        assert ROWS.search(unescape(client.get(href).content.decode()))[1] == part


def test_money_of_a_window_that_has_not_ended_is_not_shown_as_nothing(field: Field, as_) -> None:
    """Attribution is 7 days: the first two evenings are over on the tenth day, yesterday's and today's are not."""
    html = page(as_("operator"), community="cuiping", **{"with": "none"})
    assert html.count("未结束，至") + html.count("not over yet, until") == 2
    assert re.search(r"¥40<span|¥40</a><span", html), "2,000 fen of each of the two evenings that are over"


def test_today_is_marked_as_unfinished(field: Field, as_) -> None:
    assert page(as_("manager")).count("截至目前") + page(as_("manager")).count("so far") >= 1


def test_a_comparison_of_few_people_is_not_told(field: Field, people, as_) -> None:
    shy = page(as_("manager"))
    assert shy.count("数据还不够") + shy.count("not enough data yet") == 9
    PolicyChange.objects.create(key="effect_min_people", value=5, by=people.manager)
    told = page(as_("manager"))
    assert told.count("数据还不够") + told.count("not enough data yet") < 9


def test_whoever_leads_a_station_sees_its_visits_alone(field: Field, as_) -> None:
    html = page(as_("lead"))
    assert "翠屏花园" in html
    assert "金陵名苑" not in html
    assert ROWS.search(page(as_("lead"), "visit-doors", what="all", **_days()))[1] == "20"


def test_whoever_reads_one_community_sees_no_other(field: Field, people, as_) -> None:
    client = as_("jinling_analyst")
    assert "翠屏花园" not in page(client)
    assert ROWS.search(page(client, "visit-doors", what="all", **_days()))[1] == "20"
    for name in ("visits", "visit-people", "visits-csv", "visits-xlsx"):
        assert client.get(reverse(name), {"community": "cuiping", "side": "held", "what": "all"}).status_code == 404
    assert client.get(reverse("visit-doors"), {"what": "all", "community": "cuiping", **_days()}).status_code == 404
    station = {"what": "all", "station": people.cuiping_station.pk, **_days()}
    assert client.get(reverse("visit-doors"), station).status_code == 404


def _days() -> dict[str, str]:
    return {"from": field_world.FIRST.isoformat(), "to": TODAY.isoformat()}


def test_the_second_community_out_of_reach_is_left_out(field: Field, as_) -> None:
    assert "翠屏花园" not in page(as_("jinling_analyst"), **{"with": "cuiping"})


def test_a_list_shows_masked_people_alone(field: Field, as_) -> None:
    html = page(as_("manager"), "visit-doors", what="ordered", **_days())
    assert "王**" in html
    assert not re.search(r"1\d{10}", html)
    assert not re.search(r"1\d{10}", page(as_("manager"), "visit-people", side="visited", what="woken"))


@pytest.mark.parametrize(
    "query",
    [{}, {"what": "all"}, {"what": "nothing", "from": "2018-05-01", "to": "2018-05-02"},
     {"what": "all", "from": "2018-05-01", "to": "soon"}, {"what": "paid", "from": "2018-05-01", "to": "2018-05-02"},
     {"what": "all", "from": "2018-05-01", "to": "2018-05-02", "staff": "abc"}],
)  # fmt: skip
def test_a_list_of_nothing_in_particular_is_not_there(query: dict[str, str], field: Field, as_) -> None:
    assert as_("manager").get(reverse("visit-doors"), query).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"from": "x", "to": "y"},
        {"from": "9999-99-99"},
        {"from": "2018-05-01"},
        {"from": "2018-05-07", "to": "2018-05-01"},
        {"from": "1990-01-01", "to": "2018-05-07"},
        {"with": "nowhere"},
    ],
)
def test_an_address_that_cannot_be_read_gives_two_weeks(query: dict[str, str], field: Field, as_) -> None:
    assert as_("manager").get(reverse("visits"), query).status_code == 200


def test_before_the_first_visit_the_page_says_what_is_needed(people, as_) -> None:
    html = page(as_("manager"))
    assert "还没有拜访过任何人" in html or "Nobody has been visited yet" in html
    assert as_("manager").get(reverse("visits-csv")).status_code == 404


def test_the_csv_has_a_row_a_day_and_community_with_every_interval(field: Field, as_) -> None:
    body = b"".join(as_("manager").get(reverse("visits-csv")).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))[:-1]
    assert len(rows) == 8
    first = next(row for row in rows if row["community"] == "翠屏花园")
    assert (first["visited"], first["opened"], first["ordered"], first["not_reached"]) == ("4", "3", "1", "1")
    assert (first["open_rate"], first["ordered_of_opened"], first["ordered_of_visited"]) == (
        "0.7500",
        "0.3333",
        "0.2500",
    )
    assert float(first["open_rate_low"]) < 0.75 < float(first["open_rate_high"])
    assert (first["net_yuan"], first["told_yuan"], first["window_over"]) == ("20.00", "25.00", "1")
    assert {row["net_yuan"] for row in rows if row["window_over"] == "0"} == {""}


def test_the_sheet_has_the_layout_of_the_page(field: Field, as_) -> None:
    body = io.BytesIO(b"".join(as_("manager").get(reverse("visits-xlsx")).streaming_content))
    rows = python_calamine.load_workbook(body).get_sheet_by_index(0).to_python()
    names = [cell for cell in rows[1] if cell]
    assert [one for one in names if one in ("翠屏花园", "金陵名苑")] == ["翠屏花园", "金陵名苑"]
    assert len(rows[2]) == 1 + 3 * 11
    days = {row[0]: row[1:] for row in rows[3:]}
    assert [round(value, 3) for value in days[field_world.FIRST][:6]] == [4, 3, 1, 0.75, 0.333, 0.25]
    assert days[TODAY][8] in ("未结束", "not over yet")
    assert days[TODAY - dt.timedelta(days=3)][0] == "", "nobody went there that day"


def test_a_file_is_for_those_who_may_export(field: Field, as_) -> None:
    assert as_("lead").get(reverse("visits-xlsx")).status_code == 403
    assert as_("lead").get(reverse("visits-csv")).status_code == 403


@pytest.mark.parametrize(
    ("name", "query", "most"),
    [
        ("visits", {}, 20),
        ("visit-doors", {"what": "all", **_days()}, 14),
        ("visit-people", {"side": "held", "what": "all"}, 22),
    ],
)
def test_a_page_takes_as_many_queries_however_much_there_is(
    name: str, query: dict[str, str], most: int, field: Field, as_, django_assert_max_num_queries
) -> None:
    client = as_("manager")
    for _more in range(2):
        with django_assert_max_num_queries(most):
            assert client.get(reverse(name), query).status_code == 200
        _say_more(field)


def _say_more(field: Field) -> None:
    for visit in Visit.objects.all()[:10]:
        task = visit.task
        field_world.doors.make_visit(task, visit.staff, visit.at + dt.timedelta(days=1), "later")
