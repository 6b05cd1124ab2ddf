import re

import pytest
from django.test import Client
from django.urls import reverse

from communities import actions as log
from communities.models import ApiToken, Assignment, StaffAct, StaffMember


def password_on(page) -> str:
    return re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", page.content.decode()).group()


# -- Who may -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees", "changes"),
    [
        ("manager", 200, 200), ("data_admin", 200, 200), ("auditor", 200, 403), ("operator", 403, 403),
        ("analyst", 403, 403), ("lead", 403, 403), ("staff", 403, 403), ("newcomer", 403, 403),
    ],
)  # fmt: skip
def test_staff_is_seen_by_auditors_too_and_changed_by_managers_and_data_admins(
    as_, people, who: str, sees: int, changes: int
) -> None:
    client = as_(who)
    assert client.get("/staff/").status_code == sees
    assert client.get(f"/staff/{people.staff.pk}/").status_code == sees
    assert client.get("/staff/invite/").status_code == changes


@pytest.mark.parametrize("deed", ["name", "roles", "close", "reopen", "password"])
def test_an_auditor_changes_nobody(as_, people, deed: str) -> None:
    assert as_("auditor").post(f"/staff/{people.staff.pk}/{deed}/").status_code == 403
    assert as_("manager").get(f"/staff/{people.staff.pk}/{deed}/").status_code == 405
    assert not StaffAct.objects.exists()


def test_a_manager_of_one_community_sees_who_works_there_and_nobody_else(as_, people) -> None:
    people.newcomer.assignments.create(role="operations_manager", community=people.jinling)
    client = as_("newcomer")
    page = client.get("/staff/")
    assert {person.username for person in page.context["people"]} == {"other_staff", "jinling_analyst", "newcomer"}
    assert client.get(f"/staff/{people.staff.pk}/").status_code == 404
    assert client.post(f"/staff/{people.staff.pk}/password/").status_code == 404


def test_a_manager_of_one_community_gives_roles_there_and_not_beyond(as_, people) -> None:
    people.newcomer.assignments.create(role="operations_manager", community=people.jinling)
    client, address = as_("newcomer"), f"/staff/{people.other_staff.pk}/roles/"
    for place in ("everywhere", f"community-{people.cuiping.pk}", f"station-{people.cuiping_station.pk}"):
        answer = client.post(address, {"role": "analyst", "place": place})
        assert answer.context["role_form"].errors
    client.post(address, {"role": "analyst", "place": f"community-{people.jinling.pk}"})
    held = people.other_staff.assignments.values_list("role", "community__code", "station__name")
    assert sorted(held, key=str) == [("analyst", "jinling", None), ("station_staff", None, "金陵站")]


# -- The list ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"manager", "manager2", "operator", "data_admin", "lead", "staff", "other_staff", "analyst",
              "jinling_analyst", "auditor", "newcomer"}),
        ("?q=manager", {"manager", "manager2"}),
        ("?role=station_lead", {"lead"}),
        ("?community=cuiping", {"lead", "staff"}),
        ("?community=jinling&role=analyst", {"jinling_analyst"}),
        ("?role=emperor&q=lead", {"manager", "manager2", "operator", "data_admin", "lead", "staff", "other_staff",
                                  "analyst", "jinling_analyst", "auditor", "newcomer"}),
    ],
)  # fmt: skip
def test_people_are_found_by_name_role_and_community(as_, asked: str, found: set[str]) -> None:
    people = as_("manager").get(f"/staff/{asked}").context["people"]
    assert {person.username for person in people} == found


def test_closed_accounts_are_shown_when_asked_for(as_, people) -> None:
    StaffMember.objects.filter(pk=people.lead.pk).update(is_active=False)
    client = as_("manager")
    assert "lead" not in {person.username for person in client.get("/staff/").context["people"]}
    shown = client.get("/staff/?closed=on").context["people"]
    assert shown[-1].username == "lead"


