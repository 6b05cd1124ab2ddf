"""Every endpoint of the API against every person of the cast, read from the URL configuration itself: a new endpoint
that is not declared here, or that shows what its owner may not see, fails."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, reverse

from communities import rules
from communities.api_access import TokenThrottle
from communities.models import Assignment, Notice
from opsdesk import api, telling
from opsdesk.lib.runs.models import Job
from tests import api_world
from tests.api_world import World
from tests.cast import Cast
from tests.coupons.reminding import make_reminder
from tests.coupons.worlds import make_batch, make_coupon
from tests.tokens import Caller, caller
from users.directory import filters
from users.imports.models import ImportFile

# Every endpoint: its name and method, and the scope that opens it. The reference itself is a page (test_every_page).
SCOPES = {
    ("api_communities", "GET"): "read:communities",
    ("api_customers", "GET"): "read:customers",
    ("api_customer", "GET"): "read:customers",
    ("api_customer_wishes", "GET"): "read:customers",
    ("api_customer_wishes", "POST"): "change:wishes",
    ("api_segments", "GET"): "read:segments",
    ("api_rfm", "GET"): "read:rfm",
    ("api_cohorts", "GET"): "read:segments",
    ("api_metrics", "GET"): "read:insight",
    ("api_dashboard", "GET"): "read:insight",
    ("api_alerts", "GET"): "read:insight",
    ("api_spend", "GET"): "read:insight",
    ("api_channels", "GET"): "read:insight",
    ("api_funnel", "GET"): "read:insight",
    ("api_lifecycle_map", "GET"): "read:insight",
    ("api_growth", "GET"): "read:insight",
    ("api_quadrants", "GET"): "read:insight",
    ("api_imports", "GET"): "read:imports",
    ("api_signups", "POST"): "import:signups",
    ("api_imports", "POST"): "import:orders",
    ("api_import", "GET"): "read:imports",
    ("api_import_problems", "GET"): "read:imports",
    ("api_import_commit", "POST"): "import:orders",
    ("api_coupon_templates", "GET"): "read:coupons",
    ("api_coupon_template", "GET"): "read:coupons",
    ("api_coupon_budgets", "GET"): "read:coupons",
    ("api_coupon_use", "POST"): "use:coupons",
    ("api_parcels", "GET"): "fetch:coupons",
    ("api_parcel_fetched", "POST"): "fetch:coupons",
    ("api_customer_coupons", "GET"): "read:coupons",
    ("api_batches", "GET"): "read:coupons",
    ("api_batches", "POST"): "draft:coupons",
    ("api_batch", "GET"): "read:coupons",
    ("api_batch_freeze", "POST"): "draft:coupons",
    ("api_batch_submit", "POST"): "draft:coupons",
    ("api_batch_approve", "POST"): "approve:coupons",
    ("api_batch_request_changes", "POST"): "approve:coupons",
    ("api_batch_reject", "POST"): "approve:coupons",
    ("api_batch_pause", "POST"): "approve:coupons",
    ("api_batch_resume", "POST"): "approve:coupons",
    ("api_batch_revoke", "POST"): "approve:coupons",
    ("api_cases", "GET"): "read:insight",
    ("api_case", "GET"): "read:insight",
    ("api_case_processes", "GET"): "read:insight",
    ("api_lessons", "GET"): "read:insight",
    ("api_lesson", "GET"): "read:insight",
    ("api_drives", "GET"): "read:field",
    ("api_tasks", "GET"): "record:visits",
    ("api_visits", "GET"): "read:field",
    ("api_visits", "POST"): "record:visits",
    ("api_hours", "GET"): "read:field",
    ("api_reminders", "GET"): "read:coupons",
    ("api_reminder_said", "POST"): "mark:reminders",
    ("api_notifications", "GET"): "read:notifications",
    ("api_notification_read", "POST"): "mark:notifications",
}
ANY_SCOPE = {("api_schema", "GET")}  # says nothing of the business; for any living token of a role with the API
REFUSALS = {"api_without_slash"}
PAGES = {"api"}
# Everybody, and whose customers they read over the API.
REACH = {
    "manager": "翠金无", "operator": "翠金无", "data_admin": "翠金无", "analyst": "翠金无", "jinling_analyst": "金",
    "lead": "", "staff": "", "other_staff": "", "auditor": "", "newcomer": "",
}  # fmt: skip
PHONE = re.compile(r"(?<![0-9a-f])1[3-9][0-9]{9}(?![0-9a-f])")
# The words that each address may hold; any of them is tried with each of these values.
WORDS = {
    "api_communities": [], "api_customer": [], "api_customer_wishes": [], "api_import": [],
    "api_imports": ["after", "limit"],
    "api_customers": ["after", "limit", *filters.READERS], "api_segments": ["as_of", "community"],
    "api_lifecycle_map": ["community"],
    "api_funnel": ["as_of", "community", "by", "week", "came"],
    "api_cohorts": ["as_of", "community", "grain", "weeks", "metric", "mode", "breakdown", "censored", "variables"],
    "api_metrics": [], "api_dashboard": ["grain", "unit", "station", "as_of", "community"],
    "api_spend": ["since", "until", "community"],
    "api_channels": ["as_of", "community", "weeks"],
    "api_quadrants": ["as_of", "community", "unit", "across", "up", "size", "across_cut", "up_cut", "weeks"],
    "api_alerts": ["state", "direction", "community", "after", "limit"],
    "api_growth": ["as_of", "community", "weeks", "breakdown", "target"],
    "api_rfm": ["as_of", "community"], "api_import_problems": ["after", "limit", "kind", "code"],
    "api_batches": ["after", "limit", "state"], "api_batch": [],
    "api_cases": ["kind", "state", "community", "after", "limit"], "api_case": [],
    "api_case_processes": [], "api_lessons": ["kind", "after", "limit"], "api_lesson": [],
    "api_drives": ["after", "limit"], "api_tasks": ["after", "limit"],
    "api_visits": ["after", "limit", "day_from", "day_to", "community", "task", "live"],
    "api_hours": ["community"], "api_parcels": [], "api_coupon_templates": ["retired"], "api_coupon_template": [],
    "api_coupon_budgets": ["closed"],
    "api_customer_coupons": [], "api_reminders": ["day", "station"], "api_notifications": ["after", "limit", "unread"],
}  # fmt: skip
HOSTILE = [
    "\0", "a\0b", "2147483647", "2147483648", "9" * 19, "0" * 12 + "9" * 30, "9" * 5000, "-1", "0001-01-01",
    "9999-12-31", "٣",
]  # fmt: skip


def endpoints() -> Iterator[tuple[URLPattern, str]]:
    for pattern in api.urlpatterns:
        view = getattr(pattern.callback, "view_class", None)
        for method in ("get", "post", "put", "patch", "delete"):
            if view and hasattr(view, method):
                yield pattern, method.upper()


ENDPOINTS = list(endpoints())
SCOPED = [(pattern, method) for pattern, method in ENDPOINTS if (pattern.name, method) not in ANY_SCOPE]
READING = [pattern for pattern, method in SCOPED if method == "GET"]
TELLING = [pattern for pattern, method in SCOPED if method == "POST"]


@pytest.fixture
def world(people: Cast) -> World:
    return api_world.assemble(people)


@pytest.fixture
def file(people: Cast, settings: Any, tmp_path: Any) -> ImportFile:
    settings.MEDIA_ROOT = tmp_path
    return api_world.file_with_problems(people)


@pytest.fixture
def known(people: Cast, world: World, file: ImportFile) -> dict[str, int | str]:
    """An id for each place in an address."""
    telling.import_ended(Job(pk=1, kind="import_check", payload={"file": file.pk}, created_by=people.manager))
    notice = Notice.objects.get(recipient=people.manager)
    return {
        "customer_id": world.cuiping.pk, "file_id": file.pk, "notice_id": notice.pk, "coupon_id": make_coupon().pk,
        "reminder_id": make_reminder(world.cuiping).pk, "number": make_batch(by=people.operator).number,
        "parcel_id": 1, "lesson_id": 1,
    }  # fmt: skip


def ask(
    mine: Caller, pattern: URLPattern, known: dict[str, int | str], method: str = "GET", **query: str
) -> HttpResponse:
    """A POST is sent as by a client that has nothing to say: it comes no further than the door."""
    ids = {name: known[name] for name in known if f":{name}>" in str(pattern.pattern)}
    return mine.get(pattern.name, query, **ids) if method == "GET" else mine.post(pattern.name, **ids)


def test_every_route_under_api_is_declared_with_its_scope() -> None:
    found = {(pattern.name, method) for pattern, method in ENDPOINTS}
    assert found == set(SCOPES) | ANY_SCOPE
    assert {pattern.name for pattern in api.urlpatterns} - {name for name, _method in found} == PAGES | REFUSALS


def test_every_view_opens_to_the_scope_declared_for_it() -> None:
    told = {}
    for pattern, method in SCOPED:
        scope = pattern.callback.view_class.scope
        told[pattern.name, method] = scope[method] if isinstance(scope, dict) else scope
    assert told == SCOPES
    assert set(told.values()) == set(rules.SCOPES)


def test_no_endpoint_opens_without_a_token_or_without_its_scope(people: Cast, known: dict[str, int | str]) -> None:
    wrong = []
    for pattern, method in SCOPED:
        others = [scope for scope in rules.SCOPES if scope != SCOPES[pattern.name, method]]
        for mine, status in ((Caller("opsdesk_no_such_token"), 401), (caller(people.manager, *others), 403)):
            answer = ask(mine, pattern, known, method)
            if answer.status_code != status or set(answer.json()) != {"code", "detail"}:
                wrong.append((pattern.name, method, answer.status_code))
    assert wrong == []


def test_an_endpoint_opens_for_those_who_hold_its_capability_and_shows_them_nobody_whole(
    people: Cast, known: dict[str, int | str]
) -> None:
    wrong = []
    for person in REACH:
        mine = caller(getattr(people, person))
        roles = {held.role for held in Assignment.objects.filter(staff=getattr(people, person))}
        for pattern, method in SCOPED:
            needs = {rules.USE_API, rules.SCOPE_NEEDS[SCOPES[pattern.name, method]]}
            may = any(needs <= rules.ROLES[role].may for role in roles)
            answer = ask(mine, pattern, known, method)
            shown = PHONE.findall(answer.content.decode()) + re.findall(api_world.NAMES, answer.content.decode())
            if (answer.status_code == 403) is may or answer.status_code >= 500 or shown:
                wrong.append((person, pattern.name, method, answer.status_code, shown))
    assert wrong == []


def test_everybody_reads_the_customers_of_their_communities_masked(people: Cast, world: World) -> None:
    for person, surnames in REACH.items():
        customers = caller(getattr(people, person)).get("api_customers").json().get("customers", [])
        assert [one["name"] for one in customers] == [f"{surname}**" for surname in surnames], person


def test_another_communitys_customers_do_not_exist(people: Cast, world: World) -> None:
    mine = caller(people.jinling_analyst)
    nobody = {"total": 0, "next_after": None, "customers": []}
    for query in ({"community": "cuiping"}, {"ids": str(world.cuiping.pk)}, {"q": "2222"}, {"unassigned": "1"}):
        assert mine.get("api_customers", query).json() == nobody
    missing = mine.get("api_customer", customer_id=10**9)
    for foreign in (world.cuiping, world.nobody):
        answer = mine.get("api_customer", customer_id=foreign.pk)
        assert (answer.status_code, answer.content) == (404, missing.content)
        assert answer.headers["Content-Length"] == missing.headers["Content-Length"]
    assert mine.get("api_customer", customer_id=world.jinling.pk).json()["phone"] == "137****4444"


def test_another_communitys_numbers_are_in_no_sum(people: Cast, world: World) -> None:
    mine = caller(people.jinling_analyst)
    assert [one["code"] for one in mine.get("api_communities").json()] == ["jinling"]
    assert sum(mine.get("api_segments").json()["customers"].values()) == 1
    board = mine.get("api_rfm").json()
    assert (sum(one["customers"] for one in board["classes"]), board["cleaning"]["orders"]) == (1, 1)
    assert [cut["community"] for cut in board["cuts"]] == ["jinling", None]
    for name in ("api_segments", "api_rfm"):
        foreign, unknown = (mine.get(name, {"community": code}) for code in ("cuiping", "nosuch"))
        assert (foreign.status_code, foreign.content) == (404, unknown.content)


def test_whoever_imports_for_one_community_sees_the_files_they_sent(people: Cast, file: ImportFile) -> None:
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    mine = caller(people.newcomer)
    assert mine.get("api_imports").json()["imports"] == []
    missing = mine.get("api_import", file_id=10**9)
    assert missing.status_code == 404
    for name in ("api_import", "api_import_problems"):
        assert mine.get(name, file_id=file.pk).content == missing.content
    assert mine.post("api_import_commit", file_id=file.pk).content == missing.content

    ImportFile.objects.update(uploaded_by=people.newcomer)
    assert [one["id"] for one in mine.get("api_imports").json()["imports"]] == [file.pk]


def test_a_word_that_nobody_knows_is_refused_by_name_at_every_address_that_is_read(
    people: Cast, known: dict[str, int | str]
) -> None:
    wrong = []
    for pattern in READING:
        walks = SCOPES[pattern.name, "GET"] == "record:visits"
        mine = caller(people.staff, "record:visits") if walks else caller(people.manager)
        answer = ask(mine, pattern, known, nosuch="1")
        if (answer.status_code, set(answer.json().get("fields", []))) != (400, {"nosuch"}):
            wrong.append((pattern.name, answer.status_code))
    assert wrong == []


def test_a_word_that_nobody_knows_is_refused_by_name_wherever_something_is_told(
    people: Cast, known: dict[str, int | str]
) -> None:
    wrong = []
    for pattern in TELLING:
        client = caller(people.staff if pattern.name == "api_visits" else people.manager).client
        url = reverse(pattern.name, kwargs={name: known[name] for name in known if f":{name}>" in str(pattern.pattern)})
        form = {} if pattern.name == "api_imports" else {"content_type": "application/json"}
        told = {"nosuch": "1"} | ({"visits": []} if pattern.name == "api_visits" else {})
        key = {"Idempotency-Key": "k"}
        answers = client.post(f"{url}?nosuch=1"), client.post(url, told, headers=key, **form)
        found = [(answer.status_code, set(answer.json().get("fields", []))) for answer in answers]
        if found != [(400, {"nosuch"})] * 2:
            wrong.append((pattern.name, found))
    assert wrong == []


def test_no_value_of_any_word_breaks_anything(
    people: Cast, known: dict[str, int | str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": None})
    mine, broken = caller(people.manager), []
    for pattern in READING:
        for word, value in product([*WORDS[pattern.name], "nosuch", "\0"], HOSTILE):
            before = transaction.savepoint()
            if ask(mine, pattern, known, **{word: value}).status_code >= 500:
                broken.append((pattern.name, word, value[:20]))
                transaction.savepoint_rollback(before)
    assert broken == []


def test_no_id_breaks_anything(people: Cast) -> None:
    client = caller(people.manager).client
    for number in ("0", "9" * 18, "9" * 19, "9" * 30, "9" * 5000):
        paths = (f"customers/{number}/", f"imports/{number}/", f"imports/{number}/problems/")
        assert {client.get(f"/api/{path}").status_code for path in paths} == {404}
        for path in (f"imports/{number}/commit/", f"notifications/{number}/read/", f"reminders/{number}/said/"):
            assert client.post(f"/api/{path}").status_code == 404
