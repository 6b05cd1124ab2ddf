"""Quadrants: planes of every unit, corners that lead to as many people as they count, models kept and taken back."""

import csv
import datetime as dt
import io
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from communities.models import StaffAct
from communities.scoping import Scope
from opsdesk.insight import quadrant_metrics as metrics
from tests import cast
from tests.cast import Cast
from tests.factories import make_customer, make_order
from tests.tokens import caller
from users.acquisition.models import Spend
from users.directory import filters
from users.directory import queries as directory
from users.growth.models import QuadrantModel

AS_OF = dt.date(2018, 5, 7)
MONDAYS = [dt.date(2018, 4, 2) + dt.timedelta(weeks=n) for n in range(5)]
EVERYWHERE = Scope(everywhere=True)
WORDS = {
    "name": "先救谁", "need": "哪些社区渗透低但买得勤", "unit": "community", "across": "penetration", "up": "frequency",
    "across_cut": "", "up_cut": "1.5", "weeks": "4", "factors": "物业关系", "high_high": "维持", "high_low": "提频",
    "low_high": "地推", "low_low": "观察",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(once_a_file: None) -> Cast:
    people = cast.assemble()
    for week, monday in enumerate(MONDAYS):
        for n in range(6):
            place = (people.cuiping, people.jinling, None)[n % 3]
            station = people.cuiping_station if place == people.cuiping else None
            customer = make_customer(community=place, station=station, channel=("地推", "老带新")[n % 2])
            for later in range(5 - week):
                if later == 0 or n < 2 or (n == 3 and later != 1):
                    day = monday + dt.timedelta(weeks=later, days=n)
                    make_order(customer=customer, at=f"{day}", net=1000 * (n + 1), category=("叶菜", "肉")[n % 2])
    Spend.objects.create(channel="地推", week=MONDAYS[2], fen=30000)
    Spend.objects.create(channel="地推", week=MONDAYS[2], fen=20000, community=people.cuiping)
    call_command("recompute", "--as-of", str(AS_OF), stdout=io.StringIO(), stderr=io.StringIO())
    return people


@pytest.fixture
def people(built: Cast, db: None) -> Cast:
    return deepcopy(built)


@pytest.fixture
def city(people: Cast) -> Cast:
    return people


def page(as_: Any, person: str = "manager", **query: str) -> Any:
    answer = as_(person).get(reverse("quadrants"), query)
    assert answer.status_code == 200
    return answer.context


def test_a_plane_counts_everything_that_it_draws(city: Cast, as_: Any) -> None:
    for unit in metrics.UNITS:
        plane = page(as_, unit=unit)["plane"]
        assert plane.n == len(plane.bubbles) > 0, unit
        counted = {corner: sum(plane.corner(one) == corner for one in plane.bubbles) for corner in plane.counts}
        assert plane.counts == counted, unit


PAIRS = [
    ("recency", "purchases"), ("purchases", "net_ever"), ("rfm_frequency", "rfm_monetary"), ("net_ever", "recency"),
    ("recency", "rfm_frequency"),
]  # fmt: skip


CUTS = [("", ""), ("2", "3"), ("10.5", "1")]


@pytest.mark.parametrize(("place", "everybody"), [({}, 30), ({"community": "cuiping"}, 10)])
def test_a_corner_of_customers_leads_to_as_many_people(
    place: dict[str, str], everybody: int, city: Cast, as_: Any
) -> None:
    for (across, up), cuts in product(PAIRS, CUTS):
        words = {"unit": "customer", "across": across, "up": up, "across_cut": cuts[0], "up_cut": cuts[1]}
        corners = page(as_, **words, **place)["corners"]
        assert sum(one["n"] for one in corners.values()) == everybody, words
        for one in corners.values():
            if one["n"]:
                asked = filters.from_query(QueryDict(one["href"].split("?", 1)[1]))
                assert asked.unread == ()
                assert directory.people(EVERYWHERE, asked).count() == one["n"], one["href"]


def test_channels_know_what_a_new_payer_cost(city: Cast) -> None:
    told = caller(city.manager).get("api_quadrants", {"unit": "channel", "across": "spend"}).json()
    found = {one["name"]: one for one in told["bubbles"]}
    assert set(found) == {"地推"}  # nothing was told of the other one, which is left out
    assert found["地推"]["across"] == 30000  # the company's own figure goes before its communities'
    mine = caller(city.manager).get("api_quadrants", {"unit": "channel", "across": "spend", "community": "cuiping"})
    assert [one["across"] for one in mine.json()["bubbles"]] == [20000]


def test_products_are_counted_by_their_buyers(city: Cast) -> None:
    told = caller(city.manager).get("api_quadrants", {"unit": "product", "weeks": "1", "across": "buyers"}).json()
    assert {one["name"] for one in told["bubbles"]} == {"叶菜一份", "肉一份"}
    assert sum(one["across"] for one in told["bubbles"]) == 6 + 4 * 2 + 3


def test_one_communitys_analyst_sees_nothing_of_the_other(city: Cast, as_: Any) -> None:
    for unit in metrics.UNITS:
        plane = page(as_, "jinling_analyst", unit=unit)["plane"]
        assert "翠屏花园" not in [one.name for one in plane.bubbles]
        assert "翠屏站" not in [one.name for one in plane.bubbles]
    assert page(as_, "jinling_analyst", unit="customer")["plane"].n == 10
    assert as_("jinling_analyst").get(reverse("quadrants"), {"community": "cuiping"}).status_code == 404


def test_words_that_cannot_be_read_are_as_if_not_said(city: Cast, as_: Any) -> None:
    unread = ({"unit": "x"}, {"across": "up"}, {"across": "net", "up": "net"}, {"weeks": "9"}, {"across_cut": "\0"})
    for words in unread:
        ask = page(as_, **words)["ask"]
        assert (ask.unit, ask.weeks) == ("community", 4), words
        assert ask.across != ask.up, words


def test_the_file_holds_the_plane(city: Cast, as_: Any) -> None:
    answer = as_("manager").get(reverse("quadrants_csv"), {"unit": "channel"})
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0] == ["id", "name", "across", "up", "size", "quadrant"]


