"""The sheet of spend: typed into, pasted over after a look, taken back, taken along, and told over the API."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.tokens import caller
from users.acquisition import spend_actions as actions
from users.acquisition.models import Spend

MONDAY = dt.date(2018, 5, 7)
M1 = dt.date(2018, 4, 30)


@pytest.fixture(autouse=True)
def in_may():
    with time_machine.travel(dt.datetime(2018, 5, 9, 4, tzinfo=dt.UTC), tick=True):
        yield


def typed(client, fen: str, week: str = "2018-04-30", channel: str = "地推", **query: str):
    words = "".join(f"&{name}={value}" for name, value in query.items())
    address = f"{reverse('spend_cell', args=[week])}?channel={channel}{words}"
    return client.post(address, {"fen": fen}, headers={"HX-Request": "true"})


def sheet(client, **query: str) -> str:
    return client.get(reverse("spend"), query).content.decode()


def test_an_amount_is_typed_in_its_cell_kept_and_taken_back(people, as_) -> None:
    manager = as_("manager")
    assert "<input" in manager.get(f"{reverse('spend_cell', args=['2018-04-30'])}?channel=地推").content.decode()
    assert "¥3,200" in typed(manager, "3200").content.decode()
    told = Spend.objects.get()
    assert (told.week, told.channel, told.fen, told.by, told.community) == (M1, "地推", 320_000, people.manager, None)
    assert "¥3,200" in sheet(manager)
    manager.post(reverse("spend_undo", args=[told.pk]))
    assert [one.fen for one in Spend.objects.order_by("id")] == [320_000, None]
    assert "¥3,200" not in sheet(manager).split("<tfoot>")[0]


def test_the_company_shows_the_sum_of_its_communities_until_its_own_is_told(people, as_) -> None:
    manager = as_("manager")
    typed(manager, "1000", community="cuiping")
    typed(manager, "500", community="jinling")
    assert "¥1,500" in sheet(manager)
    assert "¥1,000" in sheet(manager, community="cuiping")
    assert "¥1,500" not in sheet(manager, community="cuiping")
    typed(manager, "1800")
    assert "¥1,800" in sheet(manager)
    assert "¥1,500" in typed(manager, "").content.decode()


@pytest.mark.parametrize("text", ["many", "-5", "99999999999"])
def test_what_is_no_amount_is_refused_beside_the_field(text: str, people, as_) -> None:
    answer = typed(as_("manager"), text)
    assert (answer.status_code, Spend.objects.count()) == (200, 0)
    assert "<input" in answer.content.decode()


@pytest.mark.parametrize(
    ("week", "channel"),
    [("2018-02-31", "地推"), ("1999-01-04", "地推"), ("2019-05-06", "地推"), ("2018-04-30", ""), ("2018-04-30", "%00")],
)
def test_a_cell_that_no_sheet_has_is_not_there(week: str, channel: str, people, as_) -> None:
    assert typed(as_("manager"), "10", week=week, channel=channel).status_code == 404


@pytest.mark.parametrize("person", ["analyst", "operator", "staff"])
def test_only_who_changes_budgets_may_tell_spend(person: str, people, as_) -> None:
    client = as_(person)
    assert typed(client, "10").status_code == 403
    assert client.post(reverse("spend_paste"), {"text": "1"}).status_code == 403
    assert not Spend.objects.exists()


def test_a_pasted_sheet_is_shown_then_written_then_taken_back_whole(people, as_) -> None:
    manager = as_("manager")
    text = "周\t渠道\t小区\t金额\r\n2018-04-30\t地推\t翠屏花园\t1,200\r\nW19\t社群裂变\t\t300\r\nW19\t地推\t远方\t5\r\n"
    seen = manager.post(reverse("spend_paste"), {"text": text}).content.decode()
    assert not Spend.objects.exists()
    assert [word in seen for word in ("¥1,200.00", "¥300.00", "远方")] == [False, False, True]
    assert seen.count("社群裂变\t\t300") == 3  # to take the new channel, to write the others, to mend
    seen = manager.post(reverse("spend_paste"), {"text": text, "new": "1"}).content.decode()
    assert [word in seen for word in ("¥1,200.00", "¥300.00", "远方")] == [True] * 3
    handed_on = re.search(r'name="text" value="([^"]*)"', seen)
    manager.post(reverse("spend_paste"), {"text": handed_on[1], "new": "1", "write": "1"})
    told = Spend.objects.order_by("id")
    assert [(one.week, one.channel, one.community, one.fen, one.way) for one in told] == [
        (M1, "地推", people.cuiping, 120_000, "pasted"),
        (MONDAY, "社群裂变", None, 30_000, "pasted"),
    ]
    assert len({one.sheet for one in told}) == 1
    manager.post(reverse("spend_sheet_undo", args=[told[0].sheet]))
    assert [one.fen for one in Spend.objects.order_by("id")][2:] == [None, None]


def test_bare_amounts_are_laid_on_the_weeks_and_channels_shown(people, as_) -> None:
    manager = as_("manager")
    actions.tell(M1, "地推", None, 1, None)
    actions.tell(M1, "活动", people.cuiping.id, 77_700, None)
    query = "?until=2018-04-30&add=活动"
    shown = manager.get(reverse("spend") + query).context["board"]
    seen = manager.post(reverse("spend_paste") + query, {"text": "2018-04-30\t\t8"}).content.decode()
    assert "¥777.00" in seen
    manager.post(reverse("spend_paste") + query, {"text": "7\t\n\n\t8", "write": "1"})
    told = {(one.week, one.channel): one.fen for one in Spend.objects.exclude(sheet=None)}
    assert told == {(shown.weeks[0], "地推"): 700, (shown.weeks[2], "活动"): 800}


def test_a_file_is_read_and_a_file_that_is_none_is_refused(people, as_) -> None:
    manager = as_("manager")
    content = "week,channel,amount\n2018-04-30,地推,12\n".encode("gb18030")
    seen = manager.post(reverse("spend_paste"), {"file": SimpleUploadedFile("spend.csv", content), "new": "1"})
    assert "¥12.00" in seen.content.decode()
    handed_on = re.search(r'name="text" value="([^"]*)"', seen.content.decode())
    manager.post(reverse("spend_paste"), {"text": handed_on[1], "sent": "1", "new": "1", "write": "1"})
    assert Spend.objects.get().way == "imported"
    assert manager.post(reverse("spend_paste"), {"text": " \t\n"}).status_code == 422
    bad = SimpleUploadedFile("spend.csv", b"%PDF-1.7 no table")
    assert manager.post(reverse("spend_paste"), {"file": bad}).status_code == 422


def test_nobody_takes_back_what_another_told(people, as_) -> None:
    told = actions.tell(M1, "地推", None, 100, people.manager)
    assert as_("manager2").post(reverse("spend_undo", args=[told.pk])).status_code == 404


def test_whoever_reads_one_community_sees_only_its_spend(people, as_) -> None:
    actions.tell(M1, "地推", people.cuiping.id, 111_100, None)
    actions.tell(M1, "地推", people.jinling.id, 222_200, None)
    actions.tell(M1, "活动", None, 333_300, None)
    html = sheet(as_("jinling_analyst"))
    assert "¥2,222" in html
    assert "¥1,111" not in html
    assert "¥3,333" not in html
    told = caller(people.jinling_analyst, "read:insight").get("api_spend").json()
    assert told == [{"week": "2018-04-30", "channel": "地推", "community": "jinling", "fen": 222_200}]


def test_the_file_taken_along_can_be_sent_back(people, as_) -> None:
    manager = as_("manager")
    actions.tell(M1, "地推", people.cuiping.id, 1234, None)
    actions.tell(MONDAY, "活动", None, 5000, None)
    answer = manager.get(reverse("spend_csv"))
    content = b"".join(answer.streaming_content)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[:3] == [
        ["week", "channel", "community", "amount"],
        ["2018-04-30", "地推", "翠屏花园", "12.34"],
        ["2018-05-07", "活动", "", "50.00"],
    ]
    seen = manager.post(reverse("spend_paste"), {"file": SimpleUploadedFile("spend.csv", content)})
    assert (len(seen.context["entries"]), seen.context["problems"]) == (2, [])
