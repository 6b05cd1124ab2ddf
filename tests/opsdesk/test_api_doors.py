"""Who gets through the door of the API, and in which shape everybody else is told why not."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from communities import actions
from communities.api_access import TokenThrottle
from communities.models import ApiToken, Assignment, StaffMember
from communities.staffing import actions as staffing
from opsdesk import error_answers
from tests import factories
from tests.cast import Cast
from tests.tokens import Caller, caller
from users.directory import api as directory


def refusal(answer) -> tuple[int, str]:
    body = answer.json()
    assert set(body) <= {"code", "detail", "fields"}
    assert body["detail"]
    return answer.status_code, body["code"]


def test_only_the_digest_of_a_token_is_kept(people: Cast) -> None:
    mine = caller(people.analyst)
    kept = ApiToken.objects.values().get(pk=mine.token.pk)
    assert mine.clear_text not in str(kept)
    assert kept["digest"] == actions.token_digest(mine.clear_text)


def test_nobody_comes_in_without_a_token(people: Cast, client: Client) -> None:
    answer = client.get("/api/communities/")
    assert refusal(answer) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_being_signed_in_on_the_pages_is_no_token(people: Cast, as_) -> None:
    assert as_("manager").get("/api/communities/").status_code == 401


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer opsdesk_nosuch", "token_unknown"),
        ("bearer opsdesk_nosuch", "token_unknown"),
        ("Bearer", "header"),
        ("Bearer two words", "header"),
        ("Bearer \u00ff", "token_unknown"),
        ("Bearer \x00", "token_unknown"),
        ("Basic YTpi", "not_authenticated"),
        ("", "not_authenticated"),
    ],
)
def test_a_header_that_holds_no_token_is_refused(header: str, code: str, db: None) -> None:
    answer = Client().get("/api/communities/", headers={"Authorization": header})
    assert refusal(answer) == (401, code)


def test_a_token_that_ran_out_opens_nothing(people: Cast) -> None:
    mine = caller(people.analyst)
    assert mine.get("api_communities").status_code == 200
    ApiToken.objects.filter(pk=mine.token.pk).update(expires_at=timezone.now())
    assert refusal(mine.get("api_communities")) == (401, "token_over")


def test_a_revoked_token_opens_nothing_from_the_next_request_on(people: Cast) -> None:
    mine = caller(people.analyst)
    assert mine.get("api_communities").status_code == 200
    actions.revoke_token(mine.token, by=people.analyst)
    assert refusal(mine.get("api_communities")) == (401, "token_over")


def test_the_token_of_somebody_who_left_is_as_unknown_as_any(people: Cast) -> None:
    mine = caller(people.analyst)
    StaffMember.objects.filter(pk=people.analyst.pk).update(is_active=False)
    assert refusal(mine.get("api_communities")) == (401, "token_unknown")


def test_a_password_that_a_colleague_knows_closes_the_api_like_the_pages(people: Cast) -> None:
    mine = caller(people.analyst)
    staffing.reset_password(people.analyst, by=people.manager)
    assert refusal(mine.get("api_communities")) == (401, "password_first")


def test_a_role_taken_away_closes_the_api_at_the_next_request(people: Cast) -> None:
    mine = caller(people.analyst)
    assert mine.get("api_customers").status_code == 200
    Assignment.objects.filter(staff=people.analyst).delete()
    assert refusal(mine.get("api_customers")) == (403, "role_missing")


def test_a_missing_scope_is_named(people: Cast) -> None:
    answer = caller(people.manager, "read:communities").get("api_rfm")
    assert refusal(answer) == (403, "scope_missing")
    assert "read:rfm" in answer.json()["detail"]


def test_a_scope_opens_no_more_than_its_owner_may(people: Cast) -> None:
    assert refusal(caller(people.analyst, "import:orders").post("api_imports")) == (403, "role_missing")


@pytest.mark.parametrize("person", ["auditor", "newcomer"])
def test_roles_without_the_api_get_nothing_whatever_their_token_says(people: Cast, person: str) -> None:
    mine = caller(getattr(people, person))
    assert {mine.get(name).status_code for name in ("api_communities", "api_customers", "api_rfm")} == {403}
    assert mine.client.get("/api/openapi.json").status_code == 403


@pytest.mark.parametrize("person", ["lead", "staff"])
def test_whoever_works_at_a_station_reaches_it_alone(people: Cast, person: str) -> None:
    own = factories.make_customer(community=people.cuiping, station=people.cuiping_station)
    factories.make_customer(community=people.jinling, station=people.jinling_station)
    mine = caller(getattr(people, person))
    assert [one["id"] for one in mine.get("api_customers").json()["customers"]] == [own.pk]
    assert mine.get("api_rfm").status_code == 403


def test_what_several_roles_reach_adds_up(people: Cast) -> None:
    """An analyst of Jinling who also leads Cuiping's station reads Jinling, and of Cuiping her station."""
    Assignment.objects.create(staff=people.jinling_analyst, role="station_lead", station=people.cuiping_station)
    hers = factories.make_customer(community=people.cuiping, station=people.cuiping_station)
    factories.make_customer(community=people.cuiping)
    theirs = factories.make_customer(community=people.jinling)
    found = caller(people.jinling_analyst).get("api_customers").json()["customers"]
    assert {one["id"] for one in found} == {hers.pk, theirs.pk}


