"""Every address of the project against every person of the cast, read from the URL configuration itself: a new page
that is not scoped, or whose objects this file cannot make, fails here."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from communities import rules
from communities.models import Assignment, StaffMember

# Doors that stand open, each with its reason.
OPEN = {
    "account_login": "signing in",
    "account_logout": "signing out",
    "account_change_password": "one's own password; allauth asks for a sign-in itself",
    "set_language": "a cookie; remembered for whoever is signed in",
    "set_theme": "a cookie; remembered for whoever is signed in",
    "sms_deliveries": "a provider's delivery reports; the address itself is signed",
    "livez": "no I/O, says nothing",
    "readyz": "says only whether the database answers",
}
NOTHING = b">---------<"  # Django's select while nothing is chosen: a page says it in words
PEOPLE = [
    "manager", "operator", "data_admin", "lead", "staff", "other_staff", "analyst", "jinling_analyst", "auditor",
    "newcomer",
]  # fmt: skip


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from routes(entry, route)
        else:
            yield route, entry


ROUTES = [(route, pattern) for route, pattern in routes() if not route.startswith("api/") or pattern.name == "api"]
GUARDED = [(route, pattern) for route, pattern in ROUTES if pattern.name not in OPEN]
PLAIN = [pattern for route, pattern in GUARDED if "<" not in route]


def knock(client: Client, address: str) -> HttpResponse:
    """Ask for a page; what only takes a deed is asked for one."""
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


def test_every_address_has_a_name_and_a_door() -> None:
    nameless = [route for route, pattern in ROUTES if not pattern.name]
    unguarded = [pattern.name for _route, pattern in GUARDED if not hasattr(pattern.callback, "capability")]
    assert (nameless, unguarded) == ([], [])


def test_no_open_door_is_listed_that_is_not_there() -> None:
    assert set(OPEN) <= {pattern.name for _route, pattern in ROUTES}


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: Client, db: None) -> None:
    answers = {pattern.name: knock(client, reverse(pattern.name)) for pattern in PLAIN}
    assert {name for name, answer in answers.items() if answer.status_code != 302} == set()
    assert {answer.url.partition("?")[0] for answer in answers.values()} == {reverse("account_login")}


@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_opens_for_those_who_hold_its_capability_and_for_nobody_else(person: str, people, as_) -> None:
    client, wrong = as_(person), []
    roles = {held.role for held in Assignment.objects.filter(staff=getattr(people, person))}
    for pattern in PLAIN:
        needs = pattern.callback.capability
        may = not needs or any(needs in rules.ROLES[role].may for role in roles)
        address = reverse(pattern.name)
        answer = client.get(address) if may else knock(client, address)
        status, says_nothing = answer.status_code, not answer.streaming and NOTHING in answer.content
        if (status == 403) is may or status >= 500 or says_nothing:
            wrong.append((pattern.name, needs, status))
    assert wrong == []


def test_a_role_taken_away_closes_the_page_at_the_next_request(people, as_) -> None:
    client = as_("analyst")
    assert client.get(reverse("segments")).status_code == 200

    Assignment.objects.filter(staff=people.analyst).delete()
    assert client.get(reverse("segments")).status_code == 403


def test_somebody_who_left_is_out_at_once(people, as_) -> None:
    client = as_("analyst")
    StaffMember.objects.filter(id=people.analyst.id).update(is_active=False)
    assert client.get(reverse("segments")).status_code == 302


def test_pages_carry_a_strict_policy_and_are_never_stored(people, as_) -> None:
    answer = as_("manager").get(reverse("home"))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Frame-Options"] == "DENY"
