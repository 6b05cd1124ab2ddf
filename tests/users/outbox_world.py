"""What the outbox's tests have in common: a queue of messages, a provider that remembers, a clock that stands."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from communities.policies import queries as policies
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import Hold
from opsdesk.lib.sms import providing
from opsdesk.lib.sms.providing import Receipt, Text
from tests.factories import SHANGHAI
from users.contact import actions as contact
from users.contact.models import Touch
from users.customers.models import Customer
from users.outbox import actions, sending
from users.outbox.models import Message

NOON = dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)
_TOUCH = """
SELECT id, coalesce(community_id, 0), %(at)s, %(channel)s, %(thing)s, 7, 'unknown', '', 'active', '', NULL::date, 1,
       NULL::bigint, 0, NULL::bigint, NULL::bigint
  FROM users_customer WHERE id = ANY(%(ids)s)
"""
_MESSAGES = """
SELECT customer_id, id, %(channel)s, thing || ':' || customer_id, thing, thing_id, %(text)s,
       %(not_before)s::timestamptz, %(not_after)s::timestamptz
  FROM users_touch WHERE thing = %(thing)s AND channel = %(channel)s AND customer_id = ANY(%(ids)s) ORDER BY id
"""


def queued(
    *customers: Customer,
    thing: str = "reminder",
    channel: str = "sms",
    not_before: dt.datetime | None = NOON - dt.timedelta(hours=1),
    not_after: dt.datetime | None = None,
    text: str = "您的红包 3 天后到期",
) -> list[Message]:
    """A message and its touch for each, oldest first."""
    params: dict[str, Any] = {
        "ids": [one.pk for one in customers], "at": NOON, "thing": thing, "channel": channel, "text": text,
        "not_before": not_before, "not_after": not_after,
    }  # fmt: skip
    contact.touch_all(_TOUCH, params)
    actions.queue_all(_MESSAGES, params)
    return list(Message.objects.filter(customer__in=params["ids"], thing=thing, channel=channel).order_by("id"))


class Provider:
    """Says yes with numbers 1, 2, 3 …, or what `answer` says."""

    name = "aliyun"

    def __init__(self, answer: Callable[[Text], Receipt] | None = None) -> None:
        self.taken: list[Text] = []
        self.answer = answer

    def send(self, message: Text) -> Receipt:
        self.taken.append(message)
        return self.answer(message) if self.answer else providing.taken(str(len(self.taken)))

    def deliveries(self, report: Any) -> list[Any]:
        raise NotImplementedError


def held() -> Hold:
    """A worker's grip on a new job of sending."""
    hold = runs.take([actions.SEND], actions.queue_sending().pk)
    assert hold is not None
    return hold


def drained(provider: Provider | None, at: dt.datetime = NOON) -> dict[str, int]:
    hold = held()
    told = sending.drain(provider, hold, lambda: at)
    hold.end("done")
    return told


def states(*messages: Message) -> list[str]:
    return [Message.objects.get(pk=one.pk).state for one in messages]


def touch_of(message: Message) -> tuple[str, str, int]:
    touch = Touch.objects.get(pk=message.touch_id)
    return touch.state, touch.blocked_by, touch.cost


def sms_cost() -> int:
    return policies.for_company().sms_cost
