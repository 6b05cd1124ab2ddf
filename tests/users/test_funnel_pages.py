"""The funnel as people read it: page, file and API tell the same, and every number is a list of as many people."""

import datetime as dt
import io
import re
from copy import deepcopy

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from communities.models import StaffAct
from communities.scoping import Scope
from tests import cast
from tests.cast import Cast
from tests.factories import SHANGHAI, make_customer, make_order
from tests.tokens import caller
from users.acquisition.models import Referral, SignupImport
from users.customers.models import Customer
from users.directory import filters
from users.directory import queries as directory
from users.funnel.models import StageAction

EVERYWHERE = Scope(everywhere=True)


def registered(day: str, *bought: str, net: int = 1000, **fields: object) -> Customer:
    at = dt.datetime.fromisoformat(f"2018-{day}").replace(tzinfo=SHANGHAI)
    customer = make_customer(registered_at=at, **fields)
    for one in bought:
        make_order(customer=customer, at=f"2018-{one}", net=net)
    return customer


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    """As of 7 May: eight who registered, one of them six days ago, and one who never did."""
    people = cast.assemble()
    here, there = {"community": people.cuiping}, {"community": people.jinling}
    good = registered("03-05", "03-06", "03-12", channel="地推", net=20000, **here)
    brought = registered("03-07", "03-08", channel="老带新", **here)
    registered("03-06", "03-09", "03-20", channel="地推", **here)
    registered("03-05", channel="", **here)
    registered("03-05", "03-20", channel="活动", **there)
    registered("04-23", "04-24", channel="群", **there)
    registered("05-01", channel="群", **there)
    registered("05-01", "05-02", channel="地推", community=None)
    make_order(customer=make_customer(**here), at="2018-04-02")
    file = SignupImport.objects.create(kind="referrals", name="brought.csv", digest="")
    Referral.objects.create(referred=brought, referrer=good, file=file)
    call_command("recompute", "--as-of", "2018-05-07", stdout=io.StringIO(), stderr=io.StringIO())
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def links(html: str) -> list[tuple[str, int]]:
    """(address, the number that leads there) of every link to the customer list."""
    found = re.findall(r'<a[^>]* href="/customers/\?([^"]*)"[^>]*>(?:n=)?([\d,]+)', html)
    return [(address.replace("&amp;", "&"), int(number.replace(",", ""))) for address, number in found]


@pytest.mark.parametrize(
    "asked", [{}, {"by": "channel"}, {"by": "community"}, {"community": "cuiping", "by": "channel"}, {"came": "地推"},
              {"came": "-"}, {"week": "2018-03-05"}],
)  # fmt: skip
def test_every_number_leads_to_a_list_of_as_many_people(asked: dict[str, str], city, as_) -> None:
    found = links(as_("manager").get(reverse("funnel"), asked).content.decode())
    assert len(found) > 2
    for address, number in found:
        chosen = filters.from_query(QueryDict(address))
        assert chosen.unread == ()
        assert directory.people(EVERYWHERE, chosen).count() == number, address


def test_the_funnel_counts_who_went_all_the_way(city) -> None:
    told = caller(city.manager).get("api_funnel").json()
    stages = {one["stage"]: one for one in told["stages"]}
    assert told["customers"] == 9
    assert [stages[name]["customers"] for name in stages] == [8, 5, 2, 2, 1]
    assert (stages["activated"]["part"], stages["activated"]["whole"], stages["activated"]["not_over"]) == (4, 6, 2)
    assert 0 < stages["activated"]["low"] < stages["activated"]["rate"] < stages["activated"]["high"] < 1
    assert stages["registered"]["rate"] is None


def test_as_of_a_past_date_it_counts_who_had_registered_and_bought_by_then(city, as_) -> None:
    told = caller(city.manager).get("api_funnel", {"as_of": "2018-04-30"}).json()["stages"]
    assert [(one["customers"], one["part"], one["whole"]) for one in told[:3]] == [(6, 6, 6), (4, 4, 6), (2, 2, 3)]
    html = as_("manager").get(reverse("funnel"), {"as_of": "2018-04-30"}).content.decode()
    assert "04-30" in html and links(html) == []
    assert as_("manager").get(reverse("funnel"), {"as_of": "2018-04-29"}).status_code == 404


def test_whoever_reads_one_community_counts_only_its_people(city) -> None:
    told = caller(city.jinling_analyst).get("api_funnel", {"by": "community"}).json()
    assert told["stages"][0]["customers"] == 3
    assert [one["unit"] for one in told["units"]] == [city.jinling.name]


def test_the_file_has_a_row_a_unit_and_stage(city, as_) -> None:
    answer = as_("manager").get(reverse("funnel_csv"), {"by": "channel"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "unit,stage,customers,reached_alone,part,whole,not_over,rate,low,high"
    assert lines[2].startswith(",activated,5,5,4,6,2,")
    assert len(lines) == 1 + 5 * (1 + 5) + 1


def test_a_week_whose_window_is_not_over_is_hatched(city, as_) -> None:
    html = as_("manager").get(reverse("funnel"), {"by": "week"}).content.decode()
    newest = html[html.index("2018-04-30") :].split("</tr>")[0]
    assert "hatched" in newest
    assert "%" not in re.sub(r'(title|href)="[^"]*"', "", newest)


def test_before_a_referral_is_told_nobody_is_said_to_bring_nobody(city, as_) -> None:
    Referral.objects.all().delete()
    html = as_("manager").get(reverse("funnel")).content.decode()
    assert "No file has told who brought whom" in html or "还没有导入推荐关系" in html


def test_the_action_of_a_stage_is_changed_in_the_trail_and_shown(city, as_) -> None:
    client, address = as_("manager"), reverse("funnel_action", args=["retained"])
    told = {"action": "Ring on the third day", "owner": "Li", "href": "/reminders/"}
    assert client.post(address, told).status_code == 302
    assert StageAction.objects.get().action == "Ring on the third day"
    assert StaffAct.objects.get(thing="stage_action").detail["to"] == told
    html = client.get(reverse("funnel")).content.decode()
    assert "Ring on the third day" in html
    client.post(address, told)
    assert StaffAct.objects.filter(thing="stage_action").count() == 1


@pytest.mark.parametrize("href", ["//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)", "https://x/"])
def test_an_action_leads_to_no_other_site(href: str, city, as_) -> None:
    address = reverse("funnel_action", args=["retained"])
    assert as_("manager").post(address, {"action": "x", "href": href}).status_code == 200
    assert not StageAction.objects.exists()


def test_an_action_is_changed_by_those_who_change_policies_everywhere(city, as_) -> None:
    address = reverse("funnel_action", args=["retained"])
    assert as_("analyst").get(address).status_code == 403
    assert as_("manager").get(reverse("funnel_action", args=["bought"])).status_code == 404


def test_the_board_takes_few_queries(city, as_, django_assert_max_num_queries) -> None:
    client = as_("manager")
    client.get(reverse("funnel"))
    with django_assert_max_num_queries(16):
        client.get(reverse("funnel"))


def test_no_value_of_any_word_breaks_the_board(city, as_) -> None:
    client, mine = as_("manager"), caller(city.manager)
    for value in ("\0", "a\0b", "9" * 5000, "-1", "0001-01-01", "9999-12-31", "٣", "2018-13-01", "'--", "%"):
        for word in ("by", "week", "came"):
            assert client.get(reverse("funnel"), {word: value}).status_code == 200
            assert mine.get("api_funnel", {word: value}).status_code in (200, 400)