@pytest.mark.parametrize("many", [2, 40])
def test_forty_people_cost_no_more_questions_than_two(as_, people, django_assert_max_num_queries, many: int) -> None:
    for number in range(many):
        member = StaffMember.objects.create(username=f"n{number}", name=f"n{number}")
        Assignment.objects.create(staff=member, role="station_staff", station=people.cuiping_station)
    client = as_("manager")
    with django_assert_max_num_queries(22):
        client.get("/staff/")


# -- One person ----------------------------------------------------------------------------------------------------


def test_whoever_is_invited_chooses_their_own_password_before_anything_opens(as_, people) -> None:
    page = as_("manager").post("/staff/invite/", {"username": "chen", "name": "陈一"})
    password = password_on(page)
    member = StaffMember.objects.get(username="chen")
    as_("manager").post(f"/staff/{member.pk}/roles/", {"role": "analyst", "place": "everywhere"})

    client = Client()
    assert client.login(username="chen", password=password)
    for address in ("/segments/", "/me/"):
        assert client.get(address).headers["Location"] == "/accounts/password/"
    assert client.get("/me/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/password/"

    own = "Kx9-mmzq-bird-77"
    client.post("/accounts/password/", {"oldpassword": password, "password1": own, "password2": own})
    assert client.get("/segments/").status_code == 200
    member.refresh_from_db()
    assert member.check_password(own)
    assert not member.password_is_temporary


def test_a_user_name_is_taken_once(as_) -> None:
    answer = as_("manager").post("/staff/invite/", {"username": "analyst", "name": "另一个"})
    assert "username" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("role", "place", "held"),
    [
        ("station_staff", "station", True),
        ("station_staff", "community", False),
        ("station_staff", "everywhere", False),
        ("analyst", "everywhere", True),
        ("analyst", "community", True),
        ("analyst", "station", False),
        ("emperor", "everywhere", False),
        ("", "everywhere", False),
    ],
)
def test_a_role_is_given_only_where_it_can_hold(as_, people, role: str, place: str, held: bool) -> None:
    places = {
        "everywhere": "everywhere",
        "community": f"community-{people.cuiping.pk}",
        "station": f"station-{people.cuiping_station.pk}",
    }
    answer = as_("manager").post(f"/staff/{people.newcomer.pk}/roles/", {"role": role, "place": places[place]})
    assert people.newcomer.assignments.exists() is held
    assert held or answer.context["role_form"].errors


def test_the_same_role_is_not_given_twice(as_, people) -> None:
    answer = as_("manager").post(f"/staff/{people.operator.pk}/roles/", {"role": "operator", "place": "everywhere"})
    assert answer.context["role_form"].errors
    assert people.operator.assignments.count() == 1


