import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from campaigns.cases import callbacks
from campaigns.cases.callbacks import Answer
from campaigns.cases.models import Callback, Case
from communities.models import Notice, StaffAct
from communities.scoping import Scope
from tests.campaigns.practice_world import make_callback, make_case
from tests.cast import Cast
from users.contact.models import ContactWish, Touch
from users.purchases.models import Origin

EVERYWHERE = Scope(everywhere=True)
DONE = Answer("done", "maybe", "packaging", "菜闷坏了，电话 13800001234")


@pytest.fixture
def call(people: Cast) -> Callback:
    return make_callback(make_case(people.cuiping, "incident"), people.cuiping_station)


def now(call: Callback) -> tuple[Any, ...]:
    call.refresh_from_db()
    return call.state, call.came_back, call.cause, call.tries, call.by and call.by.username


def told(**fields: str) -> dict[str, str]:
    return {"tries": "0", "outcome": "done", "came_back": "no", "cause": "packaging", "words": "坏了"} | fields


def waiting() -> set[int]:
    return set(callbacks.to_call(EVERYWHERE).values_list("pk", flat=True))


# -- What is recorded ----------------------------------------------------------------------------------------------


def test_an_answer_is_kept_with_who_and_when_and_no_whole_phone(people: Cast, call: Callback) -> None:
    assert callbacks.record(call, DONE, tries=0, by=people.staff)
    assert now(call) == ("done", "maybe", "packaging", 1, "staff")
    assert call.words == "菜闷坏了，电话 138****1234" and call.at is not None
    assert StaffAct.objects.get(thing="callback").detail == {"case": call.case.number, "state": "done", "tries": 1}
    assert Touch.objects.get(customer=call.customer_id).channel == "phone"


def test_the_same_press_twice_is_one_call(people: Cast, call: Callback) -> None:
    assert [callbacks.record(call, DONE, tries=0, by=people.staff) for _n in range(2)] == [True, True]
    assert now(call)[3] == 1 and StaffAct.objects.filter(thing="callback").count() == 1


def test_two_people_with_one_number_in_hand_record_one_answer(people: Cast, call: Callback) -> None:
    assert callbacks.record(call, DONE, tries=0, by=people.staff)
    assert not callbacks.record(call, Answer("missed"), tries=0, by=people.lead)
    assert now(call) == ("done", "maybe", "packaging", 1, "staff")


def test_whoever_is_not_reached_three_times_is_left_in_peace(people: Cast, call: Callback) -> None:
    for tries in range(3):
        assert waiting() == {call.pk}
        assert callbacks.record(call, Answer("missed"), tries=tries, by=people.staff)
    assert waiting() == set() and not Touch.objects.exists()
    assert not callbacks.record(call, DONE, tries=3, by=people.staff)


def test_a_refusal_keeps_no_answers(people: Cast, call: Callback) -> None:
    callbacks.record(call, Answer("refused", "yes", "goods", "…"), tries=0, by=people.staff)
    assert now(call) == ("refused", "", "", 1, "staff") and call.words == ""


def test_a_closed_case_calls_nobody(people: Cast, call: Callback) -> None:
    Case.objects.update(state="closed")
    assert waiting() == set() and not callbacks.record(call, DONE, tries=0, by=people.staff)


def test_who_wants_no_more_contact_is_never_called_again(people: Cast, call: Callback) -> None:
    other = make_callback(make_case(people.jinling, "incident"), people.cuiping_station, customer=call.customer)
    assert callbacks.leave_alone(call, tries=0, by=people.staff)
    assert ContactWish.objects.get(customer=call.customer_id).do_not_contact
    assert now(call)[0] == "refused" and waiting() == set()
    assert callbacks.undo(call, tries=1, by=people.staff)
    assert not ContactWish.objects.get(customer=call.customer_id).do_not_contact
    assert waiting() == {call.pk, other.pk}


def test_a_call_is_taken_back_to_the_try_before(people: Cast, call: Callback) -> None:
    callbacks.record(call, Answer("missed"), tries=0, by=people.staff)
    callbacks.record(call, DONE, tries=1, by=people.staff)
    assert not callbacks.undo(call, tries=1, by=people.staff)
    assert not callbacks.undo(call, tries=2, by=people.lead)
    assert callbacks.undo(call, tries=2, by=people.staff)
    assert now(call) == ("missed", "", "", 1, None)
    assert Touch.objects.get().state == "blocked"
    assert callbacks.record(call, DONE, tries=1, by=people.lead) and Touch.objects.get().state == "done"


def test_the_station_is_told_once_how_many_there_are_to_call(people: Cast, call: Callback) -> None:
    make_callback(call.case, people.cuiping_station)
    assert [callbacks.tell(call.case) for _n in range(2)] == [2, 0]
    told = Notice.objects.filter(key=f"callbacks-{call.case_id}")
    assert {(one.recipient.username, one.params["n"]) for one in told} == {("lead", 2), ("staff", 2)}


# -- On the phone --------------------------------------------------------------------------------------------------


