"""The job that hands messages to a provider, each at most once.

A message is taken (`sending`, committed) before the provider hears of it and settled after it has answered. Whoever
dies in between leaves one message that nobody knows the fate of: it becomes `unknown` and waits for a person.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from communities.policies import queries as policies
from communities.policies.rules import Policies
from opsdesk.lib.runs.actions import Hold
from opsdesk.lib.sms.providing import Provider, Text
from users.customers.models import Customer
from users.outbox import actions, queries, sorting
from users.outbox.models import Message

CHUNK = 200


def send(hold: Hold) -> Mapping[str, Any]:
    """Handler of actions.SEND. Without a provider messages wait to be handed off as a file."""
    return drain(settings.SMS.provider, hold, timezone.now)


def drain(provider: Provider | None, hold: Hold, clock: Callable[[], datetime]) -> dict[str, int]:
    """Everything due, chunk by chunk; counts by what became of it. Ends early while the provider cannot be reached."""
    values = policies.for_company()
    told = {"unknown": actions.give_up_silent(clock(), values), "late": drop_late(clock())}
    goes_on = provider is not None
    while goes_on and (due := queries.due(Message.Channel.SMS, clock(), CHUNK)):
        hold.beat(done=told.get("sent", 0))
        goes_on = _chunk(sorting.ready(due, clock(), values), provider, hold, clock, values, told)
    return told


@transaction.atomic
def drop_late(at: datetime) -> int:
    """Cancel what is worth nothing any more; how many."""
    return actions.call_off(Q(not_after__lt=at), "late")


def _chunk(
    ready: list[Message], provider: Any, hold: Hold, clock: Callable[[], datetime], values: Policies,
    told: dict[str, int],
) -> bool:  # fmt: skip
    """Hand over these, one after the other; False once the provider is not there."""
    phones = _phones(ready)
    for message in ready:
        hold.beat_sometimes(done=told.get("sent", 0))
        word = hand_over(message, phones[message.customer_id], provider, clock, values)
        told[word] = told.get(word, 0) + 1
        if word == "again":
            return False
    return True


def hand_over(message: Message, phone: str, provider: Provider, clock: Callable[[], datetime], values: Policies) -> str:
    """One message to the provider; in a word what became of it: sent, failed, unknown, again, or taken (by others)."""
    if not actions.begin(message, provider.name, clock()):
        return "taken"
    receipt = provider.send(Text(phone, message.text, str(message.pk)))
    actions.end(message, receipt, clock(), actions.cost_of(message.channel, values))
    if receipt.ok:
        return "sent"
    return "again" if receipt.again else "unknown" if receipt.unknown else "failed"


def _phones(messages: list[Message]) -> dict[int, str]:
    everybody = Customer.objects.unscoped("a message goes to its customer, whoever asked for it")
    return dict(everybody.filter(pk__in=[one.customer_id for one in messages]).values_list("pk", "phone"))
