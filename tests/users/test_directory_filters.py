import datetime as dt

import pytest
from django.http import QueryDict
from django.utils import translation

from communities.models import StaffMember
from communities.queries import grants_of
from communities.rules import SEE_CUSTOMERS, grants_for
from communities.scoping import Scope
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer
from tests.standings import bought, buyer, stand, was
from users.customers.models import Customer, Tag, Tagging
from users.directory import filters, queries, sentence
from users.directory.filters import Filters
from users.funnel.models import Stage
from users.purchases.models import Origin

EVERYWHERE = Scope(everywhere=True)
MONDAY = TODAY
MONDAY_BEFORE = TODAY - dt.timedelta(days=7)


def asked(text: str) -> Filters:
    return filters.from_query(QueryDict(text))


def names(text: str, scope: Scope = EVERYWHERE) -> set[str]:
    return set(queries.people(scope, asked(text)).values_list("name", flat=True))


def scope_of(staff: StaffMember) -> Scope:
    return Scope.of(grants_for(grants_of(staff), SEE_CUSTOMERS))


# -- Reading the address -------------------------------------------------------------------------------------------

ADDRESSES = [
    ("lifecycle=silent,active", Filters(lifecycle=("silent", "active"))),
    ("lifecycle=silent&lifecycle=active", Filters(lifecycle=("silent", "active"))),
    ("rfm=champion,none&scored=1", Filters(rfm=("champion", "none"), scored=True)),
    ("tag=3,7&ids=1,2", Filters(tag=(3, 7), ids=(1, 2))),
    ("net_min=100&net_max=99.5&purchases_max=0", Filters(net_min=10000, net_max=9950, purchases_max=0)),
    ("frequency_min=2&frequency_max=5", Filters(frequency_min=2, frequency_max=5)),
    ("monetary_min=1&monetary_max=2.5", Filters(monetary_min=100, monetary_max=250)),
    ("new_on=2018-05-01", Filters(first_from=dt.date(2018, 5, 1), first_to=dt.date(2018, 5, 1))),
    ("paid_on=2018-05-01", Filters(paid_from=dt.date(2018, 5, 1), paid_to=dt.date(2018, 5, 1))),
    (
        "from=2018-04-30&was=none&to=2018-05-07&is=silent",
        Filters(from_=MONDAY_BEFORE, was=("none",), to=MONDAY, is_=("silent",)),
    ),
    ("signup=12&told=created,unchanged", Filters(signup=12, told=("created", "unchanged"))),
    ("week=2018-04-30&flow=new,lost", Filters(week=MONDAY_BEFORE, flow=("new", "lost"))),
    (
        "stage=activated.open&registered=2018-04-30&came=-",
        Filters(stage="activated.open", registered=MONDAY_BEFORE, came="-"),
    ),
    (
        "bought_from=2018-04-30&bought_to=2018-05-06&each=week&back=4&category=0&served_by=3",
        Filters(bought_from=MONDAY_BEFORE, bought_to=dt.date(2018, 5, 6), each="week", back=4, category=0, served_by=3),
    ),
    (
        "missed_from=2018-04-30&gap=month&channel=-",
        Filters(missed_from=MONDAY_BEFORE, gap="month", channel="-"),
    ),
    ("service=1&proxy=on&recalled=0", Filters(service=True, proxy=True)),
    ("within=&older=+&community=cuiping", Filters(community="cuiping")),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_is_read_into_conditions(text: str, expected: Filters) -> None:
    assert asked(text) == expected
    assert asked(text).unread == ()


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_conditions_written_as_an_address_read_back_the_same(text: str, expected: Filters) -> None:
    assert filters.from_text(expected.to_query()) == expected


@pytest.mark.parametrize(
    "word",
    [
        "lifecycle=asleep", "rfm=champion,best", "tag=x", "tag=-1", "net_min=abc", "net_min=-5", "within=1e9",
        "within=99999999999999999999", "paid_on=yesterday", "paid_on=9999999-01-01", "to=2018-02-30", "service=yes",
        "ids=" + ",".join(map(str, range(600))), "is=none", "station=1.5", "older=%00", "net_max=NaN",
        "each=year", "gap=fortnight", "back=105", "category=x", "served_by=-1", "missed_to=soon",
        "week=2018-05-01", "flow=fresh", "stage=bought", "registered=2018-05-01", "signup=x", "told=refused",
    ],
)  # fmt: skip
def test_a_word_that_cannot_be_read_is_left_out_and_named(word: str) -> None:
    found = asked(word)
    assert found == Filters()
    assert found.unread == (word.split("=")[0],)


@pytest.mark.parametrize(
    "typed", ["13812344021", "138 1234 4021", "138-1234-4021", "+86 13812344021", "１３８１２３４４０２１"]
)
def test_a_full_phone_in_an_address_is_masked_at_once(typed: str) -> None:
    query = QueryDict(mutable=True)
    query["q"] = f"王 {typed}"
    assert filters.from_query(query).q == "王 138****4021"


# -- Who is meant: every condition, with its opposite left out ------------------------------------------------------


def began(name: str, **told: int) -> None:
    customer = Customer.objects.unscoped("tests look customers up").get(name=name)
    Origin.objects.create(customer_id=customer.pk, first_day=dt.date(2018, 3, 1), **told)


def staged(name: str, stages: int, channel: str = "") -> None:
    customer = Customer.objects.unscoped("tests look customers up").get(name=name)
    Stage.objects.create(
        customer_id=customer.pk, community_id=customer.community_id or 0, channel=channel, week=MONDAY_BEFORE,
        stages=stages,
    )  # fmt: skip


@pytest.fixture
def world(people: Cast) -> Cast:
    """One customer for each condition, named after it."""
    in_cuiping = {"community": people.cuiping, "station": people.cuiping_station}
    buyer(name="silent", **in_cuiping, building="6", unit="2", room="502")
    buyer(name="active", **in_cuiping, standing={"lifecycle": "active", "last_order": TODAY - dt.timedelta(days=14)})
    buyer(name="recalled", standing={"lifecycle": "active", "recalled": True, "last_order": TODAY})
    buyer(name="champion", community=people.jinling, standing={"rfm_class": "champion", "net": 50000, "purchases": 9})
    buyer(name="service", channel="地推", standing={"is_service": True, "rfm_class": "", "frequency": None})
    buyer(name="proxy", standing={"is_proxy": True, "rfm_class": "", "frequency": None})
    stand(make_customer(name="prospect", community=people.jinling))
    make_customer(name="uncounted", community=people.jinling)
    tagged = buyer(name="tagged", standing={"first_purchase": dt.date(2018, 5, 1)})
    untagged = buyer(name="untagged")
    meat = Tag.objects.create(id=7, name="肉品用户", is_taste=True)
    Tagging.objects.create(customer=tagged, tag=meat)
    Tagging.objects.create(customer=untagged, tag=meat, hand=Tagging.Hand.REMOVED)
    began("champion", category_id=9, staff_id=5)
    began("active")
    staged("silent", 1, channel="地推")
    staged("tagged", 1 | 32)
    staged("proxy", 4)
    bought(tagged, dt.date(2018, 5, 1))
    bought(untagged, dt.date(2018, 5, 2), starts=False)
    return people


REST = {"tagged", "untagged"}
CONDITIONS = [
    ("lifecycle=prospect", {"prospect"}),
    ("lifecycle=active,prospect", {"active", "recalled", "prospect"}),
    ("recalled=1", {"recalled"}),
    ("rfm=champion", {"champion"}),
    ("rfm=champion,none", {"champion", "service", "proxy", "prospect"}),
    ("scored=1", {"silent", "active", "recalled", "champion", *REST}),
    ("service=1", {"service"}),
    ("proxy=1", {"proxy"}),
    ("tag=7", {"tagged"}),
    ("tag=8", set()),
    ("community=cuiping", {"silent", "active"}),
    ("community=cuiping&lifecycle=silent", {"silent"}),
    ("unassigned=1", {"recalled", "service", "proxy", *REST}),
    ("building=6", {"silent"}),
    ("channel=地推", {"service"}),
    ("purchases_min=3", {"champion"}),
    ("purchases_max=0", {"prospect"}),
    ("net_min=500", {"champion"}),
    ("net_min=500.01", set()),
    ("net_max=0", {"prospect"}),
    ("frequency_min=3", set()),
    ("frequency_max=2&purchases_min=9", {"champion"}),
    ("monetary_min=10&rfm=champion", {"champion"}),
    ("monetary_max=9.99", set()),
    ("within=14", {"active", "recalled"}),
    ("within=0", {"recalled"}),
    ("older=19&lifecycle=silent", {"silent", "champion", "service", "proxy", *REST}),
    ("older=20", set()),
    ("new_on=2018-05-01", {"tagged"}),
    ("first_from=2018-05-02", set()),
    ("first_to=2018-04-30&rfm=champion", {"champion"}),
    ("paid_on=2018-05-01", {"tagged"}),
    ("paid_from=2018-05-01&paid_to=2018-05-02", {"tagged", "untagged"}),
    ("bought_from=2018-05-01&bought_to=2018-05-02", {"tagged"}),
    ("week=2018-04-30&flow=new", {"tagged"}),
    ("week=2018-04-30&flow=active,lost", {"tagged"}),
    ("week=2018-05-07&flow=lost", {"tagged"}),
    ("week=2018-05-07&flow=recalled,retained", set()),
    ("stage=activated", {"silent", "tagged"}),
    ("stage=activated&came=地推", {"silent"}),
    ("stage=registered&came=-&registered=2018-04-30", {"tagged", "proxy"}),
    ("stage=registered&registered=2018-04-23&registered_to=2018-04-30&came=-", {"tagged", "proxy"}),
    ("stage=retained.open", {"tagged"}),
    ("stage=revenue.reached", {"proxy"}),
    ("missed_from=2018-05-01&missed_to=2018-05-01&lifecycle=prospect", {"prospect"}),
    ("missed_from=2018-05-01&missed_to=2018-05-01&new_on=2018-05-01", set()),
    ("bought_from=2018-05-01&bought_to=2018-05-01&each=day", {"tagged"}),
    ("bought_from=2018-04-30&bought_to=2018-05-13&each=week", set()),
    ("missed_from=2018-04-30&missed_to=2018-05-13&gap=week&new_on=2018-05-01", {"tagged"}),
    ("missed_from=2018-04-30&missed_to=2018-05-06&gap=week&new_on=2018-05-01", set()),
    ("back=0", {"tagged"}),
    ("back=1", set()),
    ("category=9", {"champion"}),
    ("category=0", {"active"}),
    ("served_by=5&category=9", {"champion"}),
    ("served_by=0", {"active"}),
    ("channel=-&lifecycle=prospect", {"prospect"}),
    ("q=6-2-502", {"silent"}),
    ("q=champ", {"champion"}),
]


def test_each_condition_means_exactly_these_people(world: Cast) -> None:
    assert {text: names(text) for text, _expected in CONDITIONS} == dict(CONDITIONS)
    many = {text: queries.people(EVERYWHERE, asked(text)).count() for text, _expected in CONDITIONS}
    assert many == {text: len(expected) for text, expected in CONDITIONS}


def test_no_condition_means_everybody_in_reach_even_before_the_night(world: Cast) -> None:
    assert queries.people(EVERYWHERE, Filters()).count() == Customer.objects.unscoped("to count").count() == 10
    assert "uncounted" in names("")


def test_a_station_and_ids_are_conditions_too(world: Cast) -> None:
    champion = Customer.objects.unscoped("to find").get(name="champion")
    assert names(f"station={world.cuiping_station.pk}") == {"silent", "active"}
    assert names(f"ids={champion.pk},999999") == {"champion"}


def test_no_condition_widens_what_a_station_sees(world: Cast) -> None:
    own, others, nobody = (scope_of(one) for one in (world.staff, world.other_staff, world.newcomer))
    seen = {text: (names(text, own), names(text, others), names(text, nobody)) for text, _expected in CONDITIONS}
    assert seen == {text: (expected & {"silent", "active"}, set(), set()) for text, expected in CONDITIONS}


# -- Class moves between Mondays ------------------------------------------------------------------------------------


@pytest.fixture
def movers(people: Cast) -> Cast:
    """From Monday to Monday: one went silent, one stayed, one is newly known, one moved to another community since."""
    for name, before, now, home in [
        ("fell", "new_paying", "silent", people.cuiping),
        ("stayed", "active", "active", people.cuiping),
        ("came", "", "prospect", people.jinling),
        ("moved house", "new_paying", "silent", people.jinling),
    ]:
        one = buyer(name=name, community=home, standing={"lifecycle": now})
        counted_in = people.cuiping.pk if name == "moved house" else home.pk
        if before:
            was(one, before, MONDAY_BEFORE, community_id=counted_in)
        was(one, now, MONDAY, before=before, community_id=counted_in, recalled=name == "stayed")
    return people


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from=2018-04-30&was=new_paying&to=2018-05-07&is=silent", {"fell", "moved house"}),
        ("from=2018-04-30&was=none&to=2018-05-07&is=prospect", {"came"}),
        ("from=2018-04-30&was=none,active&to=2018-05-07", {"came", "stayed"}),
        ("from=2018-04-30&was=active", {"stayed"}),
        ("to=2018-05-07&is=silent", {"fell", "moved house"}),
        ("to=2018-04-30&is=new_paying", {"fell", "moved house"}),
        ("to=2018-05-07", {"fell", "stayed", "came", "moved house"}),
        ("to=2018-05-07&recalled=1", {"stayed"}),
        ("to=2018-05-07&is=silent&community=cuiping", {"fell", "moved house"}),
        ("to=2018-05-07&is=silent&community=jinling", set()),
        ("to=2018-05-07&is=silent&unassigned=1", set()),
        ("to=2018-05-14&is=silent", set()),
    ],
)
def test_class_moves_read_the_snapshots(movers: Cast, text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_weekly_moves_agree_with_moves_between_any_two_days(movers: Cast) -> None:
    """The later snapshot's memory of the Monday before is the same as reading both snapshots."""
    text = "from=2018-04-30&was=new_paying,none&to=2018-05-07"
    apart = [queries._was(MONDAY_BEFORE, ["new_paying", ""]), queries._in_snapshot(MONDAY)]
    both = Customer.objects.unscoped("to compare").filter(*apart)
    assert names(text) == set(both.values_list("name", flat=True))


# -- In words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "All customers"),
        ("lifecycle=silent,active&net_min=1400", "class is Silent or Active, and net ≥ ¥1,400"),
        ("older=30", "last order more than 30 days before"),
        ("within=1", "last order at most 1 day before"),
        ("purchases_min=3&purchases_max=9", "number of purchases from 3 to 9"),
        ("proxy=1", "proxy buyers"),
        ("rfm=none", "RFM class is outside the window"),
    ],
)
def test_a_filter_reads_as_a_sentence(text: str, words: str) -> None:
    with translation.override("en"):
        assert sentence.text(asked(text), sentence.Names()) == words


def test_every_condition_has_words() -> None:
    """Whatever is asked for, the sentence over the list says so."""
    for text in [text for text, _ in ADDRESSES if text] + [text for text, _ in CONDITIONS]:
        wanted = asked(text)
        said = sentence.pieces(wanted, sentence.Names())
        assert sum(is_value for _piece, is_value in said) >= 1, text
