"""Wishes and their ledger in one, pauses opened once, touches written once."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from communities.models import StaffAct
from tests.cast import Cast
from tests.factories import make_customer
from users.contact import actions, queries
from users.contact.models import ContactPause, ContactWish, Touch, WishChange

DNC, PROFILING, CHANNEL = WishChange.Subject
STAFF = WishChange.Way.STAFF


def told(customer, subject: str, allowed: bool | None, channel: str = "") -> WishChange | None:
    return actions.change_wish(customer=customer, subject=subject, channel=channel, allowed=allowed, way=STAFF, by=None)


def as_it_stands(customer) -> tuple[bool, bool, list[str], list[str]]:
    wish = queries.wish_of(customer.pk)
    return wish.do_not_contact, wish.no_profiling, wish.refused, wish.agreed


@pytest.mark.parametrize(
    ("said", "stands", "lines"),
    [
        ([(DNC, False, "")], (True, False, [], []), 1),
        ([(DNC, False, ""), (DNC, False, "")], (True, False, [], []), 1),
        ([(DNC, False, ""), (DNC, True, "")], (False, False, [], []), 2),
        ([(DNC, True, "")], (False, False, [], []), 0),  # that is how it stood
        ([(PROFILING, False, "")], (False, True, [], []), 1),
        ([(CHANNEL, False, "sms"), (CHANNEL, False, "door")], (False, False, ["door", "sms"], []), 2),
        ([(CHANNEL, False, "sms"), (CHANNEL, True, "sms")], (False, False, [], ["sms"]), 2),
        ([(CHANNEL, True, "sms"), (CHANNEL, None, "sms")], (False, False, [], []), 2),
        ([(CHANNEL, None, "sms")], (False, False, [], []), 0),
    ],
)
def test_a_wish_and_its_ledger_move_together(db: None, said, stands, lines) -> None:
    customer = make_customer()
    for subject, allowed, channel in said:
        told(customer, subject, allowed, channel)
    assert as_it_stands(customer) == stands
    assert WishChange.objects.count() == lines


@pytest.mark.parametrize(("subject", "channel"), [(CHANNEL, ""), (CHANNEL, "pigeon"), (DNC, "sms"), ("other", "")])
def test_a_wish_about_nothing_known_is_refused(db: None, subject: str, channel: str) -> None:
    with pytest.raises(ValueError, match="no wish about"):
        told(make_customer(), subject, False, channel)


def test_taking_back_writes_another_line_unless_something_newer_was_said(db: None, people: Cast) -> None:
    customer = make_customer()
    first = told(customer, CHANNEL, True, "sms")
    second = told(customer, CHANNEL, False, "sms")
    assert actions.take_back(first, people.manager) is None
    actions.take_back(second, people.manager)
    assert as_it_stands(customer) == (False, False, [], ["sms"])
    assert [line.allowed for line in queries.changes_of(customer.pk)] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_two_wishes_at_once_are_both_kept() -> None:
    customer = make_customer()

    def say(channel: str) -> None:
        try:
            told(customer, CHANNEL, False, channel)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=(channel,)) for channel in ("sms", "push", "door", "phone")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert as_it_stands(customer)[2] == ["door", "phone", "push", "sms"]
    assert WishChange.objects.count() == 4


def test_a_paused_community_is_reached_by_nobody_until_it_is_resumed(people: Cast) -> None:
    here, there = make_customer(community=people.cuiping), make_customer(community=people.jinling)
    first = actions.pause(people.cuiping, "rotten leaves", people.manager, href="/incidents/3/")
    assert actions.pause(people.cuiping, "again", people.manager2) == first
    now = timezone.now()
    assert [queries.may_contact(one.pk, "coupon", now, False) for one in (here, there)] == ["incident", ""]

    assert actions.resume(people.cuiping, people.manager)
    assert not actions.resume(people.cuiping, people.manager)
    assert queries.may_contact(here.pk, "coupon", timezone.now(), False) == ""
    assert ContactPause.objects.count() == 1
    assert list(StaffAct.objects.values_list("verb", "reason")) == [("resume", ""), ("pause", "rotten leaves")]


TOUCHES = """
SELECT id, coalesce(community_id, 0), %(at)s, 'sms', 'batch', 7, 'done', '', 'active', 'rfm_x', %(day)s::date, 3,
       NULL::bigint, 5, NULL::bigint, 9
  FROM users_customer
"""


def test_touches_are_written_once_however_often_they_are_asked_for(people: Cast) -> None:
    customers = [make_customer(community=people.cuiping) for _ in range(3)]
    params = {"at": timezone.now(), "day": timezone.localdate()}
    assert actions.touch_all(TOUCHES, params) == 3
    assert actions.touch_all(TOUCHES, params) == 0
    touch = queries.touches_of(customers[0].pk).get()
    assert (touch.community_id, touch.thing, touch.cost, touch.approval_id) == (people.cuiping.pk, "batch", 5, 9)
    assert Touch.objects.count() == 3


def test_somebody_who_never_said_anything_has_no_row(db: None) -> None:
    assert as_it_stands(make_customer()) == (False, False, [], [])
    assert not ContactWish.objects.exists()


def test_no_phone_is_kept_in_a_note_or_a_reason(people: Cast) -> None:
    customer = make_customer()
    actions.change_wish(
        customer=customer, subject=DNC, allowed=False, way=STAFF, note="ask 13611112222", by=people.manager
    )
    pause = actions.pause(people.cuiping, "call 13611112222", people.manager)
    assert [WishChange.objects.get().note, pause.reason, StaffAct.objects.get().reason] == [
        "ask 136****2222", "call 136****2222", "call 136****2222",
    ]  # fmt: skip
