"""The cohort board: its triangle, its people, the one figure that is typed on it, its file and its API."""

import csv
import datetime as dt
import io
import re
from collections import Counter
from copy import deepcopy
from decimal import Decimal
from html import unescape

import pytest
from django.core.management import call_command
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
from users.acquisition import spend_actions as spend
from users.directory import filters
from users.directory import queries as directory
from users.retention import variable_actions as variables
from users.retention.models import WeekBudget

AS_OF = dt.date(2018, 5, 7)
EVERYWHERE = Scope(everywhere=True)
MONDAYS = [dt.date(2018, 4, 9) + dt.timedelta(weeks=n) for n in range(4)]
CELL = re.compile(r'<td class="h ([^"]*)" title="([^"]*)">(?:<a href="([^"]*)">)?([^<]*)')


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """Four weekly cohorts in both communities and outside; half of each comes back every week, some skip one."""
    people = cast.assemble()
    for week, monday in enumerate(MONDAYS):
        for n in range(6):
            customer = make_customer(community=(people.cuiping, people.jinling, None)[n % 3], channel="地推")
            for later in range(4 - week):
                if later == 0 or n < 3 or (n == 3 and later == 2):
                    day = monday + dt.timedelta(weeks=later, days=n)
                    make_order(customer=customer, at=f"{day}", net=1000 * (n + 1), gross=1200 * (n + 1), discount=120)
    call_command("recompute", "--as-of", str(AS_OF), stdout=io.StringIO(), stderr=io.StringIO())
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def cells(html: str) -> list[tuple[str, str, str, str]]:
    return [tuple(map(unescape, found)) for found in CELL.findall(html)]  # type: ignore[misc]


BOARDS = (
    "", "?mode=after", "?mode=every", "?community=cuiping", "?grain=month", "?grain=day", "?metric=recall",
    "?metric=churn", "?metric=churn&mode=after", "?metric=churn&mode=every", "?mode=every&grain=day",
    "?metric=churn&mode=every&grain=day", "?metric=recall&grain=day&weeks=26",
)  # fmt: skip


def test_a_cell_leads_to_as_many_people_as_it_counts(city, as_) -> None:
    manager = as_("manager")
    for query in BOARDS:
        html = manager.get(reverse("cohorts") + query).content.decode()
        counts = [cell for cell in cells(html) if cell[2] and "%" not in cell[3]]
        assert counts, query
        for _css, _title, href, shown in counts:
            asked = filters.from_query(QueryDict(href.split("?", 1)[1]))
            assert asked.unread == (), href
            assert directory.people(EVERYWHERE, asked).count() == int(shown.replace(",", "")), href


def test_a_small_table_leads_to_its_units_people(city, as_) -> None:
    for breakdown in ("community", "channel", "category", "staff"):
        html = as_("manager").get(reverse("cohorts"), {"breakdown": breakdown}).content.decode()
        small = [cell for cell in cells(html[html.index('class="unit"') :]) if cell[2]]
        assert small, breakdown
        for _css, title, href, _rate in small:
            asked = filters.from_query(QueryDict(href.split("?", 1)[1]))
            told = int(re.findall(r"\d+", title)[0])
            assert directory.people(EVERYWHERE, asked).count() == told, href


