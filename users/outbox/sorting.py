"""Which of the waiting messages may go out now: the gate asked once more, because wishes and the hour have changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from communities.policies.rules import Policies
from opsdesk.lib import sql
from users.contact import queries as contact
from users.contact import rules
from users.outbox import actions
from users.outbox.models import Message

BY_CLASS = ("batch",)  # things that choose their people by class
PAUSED = timedelta(hours=1)  # between two looks at a community where contact is paused
_LATER = ("quiet", "incident")
_ASKED = "SELECT unnest(%(asked)s::bigint[])"


@transaction.atomic
def ready(messages: Sequence[Message], at: datetime, values: Policies) -> list[Message]:
    """Those of these waiting messages that may go out at `at`. The others wait on (quiet hours, a pause) or are called
    off (wishes). Their caps were asked when they were queued, and their own touch counts since."""
    against = _against(messages, at)
    for why in sorted({*against.values()} - {""}):
        ids = [message.pk for message in messages if against[message.pk] == why]
        if why in _LATER:
            later = _later(why, at, values)
            Message.objects.filter(pk__in=ids, state=Message.State.WAITING).update(not_before=later)
        else:
            actions.call_off(Q(pk__in=ids), why)
    return [message for message in messages if not against[message.pk]]


def _against(messages: Sequence[Message], at: datetime) -> dict[int, str]:
    """The reason against each message, '' for none, by its id."""
    found: dict[int, str] = {}
    for channel, by_class in {(one.channel, one.thing in BY_CLASS) for one in messages}:
        same = [one for one in messages if (one.channel, one.thing in BY_CLASS) == (channel, by_class)]
        statement, params = contact.gate(
            _ASKED, {"asked": [one.customer_id for one in same]}, channel=channel, at=at, by_class=by_class,
            counted=False,
        )  # fmt: skip
        told = dict(sql.rows(statement, **params))
        found |= {one.pk: told.get(one.customer_id, "dnc") for one in same}
    return found


def _later(why: str, at: datetime, values: Policies) -> datetime:
    if why == "quiet":
        return rules.quiet_ends(timezone.localtime(at), contact.limits(values))
    return at + PAUSED
