"""A round of reminding, held to rules.py on random coupons; done twice, it writes once."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from coupons.batches.models import Batch
from coupons.grants.models import Grant
from coupons.reminders import actions, rules
from coupons.reminders.models import Reminder
from coupons.reminders.rules import SHANGHAI, Held
from tests.coupons.worlds import make_budget, make_coupon
from tests.factories import make_customer
from tests.histories import quickly
from users.contact.models import ContactWish, Touch
from users.outbox.models import Message

pytestmark = pytest.mark.django_db

DAY = dt.date(2018, 5, 7)
AT = dt.datetime(2018, 5, 7, 10, tzinfo=SHANGHAI)
PEOPLE = 4

coupons = st.fixed_dictionaries(
    {
        "person": st.integers(0, PEOPLE - 1),
        "batch": st.integers(0, 2),
        "state": st.sampled_from(["open", "open", "open", "used", "expired", "void"]),
        "hours": st.integers(-24, 24 * 6),  # from the noon of DAY to its end
        "issued": st.integers(-60, 12),
        "valid": st.integers(-40, 4),
    }
)


def make_batch(number: int, share: float, state: str) -> Batch:
    return Batch.objects.create(
        number=f"R-{number}", name="批次", coupon=make_coupon(per_customer=9), budget=make_budget(name=f"R{number}"),
        state=state, holdout_share=share, no_holdout_reason="" if share else "服务补偿", recipients=99,
    )  # fmt: skip


def make_grant(batch: Batch, customer_id: int, number: int, **fields: Any) -> Grant:
    usual = {
        "issued_at": AT - dt.timedelta(days=5), "valid_from": AT - dt.timedelta(days=5), "state": "open",
        "expires_at": dt.datetime(2018, 5, 11, tzinfo=SHANGHAI),
    }  # fmt: skip
    values = usual | fields
    if values["state"] == "used":
        values["used_at"] = AT
    return Grant.objects.create(
        batch=batch, coupon=batch.coupon, customer_id=customer_id, nth=number % 9 + 1, code=f"R{number}",
        reserved=0, **values,
    )  # fmt: skip


def facts(grant: Grant) -> Held:
    batch = grant.batch
    return Held(
        grant=grant.pk, customer=grant.customer_id, state=grant.state, issued_at=grant.issued_at,
        valid_from=grant.valid_from, expires_at=grant.expires_at, key=batch.number, share=batch.holdout_share,
        batch_state=batch.state,
    )  # fmt: skip


def kept() -> dict[int, tuple[Any, ...]]:
    rows = Reminder.objects.values_list("customer_id", "grant_id", "days_before", "fate", "reason")
    return {row[0]: row[1:] for row in rows}


@quickly
@given(st.lists(coupons, max_size=10), st.sets(st.integers(0, PEOPLE - 1)), st.sampled_from([0.0, 0.2, 0.5]))
def test_reminders_say_what_the_rules_say(drawn: list[dict[str, Any]], silent: set[int], share: float) -> None:
    with transaction.atomic():
        people = [make_customer() for _ in range(PEOPLE)]
        for number in silent:
            ContactWish.objects.create(customer=people[number], do_not_contact=True)
        batches = [make_batch(0, 0.0, "issued"), make_batch(1, share, "issuing"), make_batch(2, share, "paused")]
        seen, grants = set(), []
        for number, one in enumerate(drawn):
            if (one["person"], one["batch"]) not in seen:
                seen.add((one["person"], one["batch"]))
                noon = AT + dt.timedelta(hours=2)
                grants.append(
                    make_grant(
                        batches[one["batch"]], people[one["person"]].pk, number, state=one["state"],
                        expires_at=noon + dt.timedelta(hours=one["hours"]),
                        issued_at=AT + dt.timedelta(hours=one["issued"]),
                        valid_from=AT + dt.timedelta(hours=one["valid"]),
                    )
                )  # fmt: skip
        refused = {people[number].pk for number in silent}
        chosen = rules.chosen([facts(grant) for grant in grants], DAY, AT, (3, 1))
        expected = {
            customer: (
                one.grant,
                rules.days_before(one.expires_at, DAY),
                *rules.fate(one, "dnc" * (customer in refused)),
            )
            for customer, one in chosen.items()
        }
        found = actions.remind(DAY, AT)
        assert kept() == expected
        sends = [customer for customer, row in expected.items() if row[2] == "send"]
        assert (found.reminders, found.messages) == (len(expected), len(sends))
        assert actions.remind(DAY, AT + dt.timedelta(hours=1)) == actions.Round()
        transaction.set_rollback(True)


@pytest.fixture
def reminded(people):
    customer = make_customer(community=people.cuiping, station=people.cuiping_station, name="李雷")
    batch = make_batch(0, 0.0, "issued")
    make_grant(batch, customer.pk, 1)
    actions.remind(DAY, AT)
    return customer


def test_a_reminder_is_a_touch_and_a_message_in_the_one_script(reminded, people) -> None:
    reminder = Reminder.objects.get()
    touch = Touch.objects.get()
    assert (reminder.fate, reminder.station_id, reminder.days_before) == ("send", people.cuiping_station.pk, 3)
    assert (touch.thing, touch.thing_id, touch.channel, touch.state) == ("reminder", reminder.pk, "sms", "waiting")
    message = Message.objects.get()
    assert (message.touch, message.not_before) == (touch, AT)
    assert "李雷" in message.text
    assert "05-10" in message.text
    assert "{" not in message.text


def test_nobody_is_reminded_at_night_and_the_morning_makes_up_for_it(people) -> None:
    make_grant(make_batch(0, 0.0, "issued"), make_customer().pk, 1)
    assert actions.remind(DAY, AT.replace(hour=7)).quiet
    assert not Reminder.objects.exists()
    assert actions.remind(DAY, AT.replace(hour=9)).reminders == 1


def test_a_used_coupon_is_not_told_of_again_the_day_before_its_end(reminded) -> None:
    later = DAY + dt.timedelta(days=2)
    Grant.objects.update(state="used", used_at=AT)
    assert actions.remind(later, AT + dt.timedelta(days=2)).reminders == 0


def test_a_message_that_still_waits_is_called_off_when_the_coupon_is_used(reminded) -> None:
    Grant.objects.update(state="used", used_at=AT)
    actions.remind(DAY, AT + dt.timedelta(hours=1))
    assert Message.objects.get().state == "cancelled"
    assert Touch.objects.get().state == "blocked"


def test_both_days_before_the_end_are_told(reminded) -> None:
    later = DAY + dt.timedelta(days=2)
    assert actions.remind(later, AT + dt.timedelta(days=2)).reminders == 1
    assert list(Reminder.objects.order_by("day").values_list("days_before", flat=True)) == [3, 1]
    assert Message.objects.count() == 2


def test_staff_tick_once_and_take_it_back(reminded, people) -> None:
    reminder = Reminder.objects.get()
    assert actions.done(reminder, by=people.staff)
    assert not actions.done(reminder, by=people.lead, said="away")
    reminder.refresh_from_db()
    assert (reminder.said, reminder.done_by) == ("told", people.staff)
    assert actions.undo(reminder, by=people.staff)
    assert not actions.undo(reminder, by=people.staff)
    reminder.refresh_from_db()
    assert (reminder.said, reminder.done_at) == ("", None)


def test_another_script_holds_from_the_next_reminder_on(reminded, people) -> None:
    assert actions.write_script("{name}，别忘了", "push", by=people.manager)
    assert actions.write_script("{name}，别忘了", "push", by=people.manager) is None
    actions.remind(DAY + dt.timedelta(days=2), AT + dt.timedelta(days=2))
    newest = Message.objects.order_by("-id").first()
    assert (newest.channel, newest.text) == ("push", "李雷，别忘了")


def test_staff_alone_say_it_where_the_desk_sends_no_message(people) -> None:
    assert actions.write_script("{name}，别忘了", "door", by=people.manager)
    customer = make_customer(community=people.cuiping, station=people.cuiping_station)
    make_grant(make_batch(0, 0.0, "issued"), customer.pk, 1)
    assert actions.remind(DAY, AT) == actions.Round(reminders=1)
    assert not Message.objects.exists()
    reminder = Reminder.objects.get()

    def touch() -> tuple[str, str, Any]:
        return Touch.objects.values_list("channel", "state", "operator").get()

    assert touch() == ("door", "waiting", None)
    actions.done(reminder, by=people.staff, said="away")
    assert touch() == ("door", "waiting", None)
    actions.undo(reminder, by=people.staff)
    actions.done(reminder, by=people.staff)
    assert touch() == ("door", "done", people.staff.pk)
    actions.undo(reminder, by=people.staff)
    assert touch() == ("door", "waiting", None)


def test_a_tick_at_the_door_leaves_the_touch_of_a_message_alone(reminded, people) -> None:
    actions.done(Reminder.objects.get(), by=people.staff)
    assert Touch.objects.values_list("channel", "state").get() == ("sms", "waiting")
