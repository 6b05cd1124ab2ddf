"""The pages of alerts: who sees which, what they show and lead to, what is done on them, the file and the API."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from copy import deepcopy
from html import unescape

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from communities.scoping import Scope
from opsdesk import waiting
from tests import cast
from tests.cast import Cast
from tests.factories import make_customer, make_order
from tests.tokens import caller
from users.boards.alerts import shown
from users.directory import filters
from users.directory import queries as directory
from users.retention.models import RetentionAlert

As = Callable[[str], Client]
MONDAY = dt.date(2018, 4, 23)
AS_OF = dt.date(2018, 5, 7)
WEEK = dt.timedelta(days=7)


def make_alert(community, cohort: dt.date = MONDAY, **fields) -> RetentionAlert:
    usual = {
        "k": 1, "direction": "fall", "customers": 6, "returned": 1, "base_customers": 12, "base_returned": 8,
        "base_weeks": 2, "p": 0.0004, "q": 0.002,
    }  # fmt: skip
    return RetentionAlert.objects.create(community=community, cohort=cohort, **usual | fields)


Alerts = dict[str, RetentionAlert]


@pytest.fixture(scope="module")
def built(once_a_file: None) -> tuple[Cast, Alerts]:
    """One in each state, in both communities; the fall in Cuiping has orders behind it."""
    people = cast.assemble()
    for back, returned in ((2, 4), (1, 4), (0, 1)):
        for n in range(6):
            customer = make_customer(community=people.cuiping)
            make_order(customer=customer, at=f"{MONDAY - back * WEEK}")
            if n < returned:
                make_order(customer=customer, at=f"{MONDAY - (back - 1) * WEEK}")
    call_command("recompute", "--as-of", str(AS_OF), stdout=io.StringIO(), stderr=io.StringIO())
    assert not RetentionAlert.objects.exists()  # six people are too few
    return people, {
        "open": make_alert(people.cuiping),
        "rise": make_alert(people.jinling, direction="rise", returned=6, base_returned=2),
        "snoozed": make_alert(people.cuiping, MONDAY - WEEK, snoozed_until=dt.date(2999, 1, 1)),
        "recovered": make_alert(people.cuiping, MONDAY - 2 * WEEK, recovered_on=MONDAY),
        "closed": make_alert(people.jinling, MONDAY - WEEK, closed_at=timezone.now(), verdict="it rained"),
    }


@pytest.fixture
def people(built: tuple[Cast, Alerts], db: None) -> Cast:
    return deepcopy(built[0])


@pytest.fixture
def alerts(built: tuple[Cast, Alerts], db: None) -> Alerts:
    return deepcopy(built[1])


def listed(html: str) -> set[int]:
    return {int(found) for found in re.findall(r'class="strong" href="/alerts/(\d+)/"', html)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"open", "rise"}),
        ("?direction=rise", {"rise"}),
        ("?direction=fall", {"open"}),
        ("?community=cuiping", {"open"}),
        ("?state=snoozed", {"snoozed"}),
        ("?state=recovered", {"recovered"}),
        ("?state=closed", {"closed"}),
        ("?state=nonsense&direction=nonsense", {"open", "rise"}),
    ],
)
def test_the_list_shows_those_of_a_state_and_direction(query: str, expected: set[str], alerts, as_: As) -> None:
    html = as_("analyst").get(reverse("alerts") + query).content.decode()
    assert listed(html) == {alerts[name].pk for name in expected}


def test_nobody_sees_alerts_of_a_community_out_of_reach(alerts, as_: As) -> None:
    client = as_("jinling_analyst")
    assert listed(client.get(reverse("alerts")).content.decode()) == {alerts["rise"].pk}
    assert client.get(reverse("alert", args=[alerts["open"].pk])).status_code == 404
    assert client.get(reverse("alert", args=[alerts["rise"].pk])).status_code == 200


def test_the_page_tells_the_numbers_of_the_night_and_the_weeks_as_they_are(alerts, as_: As) -> None:
    html = as_("manager").get(reverse("alert", args=[alerts["open"].pk]), headers={"Accept-Language": "en"}).content
    text = unescape(re.sub(r"<[^>]+>", " ", html.decode()))
    assert "Of 6 new payers 1 bought again in week 1: 16.7%, where 66.7% was usual over the 2 cohorts before." in text
    assert "−50.0 pt" in text
    assert "0.040%" in text and "0.200%" in text  # p and q


def test_every_number_of_a_week_leads_to_as_many_people(alerts, as_: As) -> None:
    html = as_("manager").get(reverse("alert", args=[alerts["open"].pk])).content.decode()
    links = re.findall(r'<td class="num"><a href="(/customers/[^"]*)">(\d+)</a>', html)
    assert len(links) == 6  # three cohorts, everybody and who came back
    for href, number in links:
        asked = filters.from_query(QueryDict(unescape(href).split("?", 1)[1]))
        assert asked.unread == ()
        assert directory.people(Scope(everywhere=True), asked).count() == int(number)


def test_whoever_runs_cases_puts_off_closes_and_undoes(alerts, as_: As) -> None:
    client, alert = as_("operator"), alerts["open"]
    client.post(reverse("alert_snooze", args=[alert.pk]), {"weeks": "2"})
    alert.refresh_from_db()
    assert alert.snoozed_until == timezone.localdate() + 2 * WEEK

    client.post(reverse("alert_wake", args=[alert.pk]))
    answer = client.post(reverse("alert_close", args=[alert.pk]), {"verdict": "spoiled vegetables"}, follow=True)
    alert.refresh_from_db()
    assert (alert.snoozed_until, alert.verdict) == (None, "spoiled vegetables")
    assert reverse("alert_reopen", args=[alert.pk]) in answer.content.decode()  # the undo

    client.post(reverse("alert_reopen", args=[alert.pk]))
    alert.refresh_from_db()
    assert alert.closed_at is None


def test_closing_asks_what_came_of_it_and_the_second_one_is_told(alerts, as_: As) -> None:
    client, alert = as_("operator"), alerts["open"]
    assert client.post(reverse("alert_close", args=[alert.pk]), {"verdict": " "}).status_code == 422
    client.post(reverse("alert_close", args=[alert.pk]), {"verdict": "one"})
    late = as_("manager").post(
        reverse("alert_close", args=[alert.pk]), {"verdict": "two"}, follow=True, headers={"Accept-Language": "en"}
    )
    alert.refresh_from_db()
    assert (alert.verdict, alert.closed_by.username) == ("one", "operator")
    assert "Somebody was faster" in late.content.decode()


@pytest.mark.parametrize("deed", ["alert_snooze", "alert_wake", "alert_close", "alert_reopen"])
def test_an_analyst_looks_and_changes_nothing(deed: str, alerts, as_: As) -> None:
    page = as_("analyst").get(reverse("alert", args=[alerts["open"].pk])).content.decode()
    assert reverse(deed, args=[alerts["open"].pk]) not in page
    assert (
        as_("analyst").post(reverse(deed, args=[alerts["open"].pk]), {"weeks": "1", "verdict": "x"}).status_code == 403
    )


def test_today_tells_those_who_run_cases_of_open_alerts_only(alerts, people: Cast, as_: As) -> None:
    home = as_("manager").get(reverse("home"))
    found = [item for item in home.context["waiting"] if item.href.startswith("/alerts/")]
    assert {item.href for item in found} == {f"/alerts/{alerts[name].pk}/" for name in ("open", "rise")}
    assert waiting.counts(found)["alerts"] == 2
    assert "/alerts/" + str(alerts["open"].pk) not in as_("analyst").get(reverse("home")).content.decode()


def test_the_list_asks_as_much_for_many_as_for_few(alerts, people: Cast, as_: As) -> None:
    client = as_("manager")
    client.get(reverse("alerts"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("alerts"))
    for n in range(10):
        make_alert(people.jinling, MONDAY - (3 + n) * WEEK)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("alerts"))
    assert len(many) == len(few)


def test_the_file_has_the_rows_of_the_list_and_all_on_request(alerts, as_: As) -> None:
    client = as_("manager")

    def rows(query: str) -> list[dict[str, str]]:
        answer = client.get(reverse("alerts_csv") + query)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return [row for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig"))) if row["cohort"]]

    assert {int(row["id"]) for row in rows("")} == {alerts["open"].pk, alerts["rise"].pk}
    assert len(rows("?state=all")) == 5


def test_the_api_tells_the_same_in_reach_only(alerts, people: Cast) -> None:
    told = caller(people.manager).get("api_alerts", {"state": "closed"}).json()
    assert [(one["id"], one["state"], one["verdict"]) for one in told["alerts"]] == [
        (alerts["closed"].pk, "closed", "it rained"),
    ]  # fmt: skip
    first = caller(people.manager).get("api_alerts", {"limit": "3"}).json()
    rest = caller(people.manager).get("api_alerts", {"limit": "3", "after": str(first["next_after"])}).json()
    assert len(first["alerts"]) + len(rest["alerts"]) == 5 and rest["next_after"] is None
    mine = caller(people.jinling_analyst).get("api_alerts").json()["alerts"]
    assert {one["community"] for one in mine} == {"jinling"}
    assert caller(people.jinling_analyst).get("api_alerts", {"community": "cuiping"}).status_code == 404


MARK = re.compile(r'<td class="h [^"]*alerted[^"]*" title="[^"]*"><a class="rang" href="/alerts/(\d+)/"')


def test_cells_that_rang_are_outlined_on_the_cohort_board_and_lead_to_their_alert(alerts, as_: As) -> None:
    html = as_("manager").get(reverse("cohorts")).content.decode()
    assert set(MARK.findall(html)) <= {str(alert.pk) for alert in alerts.values()}
    assert len(MARK.findall(html)) == 6  # three cohorts, counts above and rates below
    assert 'class="finding"' in html

    apart = as_("manager").get(reverse("cohorts") + "?breakdown=community").content.decode()
    assert len(MARK.findall(apart)) == 9  # and in Cuiping's small table; Jinling has no cohort here
    for words in ("?metric=gmv", "?mode=after", "?grain=month", "?breakdown=channel&metric=arppu"):
        assert not MARK.findall(as_("manager").get(reverse("cohorts") + words).content.decode())


def test_nobody_sees_a_mark_of_a_community_out_of_reach(alerts, people: Cast, as_: As) -> None:
    make_order(customer=make_customer(community=people.jinling), at=f"{MONDAY - 2 * WEEK}")
    call_command("recompute", "--as-of", str(AS_OF), stdout=io.StringIO(), stderr=io.StringIO())
    html = as_("jinling_analyst").get(reverse("cohorts")).content.decode()
    mine = {str(one.pk) for one in alerts.values() if one.community_id == people.jinling.pk}
    assert set(re.findall(r"/alerts/(\d+)/", html)) <= mine


@pytest.mark.parametrize(("p", "told"), [(0.000009, "less than 0.001%"), (0.00001, "0.001%"), (0.012, "1.200%")])
def test_a_small_chance_is_never_told_as_none(p: float, told: str) -> None:
    with translation.override("en"):
        assert shown.fine_chance(p) == told
