"""The dashboard as people meet it: what leads where, what is not over, who sees what, how much is read for it."""

import csv
import datetime as dt
import io
import re
from copy import deepcopy
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.models import ServiceStation
from communities.scoping import Scope
from opsdesk.lib import revisions
from tests import cast
from tests.cast import Cast
from tests.factories import make_customer, make_order
from tests.tokens import caller
from users.customers.models import Customer
from users.directory import filters
from users.directory import queries as directory
from users.purchases import actions as purchases

AS_OF = dt.date(2018, 5, 7)
EVERYWHERE = Scope(everywhere=True)
MONDAYS = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(5)]
LINK = re.compile(r'href="(/customers/\?[^"]*)"[^>]*>\s*([0-9][^<]*)<')


def recompute(as_of: dt.date) -> None:
    call_command("recompute", "--as-of", str(as_of), stdout=io.StringIO(), stderr=io.StringIO())


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """Five weeks, six new payers in each; half of them come back week after week, some skip weeks and wake."""
    people = cast.assemble()
    for week, monday in enumerate(MONDAYS):
        for n in range(6):
            customer = make_customer(community=(people.cuiping, people.jinling, None)[n % 3])
            for later in range(5 - week):
                if later == 0 or n < 3 or (n == 3 and later == 3):
                    day = monday + dt.timedelta(weeks=later, days=n)
                    make_order(customer=customer, at=f"{day}", net=1000 * (n + 1), gross=1200 * (n + 1), discount=120)
    recompute(AS_OF)
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def page(client, **query: str) -> str:
    return client.get(reverse("dashboard"), query).content.decode()


def people_behind(html: str) -> list[tuple[str, int]]:
    return [(unescape(href), number) for href, number in LINK.findall(html)]


@pytest.mark.parametrize("query", [{}, {"community": "cuiping"}, {"grain": "day"}, {"as_of": "2018-04-30"}])
def test_a_number_of_people_leads_to_exactly_as_many(query: dict[str, str], city, as_) -> None:
    counted = [
        (href, int(number.replace(",", "")))
        for href, number in people_behind(page(as_("manager"), **query))
        if number.replace(",", "").strip().isdigit()
    ]
    assert counted
    for href, number in counted:
        asked = filters.from_query(QueryDict(href.split("?", 1)[1]))
        assert asked.unread == ()
        assert directory.people(EVERYWHERE, asked).count() == number


@pytest.mark.parametrize("key", ["repurchase", "wake"])
def test_a_rate_leads_to_those_in_its_part(key: str, city, as_) -> None:
    told = {one["metric"]: one for one in caller(city.manager).get("api_dashboard").json()["numbers"]}
    words = "is=new_paying" if key == "repurchase" else "is=silent"
    hrefs = {href for href, _n in people_behind(page(as_("manager"))) if words in href and "community" not in href
             and "unassigned" not in href}  # fmt: skip
    asked = filters.from_query(QueryDict(max(hrefs).split("?", 1)[1]))  # of the newest week: days stand in them
    assert directory.people(EVERYWHERE, asked).count() == told[key]["part"] > 0


def test_a_running_week_is_beside_its_own_weekdays_and_never_a_whole(city, as_) -> None:
    make_order(customer=make_customer(community=city.cuiping), at="2018-05-08", net=500)
    recompute(dt.date(2018, 5, 10))
    told = caller(city.manager).get("api_dashboard").json()
    assert told["period"] == {"start": "2018-04-30", "end": "2018-05-06"}
    assert told["running"]["period"] == {"start": "2018-05-07", "end": "2018-05-08"}
    assert told["running"]["compared_with"] == {"start": "2018-04-30", "end": "2018-05-01"}
    assert "wake" not in {one["metric"] for one in told["running"]["numbers"]}
    assert told["running"]["same_weekdays"] is None
    html = page(as_("manager"))
    assert html.count('class="num apart hatched"') == 3  # of whole weeks: repurchase, wake rate, subsidy rate
    month = caller(city.manager).get("api_dashboard", {"grain": "month"}).json()["running"]
    assert month["same_weekdays"] == {"start": "2018-04-03", "end": "2018-04-10"}
    assert {one["metric"] for one in month["numbers"]} - {
        one["metric"] for one in month["numbers_of_same_weekdays"]
    } == {"payers", "arppu"}
    assert "04\N{NON-BREAKING HYPHEN}03" in page(as_("manager"), grain="month")


