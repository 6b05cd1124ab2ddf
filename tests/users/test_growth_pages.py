"""The growth board: its sums, its people, its file, its API, its line of the export command."""

import csv
import datetime as dt
import io
import re
from copy import deepcopy
from html import unescape
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.scoping import Scope
from opsdesk.lib import revisions
from tests import cast
from tests.cast import Cast
from tests.factories import make_customer, make_order
from tests.tokens import caller
from users.directory import filters
from users.directory import queries as directory

AS_OF = dt.date(2018, 5, 7)
EVERYWHERE = Scope(everywhere=True)
MONDAYS = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(5)]
LINKED = re.compile(r'<a href="([^"]*flow=[^"]*)">([^<]*)</a>')


def recompute(as_of: dt.date = AS_OF) -> None:
    call_command("recompute", "--as-of", str(as_of), stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """Every week six begin, two in each community and two outside; some stay, some skip weeks, some never return."""
    people = cast.assemble()
    for week, monday in enumerate(MONDAYS):
        for n in range(6):
            customer = make_customer(community=(people.cuiping, people.jinling, None)[n % 3])
            for later in range(5 - week):
                if later == 0 or n < 2 or (n == 3 and later != 1):
                    make_order(customer=customer, at=f"{monday + dt.timedelta(weeks=later, days=n)}")
    recompute()
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def people_of(href: str) -> int:
    asked = filters.from_query(QueryDict(unescape(href).split("?", 1)[1]))
    assert asked.unread == ()
    return directory.people(EVERYWHERE, asked).count()


def number(text: str) -> int:
    return int(re.sub(r"[^0-9]", "", text))


@pytest.mark.parametrize("query", ["", "?community=cuiping", "?weeks=all", "?as_of=2018-05-07"])
def test_every_flow_on_the_page_leads_to_as_many_people(query: str, city: Cast, as_: Any) -> None:
    html = as_("manager").get(reverse("growth") + query).content.decode()
    links = LINKED.findall(html)
    assert len(links) > 15
    for href, shown in links:
        assert people_of(href) == number(shown), href


def test_who_ever_paid_is_a_list_as_long_as_the_number(city: Cast, as_: Any) -> None:
    html = as_("manager").get(reverse("growth")).content.decode()
    links = re.findall(r'<a href="([^"]*purchases_min=1[^"]*)">([^<]*)</a>', html)
    assert [number(shown) for _href, shown in links] == [10, 10, 10]
    assert [people_of(href) for href, _shown in links] == [10, 10, 10]


def test_the_weeks_are_sums_and_the_communities_add_up_to_them(city: Cast) -> None:
    told = caller(city.manager).get("api_growth").json()
    apart = caller(city.manager).get("api_growth", {"breakdown": "community"}).json()["weeks"]
    before = 0
    for row in told["weeks"]:
        joined = row["new"] + row["recalled"]
        assert row["active"] == before + joined - row["lost"] == joined + row["retained"]
        before = row["active"]
        for name in ("new", "recalled", "lost", "active", "retained"):
            assert sum(one[name] for one in apart if one["week"] == row["week"]) == row[name]
    assert [row["new"] for row in told["weeks"]] == [6] * 5
    assert [row["recalled"] for row in told["weeks"]] == [0, 0, 1, 1, 1]


def test_a_week_that_is_not_over_is_hatched_without_numbers(city: Cast, as_: Any) -> None:
    make_order(customer=make_customer(community=city.cuiping), at="2018-05-08")
    recompute(dt.date(2018, 5, 9))
    html = as_("manager").get(reverse("growth")).content.decode()
    assert 'class="not-over"' in html
    row = html[html.index('<th scope="row">2018-05-07</th>') :].split("</tr>")[0]
    assert "hatched" in row
    assert not re.search(r"\d", row.split("</th>")[1].replace('colspan="7"', ""))
    weeks = caller(city.manager).get("api_growth").json()["weeks"]
    assert [one["week"] for one in weeks] == [str(monday) for monday in MONDAYS]


def test_the_pool_is_promised_only_below_where_it_levels_off(city: Cast, as_: Any) -> None:
    told = caller(city.manager).get("api_growth", {"target": "9999"}).json()["outlook"]
    assert told["target"] == 9999
    assert told["ceiling"] < 9999
    assert told["reached_in_weeks"] is None
    english = as_("manager").get(reverse("growth"), {"target": "5"}, headers={"Accept-Language": "en"})
    assert "5 is reached." in english.content.decode()


@pytest.mark.parametrize("target", ["", "abc", "-3", "0", "9" * 40, "٣", "1e9"])
def test_a_target_that_cannot_be_read_is_as_if_not_said(target: str, city: Cast, as_: Any) -> None:
    answer = as_("manager").get(reverse("growth"), {"target": target})
    assert answer.status_code == 200
    assert answer.context["board"].ask.target is None


def test_one_communitys_analyst_sees_its_flows_and_no_others(city: Cast, as_: Any) -> None:
    html = as_("jinling_analyst").get(reverse("growth")).content.decode()
    assert "翠屏花园" not in html
    assert as_("jinling_analyst").get(reverse("growth"), {"community": "cuiping"}).status_code == 404
    told = caller(city.jinling_analyst).get("api_growth").json()["weeks"]
    mine = caller(city.manager).get("api_growth", {"community": "jinling"}).json()["weeks"]
    assert told == mine
    assert told[0]["new"] == 2


def test_a_community_that_opened_is_listed(city: Cast, as_: Any) -> None:
    city.jinling.opened_on = MONDAYS[1]
    city.jinling.save()
    rows = as_("manager").get(reverse("growth")).context["new_places"]
    assert [row["place"].name for row in rows] == ["金陵名苑"]


def test_penetration_is_payers_over_households_and_nothing_without_them(city: Cast, as_: Any) -> None:
    context = as_("manager").get(reverse("growth")).context
    assert [row["penetration"] for row in context["levers"]] == [10 / 1800, 10 / 1500, None]
    assert context["together"]["penetration"] == 20 / 3300
    assert context["together"]["payers"] == 30


def test_the_page_asks_a_handful_of_queries_however_many_weeks(city: Cast, as_: Any) -> None:
    client = as_("manager")
    client.get(reverse("growth"))
    counts = []
    for weeks in ("8", "all"):
        revisions.forget()
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("growth"), {"weeks": weeks})
        counts.append(len(asked))
        assert not any('"users_order"' in one["sql"] or "users_order " in one["sql"] for one in asked)
    assert counts[0] == counts[1]
    assert counts[0] <= 20


