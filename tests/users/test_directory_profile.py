"""The page of one customer: who, why, what happened; their phone and notes."""

import pytest
from django.urls import reverse

from communities.models import StaffAct
from tests.cast import Cast
from tests.standings import run_done
from users.customers.models import Customer
from users.directory.models import Note

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