def test_as_of_a_past_date_later_orders_are_not_known(city, as_) -> None:
    then = caller(city.manager).get("api_dashboard", {"as_of": "2018-04-23"}).json()
    assert then["period"] == {"start": "2018-04-16", "end": "2018-04-22"}
    make_order(customer=make_customer(community=city.cuiping), at="2018-05-02", net=500_00)
    recompute(AS_OF)
    assert caller(city.manager).get("api_dashboard", {"as_of": "2018-04-23"}).json() == then


def test_whoever_sees_one_community_counts_only_its_people(city, as_) -> None:
    mine, everything = caller(city.jinling_analyst), caller(city.manager)
    told, whole = mine.get("api_dashboard").json(), everything.get("api_dashboard").json()
    assert [place["name"] for place in told["places"]] == ["金陵名苑"]
    here = next(place for place in whole["places"] if place["name"] == "金陵名苑")
    assert [{k: one[k] for k in ("metric", "part", "whole", "value")} for one in told["numbers"]] == here["numbers"]
    assert mine.get("api_dashboard", {"community": "cuiping"}).status_code == 404
    assert as_("jinling_analyst").get(reverse("dashboard"), {"community": "cuiping"}).status_code == 404
    assert "翠屏花园" not in page(as_("jinling_analyst"), unit="station")


def test_a_station_out_of_reach_does_not_exist(city, as_) -> None:
    station = ServiceStation.objects.filter(community=city.cuiping).first()
    assert as_("manager").get(reverse("dashboard"), {"station": station.pk}).status_code == 200
    assert as_("jinling_analyst").get(reverse("dashboard"), {"station": station.pk}).status_code == 404
    assert caller(city.jinling_analyst).get("api_dashboard", {"station": station.pk}).status_code == 404
    assert as_("manager").get(reverse("dashboard"), {"station": "9" * 30}).status_code == 200


def test_a_station_shows_its_own_customers(city, as_) -> None:
    station = ServiceStation.objects.filter(community=city.cuiping).first()
    everyone = Customer.objects.unscoped("tests share customers out")
    everyone.filter(community=city.cuiping).update(station=station)
    purchases.refresh_rollups([city.cuiping.id])
    html = page(as_("manager"), unit="station", station=str(station.pk))
    for href, number in people_behind(html):
        if number.strip().isdigit():
            asked = filters.from_query(QueryDict(href.split("?", 1)[1]))
            assert asked.station == station.pk
            assert directory.people(EVERYWHERE, asked).count() == int(number)


@pytest.mark.parametrize("sort", ["-gmv", "gmv", "name"])
def test_places_are_sorted_by_the_column_asked_for(sort: str, city, as_) -> None:
    places = caller(city.manager).get("api_dashboard").json()["places"]
    gmv = {place["name"]: place["numbers"][0]["part"] for place in places}
    order = sorted(gmv, key=lambda name: gmv[name], reverse=sort.startswith("-")) if "gmv" in sort else sorted(gmv)
    html = page(as_("manager"), sort=sort)
    found = re.findall(r'<td class="long">(?:<a [^>]*>)?([^<]+)', html[html.index('class="data held places"') :])
    assert [name if name in gmv else "" for name in map(unescape, found)] == order


def test_a_rate_of_few_people_says_so(city, as_) -> None:
    tile = page(as_("manager")).split('class="tile"')[7]  # repurchase: six new payers
    assert "20" in tile[tile.index("/svg") :]


def test_the_pages_numbers_each_open_their_definition(city, as_) -> None:
    html = page(as_("manager"))
    for key in ("gmv", "arppu", "wake", "penetration"):
        assert f'href="{reverse("metrics")}#{key}"' in html


@pytest.mark.parametrize("query", [{}, {"unit": "station"}, {"grain": "month"}, {"grain": "day"}])
def test_the_page_reads_roll_ups_and_nobodys_orders(query: dict[str, str], city, as_) -> None:
    client = as_("manager")
    with CaptureQueriesContext(connection) as told:
        page(client, **query)
    texts = [one["sql"] for one in told.captured_queries]
    assert not [text for text in texts if "users_order" in text or "users_customerday" in text]


@pytest.mark.parametrize(("unit", "most", "again"), [("community", 16, 9), ("station", 19, 10)])
def test_the_page_takes_a_few_statements(
    unit: str, most: int, again: int, city, as_, settings, django_assert_max_num_queries
) -> None:
    client, settings.RAIL_SECONDS = as_("manager"), 60
    page(client, unit=unit)
    revisions.forget()
    with django_assert_max_num_queries(most):
        page(client, unit=unit)
    with django_assert_max_num_queries(again):
        page(client, unit=unit)


