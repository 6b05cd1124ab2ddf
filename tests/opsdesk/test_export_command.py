import csv
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from communities.models import StaffAct
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_customer
from tests.standings import was
from users.customers.models import Customer, Tag, Tagging
from users.rfm.models import RfmDay, RfmScore

SEGMENTS = ["customer_id", "phone", "community", "lifecycle", "first_purchase", "last_order", "purchases", "net"]
RFM = [
    "customer_id", "phone", "community", "r_days", "frequency", "monetary",
    "r_score", "f_score", "m_score", "rfm_class",
]  # fmt: skip
BEFORE = TODAY - dt.timedelta(days=7)


def export(*words: str) -> tuple[list[str], list[dict[str, str]], str]:
    """Head, rows, and what was said beside them."""
    out, beside = io.StringIO(), io.StringIO()
    call_command("export", *words, stdout=out, stderr=beside)
    reader = csv.DictReader(io.StringIO(out.getvalue()))
    rows = list(reader)
    return list(reader.fieldnames or []), rows, beside.getvalue()


@pytest.fixture
def silent(people: Cast) -> Customer:
    customer = make_customer(
        community=people.cuiping, station=people.cuiping_station, phone="13812344021", name="王小明",
        address="翠屏花园6幢2单元502", building="6", unit="2", room="502", channel="地推",
        registered_at=dt.datetime(2018, 3, 1, 16, 30, tzinfo=dt.UTC),
    )  # fmt: skip
    bought = {"first_purchase": dt.date(2018, 4, 1), "last_order": dt.date(2018, 4, 20), "purchases": 3, "net": 12305}
    was(customer, "active", BEFORE, **bought)
    was(customer, "silent", TODAY, before="active", **bought)
    was(make_customer(phone="13900000001", name="=cmd"), "prospect", TODAY)
    return customer


def test_segments_are_masked_and_in_yuan(silent: Customer) -> None:
    head, rows, _beside = export("segments", "--as-of", str(TODAY))
    assert head == SEGMENTS
    assert list(rows[0].values()) == [
        str(silent.pk), "138****4021", "翠屏花园", "silent", "2018-04-01", "2018-04-20", "3", "123.05",
    ]  # fmt: skip
    assert list(rows[1].values())[1:] == ["139****0001", "", "prospect", "", "", "0", "0.00"]


def test_one_community_is_those_counted_there(silent: Customer) -> None:
    assert len(export("segments", "--as-of", str(TODAY), "--community", "cuiping")[1]) == 1
    assert export("segments", "--as-of", str(TODAY), "--community", "jinling")[1] == []


def test_rfm_scores_count_days_to_the_date(silent: Customer) -> None:
    RfmDay.objects.create(as_of=TODAY, policy_version=0, computed_at=dt.datetime.now(dt.UTC))
    RfmScore.objects.create(
        as_of=TODAY, customer_id=silent.pk, community_id=silent.community_id, last_day=dt.date(2018, 4, 20),
        frequency=3, monetary=12305, r_score=2, f_score=4, m_score=5, rfm_class="win_back",
    )  # fmt: skip
    head, rows, _beside = export("rfm", "--as-of", str(TODAY))
    assert head == RFM
    assert list(rows[0].values())[1:] == ["138****4021", "翠屏花园", "17", "3", "123.05", "2", "4", "5", "win_back"]


def test_transitions_say_from_where_and_why(silent: Customer) -> None:
    _head, rows, _beside = export("transitions", "--as-of", str(TODAY))
    assert [(row["from"], row["to"], row["cause"]) for row in rows] == [
        ("active", "silent", "behaviour"), ("none", "prospect", "new"),
    ]  # fmt: skip
    assert rows[0]["why"] == "last order 2018-04-20, 17 days > 14"


def test_customers_carry_doors_and_tags(silent: Customer) -> None:
    for name, hand in (("肉品用户", "auto"), ("团长", "set"), ("水果用户", "removed")):
        Tagging.objects.create(customer=silent, tag=Tag.objects.create(name=name), hand=hand)
    _head, rows, _beside = export("customers", "--as-of", str(TODAY))
    assert rows[0] == {
        "id": str(silent.pk), "phone": "138****4021", "name": "王**", "community": "翠屏花园", "station": "翠屏站",
        "address": "翠屏花园6幢2单元502", "building": "6", "unit": "2", "room": "502", "channel": "地推",
        "registered_at": "2018-03-02 00:30:00", "tags": rows[0]["tags"],
    }  # fmt: skip
    assert set(rows[0]["tags"].split()) == {"肉品用户", "团长"}
    assert rows[1]["name"].startswith("'=")


def test_revealing_takes_a_reason_and_leaves_a_line_in_the_log(silent: Customer) -> None:
    _head, rows, _beside = export("customers", "--as-of", str(TODAY), "--reveal", "courier list")
    assert (rows[0]["phone"], rows[0]["name"]) == ("13812344021", "王小明")
    act = StaffAct.objects.get()
    assert (act.verb, act.thing, act.reason, act.detail["rows"]) == ("export", "customers", "courier list", 2)
    assert act.detail["revealed"] is True
    with pytest.raises(CommandError, match="needs a reason"):
        export("customers", "--as-of", str(TODAY), "--reveal", " ")


def test_a_date_never_computed_is_computed_first_and_said_beside_the_table(silent: Customer) -> None:
    head, rows, beside = export("rfm", "--as-of", "2018-05-09")
    assert head[0] == "customer_id"
    assert rows == []
    assert "2018-05-09 was not computed yet" in beside
    assert len(export("segments", "--as-of", "2018-05-09")[1]) == 1  # who registered; the other was never heard of


@pytest.mark.parametrize("words", [("segments", "--as-of", "7 May"), ("segments", "--community", "atlantis")])
def test_what_cannot_be_meant_is_refused_with_an_example(people: Cast, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"2018-05-07|Known: cuiping"):
        export(*words)