# -- Files -----------------------------------------------------------------------------------------------------------


def exported(*words: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("export", "growth", "--as-of", str(AS_OF), *words, stdout=out, stderr=io.StringIO())
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_the_command_writes_what_the_api_tells(city: Cast) -> None:
    told = caller(city.manager).get("api_growth").json()["weeks"]
    rows = exported()
    assert [(row["week"], int(row["active"]), int(row["lost"])) for row in rows] == [
        (one["week"], one["active"], one["lost"]) for one in told
    ]
    apart = exported("--breakdown", "community")
    assert {row["community"] for row in apart} == {"翠屏花园", "金陵名苑", ""}
    assert sum(int(row["new"]) for row in apart) == sum(int(row["new"]) for row in rows) == 30


def test_growth_has_no_other_grain(city: Cast) -> None:
    with pytest.raises(CommandError, match="by week"):
        exported("--grain", "month")


def test_the_file_of_the_page_has_a_line_a_week_and_community(city: Cast, as_: Any) -> None:
    answer = as_("manager").get(reverse("growth_csv"), {"breakdown": "community"})
    text = (
        b"".join(answer.streaming_content).decode("utf-8-sig")
        if answer.streaming
        else answer.content.decode("utf-8-sig")
    )
    rows = [line for line in csv.reader(io.StringIO(text)) if line and not line[0].startswith("#")]
    assert rows[0] == [
        "week", "active_before", "new", "recalled", "lost", "active", "retained", "quick_ratio", "community",
    ]  # fmt: skip
    assert len([row for row in rows if row[0] == str(MONDAYS[0])]) == 3
