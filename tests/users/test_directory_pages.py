"""The customer pages, tried by each of the cast: who may, who may only look, who must see nothing."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from communities.models import StaffAct
from tests.cast import Cast
from tests.conftest import TODAY
from tests.factories import make_order
from tests.standings import bought, buyer, run_done, was
from users.customers import search
from users.customers.models import Customer, Tag, Tagging
from users.directory.models import Note, SavedView

SEES_ALL = ("manager", "manager2", "operator", "data_admin", "analyst")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@pytest.fixture
def own(people: Cast) -> Customer:
    """A customer of Cuiping's station, with an order, a tag and a class move."""
    customer = buyer(
        community=people.cuiping, station=people.cuiping_station, phone="13812344021", name="王小明",
        building="6", unit="2", room="502", address="翠屏花园6幢2单元502",
    )  # fmt: skip
    make_order(customer=customer, at="2018-04-17 18:30", net=8520)
    bought(customer, TODAY.replace(month=4, day=17))
    was(customer, "silent", TODAY, before="active")
    Tagging.objects.create(customer=customer, tag=Tag.objects.create(id=7, name="肉品用户", is_taste=True), share=0.62)
    return customer


@pytest.fixture
def foreign(people: Cast) -> Customer:
    """One of Jinling's station, whose every word must stay there."""
    return buyer(
        community=people.jinling, station=people.jinling_station, phone="15998765432", name="欧阳秘密",
        building="99", unit="9", room="9909", address="金陵名苑密街99幢", channel="密道",
    )  # fmt: skip


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
    Tagging.objects.create(customer=foreign, tag_id=7)
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
    Tagging.objects.create(customer=foreign, tag_id=7)
    assert as_("manager").get(reverse("customers")).context["table"].total == 2
    assert as_("staff").get(reverse("customers")).context["table"].total == 1
    assert as_("jinling_analyst").get(reverse("customers")).context["table"].total == 1
    assert dict(as_("manager").get(reverse("tags")).context["tags"])[Tag.objects.get(id=7)] == 2
    assert dict(as_("staff").get(reverse("tags")).context["tags"])[Tag.objects.get(id=7)] == 1


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


# -- The list --------------------------------------------------------------------------------------------------------


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_list_asks_as_often_for_a_hundred_rows_as_for_ten(as_, people: Cast) -> None:
    manager, address = as_("manager"), reverse("customers") + "?size=200"
    tag = Tag.objects.create(name="团长")
    for _n in range(10):
        Tagging.objects.create(customer=buyer(community=people.cuiping, station=people.cuiping_station), tag=tag)
    manager.get(address)
    few = queries_of(manager, address)
    for _n in range(90):
        Tagging.objects.create(customer=buyer(community=people.jinling), tag=tag)
    assert queries_of(manager, address) == few <= 22


def test_the_profile_asks_as_often_for_a_long_history_as_for_a_short_one(as_, own: Customer) -> None:
    manager, address = as_("manager"), reverse("customer", args=[own.pk])
    manager.get(address)
    few = queries_of(manager, address)
    for day in range(1, 28):
        make_order(customer=own, at=f"2018-03-{day:02d}")
        bought(own, TODAY.replace(month=3, day=day))
    assert queries_of(manager, address) == few <= 33


def test_pages_follow_one_another_without_gap_or_repeat(as_, people: Cast) -> None:
    for number in range(45):
        buyer(name=f"n{number:02d}", standing={"last_order": None if number % 9 == 0 else TODAY, "net": number % 7})
    client, seen, address = as_("manager"), [], reverse("customers") + "?size=20&sort=-net"
    while address:
        context = client.get(address).context
        seen += [row.pk for row in context["table"].rows]
        after = context["table"].page.after
        address = f"{reverse('customers')}?size=20&sort=-net&after={after}" if after else ""
    assert len(seen) == len(set(seen)) == 45