# -- Models ----------------------------------------------------------------------------------------------------------


def keep(as_: Any, person: str = "manager", **more: str) -> QuadrantModel:
    answer = as_(person).post(reverse("quadrant_new"), WORDS | more)
    assert answer.status_code == 302, answer.context["form"].errors
    return QuadrantModel.objects.latest("id")


def test_a_model_is_kept_with_what_to_do_in_each_corner(city: Cast, as_: Any) -> None:
    model = keep(as_)
    html = as_("analyst").get(reverse("quadrant", args=[model.pk])).content.decode()
    for text in ("先救谁", "哪些社区渗透低但买得勤", "物业关系", "维持", "提频", "地推", "观察"):
        assert text in html
    plane = as_("analyst").get(reverse("quadrant", args=[model.pk])).context["plane"]
    assert plane.up_cut == 1.5
    assert StaffAct.objects.filter(thing="quadrant", verb="create", thing_id=str(model.pk)).count() == 1


def test_a_change_can_be_taken_back(city: Cast, as_: Any) -> None:
    model = keep(as_)
    as_("manager").post(reverse("quadrant_edit", args=[model.pk]), WORDS | {"low_high": "先开站"})
    changed = QuadrantModel.objects.get(retired_at=None)
    assert (changed.low_high, changed.pk != model.pk) == ("先开站", True)
    as_("manager").post(reverse("quadrant_restore", args=[model.pk, changed.pk]))
    assert list(QuadrantModel.objects.filter(retired_at=None)) == [model]


def test_a_model_out_of_use_is_put_back_unless_its_name_is_taken(city: Cast, as_: Any) -> None:
    model = keep(as_)
    as_("manager").post(reverse("quadrant_retire", args=[model.pk]))
    assert not QuadrantModel.objects.filter(retired_at=None).exists()
    other = keep(as_)
    as_("manager").post(reverse("quadrant_restore", args=[model.pk, 0]))
    assert list(QuadrantModel.objects.filter(retired_at=None)) == [other]
    as_("manager").post(reverse("quadrant_restore", args=[model.pk, other.pk]))
    assert list(QuadrantModel.objects.filter(retired_at=None)) == [model]


def test_a_model_that_makes_no_sense_is_not_kept(city: Cast, as_: Any) -> None:
    for wrong in ({"name": ""}, {"up": "penetration"}, {"across": "nosuch"}, {"weeks": "9"}, {"up_cut": "viel"}):
        assert as_("manager").post(reverse("quadrant_new"), WORDS | wrong).status_code == 422, wrong
    assert not QuadrantModel.objects.exists()


def test_two_models_in_use_have_two_names(city: Cast, as_: Any) -> None:
    keep(as_)
    assert as_("manager").post(reverse("quadrant_new"), WORDS).status_code == 422


def test_who_keeps_models_in_one_community_changes_only_their_own(city: Cast, as_: Any) -> None:
    theirs = keep(as_)
    own = keep(as_, "jinling_analyst", name="我的")
    assert as_("jinling_analyst").post(reverse("quadrant_retire", args=[theirs.pk])).status_code == 403
    assert as_("jinling_analyst").post(reverse("quadrant_restore", args=[own.pk, theirs.pk])).status_code == 403
    assert as_("jinling_analyst").post(reverse("quadrant_retire", args=[own.pk])).status_code == 302
    assert list(QuadrantModel.objects.filter(retired_at=None)) == [theirs]
