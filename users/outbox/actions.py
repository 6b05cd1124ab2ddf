"""Messages are queued once, called off, settled by whatever became of them: every step a conditional UPDATE."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from communities.policies.rules import Policies
from opsdesk.lib import phones, sql
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.models import Job
from opsdesk.lib.sms.providing import Delivery, Receipt
from users.contact.models import Touch
from users.outbox.models import Message

SEND = "send_messages"  # the kind of job that hands messages over; users.outbox.sending.send does it
UNKNOWN_AFTER = timedelta(minutes=5)  # a hand-over that has said nothing for so long: its worker is dead
AGAIN_AFTER = timedelta(minutes=5)

State = Message.State

# One row a message of the SELECT, whose columns are those named after q, in this order.
_QUEUE = """
INSERT INTO users_message (customer_id, touch_id, channel, key, thing, thing_id, text, not_before, not_after, state,
                           provider, provider_id, error, cost)
SELECT customer_id, touch_id, channel, key, thing, thing_id, text, coalesce(not_before, now()), not_after, 'waiting',
       '', '', '', 0
  FROM ({select}) AS q(customer_id, touch_id, channel, key, thing, thing_id, text, not_before, not_after)
ON CONFLICT (key) DO NOTHING
"""
# The touches of these messages; one of another channel (the coupon that a message tells of) stays as it is.
_SETTLE = """
UPDATE users_touch t SET state = %(state)s, blocked_by = %(why)s, cost = %(cost)s, at = coalesce(%(at)s, t.at)
  FROM users_message m
 WHERE m.id = ANY(%(ids)s) AND t.id = m.touch_id AND t.channel = m.channel
"""


def queue_all(select_sql: str, params: dict[str, Any]) -> int:
    """Queue the messages that a SELECT yields (customer_id, touch_id, channel, key, thing, thing_id, text, not_before,
    not_after); how many keys were new. Whoever queues has asked the gate with its caps and written the touches, of the
    message's own channel."""
    return sql.run(_QUEUE.replace("{select}", select_sql), **params)


def queue_sending(by: StaffMember | None = None) -> Job:
    """One open job hands over whatever is due."""
    job = runs.queue(SEND, slot="all", by=by)
    wake.on_commit(job)
    return job


@transaction.atomic
def cancel(thing: str, thing_id: int) -> int:
    """Call off what still waits of a thing; how many. What was handed over stays handed over."""
    return call_off(Q(thing=thing, thing_id=thing_id), "off")


def call_off(which: Q, why: str) -> int:
    """Cancel waiting messages; their touches were held back for `why`. In a transaction."""
    waiting = Message.objects.filter(which, state=State.WAITING)
    ids = list(waiting.select_for_update().values_list("id", flat=True))
    Message.objects.filter(id__in=ids).update(state=State.CANCELLED, error=why, ended_at=Now())
    settle_touches(ids, Touch.State.BLOCKED, why)
    return len(ids)


def settle_touches(ids: Sequence[int], state: str, why: str = "", *, cost: int = 0, at: datetime | None = None) -> None:
    """What became of the touches behind these messages; `cost` of each in fen, `at`: when they were reached."""
    sql.run(_SETTLE, ids=list(ids), state=state, why=why, cost=cost, at=at)


def cost_of(channel: str, values: Policies) -> int:
    """Of one message, in fen; a push message is free."""
    return values.sms_cost if channel == Message.Channel.SMS else 0


# -- One hand-over ---------------------------------------------------------------------------------------------------


def begin(message: Message, provider: str, at: datetime) -> bool:
    """Take a waiting message for this provider, committed before the provider hears of it; False: it is not free."""
    taken = Message.objects.filter(pk=message.pk, state=State.WAITING).update(
        state=State.SENDING, sending_since=at, provider=provider, provider_id="", error=""
    )
    message.sending_since = at
    return bool(taken)


