"""The ledger page, the file of opt-outs, the pauses: everybody in their reach, every bad row told."""

import csv
import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from communities.actions import write_log
from communities.models import StaffAct
from tests.cast import Cast
from tests.factories import make_customer
from users.contact import actions, optouts, queries, words
from users.contact.models import ContactPause, WishChange
from users.customers.models import Customer

HEAD = "手机号,渠道,允许"


@pytest.fixture
def own(people: Cast) -> Customer:
    return make_customer(community=people.cuiping, station=people.cuiping_station, phone="13611112222", name="翠甲乙")


@pytest.fixture
def foreign(people: Cast) -> Customer:
    return make_customer(community=people.jinling, station=people.jinling_station, phone="13733334444", name="金丙丁")


def said(customer: Customer, subject: str = "dnc", channel: str = "") -> None:
    actions.change_wish(customer=customer, subject=subject, channel=channel, allowed=False, way="door", by=None)


# -- The page --------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_wishes_in_their_reach_masked(as_, own: Customer, foreign: Customer) -> None:
    said(own)
    said(foreign)
    for username, sees_own, sees_foreign in (
        ("manager", True, True), ("analyst", True, True), ("staff", True, False), ("jinling_analyst", False, True),
    ):  # fmt: skip
        page = as_(username).get(reverse("wishes")).content.decode()
        assert ("136****2222" in page, "137****4444" in page) == (sees_own, sees_foreign), username
        assert not any(secret in page for secret in ("13611112222", "13733334444", "甲乙", "丙丁"))


@pytest.mark.parametrize(
    ("note", "way", "told"),
    [
        ("", "door", ("", "")),
        ("请不要再上门", "door", ("请不要再上门", "")),
        ("#1323", "door", ("", "door visit #1323")),
        ("家里有老人 #7", "door", ("家里有老人", "door visit #7")),
        ("callback #12", "staff", ("", "callback #12")),
        ("工单 #12", "staff", ("工单 #12", "")),
    ],
)
def test_a_line_tells_at_which_door_or_call_it_was_said(note: str, way: str, told: tuple[str, str]) -> None:
    with translation.override("en"):
        assert words.note(WishChange(note=note, way=way)) == told


def test_the_ledger_is_filtered_by_subject_channel_and_community(as_, own: Customer, foreign: Customer) -> None:
    said(own, "channel", "sms")
    said(foreign, "profiling")
    for query, shown in (
        ({"subject": "channel"}, "136****2222"), ({"channel": "sms"}, "136****2222"),
        ({"subject": "profiling"}, "137****4444"), ({"community": "jinling"}, "137****4444"),
    ):  # fmt: skip
        page = as_("manager").get(reverse("wishes"), query).content.decode()
        assert [phone for phone in ("136****2222", "137****4444") if phone in page] == [shown], query
    assert as_("manager").get(reverse("wishes"), {"subject": "\0", "channel": "x", "after": "x"}).status_code == 200


def test_the_ledger_is_paged_by_its_key(as_, own: Customer) -> None:
    for n in range(25):
        actions.change_wish(customer=own, subject="dnc", allowed=bool(n % 2), way="door", by=None)
    first = as_("manager").get(reverse("wishes"), {"size": 20})
    second = as_("manager").get(reverse("wishes"), {"size": 20, "after": first.context["page"].after})
    assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (20, 5)