def test_the_phone_shows_masked_people_and_reveals_one_number_once(as_, call: Callback) -> None:
    client, phone = as_("staff"), call.customer.phone
    Origin.objects.create(customer_id=call.customer_id, first_day=dt.date(2018, 4, 17))
    assert phone not in client.get(reverse("phone-callbacks")).content.decode()
    page = client.get(reverse("phone-callback", args=[call.pk])).content.decode()
    assert "王**" in page and phone not in page
    assert "翠屏花园 · 首单 2018-04-17" in page and 'value="acquisition"' not in page
    page = client.post(reverse("phone-callback-number", args=[call.pk])).content.decode()
    assert f'href="tel:{phone}"' in page
    assert StaffAct.objects.get(verb="reveal").reason == "aftersales"


def test_an_answer_is_saved_and_leads_on(as_, call: Callback) -> None:
    page = as_("staff").post(reverse("phone-callback-record", args=[call.pk]), told(), follow=True).content.decode()
    assert now(call) == ("done", "no", "packaging", 1, "staff")
    assert reverse("phone-callback-undo", args=[call.pk, 1]) in page and "已回访" in page


@pytest.mark.parametrize("fields", [{"came_back": ""}, {"outcome": "yes"}, {"tries": "x"}, {"cause": "aliens"}])
def test_what_cannot_be_read_is_said_and_not_saved(fields: dict[str, str], as_, call: Callback) -> None:
    answer = as_("staff").post(reverse("phone-callback-record", args=[call.pk]), told(**fields))
    assert answer.status_code == 422 and now(call)[0] == "open"


def test_one_call_is_one_counted_look_at_the_number_whatever_is_sent_back(as_, people: Cast, call: Callback) -> None:
    client, phone = as_("staff"), call.customer.phone
    number, record = (reverse(name, args=[call.pk]) for name in ("phone-callback-number", "phone-callback-record"))
    assert phone not in client.post(record, told(came_back="")).content.decode()
    for address in (number, record, number):
        assert f'href="tel:{phone}"' in client.post(address, told(came_back="")).content.decode()
    assert phone not in as_("lead").post(record, told(came_back="")).content.decode()
    assert StaffAct.objects.filter(verb="reveal").count() == 1
    callbacks.record(call, Answer("missed"), tries=0, by=people.staff)
    assert f'href="tel:{phone}"' in client.post(number).content.decode()
    assert StaffAct.objects.filter(verb="reveal").count() == 2


def test_never_again_needs_no_questionnaire(as_, call: Callback) -> None:
    as_("staff").post(reverse("phone-callback-record", args=[call.pk]), {"tries": "0", "outcome": "dnc"})
    assert now(call)[0] == "refused" and ContactWish.objects.get().do_not_contact


def test_no_number_is_shown_when_there_is_nothing_to_call_about(as_, people: Cast, call: Callback) -> None:
    callbacks.record(call, DONE, tries=0, by=people.staff)
    page = as_("staff").post(reverse("phone-callback-number", args=[call.pk])).content.decode()
    assert call.customer.phone not in page and not StaffAct.objects.filter(verb="reveal").exists()


@pytest.mark.parametrize("name", ["phone-callback", "phone-callback-number", "phone-callback-record"])
def test_a_callback_of_another_station_is_not_there(name: str, as_, call: Callback) -> None:
    address, client = reverse(name, args=[call.pk]), as_("other_staff")
    answer = client.get(address) if name == "phone-callback" else client.post(address, told())
    assert answer.status_code == 404 and now(call)[0] == "open"
    assert "王**" not in client.get(reverse("phone-callbacks")).content.decode()


def test_my_day_leads_to_what_waits_and_is_quiet_when_nothing_does(as_, people: Cast, call: Callback) -> None:
    link = f'href="{reverse("phone-callbacks")}"'
    assert link in as_("staff").get(reverse("my-day")).content.decode()
    assert link not in as_("other_staff").get(reverse("my-day")).content.decode()


# -- On the customer's page ----------------------------------------------------------------------------------------


def on_profile(client: Any, call: Callback) -> str:
    address = reverse("customer-callbacks", args=[call.customer_id])
    assert address in client.get(reverse("customer", args=[call.customer_id])).content.decode()
    page: str = client.get(address, headers={"HX-Request": "true", "Accept-Language": "en"}).content.decode()
    return page


def test_the_customers_page_tells_who_called_when_and_what_was_said(people: Cast, call: Callback, as_: Any) -> None:
    callbacks.record(call, DONE, tries=0, by=people.staff)
    page = on_profile(as_("manager"), call)
    case = reverse("case", args=[call.case.number])
    assert all(
        told in page for told in ("Answered: perhaps", "packaging", "菜闷坏了，电话 138****1234", str(people.staff))
    )
    assert f'href="{case}#callbacks"' in page
    of_station = on_profile(as_("lead"), call)
    assert call.case.number in of_station and case not in of_station


def test_who_may_not_see_the_customer_sees_no_callback_of_theirs(people: Cast, call: Callback, as_: Any) -> None:
    address = reverse("customer-callbacks", args=[call.customer_id])
    assert as_("jinling_analyst").get(address).status_code == 404
    assert as_("auditor").get(address).status_code == 403


def test_who_was_never_to_be_called_has_no_such_section(people: Cast, call: Callback, as_: Any) -> None:
    Callback.objects.all().delete()
    assert on_profile(as_("manager"), call).strip() == ""