def test_use_is_noted_once_a_minute(people: Cast) -> None:
    mine = caller(people.analyst)
    mine.get("api_communities")
    noted = ApiToken.objects.get(pk=mine.token.pk).last_used_at
    assert noted is not None
    mine.get("api_communities")
    assert ApiToken.objects.get(pk=mine.token.pk).last_used_at == noted

    ApiToken.objects.filter(pk=mine.token.pk).update(last_used_at=noted - dt.timedelta(minutes=2))
    mine.get("api_communities")
    assert ApiToken.objects.get(pk=mine.token.pk).last_used_at >= noted


def test_a_token_may_ask_600_times_a_minute() -> None:
    assert settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] == {"token": "600/min"}


def test_too_many_requests_wait_each_token_for_itself(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/min"})
    mine, other = caller(people.analyst), caller(people.analyst)
    assert [mine.get("api_communities").status_code for _ in range(3)] == [200, 200, 429]
    answer = mine.get("api_communities")
    assert refusal(answer) == (429, "throttled")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert other.get("api_communities").status_code == 200


def test_a_method_that_is_not_there_is_told_so(people: Cast) -> None:
    client = caller(people.manager).client
    for method in (client.post, client.put, client.patch, client.delete, client.options, client.trace):
        assert refusal(method("/api/customers/")) == (405, "method_not_allowed")


def test_head_answers_like_get_without_a_body(people: Cast) -> None:
    mine = caller(people.analyst)
    answer = mine.client.head("/api/communities/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path", ["nosuch/", "customers/x/", "customers/%00/", "customers/-1/", "imports/1/2/", "customers"]
)
def test_an_address_that_is_not_there_answers_in_json(people: Cast, path: str) -> None:
    assert refusal(caller(people.manager).client.get(f"/api/{path}")) == (404, "not_found")


def test_a_file_sent_to_an_address_without_its_slash_is_not_answered_with_a_list(people: Cast) -> None:
    answer = caller(people.manager).client.post("/api/imports", {"commit": "true"})
    assert refusal(answer) == (404, "not_found")


def test_a_page_that_is_not_there_stays_a_page(people: Cast, as_) -> None:
    answer = as_("manager").get("/nosuch/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_break_down_answers_in_json_too(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(directory.queries, "people", broken)
    assert refusal(caller(people.manager).get("api_customers")) == (500, "error")


@pytest.mark.parametrize(
    ("path", "status", "html"), [("/api/customers/", 403, False), ("/api/", 403, True), ("/customers/", 403, True)]
)
def test_only_addresses_for_programs_are_refused_in_json(path: str, status: int, html: bool, db: None) -> None:
    request = RequestFactory().get(path)
    answer = error_answers.forbidden(request, PermissionError())
    assert (answer.status_code, answer.headers["Content-Type"].startswith("text/html")) == (status, html)


def test_a_bad_host_is_told_in_json(people: Cast) -> None:
    answer = caller(people.manager).client.get("/api/communities/", headers={"Host": "evil.example"})
    assert refusal(answer) == (400, "parse_error")


def test_more_words_than_an_address_may_have_are_refused(people: Cast) -> None:
    answer = caller(people.manager).client.get("/api/customers/?" + "&".join(f"a{n}=1" for n in range(1001)))
    assert refusal(answer) == (400, "parse_error")


def test_refusals_speak_the_owners_language_else_the_askers(people: Cast) -> None:
    mine = caller(people.analyst, "read:rfm")
    assert re.search("[一-鿿]", mine.get("api_communities").json()["detail"])
    english = mine.client.get("/api/communities/", headers={"Accept-Language": "en"})
    assert not re.search("[一-鿿]", english.json()["detail"])
    StaffMember.objects.filter(pk=people.analyst.pk).update(language="en")
    assert "does not carry the scope" in mine.get("api_communities").json()["detail"]


def test_a_caller_of_nobody_is_told_to_bring_a_token(db: None) -> None:
    assert refusal(Caller("opsdesk_nobody").get("api_schema")) == (401, "token_unknown")
