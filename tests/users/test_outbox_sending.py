"""Every message is handed over at most once, and what became of it stands in its touch."""

import datetime as dt

import pytest

from communities.models import StaffAct
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.sms import providing
from opsdesk.lib.sms.chosen import Chosen
from opsdesk.lib.sms.providing import Delivery, Receipt
from opsdesk.work import HANDLERS
from tests.cast import Cast
from tests.factories import make_customer
from tests.users.outbox_world import NOON, Provider, drained, queued, states, touch_of
from users.contact import actions as contact
from users.contact.models import Touch
from users.outbox import actions, queries, sending
from users.outbox.models import Message

HOUR = dt.timedelta(hours=1)
LATE_EVENING = NOON.replace(hour=22)


def says(receipt: Receipt):
    return lambda _text: receipt


def test_a_message_asked_for_twice_is_one_message(db: None) -> None:
    customer = make_customer()
    queued(customer)
    queued(customer)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("receipt", "state", "touch", "cost"),
    [
        (providing.taken("9006"), "sent", ("done", "", 5), 5),
        (providing.refused("E", "no"), "failed", ("blocked", "failed", 0), 0),
        (providing.unknown("timeout"), "unknown", ("unknown", "", 5), 5),
        (providing.refused("Throttling", "slow", again=True), "waiting", ("waiting", "", 0), 0),
    ],
)
def test_what_the_provider_says_stands_in_message_and_touch(db: None, receipt, state, touch, cost) -> None:
    (message,) = queued(make_customer())
    drained(Provider(says(receipt)))
    message.refresh_from_db()
    assert (message.state, message.cost, touch_of(message)) == (state, cost, touch)


def test_what_is_settled_is_never_sent_again_by_itself(db: None) -> None:
    queued(make_customer())
    for receipt in (providing.unknown("timeout"), providing.taken("1")):
        provider = Provider(says(receipt))
        drained(provider)
    assert provider.taken == []


def test_a_provider_that_is_away_is_left_alone_until_later(db: None) -> None:
    messages = queued(*(make_customer() for _ in range(3)))
    away = Provider(says(providing.refused("NotReached", "away", again=True)))
    drained(away)
    assert len(away.taken) == 1
    back = Provider()
    drained(back, NOON + HOUR)
    assert states(*messages) == ["sent"] * 3
    assert len(back.taken) == 3


def test_before_its_time_a_message_waits_and_after_it_it_is_cancelled(db: None) -> None:
    early = queued(make_customer(), not_before=NOON + HOUR)[0]
    late = queued(make_customer(), not_after=NOON - HOUR)[0]
    provider = Provider()
    drained(provider)
    assert (states(early, late), provider.taken) == (["waiting", "cancelled"], [])
    assert touch_of(late) == ("blocked", "late", 0)


def test_quiet_hours_are_waited_out(db: None) -> None:
    (message,) = queued(make_customer())
    provider = Provider()
    drained(provider, LATE_EVENING)
    message.refresh_from_db()
    morning = (NOON + dt.timedelta(days=1)).replace(hour=9)
    assert (message.state, message.not_before, provider.taken) == ("waiting", morning, [])
    drained(provider, morning)
    assert states(message) == ["sent"]


def test_a_paused_community_waits(people: Cast) -> None:
    (message,) = queued(make_customer(community=people.cuiping))
    contact.pause(people.cuiping, "rotten leaves", people.manager)
    contact.ContactPause.objects.update(begins_at=NOON - HOUR)
    provider = Provider()
    drained(provider)
    assert (states(message), provider.taken) == (["waiting"], [])
    contact.ContactPause.objects.update(ended_at=NOON)
    drained(provider, NOON + HOUR)
    assert states(message) == ["sent"]


@pytest.mark.parametrize(
    ("subject", "channel", "thing", "state", "touch"),
    [
        ("dnc", "", "reminder", "cancelled", ("blocked", "dnc", 0)),
        ("channel", "sms", "reminder", "cancelled", ("blocked", "consent", 0)),
        ("channel", "push", "reminder", "sent", ("done", "", 5)),
        ("profiling", "", "batch", "cancelled", ("blocked", "profiling", 0)),
        ("profiling", "", "reminder", "sent", ("done", "", 5)),  # nobody's class decided it
    ],
)
def test_a_wish_said_after_queueing_is_kept(db: None, subject, channel, thing, state, touch) -> None:
    customer = make_customer()
    (message,) = queued(customer, thing=thing)
    contact.change_wish(customer=customer, subject=subject, channel=channel, allowed=False, way="staff", by=None)
    drained(Provider())
    assert (states(message), touch_of(message)) == ([state], touch)


def test_its_own_touch_does_not_cap_a_message(db: None) -> None:
    customer = make_customer()
    messages = [queued(customer, thing=thing)[0] for thing in ("a", "b", "c", "d", "e")]  # more than any cap
    drained(Provider())
    assert states(*messages) == ["sent"] * 5


def test_the_touch_of_the_coupon_behind_a_message_stays_as_it_is(db: None) -> None:
    (message,) = queued(make_customer())
    Touch.objects.update(channel="coupon", state="done", cost=300)
    drained(Provider(says(providing.refused("E", "no"))))
    assert (states(message), touch_of(message)) == (["failed"], ("done", "", 300))


def test_without_a_provider_everything_waits_to_be_handed_off(db: None) -> None:
    (message,) = queued(make_customer())
    drained(None)
    assert states(message) == ["waiting"]


def test_a_push_message_goes_by_no_provider_of_text_messages(db: None) -> None:
    (message,) = queued(make_customer(), channel="push")
    drained(Provider())
    assert states(message) == ["waiting"]