def test_the_export_is_masked_and_logged(as_, own: Customer) -> None:
    said(own)
    answer = as_("analyst").post(reverse("wishes_export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "136****2222" in text
    assert "13611112222" not in text
    assert StaffAct.objects.get(verb="export").detail == {"rows": 1}
    assert as_("staff").post(reverse("wishes_export")).status_code == 403


def test_the_export_counts_with_the_others_of_the_hour(people, as_, own: Customer) -> None:
    for _earlier in range(10):
        write_log(staff=people.analyst, verb="export", thing="customers")
    answer = as_("analyst").post(reverse("wishes_export"), headers={"Accept-Language": "en"}, follow=True)
    assert "10 exports within an hour are the limit; nothing was taken." in answer.content.decode()
    assert StaffAct.objects.filter(thing="wishes").count() == 0
    assert as_("manager").post(reverse("wishes_export")).headers["Content-Disposition"].startswith("attachment")


# -- The file --------------------------------------------------------------------------------------------------------


def sent(client, content: bytes, name: str = "optouts.csv"):
    return client.post(reverse("wishes_import"), {"file": SimpleUploadedFile(name, content)})


def text_of(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\n".join((HEAD, *rows)).encode(encoding)


def sheet_of(*rows: str) -> bytes:
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body)
    sheet = book.add_worksheet()
    for line, row in enumerate(csv.reader([HEAD, *rows])):
        sheet.write_row(line, 0, row)
    book.close()
    return body.getvalue()


@pytest.mark.parametrize("make", [text_of, lambda *rows: text_of(*rows, encoding="gb18030"), sheet_of])
def test_the_good_rows_of_a_file_are_kept(as_, own: Customer, make) -> None:
    answer = sent(as_("manager"), make("136-1111-2222,短信,否", "13611112222,勿扰,拒绝", "13611112222,push,yes"))
    wish = queries.wish_of(own.pk)
    assert (answer.status_code, wish.refused, wish.agreed, wish.do_not_contact) == (302, ["sms"], ["push"], True)
    assert set(WishChange.objects.values_list("way", "by__username")) == {("import", "manager")}


def test_every_bad_row_is_told_with_its_line_and_reason(as_, own: Customer, foreign: Customer) -> None:
    content = text_of(
        "13611112222,短信,否", "1381111,短信,否", "13611112222,鸽子,否", "13611112222,电话,也许",
        "13999999999,短信,否", "13733334444,短信,否", "13611112222,微信,是", "13611112222,微信,否",
    )  # fmt: skip
    answer = sent(as_("lead"), content)
    page = answer.content.decode()
    assert answer.status_code == 422
    told = [(one["line"], one["text"]) for one in answer.context["bad"]]
    assert told == [
        (3, "1381111"), (4, "鸽子"), (5, "也许"), (6, "139****9999"), (7, "137****4444"), (8, "136****2222"),
        (9, "136****2222"),
    ]  # fmt: skip
    assert WishChange.objects.count() == 1
    assert not any(phone in page for phone in ("13999999999", "13733334444", "13611112222"))
    assert answer.context["bad"][3]["reason"] == answer.context["bad"][4]["reason"]  # unknown or out of reach: the same


def test_the_same_file_again_changes_nothing(as_, own: Customer) -> None:
    for _ in range(2):
        assert sent(as_("manager"), text_of("13611112222,短信,否")).status_code == 302
    assert WishChange.objects.count() == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.4", "手机号,允许\n13611112222,否".encode(), b"\xff\xfe\x00\x00\x81", b"PK\x03\x04 broken"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(as_, own: Customer, content: bytes) -> None:
    assert sent(as_("manager"), content).status_code == 302
    assert not WishChange.objects.exists()


def test_a_file_that_is_too_long_is_refused_whole(as_, own: Customer, monkeypatch) -> None:
    monkeypatch.setattr(optouts, "MOST", 2)
    sent(as_("manager"), text_of(*["13611112222,短信,否"] * 3))
    assert not WishChange.objects.exists()


def test_whoever_may_not_change_wishes_sends_no_file(as_, own: Customer) -> None:
    assert sent(as_("analyst"), text_of("13611112222,短信,否")).status_code == 403


# -- Pauses ----------------------------------------------------------------------------------------------------------


def test_a_pause_is_resumed_by_whoever_reaches_the_whole_community(as_, people: Cast) -> None:
    actions.pause(people.cuiping, "rotten leaves", people.manager)
    address = reverse("contact_resume", args=["cuiping"])
    assert "rotten leaves" in as_("lead").get(reverse("wishes")).content.decode()
    assert "rotten leaves" not in as_("other_staff").get(reverse("wishes")).content.decode()
    assert [as_(who).post(address).status_code for who in ("analyst", "lead", "other_staff")] == [403, 404, 404]
    assert ContactPause.objects.filter(ended_at=None).exists()
    assert as_("operator").post(address).status_code == 302
    assert not ContactPause.objects.filter(ended_at=None).exists()
