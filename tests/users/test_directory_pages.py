"""The customer pages, tried by each of the cast: who may, who may only look, who must see nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from communities.models import StaffAct
from tests.cast import Cast
from users.customers import search
from users.customers.models import Customer, Tag, Tagging
from users.directory.models import Note

SEES_ALL = ("manager", "manager2", "operator", "data_admin", "analyst")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
CANARIES = ("15998765432", "159****5432", "欧阳秘密", "欧阳**", "密街", "9909")


# -- Who gets in -----------------------------------------------------------------------------------------------------


def addresses(customer: Customer) -> list[str]:
    return [
        reverse("customers"), reverse("customer", args=[customer.pk]), reverse("tags"),
    ]  # fmt: skip


@pytest.mark.parametrize("username", [*SEES_ALL, "lead", "staff"])
def test_whoever_may_see_customers_opens_every_page(as_, own: Customer, username: str) -> None:
    for address in addresses(own):
        answer = as_(username).get(address)
        assert answer.status_code == 200, address
        assert answer["Cache-Control"] == "no-store, private"
        assert not PHONE.search(answer.content.decode()), address


@pytest.mark.parametrize("username", ["auditor", "newcomer"])
def test_whoever_may_not_is_turned_away(as_, own: Customer, username: str) -> None:
    for address in addresses(own):
        assert as_(username).get(address).status_code == 403, address


def test_nobody_signed_in_goes_to_the_door_and_back(client: Client, own: Customer) -> None:
    for address in addresses(own):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "login" in answer["Location"]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("customers_export", {"manager", "operator", "data_admin", "analyst"}),
        ("customers_tag", {"manager", "operator", "data_admin", "lead"}),
        ("tag_new", {"manager", "operator", "data_admin", "lead"}),
        ("customers_find", {"manager", "operator", "data_admin", "analyst", "lead", "staff"}),
    ],
)
def test_verbs_open_to_those_who_hold_the_right(as_, people: Cast, name: str, allowed: set[str]) -> None:
    everybody = {"manager", "operator", "data_admin", "analyst", "lead", "staff", "auditor", "newcomer"}
    opened = {who for who in everybody if as_(who).post(reverse(name)).status_code != 403}
    assert opened == allowed


# -- What must never be seen -----------------------------------------------------------------------------------------


def test_a_station_never_sees_another_stations_customer(as_, own: Customer, foreign: Customer) -> None:
    Tagging.objects.create(customer=foreign, tag=Tag.objects.get(name="肉品用户"))
    staff, lead = as_("staff"), as_("lead")
    answers = [(staff.get(address), "") for address in addresses(own)]
    for typed in ("欧阳秘密", "159****5432", "密街"):
        answers.append((staff.get(reverse("customers"), {"q": typed}), typed))
    for typed in ("99-9-9909", "5432", "15998765432", "9909"):
        answers.append((staff.post(reverse("search"), {"q": typed}), typed))
        answers.append((staff.post(reverse("customers_find"), {"q": typed}, follow=True), typed))
    everything = {"id": foreign.pk, "new": "x", "everything": "1"}
    answers.append((lead.post(f"{reverse('customers_tag')}?ids={foreign.pk}", everything, follow=True), ""))
    for answer, typed in answers:
        page = answer.content.decode()
        typed_back = search.without_phones(typed)
        seen = [word for word in CANARIES if word in page and word not in (typed, typed_back) and word not in typed]
        assert seen == [], (answer.request["PATH_INFO"], typed)
    assert Tagging.objects.filter(customer=foreign).count() == 1


def test_numbers_are_counted_in_reach_only(as_, own: Customer, foreign: Customer) -> None:
    Tagging.objects.create(customer=foreign, tag=Tag.objects.get(name="肉品用户"))
    assert as_("manager").get(reverse("customers")).context["table"].total == 2
    assert as_("staff").get(reverse("customers")).context["table"].total == 1
    assert as_("jinling_analyst").get(reverse("customers")).context["table"].total == 1
    assert dict(as_("manager").get(reverse("tags")).context["tags"])[Tag.objects.get(name="肉品用户")] == 2
    assert dict(as_("staff").get(reverse("tags")).context["tags"])[Tag.objects.get(name="肉品用户")] == 1


def test_out_of_reach_answers_exactly_like_not_there(as_, own: Customer, foreign: Customer) -> None:
    staff = as_("staff")
    missing = [staff.get(reverse("customer", args=[number])) for number in (foreign.pk, foreign.pk + 1, 2**62)]
    assert {answer.status_code for answer in missing} == {404}
    assert len(missing[0].content) == len(missing[1].content)
    for name in ("customer_reveal", "customer_note"):
        answer = staff.post(reverse(name, args=[foreign.pk]), {"reason": "visit", "text": "x"})
        assert answer.status_code == 404
    assert StaffAct.objects.count() == Note.objects.count() == 0


def test_a_community_out_of_reach_is_not_found(as_, own: Customer) -> None:
    assert as_("staff").get(reverse("customers"), {"community": "jinling"}).status_code == 404
    assert as_("manager").get(reverse("customers"), {"community": "atlantis"}).status_code == 404


# -- Nothing yet ---------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_the_next_step(as_, people: Cast) -> None:
    page = as_("manager").get(reverse("customers")).content.decode()
    assert "还没有客户" in page
    assert as_("manager").get(reverse("tags")).status_code == 200