def test_htmx_gets_the_part_that_the_page_itself_includes(as_, own: Customer) -> None:
    whole = as_("manager").get(reverse("customers"))
    part = as_("manager").get(reverse("customers"), headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "王**" in part.content.decode()


@pytest.mark.parametrize(
    ("typed", "goes_to"),
    [
        ("13812344021", "/customers/{own}/"),
        ("138 1234 4021", "/customers/{own}/"),
        ("44021", "/customers/?ids={own}"),
        ("99999", "/customers/?ids=0"),
        ("13900000000", "/customers/?q=139****0000"),
        ("王", "/customers/?q=%E7%8E%8B"),
        ("", "/customers/?all=1"),
    ],
)
def test_what_is_typed_becomes_an_address_without_a_phone(as_, own: Customer, typed: str, goes_to: str) -> None:
    answer = as_("manager").post(reverse("customers_find"), {"q": typed})
    assert answer["Location"].replace("%2A", "*") == goes_to.format(own=own.pk)


def test_the_filter_form_comes_back_as_the_same_filter(as_, own: Customer) -> None:
    typed = {
        "lifecycle": ["silent"],
        "net_max": "10",
        "first_from": "2018-01-01",
        "older": "",
        "tag": "7",
        "recalled": "",
    }
    answer = as_("manager").post(reverse("customers_find"), typed)
    assert answer["Location"] == "/customers/?lifecycle=silent&tag=7&net_max=10&first_from=2018-01-01"
    page = as_("manager").get(answer["Location"])
    assert page.context["table"].total == 1
    assert page.context["filter_form"]["net_max"].value() == "10"


def test_columns_and_size_are_remembered_until_reset(as_, own: Customer) -> None:
    client = as_("manager")
    client.post(reverse("customers_columns"), {"column": ["net", "phone", "nonsense"], "size": "20"})
    listing = client.get(reverse("customers")).context["listing"]
    assert ([column.key for column in listing.shown], listing.size) == (["name", "phone", "net"], 20)
    client.post(reverse("customers_columns"), {"reset": "1"})
    assert client.get(reverse("customers")).context["listing"].size == 50


def test_a_saved_view_opens_at_its_short_address_and_as_ones_first(as_, own: Customer) -> None:
    client = as_("manager")
    client.post(reverse("customers_view_save"), {"name": "沉默", "query": "lifecycle=silent", "usual": "on"})
    view = SavedView.objects.get()
    assert client.get(reverse("customers"))["Location"] == reverse("customers_view", args=[view.pk])
    assert client.get(reverse("customers_view", args=[view.pk]))["Location"].startswith("/customers/?lifecycle=silent")
    assert client.get(reverse("customers") + "?all=1").status_code == 200
    assert as_("manager2").get(reverse("customers_view", args=[view.pk]))["Location"] == "/customers/?all=1"


def test_a_shared_view_is_everybodys_to_open_and_its_owners_to_delete(as_, own: Customer) -> None:
    as_("manager").post(reverse("customers_view_save"), {"name": "共享", "query": "proxy=1", "shared": "on"})
    view = SavedView.objects.get()
    assert "proxy=1" in as_("staff").get(reverse("customers_view", args=[view.pk]))["Location"]
    assert as_("staff").post(reverse("customers_view_delete", args=[view.pk])).status_code == 404
    owner = as_("manager")
    owner.post(reverse("customers_view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()
    owner.post(reverse("customers_view_restore"))
    assert SavedView.objects.get().query == "proxy=1"
    assert owner.post(reverse("customers_view_restore")).status_code == 404


# -- Taking along ----------------------------------------------------------------------------------------------------


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


# -- A phone, a note -------------------------------------------------------------------------------------------------


def test_a_phone_is_shown_once_for_a_reason_and_logged(as_, own: Customer) -> None:
    client, address = as_("staff"), reverse("customer_reveal", args=[own.pk])
    answer = client.post(address, {"reason": "visit"}, headers={"HX-Request": "true"})
    assert "13812344021" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    act = StaffAct.objects.get()
    assert (act.verb, act.thing_id, act.reason, act.detail) == (
        "reveal",
        str(own.pk),
        "visit",
        {"phone": "138****4021"},
    )
    assert "13812344021" not in client.get(reverse("customer", args=[own.pk])).content.decode()


def test_without_script_the_whole_page_comes_back_with_the_phone(as_, own: Customer) -> None:
    answer = as_("staff").post(reverse("customer_reveal", args=[own.pk]), {"reason": "delivery"})
    assert answer.content.decode().count("13812344021") == 2  # to read and to call
    assert "<html" in answer.content.decode()


def test_without_a_reason_nothing_is_shown(as_, own: Customer) -> None:
    for reason in ("", "curiosity"):
        answer = as_("staff").post(reverse("customer_reveal", args=[own.pk]), {"reason": reason})
        assert "13812344021" not in answer.content.decode()
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("username", ["analyst", "operator"])
def test_whoever_may_not_reveal_has_no_button_and_no_way(as_, own: Customer, username: str) -> None:
    address = reverse("customer_reveal", args=[own.pk])
    assert address not in as_(username).get(reverse("customer", args=[own.pk])).content.decode()
    assert as_(username).post(address, {"reason": "visit"}).status_code == 403


def test_after_sixty_phones_an_hour_the_next_is_refused_in_words(as_, people: Cast, own: Customer) -> None:
    acts = [StaffAct(staff=people.staff, verb="reveal", thing="customer") for _n in range(60)]
    StaffAct.objects.bulk_create(acts)
    answer = as_("staff").post(
        reverse("customer_reveal", args=[own.pk]), {"reason": "visit"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "13812344021" not in answer.content.decode()
    assert "一小时最多看 60 个号码" in answer.content.decode()
    assert StaffAct.objects.count() == 60


def test_a_note_is_kept_with_its_phone_masked(as_, own: Customer) -> None:
    client = as_("staff")
    answer = client.post(reverse("customer_note", args=[own.pk]), {"text": "邻居 139 1234 5678 <script>"}, follow=True)
    assert Note.objects.get().text == "邻居 139****5678 <script>"
    assert "&lt;script&gt;" in answer.content.decode()
    client.post(reverse("customer_note", args=[own.pk]), {"text": "  "})
    assert Note.objects.count() == 1


# -- The profile -----------------------------------------------------------------------------------------------------


def test_the_profile_says_who_why_and_what_happened(as_, own: Customer) -> None:
    page = as_("manager").get(reverse("customer", args=[own.pk])).content.decode()
    for words in ("王**", "138****4021", "6 幢 2 单元 502", "肉品用户 62%", "为什么是沉默", "¥85.20", "叶菜一份"):
        assert words in page, words
    assert "王小明" not in page


@pytest.mark.parametrize(
    ("kind", "shown"), [("order", {"order"}), ("class", {"move"}), ("tag", {"tag"}), ("nonsense", None)]
)
def test_the_timeline_keeps_to_the_kind_that_was_chosen(as_, own: Customer, kind: str, shown: set[str] | None) -> None:
    as_("manager").post(reverse("customers_tag"), {"id": own.pk, "new": "团长"})
    months = as_("manager").get(reverse("customer", args=[own.pk]), {"kind": kind}).context["timeline"].months
    kinds = {event.template for _month, events in months for event in events}
    assert kinds == (shown or {"order", "move", "tag"})


def test_a_customer_no_run_has_counted_has_a_page_too(as_, people: Cast) -> None:
    run_done()
    customer = Customer.objects.unscoped("test").create(phone="13700000000", name="")
    page = as_("manager").get(reverse("customer", args=[customer.pk]))
    assert page.status_code == 200
    assert "还没有算过" in page.content.decode()
    assert as_("manager").get(reverse("customers")).status_code == 200


def test_an_empty_desk_says_the_next_step(as_, people: Cast) -> None:
    page = as_("manager").get(reverse("customers")).content.decode()
    assert "还没有客户" in page
    assert as_("manager").get(reverse("tags")).status_code == 200