def test_what_is_not_allowed_is_said_and_nothing_changes(as_, people) -> None:
    answer = as_("data_admin").post(f"/staff/{people.manager.pk}/close/", follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert StaffMember.objects.get(pk=people.manager.pk).is_active
    answer = as_("data_admin").post(f"/staff/{people.manager.pk}/password/", follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_one_person_s_role_is_not_taken_through_another_s_page(as_, people) -> None:
    held = people.operator.assignments.get()
    assert as_("manager").post(f"/staff/{people.analyst.pk}/roles/{held.pk}/take/").status_code == 404
    as_("manager").post(f"/staff/{people.operator.pk}/roles/{held.pk}/take/")
    assert not people.operator.assignments.exists()


def test_a_role_taken_while_somebody_works_closes_the_next_page(as_, people) -> None:
    client = as_("operator")
    assert client.get("/policies/").status_code == 200
    as_("manager").post(f"/staff/{people.operator.pk}/roles/{people.operator.assignments.get().pk}/take/")
    assert client.get("/policies/").status_code == 403


def test_closing_is_undone_with_one_press(as_, people) -> None:
    client = as_("manager")
    answer = client.post(f"/staff/{people.operator.pk}/close/", follow=True)
    [message] = answer.context["messages"]
    client.post(message.extra_tags, {"next": "/staff/"})
    assert StaffMember.objects.get(pk=people.operator.pk).is_active


def test_a_name_is_changed_and_written_down(as_, people) -> None:
    client = as_("manager")
    client.post(f"/staff/{people.operator.pk}/name/", {"name": "林若溪"})
    assert StaffAct.objects.get().detail["changes"] == {"name": ["operator", "林若溪"]}
    assert client.post(f"/staff/{people.operator.pk}/name/", {"name": ""}).context["name_form"].errors


# -- One's own page ------------------------------------------------------------------------------------------------


def test_language_and_theme_are_remembered(as_, people) -> None:
    client = as_("analyst")
    client.post("/me/preferences/", {"language": "en", "theme": "dark"})
    member = StaffMember.objects.get(pk=people.analyst.pk)
    assert (member.language, member.theme) == ("en", "dark")
    assert "What I may do" in client.get("/me/").content.decode()


@pytest.mark.parametrize("field", ["username", "is_superuser", "is_staff", "password"])
def test_nothing_else_of_oneself_can_be_posted(as_, people, field: str) -> None:
    before = StaffMember.objects.filter(pk=people.analyst.pk).values("username", "is_superuser", "is_staff", "password")
    kept = list(before)
    as_("analyst").post("/me/preferences/", {"language": "en", "theme": "dark", field: "1"})
    assert list(before) == kept


def test_a_token_is_shown_once_and_opens_the_api_within_its_scopes(as_, people) -> None:
    page = as_("analyst").post("/me/tokens/", {"name": "sheet", "scopes": ["read:communities"], "days": 30})
    clear_text = re.search(r"opsdesk_[0-9a-f]{8}_[\w-]{43}", page.content.decode()).group()
    token = ApiToken.objects.get()
    assert (token.owner, token.scopes, token.digest) == (
        people.analyst,
        ["read:communities"],
        log.token_digest(clear_text),
    )
    assert clear_text not in as_("analyst").get("/me/").content.decode()


@pytest.mark.parametrize(
    ("who", "scopes", "days", "made"),
    [
        ("analyst", ["read:rfm"], 90, True),
        ("analyst", ["import:orders"], 90, False),  # an analyst imports nothing
        ("analyst", ["everything"], 90, False),
        ("analyst", [], 90, False),
        ("analyst", ["read:rfm"], 0, False),
        ("analyst", ["read:rfm"], 9999, False),
        ("data_admin", ["import:orders"], 90, True),
        ("staff", ["record:visits"], 90, True),  # an app of the station's own
        ("staff", ["read:segments"], 90, False),  # nobody at a station sees the boards
        ("auditor", ["read:communities"], 90, False),
        ("newcomer", ["read:rfm"], 90, False),
    ],
)
def test_a_token_opens_no_more_than_its_owner(as_, who: str, scopes: list[str], days: int, made: bool) -> None:
    as_(who).post("/me/tokens/", {"name": "sheet", "scopes": scopes, "days": days})
    assert ApiToken.objects.exists() is made


def test_a_token_is_revoked_by_its_owner_or_by_whoever_manages_the_account(as_, people) -> None:
    tokens = [log.issue_token(owner=people.analyst, name=n, scopes=["read:rfm"], days=9)[0] for n in ("a", "b", "c")]
    assert as_("operator").post(f"/me/tokens/{tokens[0].pk}/revoke/").status_code == 404
    as_("analyst").post(f"/me/tokens/{tokens[0].pk}/revoke/")
    as_("manager").post(f"/staff/{people.analyst.pk}/tokens/{tokens[1].pk}/")
    assert as_("auditor").post(f"/staff/{people.analyst.pk}/tokens/{tokens[2].pk}/").status_code == 403
    living = ApiToken.objects.filter(revoked_at=None)
    assert [token.name for token in living] == ["c"]


def test_ones_own_page_leads_to_the_reference_of_the_api_where_one_may_use_it(as_) -> None:
    assert f'href="{reverse("api")}"' in as_("analyst").get(reverse("me")).content.decode()
    assert f'href="{reverse("api")}"' not in as_("auditor").get(reverse("me")).content.decode()
