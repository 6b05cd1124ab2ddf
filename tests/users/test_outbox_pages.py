"""The outbox page: files handed off once and shown again, unknown ones decided, reports of a provider taken."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from communities.models import Assignment, StaffAct
from opsdesk.lib.sms import chosen, providing
from opsdesk.lib.sms.aliyun import Aliyun
from opsdesk.lib.sms.chosen import Chosen
from tests.cast import Cast
from tests.factories import make_customer
from tests.users.outbox_world import NOON, Provider, drained, queued, states, touch_of
from users.contact import actions as contact
from users.customers.models import Customer
from users.outbox import actions, views
from users.outbox.models import HandOff, Message


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.timezone, "now", lambda: NOON)


@pytest.fixture
def own(people: Cast) -> Customer:
    return make_customer(community=people.cuiping, phone="13611112222", name="翠甲乙")


@pytest.fixture
def foreign(people: Cast) -> Customer:
    return make_customer(community=people.jinling, phone="13733334444", name="金丙丁")


@pytest.fixture
def of_jinling(people: Cast) -> str:
    """Newcomer is Jinling's data admin: sends messages there and nowhere else."""
    Assignment.objects.create(staff=people.newcomer, role="data_admin", community=people.jinling)
    return "newcomer"


def hand_off(client: Client, channel: str = "sms", reason: str = "weekly texts"):
    return client.post(reverse("outbox_hand_off"), {"channel": channel, "reason": reason})


def take(client: Client, made: HandOff, reason: str = ""):
    return client.post(reverse("hand_off_file", args=[made.pk]), {"reason": reason})


# -- Files -----------------------------------------------------------------------------------------------------------


def test_what_is_due_is_handed_off_in_one_file_with_whole_phones(as_, own: Customer, foreign: Customer) -> None:
    messages = queued(own, foreign)
    assert hand_off(as_("manager")).status_code == 302
    text = take(as_("manager"), HandOff.objects.get()).content.decode("utf-8-sig")
    lines = text.splitlines()[1:]
    assert lines == [f"{m.pk},{m.customer.phone},{m.text}" for m in messages]
    assert states(*messages) == ["sent", "sent"]
    assert touch_of(messages[0]) == ("done", "", 5)
    log = list(StaffAct.objects.order_by("id").values_list("verb", "reason", "detail"))
    assert log == [
        ("hand_off", "weekly texts", {"rows": 2, "channel": "sms"}),
        ("reveal", "weekly texts", {"rows": 2}),
    ]


def test_no_message_is_in_two_files_and_a_file_is_always_the_same(as_, own: Customer, foreign: Customer) -> None:
    queued(own)
    hand_off(as_("manager"))
    hand_off(as_("data_admin"))  # nothing is due
    made = HandOff.objects.get()
    first = take(as_("manager"), made).content
    queued(foreign)
    hand_off(as_("manager"))
    assert HandOff.objects.count() == 2
    assert take(as_("manager"), made, "lost the file").content == first
    made.refresh_from_db()
    assert made.downloads == 2


def test_a_second_download_needs_a_reason(as_, own: Customer) -> None:
    queued(own)
    hand_off(as_("manager"))
    made = HandOff.objects.get()
    assert take(as_("manager"), made).status_code == 200
    assert take(as_("manager"), made).status_code == 302
    assert StaffAct.objects.filter(verb="reveal").count() == 1


def test_a_file_needs_a_reason(as_, own: Customer) -> None:
    queued(own)
    assert hand_off(as_("manager"), reason="").status_code == 422
    assert not HandOff.objects.exists()


def test_wishes_and_quiet_hours_are_asked_once_more(as_, own: Customer, foreign: Customer, monkeypatch) -> None:
    first, second = queued(own, foreign)
    contact.change_wish(customer=own, subject="dnc", allowed=False, way="door", by=None)
    monkeypatch.setattr(views.timezone, "now", lambda: NOON.replace(hour=22))
    hand_off(as_("manager"))
    assert (states(first, second), HandOff.objects.count()) == (["cancelled", "waiting"], 0)


def test_everybody_hands_off_and_reads_in_their_reach(as_, own: Customer, foreign: Customer, of_jinling: str) -> None:
    mine, theirs = queued(foreign), queued(own)
    page = as_(of_jinling).get(reverse("outbox")).content.decode()
    assert ("137****4444" in page, "136****2222" in page) == (True, False)
    hand_off(as_(of_jinling))
    assert states(*mine, *theirs) == ["sent", "waiting"]

    hand_off(as_("manager"))
    both = HandOff.objects.order_by("-id").first()
    assert take(as_(of_jinling), both).status_code == 404
    assert as_(of_jinling).post(reverse("message_decide", args=[theirs[0].pk])).status_code == 404


@pytest.mark.parametrize("username", ["operator", "analyst", "lead", "auditor"])
def test_whoever_may_not_send_messages_does_not_open_the_outbox(as_, own: Customer, username: str) -> None:
    queued(own)
    assert as_(username).get(reverse("outbox")).status_code == 403
    assert hand_off(as_(username)).status_code == 403


def test_the_page_shows_no_whole_phone_and_filters_by_state(as_, own: Customer) -> None:
    queued(own, text="翠甲乙您好，退订请致电 13611112222")
    for query in ({}, {"state": "waiting"}, {"state": "nosuch", "channel": "\0"}):
        page = as_("manager").get(reverse("outbox"), query).content.decode()
        assert "136****2222" in page
        assert "13611112222" not in page
        assert "翠甲乙" not in page
    assert "136****2222" not in as_("manager").get(reverse("outbox"), {"state": "sent"}).content.decode()