def test_the_board_is_a_triangle_and_an_unfinished_cell_is_hatched_and_empty(city, as_) -> None:
    html = as_("manager").get(reverse("cohorts")).content.decode()
    upper = cells(html)[: len(cells(html)) // 2]
    assert [shown for _css, _title, _href, shown in upper] == [
        "6", "3", "4", "3", "6", "3", "4", "", "6", "3", "", "6", "",
    ]  # fmt: skip
    assert {css for css, _t, _h, shown in upper if not shown} == {"hatched"}
    assert all("few" in css for css, _t, _h, shown in upper if shown)


def test_a_week_that_is_not_over_is_no_cohort(city, as_) -> None:
    make_order(customer=make_customer(community=city.cuiping), at="2018-05-08")
    call_command("recompute", "--as-of", "2018-05-09", stdout=io.StringIO(), stderr=io.StringIO())
    told = caller(city.manager).get("api_cohorts").json()
    assert [one["cohort"] for one in told["cohorts"]] == [str(monday) for monday in MONDAYS]
    assert told["whole_to"] == "2018-05-09"


def test_cohorts_of_the_first_weeks_are_marked_and_can_be_left_out(city, as_) -> None:
    mine = caller(city.manager)
    assert {one["left_censored"] for one in mine.get("api_cohorts").json()["cohorts"]} == {True}
    assert mine.get("api_cohorts", {"censored": "out"}).json()["cohorts"] == []
    assert as_("manager").get(reverse("cohorts"), {"censored": "out"}).status_code == 200


def test_whoever_reads_one_community_counts_only_its_people(city) -> None:
    told = caller(city.jinling_analyst).get("api_cohorts").json()
    assert [one["customers"] for one in told["cohorts"]] == [2, 2, 2, 2]


def test_the_api_tells_what_the_page_shows_with_its_interval(city) -> None:
    first = caller(city.manager).get("api_cohorts").json()["cohorts"][0]
    assert [(cell["k"], cell["part"], cell["whole"]) for cell in first["cells"]] == [
        (0, 6, 6),
        (1, 3, 6),
        (2, 4, 6),
        (3, 3, 6),
    ]
    assert 0 < first["cells"][1]["low"] < first["cells"][1]["value"] == 0.5 < first["cells"][1]["high"] < 1


def test_the_file_holds_a_row_a_unit_and_finished_cell(city, as_) -> None:
    answer = as_("manager").get(reverse("cohorts_csv"), {"breakdown": "community"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {row["community"] for row in rows[:-1]} >= {"翠屏花园", "金陵名苑"}
    assert sum(int(row["part"]) for row in rows[:-1] if row["k"] == "0") == 24


def test_the_command_writes_every_period_also_where_nobody_came(city) -> None:
    for breakdown in ("", "community", "station", "channel", "category", "staff"):
        out = io.StringIO()
        words = ["--breakdown", breakdown] if breakdown else []
        call_command("export", "cohorts", "--as-of", str(AS_OF), *words, stdout=out, stderr=io.StringIO())
        reader = csv.DictReader(io.StringIO(out.getvalue()))
        counted: Counter[tuple[str, str]] = Counter()
        for row in reader:
            counted[row["cohort"], row["k"]] += int(row["customers"])
        assert reader.fieldnames == ["cohort", "k", "customers", *([breakdown] if breakdown else [])]
        assert [counted["2018-04-09", str(k)] for k in range(4)] == [6, 3, 4, 3], breakdown
        assert len(counted) == 10, breakdown


# -- The budget ------------------------------------------------------------------------------------------------------


def typed(client, fen: str, week: str = "2018-04-09", **query: str):
    address = reverse("cohort_budget", args=[week])
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return client.post(f"{address}?{words}", {"fen": fen}, headers={"HX-Request": "true"})


def test_a_budget_is_typed_kept_with_who_and_when_and_taken_back(city, as_) -> None:
    manager = as_("manager")
    assert "¥3,200" in typed(manager, "3200").content.decode()
    assert "¥4,000" in typed(manager, "4,000.00").content.decode()
    first, second = WeekBudget.objects.order_by("id")
    assert (first.fen, second.fen, second.by, second.community) == (320_000, 400_000, city.manager, None)
    assert "¥4,000" in manager.get(reverse("cohorts")).content.decode()
    manager.post(reverse("cohort_budget_undo", args=[first.pk]))  # something newer was said
    assert WeekBudget.objects.count() == 2
    manager.post(reverse("cohort_budget_undo", args=[second.pk]))
    assert [one.fen for one in WeekBudget.objects.order_by("id")] == [320_000, 400_000, 320_000]


def test_the_company_shows_the_sum_of_its_communities_until_its_own_is_typed(city, as_) -> None:
    manager = as_("manager")
    typed(manager, "1000", community="cuiping")
    typed(manager, "500", community="jinling")
    assert "¥1,500" in manager.get(reverse("cohorts")).content.decode()
    assert "¥1,000" in manager.get(reverse("cohorts"), {"community": "cuiping"}).content.decode()
    typed(manager, "1800")
    assert "¥1,800" in manager.get(reverse("cohorts")).content.decode()


def test_told_spend_goes_before_a_typed_budget_and_the_page_says_which(city, as_) -> None:
    manager = as_("manager")
    typed(manager, "1000", community="cuiping")
    typed(manager, "700", week="2018-04-16")
    spend.tell(MONDAYS[0], "地推", city.cuiping.id, 250_000, None)
    spend.tell(MONDAYS[0], "活动", city.jinling.id, 50_000, None)
    html = manager.get(reverse("cohorts")).content.decode()
    assert [text in html for text in ("¥3,000<", "¥700*", "¥1,000")] == [True, True, False]
    levers = caller(city.manager).get("api_cohorts").json()["levers"]
    assert [(one["budget"], one["budget_source"]) for one in levers] == [
        (300_000, "spend"), (70_000, "own"), (None, ""), (None, ""),
    ]  # fmt: skip
    assert levers[0]["discount_rate"] == pytest.approx(6 * 120 / (21 * 1200))


def test_a_chosen_variable_stands_beside_the_budget_in_the_file_and_in_the_api(city, as_) -> None:
    manager = as_("manager")
    heat, rain = (variables.make(name, "", None) for name in ("气温", "降雨"))
    variables.tell(heat.pk, MONDAYS[0], None, Decimal("31.5"), None)
    html = manager.get(reverse("cohorts"), {"variables": f"{heat.pk},x,999"}).content.decode()
    assert ("31.5" in html, f"variables={heat.pk}%2C{rain.pk}" in html) == (True, True)
    assert "31.5" not in manager.get(reverse("cohorts")).content.decode()
    answer = manager.get(reverse("cohorts_csv"), {"variables": f"{heat.pk}"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {row["气温"] for row in rows if row["cohort"] == "2018-04-09"} == {"31.500"}
    told = caller(city.manager).get("api_cohorts", {"variables": f"{heat.pk}"}).json()["levers"]
    assert [one["variables"] for one in told[:2]] == [{"气温": 31.5}, {"气温": None}]


def test_months_and_days_share_what_their_weeks_cost(city, as_) -> None:
    spend.tell(MONDAYS[0], "地推", None, 7000, None)
    levers = caller(city.manager).get("api_cohorts", {"grain": "day", "weeks": "26"}).json()["levers"]
    assert {one["budget"] for one in levers if one["cohort"] < "2018-04-16"} == {1000}
    answer = as_("manager").get(reverse("cohorts_csv"), {"grain": "month"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {(row["cohort"], row["budget_fen"], row["budget_source"]) for row in rows[:-1]} == {
        ("2018-04-01", "7000", "shared")
    }


@pytest.mark.parametrize("text", ["many", "-5"])
def test_what_is_no_amount_is_refused_beside_the_field(text: str, city, as_) -> None:
    answer = typed(as_("manager"), text)
    assert (answer.status_code, WeekBudget.objects.count()) == (200, 0)
    assert "<input" in answer.content.decode()


def test_the_same_figure_again_and_an_emptied_field_are_told_apart(city, as_) -> None:
    manager = as_("manager")
    typed(manager, "10")
    typed(manager, "10")
    typed(manager, "")
    assert [one.fen for one in WeekBudget.objects.order_by("id")] == [1000, None]


@pytest.mark.parametrize(("person", "status"), [("analyst", 403), ("operator", 403), ("staff", 403)])
def test_only_who_changes_budgets_may_type_one(person: str, status: int, city, as_) -> None:
    assert typed(as_(person), "10").status_code == status
    assert not WeekBudget.objects.exists()


def test_a_week_that_is_no_date_is_not_there(city, as_) -> None:
    assert typed(as_("manager"), "10", week="2018-02-31").status_code == 404


def test_more_cohorts_ask_the_database_no_more(city, as_) -> None:
    manager, asked = as_("manager"), []
    manager.get(reverse("cohorts"))
    for weeks in ("8", "all"):
        revisions.forget()
        with CaptureQueriesContext(connection) as queries:
            assert manager.get(reverse("cohorts"), {"weeks": weeks}).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 30
