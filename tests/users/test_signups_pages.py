"""Registrations and referrals in the browser, over the API and from the command line."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from communities.models import Assignment, StaffAct
from tests.cast import Cast
from tests.factories import make_customer
from tests.tokens import caller
from users.acquisition.models import Referral, Registration, SignupImport
from users.acquisition.signups import rules
from users.customers.models import Customer

GOOD = """手机号,注册时间,渠道,小区
13900000001,2018-03-01 09:00,地推,翠屏花园
13900000002,2018-03-02,群,翠屏花园
1390000,,,
"""


def upload(client, text: str | bytes = GOOD, name: str = "members.csv", **data: str):
    content = text.encode() if isinstance(text, str) else text
    return client.post(reverse("signup_upload"), {"file": SimpleUploadedFile(name, content), **data})


def known() -> set[str]:
    return set(Customer.objects.unscoped("tests look at everybody").values_list("phone", flat=True))


def test_a_file_goes_from_upload_to_preview_to_report_and_back(people: Cast, as_) -> None:
    client = as_("manager")
    page = upload(client).url
    html = client.get(page).content.decode()
    assert "139****0001" in html
    assert "13900000001" not in html
    assert known() == set()

    file = SignupImport.objects.get()
    assert client.post(reverse("signup_commit", args=[file.pk])).url == page
    assert known() == {"13900000001", "13900000002"}
    file.refresh_from_db()
    assert (file.rows, file.created, file.refused) == (3, 2, 1)
    assert client.get(page).status_code == 200

    assert re.search(r'<table class="[^"]*\bheld\b', client.get(reverse("signups")).content.decode())

    client.post(reverse("signup_undo", args=[file.pk]))
    assert known() == set()
    assert client.get(page).status_code == 200


def test_who_stays_after_a_file_was_taken_back_is_a_list_of_as_many(people: Cast, as_) -> None:
    client = as_("manager")
    upload(client)
    file = SignupImport.objects.get()
    client.post(reverse("signup_commit", args=[file.pk]))
    one, _other = Registration.objects.order_by("customer__phone")
    brought = SignupImport.objects.create(kind="referrals", name="x", digest="")
    Referral.objects.create(referrer_id=one.customer_id, referred=make_customer(), file=brought)
    client.post(reverse("signup_undo", args=[file.pk]))
    html = client.get(reverse("signup", args=[file.pk])).content.decode()
    assert f"?ids={one.customer_id}" in html


def test_the_numbers_of_a_file_lead_to_the_people_its_rows_tell_of(people: Cast, as_) -> None:
    client = as_("manager")
    make_customer(phone="13900000002", community=people.cuiping)
    upload(client, GOOD + "13900000001,2018-03-05,群,翠屏花园\n")
    file = SignupImport.objects.get()
    assert "?signup=" not in client.get(reverse("signup", args=[file.pk])).content.decode()
    client.post(reverse("signup_commit", args=[file.pk]))
    file.refresh_from_db()
    assert (file.created, file.updated, file.unchanged) == (1, 1, 1)
    html = client.get(reverse("signup", args=[file.pk])).content.decode()
    links = re.findall(r'href="([^"]*signup=[^"]+told=(\w+))">(\d+)', html)
    assert [(told, n) for _href, told, n in links] == [("created", "1"), ("updated", "1")]
    for href, _told, n in links:
        assert client.get(href.replace("&amp;", "&")).context["table"].total == int(n)
    brought = upload(client, "推荐人手机号,被推荐人手机号\n13900000001,13900000002\n").url
    client.post(f"{brought}commit/")
    assert client.get(f"/customers/?signup={file.pk + 1}&told=created").context["table"].total == 1


def test_the_same_file_twice_says_so(people: Cast, as_) -> None:
    client = as_("manager")
    upload(client)
    first = SignupImport.objects.get()
    client.post(reverse("signup_commit", args=[first.pk]))
    again = client.get(upload(client).url).content.decode()
    assert reverse("signup", args=[first.pk]) in again
    assert reverse("signup_commit", args=[first.pk + 1]) not in again


def test_columns_can_be_chosen_by_hand(people: Cast, as_) -> None:
    client = as_("manager")
    page = upload(client, "号,何时\n13900000001,2018-03-01\n").url
    assert client.post(page, {"column_phone": "号", "column_registered_at": "号"}).status_code == 422
    client.post(page, {"column_phone": "号", "column_registered_at": "何时"})
    assert SignupImport.objects.get().created == 1


HOSTILE = [
    b"", b"\0" * 50, b"PK\x03\x04" + b"x" * 100, b"\x1f\x8b\x08\x00", b"<html><body>", "手机号,注册时间".encode(),
    b"\xff\xfe" + "手机号\n".encode("utf-16-le"), ("手机号,注册时间\n" + '"' * 3).encode(), b"a" * 100_000,
    b"=cmd|' /C calc'!A0,<script>alert(1)</script>\n1,2\n",
    ("手机号,注册时间,渠道\n13900000001,2018-03-01,<script>alert(1)</script>\n=1+1,@SUM(1),-2\n").encode(),
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_answered_in_words_and_writes_nothing(content: bytes, people: Cast, as_) -> None:
    client = as_("manager")
    answer = upload(client, content)
    page = client.get(answer.url) if answer.status_code == 302 else answer
    assert answer.status_code in (302, 422)
    assert "<script>alert" not in page.content.decode()
    assert known() == set()


def test_the_rows_left_out_are_taken_for_a_logged_reason_only(people: Cast, as_) -> None:
    client = as_("manager")
    upload(client, GOOD + "1390000000X,2018-03-01,=1+1,\n")
    address = reverse("signup_refused", args=[SignupImport.objects.get().pk])
    assert client.post(address, {"reason": "fun"}).status_code == 400
    text = b"".join(client.post(address, {"reason": "mend"}).streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("1390000,,,,4,")
    assert "'=1+1" in text
    assert StaffAct.objects.filter(thing="signups", verb="export").count() == 1


def test_files_of_others_are_out_of_reach_for_whoever_imports_for_one_community(people: Cast, as_) -> None:
    upload(as_("manager"))
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.cuiping)
    mine = as_("newcomer")
    assert mine.get(reverse("signup", args=[SignupImport.objects.get().pk])).status_code == 404
    assert mine.get(reverse("signups")).status_code == 200


# -- The API -----------------------------------------------------------------------------------------------------------


def send(people: Cast, body: dict[str, object], **how: str):
    return caller(people.manager).client.post(
        reverse("api_signups"), json.dumps(body), content_type="application/json", **how
    )


ROWS = [
    {"phone": "13900000001", "registered_at": "2018-03-01 09:00", "channel": "地推", "community": "翠屏花园"},
    {"phone": "139", "registered_at": "2018-03-01"},
]


def test_rows_over_the_api_are_written_and_twice_change_nothing(people: Cast) -> None:
    first = send(people, {"rows": ROWS}).json()
    assert (first["state"], first["rows"], first["created"], first["refused"]) == ("done", 2, 1, 1)
    assert first["problems"][0]["code"] == "phone_length"
    again = send(people, {"rows": ROWS}).json()
    assert (again["created"], again["unchanged"], again["same_as"]) == (0, 1, first["id"])


def test_the_api_can_work_out_without_writing(people: Cast) -> None:
    told = send(people, {"rows": ROWS, "commit": False}).json()
    assert (told["state"], told["created"]) == ("ready", 1)
    assert known() == set()


@pytest.mark.parametrize(
    "body", [{}, {"rows": []}, {"rows": [{"phone": "\0"}]}, {"rows": "x"}, {"kind": "x", "rows": ROWS}]
)
def test_the_api_says_what_it_cannot_take(body: dict[str, object], people: Cast) -> None:
    assert send(people, body).status_code == 400
    assert not SignupImport.objects.exists()


def test_a_word_in_its_address_is_refused_by_name(people: Cast) -> None:
    mine = caller(people.manager)
    how = {"content_type": "application/json"}
    answer = mine.client.post(f"{reverse('api_signups')}?comit=1", json.dumps({"rows": ROWS}), **how)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"comit"})
    assert not SignupImport.objects.exists()


def test_a_file_over_the_api_is_read_like_one_in_the_browser(people: Cast) -> None:
    file = SimpleUploadedFile("members.csv", GOOD.encode())
    told = caller(people.manager).post("api_signups", {"file": file}).json()
    assert (told["created"], told["refused"]) == (2, 1)
    assert caller(people.manager).post("api_signups", {"file": SimpleUploadedFile("x", b"\0")}).status_code == 400


# -- The command line --------------------------------------------------------------------------------------------------


def run(*args: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("import_signups", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_imports_and_reports(people: Cast, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text(GOOD, encoding="utf-8")
    dry = run(str(path), "--dry-run")
    assert (dry["ok"], known()) == (True, set())
    told = run(str(path))["files"][0]
    assert [told[name] for name in ("rows", *rules.OUTCOMES)] == [3, 2, 0, 0, 1]
    assert known() == {"13900000001", "13900000002"}
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\0")
    with pytest.raises(CommandError):
        run(str(bad))