# -- Unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "state"), [("again", "waiting"), ("sent", "sent")])
def test_an_unknown_one_is_decided_on_the_page(as_, own: Customer, button: str, state: str) -> None:
    (message,) = queued(own)
    drained(Provider(lambda _text: providing.unknown("timeout")))
    page = as_("manager").get(reverse("outbox"), {"state": "unknown"}).content.decode()
    address = reverse("message_decide", args=[message.pk])
    assert address in page
    as_("manager").post(address, {button: "1"})
    assert states(message) == ["unknown"]  # no reason, no decision
    as_("manager").post(address, {button: "1", "reason": "asked the provider"})
    assert states(message) == [state]


# -- A provider ------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_aliyun(settings) -> str:
    settings.SMS = Chosen(Aliyun("key", "secret", "sign", "SMS_1"))
    return reverse("sms_deliveries", args=["aliyun", chosen.callback_signature(settings.SECRET_KEY, "aliyun")])


def report(address: str, *told: dict[str, object]) -> int:
    return Client().post(address, json.dumps(told), content_type="application/json").status_code


def test_with_a_provider_text_messages_are_not_handed_off_beside_it(as_, own: Customer, by_aliyun: str) -> None:
    (message,) = queued(own)
    hand_off(as_("manager"))
    assert (states(message), HandOff.objects.count()) == (["waiting"], 0)


def test_a_report_to_the_signed_address_is_kept_once(own: Customer, by_aliyun: str) -> None:
    (message,) = queued(own)
    drained(Provider())
    told = {"biz_id": "1", "success": True, "phone_number": "13611112222", "out_id": str(message.pk)}
    assert [report(by_aliyun, told), report(by_aliyun, told), report(by_aliyun, told, told)] == [200, 200, 200]
    assert states(message) == ["delivered"]
    late = {"biz_id": "1", "success": False, "err_code": "ABSENT"}
    assert report(by_aliyun, late) == 200
    assert states(message) == ["delivered"]  # the first word counts


def test_a_report_to_any_other_address_is_refused(own: Customer, by_aliyun: str, settings) -> None:
    (message,) = queued(own)
    drained(Provider())
    told = {"biz_id": "1", "success": True}
    wrong = [
        reverse("sms_deliveries", args=["aliyun", "0" * 40]),
        reverse("sms_deliveries", args=["tencent", chosen.callback_signature(settings.SECRET_KEY, "tencent")]),
        reverse("sms_deliveries", args=["aliyun", chosen.callback_signature("other key", "aliyun")]),
    ]
    assert [report(address, told) for address in wrong] == [403] * 3
    settings.SMS = Chosen()
    assert report(by_aliyun, told) == 403
    assert states(message) == ["sent"]


@pytest.mark.parametrize("body", ["", "{", "{}", "[1]", '[{"phone_number": "13611112222"}]', "\xff"])
def test_a_report_that_cannot_be_read_is_refused(db: None, by_aliyun: str, body: str) -> None:
    answer = Client().post(by_aliyun, body.encode("latin-1"), content_type="application/json")
    assert answer.status_code == 400
    assert "13611112222" not in answer.content.decode()


def test_the_command_prints_the_address_and_says_when_there_is_none(by_aliyun: str, settings, capsys) -> None:
    call_command("sms_callback", "https://desk.example.com/")
    assert capsys.readouterr().out.strip() == f"https://desk.example.com{by_aliyun}"
    settings.SMS = Chosen()
    with pytest.raises(CommandError, match="no provider"):
        call_command("sms_callback", "https://desk.example.com")


def test_the_job_uses_the_provider_of_the_settings(own: Customer, settings) -> None:
    (message,) = queued(own)
    Message.objects.update(not_before=NOON)
    provider = Provider()
    settings.SMS = Chosen(provider)
    assert states(message)[0] == actions.State.WAITING
    drained(settings.SMS.provider)
    assert len(provider.taken) == 1


def test_the_community_that_is_chosen_narrows_list_count_and_file(as_, own: Customer, foreign: Customer) -> None:
    mine, theirs = queued(own)[0], queued(foreign)[0]
    page = as_("manager").get(reverse("outbox"), {"community": "cuiping"})
    assert (page.context["due"], len(page.context["page"].rows)) == (1, 1)
    as_("manager").post(f"{reverse('outbox_hand_off')}?community=cuiping", {"channel": "sms", "reason": "texts"})
    assert states(mine, theirs) == ["sent", "waiting"]


# -- What the list says ----------------------------------------------------------------------------------------------


def test_a_message_names_its_batch_by_number_and_what_the_provider_said(as_, own: Customer) -> None:
    [message] = queued(own, thing="batch")
    Message.objects.filter(pk=message.pk).update(state="failed", error="isv.BUSINESS_LIMIT_CONTROL")
    html = as_("manager").get(reverse("outbox")).content.decode()
    number = f"B-{message.thing_id:04d}"
    assert html.count(f'<a href="{reverse("batch", args=[number])}">{number}</a>') == 2  # wide and narrow
    assert html.count("isv.BUSINESS_LIMIT_CONTROL") == 2


def test_an_outbox_without_any_message_says_where_they_come_from(as_, people: Cast) -> None:
    html = as_("manager").get(reverse("outbox")).content.decode()
    assert f'href="{reverse("reminders")}"' in html
    assert 'name="state"' not in html
    assert 'name="state"' in as_("manager").get(reverse("outbox"), {"state": "failed"}).content.decode()