def test_a_thing_called_off_calls_off_what_still_waits(db: None) -> None:
    sent, waiting = make_customer(), make_customer()
    first = queued(sent)[0]
    drained(Provider())
    second = queued(waiting)[0]
    assert actions.cancel("reminder", 7) == 1
    assert actions.cancel("reminder", 7) == 0
    assert states(first, second) == ["sent", "cancelled"]
    assert touch_of(second) == ("blocked", "off", 0)


# -- Nobody knows ----------------------------------------------------------------------------------------------------


def died_while_sending(at: dt.datetime = NOON) -> Message:
    (message,) = queued(make_customer())
    assert actions.begin(message, "aliyun", at)
    return message


def test_a_hand_over_that_says_nothing_becomes_unknown_and_stays_so(db: None) -> None:
    message, provider = died_while_sending(), Provider()
    drained(provider, NOON + actions.UNKNOWN_AFTER)
    assert states(message) == ["sending"]  # its worker may still be waiting for an answer
    drained(provider, NOON + HOUR)
    assert (states(message), touch_of(message), provider.taken) == (["unknown"], ("unknown", "", 5), [])


def test_an_answer_that_comes_very_late_is_still_kept(db: None) -> None:
    message = died_while_sending()
    drained(Provider(), NOON + HOUR)
    assert actions.end(message, providing.taken("9"), NOON + HOUR, 5)
    assert (states(message), touch_of(message)) == (["sent"], ("done", "", 5))


def test_an_answer_to_an_earlier_hand_over_settles_no_later_one(db: None, people: Cast) -> None:
    message = died_while_sending()
    drained(Provider(), NOON + HOUR)
    assert actions.send_again(message, "they never got it", people.manager)
    later = Message.objects.get(pk=message.pk)
    assert actions.begin(later, "aliyun", NOON + 2 * HOUR)
    assert not actions.end(message, providing.refused("E", "no"), NOON + 2 * HOUR, 5)
    assert states(message) == ["sending"]


def test_a_person_decides_what_nobody_knows_once_and_for_a_reason(db: None, people: Cast) -> None:
    again, arrived = died_while_sending(), died_while_sending()
    drained(Provider(), NOON + HOUR)
    assert actions.send_again(again, "not in the provider's list", people.manager)
    assert not actions.send_again(again, "twice", people.manager)
    assert actions.mark_sent(arrived, "is in the list", people.manager)
    assert not actions.send_again(arrived, "late", people.manager)
    assert (states(again, arrived), touch_of(arrived)) == (["waiting", "sent"], ("done", "", 5))
    log = StaffAct.objects.order_by("id").values_list("verb", "thing", "reason")
    assert list(log) == [
        ("send_again", "message", "not in the provider's list"),
        ("mark_sent", "message", "is in the list"),
    ]


# -- Delivered -------------------------------------------------------------------------------------------------------


def test_a_delivery_report_counts_once_however_often_it_comes(db: None) -> None:
    good, bad = queued(make_customer(), make_customer())
    drained(Provider())
    report = [Delivery("1", True), Delivery("2", False, "absent"), Delivery("77", True)]
    assert [actions.deliver("aliyun", report) for _ in range(3)] == [2, 0, 0]
    assert states(good, bad) == ["delivered", "failed"]
    assert (touch_of(good), touch_of(bad)) == (("done", "", 5), ("blocked", "failed", 5))


def test_a_report_of_another_provider_changes_nothing(db: None) -> None:
    (message,) = queued(make_customer())
    drained(Provider())
    assert actions.deliver("tencent", [Delivery("1", True)]) == 0
    assert states(message) == ["sent"]


def test_a_report_that_names_our_own_number_ends_the_doubt(db: None) -> None:
    message = died_while_sending()
    drained(Provider(), NOON + HOUR)
    assert actions.deliver("aliyun", [Delivery("9", True, reference=str(message.pk))]) == 1
    assert (states(message), touch_of(message)) == (["delivered"], ("done", "", 5))
    assert actions.deliver("aliyun", [Delivery("9", True, reference="9" * 30), Delivery("9", True, reference="٣")]) == 0


# -- The job ---------------------------------------------------------------------------------------------------------


def test_a_run_is_written_down_only_when_there_is_something_to_do(db: None) -> None:
    assert not queries.has_work(NOON, by_provider=True)
    (message,) = queued(make_customer(), not_after=NOON + HOUR)
    assert [queries.has_work(NOON, by_provider) for by_provider in (True, False)] == [True, False]
    assert queries.has_work(NOON + 2 * HOUR, by_provider=False)  # too late: to be cancelled
    drained(Provider())
    assert not queries.has_work(NOON + 2 * HOUR, by_provider=True)
    assert states(message) == ["sent"]


def test_the_workers_handler_sends_by_the_provider_of_the_settings(db: None, settings, monkeypatch) -> None:
    (message,) = queued(make_customer())
    monkeypatch.setattr(sending.timezone, "now", lambda: NOON)
    settings.SMS = Chosen(provider := Provider())
    job = actions.queue_sending()
    assert actions.queue_sending() == job  # one open job, however often it is asked for
    assert runs.work(HANDLERS, job.pk) == 1
    job.refresh_from_db()
    assert (job.state, job.result, states(message)) == ("done", {"unknown": 0, "late": 0, "sent": 1}, ["sent"])
    assert len(provider.taken) == 1


def test_no_phone_is_kept_in_an_error_or_a_job(db: None, settings, monkeypatch) -> None:
    customer = make_customer(phone="13612345678")
    (message,) = queued(customer)
    drained(Provider(says(providing.refused("E", "13612345678 is switched off"))))
    message.refresh_from_db()
    assert message.error == "E: 136****5678 is switched off"
