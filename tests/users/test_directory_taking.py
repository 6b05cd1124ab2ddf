"""The customer list as a file: what it holds, who may take it, what the log keeps."""

import csv
import io

from django.urls import reverse

from communities.models import StaffAct
from users.customers.models import Customer


def downloaded(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_file_holds_what_the_screen_shows_masked_and_the_log_its_count(
    as_, own: Customer, foreign: Customer
) -> None:
    client, address = as_("manager"), reverse("customers_export") + "?lifecycle=silent&column=net&column=phone&sort=net"
    rows = downloaded(client.post(address, {"kind": "csv"}))
    assert rows[1:-1] == [["王**", "138****4021", "10"], ["欧阳**", "159****5432", "10"]]
    assert "manager" in rows[-1][0]
    act = StaffAct.objects.get()
    assert (act.verb, act.thing, act.detail["rows"], act.detail["revealed"]) == ("export", "customers", 2, False)
    assert client.get(f"{reverse('customers')}?lifecycle=silent").context["exportable"] == 2


def test_only_the_rows_ticked_are_taken(as_, own: Customer, foreign: Customer) -> None:
    rows = downloaded(as_("manager").post(reverse("customers_export"), {"kind": "csv", "id": [foreign.pk]}))
    assert [row[0] for row in rows[1:-1]] == ["欧阳**"]
    rows = downloaded(
        as_("manager").post(reverse("customers_export"), {"kind": "csv", "id": [own.pk], "everything": "1"})
    )
    assert len(rows) == 4


def test_full_phones_need_a_reason_that_is_logged(as_, own: Customer) -> None:
    client = as_("manager")
    refused = client.post(reverse("customers_export"), {"kind": "csv", "reveal": "on"})
    assert refused.status_code == 200
    assert "reason" in refused.context["form"].errors
    rows = downloaded(client.post(reverse("customers_export"), {"kind": "csv", "reveal": "on", "reason": "courier"}))
    assert rows[1][:2] == ["王小明", "13812344021"]
    assert StaffAct.objects.get().reason == "courier"


def test_whoever_may_not_reveal_gets_a_masked_file_whatever_they_send(as_, own: Customer) -> None:
    rows = downloaded(as_("analyst").post(reverse("customers_export"), {"kind": "csv", "reveal": "on", "reason": "x"}))
    assert rows[1][:2] == ["王**", "138****4021"]
    assert StaffAct.objects.get().detail["revealed"] is False


def test_the_eleventh_export_within_an_hour_is_refused_in_words(as_, own: Customer) -> None:
    client = as_("manager")
    for _n in range(10):
        assert client.post(reverse("customers_export"), {"kind": "csv"}).status_code == 200
    answer = client.post(reverse("customers_export"), {"kind": "csv"}, follow=True)
    assert "一小时最多导出 10 次" in answer.content.decode()
    assert StaffAct.objects.filter(verb="export").count() == 10