BOARDS = [
    ("dashboard", query)
    for query in ({}, {"unit": "station"}, {"grain": "month"}, {"grain": "day"}, {"as_of": "2018-04-30"})
] + [
    ("growth", {}), ("growth", {"community": "cuiping"}), ("cohorts", {}), ("cohorts", {"breakdown": "community"}),
    ("funnel", {}), ("funnel", {"community": "cuiping", "by": "channel"}),
]  # fmt: skip
UNIQUE = re.compile(r'(?:nonce|value|content)="[^"]{20,}"|"X-CSRFToken": ?"[^"]+"')  # of one answer alone
NAMED = re.compile(r'(?:FROM|JOIN)\s+"?([a-z]+_[a-z]+)')


@pytest.mark.parametrize(("name", "query"), BOARDS)
def test_what_a_board_does_not_read_again_is_watched(name: str, query: dict[str, str], city, as_, settings) -> None:
    settings.RAIL_SECONDS = 60
    manager, told = as_("manager"), []
    manager.get(reverse(name), query)
    revisions.forget()
    for _time in ("anew", "again"):
        with CaptureQueriesContext(connection) as asked:
            manager.get(reverse(name), query)
        told.append({one["sql"] for one in asked.captured_queries})
    spared = {table for text in told[0] - told[1] for table in NAMED.findall(text)} - {"django_session"}  # by the time
    assert spared
    assert spared <= revisions.watched()


@pytest.mark.parametrize("name", ["dashboard", "growth", "cohorts", "funnel"])
def test_whoever_comes_second_sees_what_is_drawn_anew_for_them(name: str, city, as_) -> None:
    viewers = [(who, language) for who in ("manager", "analyst", "lead") for language in ("en", "zh-hans")]

    def seen(who: str, language: str) -> str:
        answer = as_(who).get(reverse(name), headers={"Accept-Language": language})
        return UNIQUE.sub("", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)

    again = [seen(*viewer) for viewer in viewers]
    anew = []
    for viewer in viewers:
        revisions.forget()
        anew.append(seen(*viewer))
    assert again == anew
    assert len(set(anew)) > 2, "the control: they do not all see the same"


@pytest.mark.parametrize("name", ["dashboard", "growth", "cohorts"])
def test_an_order_that_comes_in_is_told_by_the_next_reading(name: str, city, as_) -> None:
    manager, customer = as_("manager"), make_customer(community=city.cuiping)
    before = manager.get(reverse(name)).content.decode()
    assert told_numbers(manager.get(reverse(name)).content.decode()) == told_numbers(before)
    make_order(customer=customer, at=str(MONDAYS[-1]), net=777_700)
    purchases.rebuild()
    assert told_numbers(manager.get(reverse(name)).content.decode()) != told_numbers(before)


def told_numbers(html: str) -> list[str]:
    return re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]+)<", html)


def test_the_file_holds_a_row_a_place_and_metric(city, as_) -> None:
    answer = as_("manager").get(reverse("dashboard_csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[:-1]
    told = caller(city.manager).get("api_dashboard").json()
    assert len(rows) == sum(len(place["numbers"]) for place in told["places"])
    net = next(row for row in rows if row["community"] == "翠屏花园" and row["metric"] == "net")
    assert (net["start"], net["end"], net["value"]) == ("2018-04-30", "2018-05-06", f"{int(net['part']) / 100:.2f}")


def exported(*words: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("export", "metrics", "--as-of", str(AS_OF), *words, stdout=out, stderr=io.StringIO())
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_the_command_writes_every_finished_period_and_communities_add_up(city) -> None:
    whole, parts = exported(), exported("--breakdown", "community")
    gmv = {row["start"]: int(row["part"]) for row in whole if row["metric"] == "gmv"}
    assert list(gmv) == [str(monday) for monday in MONDAYS]
    assert all(row["value"] == row["part"] for row in whole if row["metric"] in ("payers", "new_payers"))
    assert gmv == {
        start: sum(int(row["part"]) for row in parts if row["start"] == start and row["metric"] == "gmv")
        for start in gmv
    }
    assert len({row["start"] for row in exported("--grain", "day")}) == 34
    with pytest.raises(CommandError):
        exported("--breakdown", "channel")