@transaction.atomic
def end(message: Message, receipt: Receipt, at: datetime, cost: int) -> bool:
    """Keep what a provider said to the hand-over that `begin` took. False when it has been decided meanwhile."""
    mine = Message.objects.filter(
        pk=message.pk, sending_since=message.sending_since, state__in=(State.SENDING, State.UNKNOWN)
    )
    if receipt.again:
        return _wait(mine, message, receipt.error, at)
    state = State.SENT if receipt.ok else State.UNKNOWN if receipt.unknown else State.FAILED
    spent = 0 if state == State.FAILED else cost
    news = {"provider_id": receipt.provider_id, "error": receipt.error, "cost": spent, "ended_at": at}
    if not mine.update(state=state, **news):
        return False
    _settle_as(state, [message.pk], spent, at)
    return True


def _wait(mine: QuerySet[Message], message: Message, error: str, at: datetime) -> bool:
    if not mine.update(state=State.WAITING, error=error, not_before=at + AGAIN_AFTER):
        return False
    settle_touches([message.pk], Touch.State.WAITING)
    return True


def _settle_as(state: str, ids: Sequence[int], cost: int, at: datetime | None) -> None:
    if state == State.FAILED:
        settle_touches(ids, Touch.State.BLOCKED, "failed", cost=cost)
    else:
        reached = Touch.State.UNKNOWN if state == State.UNKNOWN else Touch.State.DONE
        settle_touches(ids, reached, cost=cost, at=at)


@transaction.atomic
def give_up_silent(at: datetime, values: Policies) -> int:
    """Hand-overs that have said nothing for long become `unknown`, never to be repeated by themselves; how many."""
    silent = Message.objects.filter(state=State.SENDING, sending_since__lt=at - UNKNOWN_AFTER)
    ids = list(silent.select_for_update(skip_locked=True).values_list("id", flat=True))
    cost = cost_of(Message.Channel.SMS, values)
    Message.objects.filter(id__in=ids).update(state=State.UNKNOWN, error="its worker died", cost=cost, ended_at=at)
    settle_touches(ids, Touch.State.UNKNOWN, cost=cost, at=at)
    return len(ids)


# -- Later words: of the provider, of a person -----------------------------------------------------------------------


def deliver(provider: str, deliveries: Iterable[Delivery]) -> int:
    """Keep what a provider reports; how many messages it changed. Told twice it changes nothing, told late it ends an
    unknown one as well."""
    return sum(_deliver(provider, one) for one in deliveries)


@transaction.atomic
def _deliver(provider: str, one: Delivery) -> int:
    named = Q(provider_id=one.provider_id, state=State.SENT)
    if one.reference.isascii() and one.reference.isdigit() and len(one.reference) < 19:
        named |= Q(pk=int(one.reference), state__in=(State.SENT, State.SENDING, State.UNKNOWN))
    found = Message.objects.filter(named, provider=provider).select_for_update().first()
    if found is None:
        return 0
    found.state = State.DELIVERED if one.delivered else State.FAILED
    found.provider_id, found.error = one.provider_id[:80], one.error
    found.save(update_fields=["state", "provider_id", "error"])
    _settle_as(found.state, [found.pk], found.cost, None)
    return 1


@transaction.atomic
def send_again(message: Message, reason: str, by: StaffMember) -> bool:
    """An unknown one is sent once more because somebody has asked and knows. False: it is not unknown any more."""
    waiting = {"state": State.WAITING, "not_before": Now(), "error": "", "cost": 0, "ended_at": None}
    if not _decide(message, waiting, "send_again", reason, by):
        return False
    settle_touches([message.pk], Touch.State.WAITING)
    return True


@transaction.atomic
def mark_sent(message: Message, reason: str, by: StaffMember) -> bool:
    """An unknown one had arrived, as somebody has found out."""
    if not _decide(message, {"state": State.SENT, "error": ""}, "mark_sent", reason, by):
        return False
    message.refresh_from_db(fields=["cost"])
    settle_touches([message.pk], Touch.State.DONE, cost=message.cost)
    return True


def _decide(message: Message, news: dict[str, Any], verb: str, reason: str, by: StaffMember) -> bool:
    if not Message.objects.filter(pk=message.pk, state=State.UNKNOWN).update(**news):
        return False
    write_log(
        staff=by, verb=verb, thing="message", thing_id=message.pk, community_id=message.customer.community_id,
        reason=phones.mask_within(reason),
    )  # fmt: skip
    return True
