"""What waits to go out, what went, what nobody knows of."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from communities.scoping import Scope
from users.outbox.models import HandOff, Message


def due(channel: str, at: datetime, most: int) -> list[Message]:
    """Waiting messages of a channel whose time has come, the longest waiting first (index message_due)."""
    found = Message.objects.filter(_is_due(at), channel=channel)
    return list(found.order_by("not_before", "id")[:most])


def _is_due(at: datetime) -> Q:
    in_time = Q(not_after=None) | Q(not_after__gte=at)
    return in_time & Q(state=Message.State.WAITING, not_before__lte=at)


def has_work(at: datetime, by_provider: bool) -> bool:
    """Whether a run of the job would change anything: something is due, too late, or has been silent for long."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    silent = Message.objects.filter(state=Message.State.SENDING)
    is_due = waiting.filter(channel=Message.Channel.SMS, not_before__lte=at)
    return silent.exists() or waiting.filter(not_after__lt=at).exists() or (by_provider and is_due.exists())


def due_in(scope: Scope, channel: str, at: datetime) -> QuerySet[Message]:
    """The same of the customers in reach, all of them."""
    return in_reach(scope).filter(_is_due(at), channel=channel)


def in_reach(scope: Scope) -> QuerySet[Message]:
    reach = scope.condition("customer__community_id", "customer__station_id")
    return Message.objects.filter(reach).select_related("customer", "customer__community")


def counts(scope: Scope) -> dict[str, int]:
    """Messages in reach by state, every state named."""
    found: Any = in_reach(scope).select_related(None).order_by().values_list("state").annotate(n=Count("id"))
    return dict.fromkeys(Message.State.values, 0) | dict(found)


def message(scope: Scope, message_id: int) -> Message | None:
    return in_reach(scope).filter(pk=message_id).first()


def hand_offs() -> QuerySet[HandOff]:
    """Files handed off, newest first, with how many messages each holds."""
    return HandOff.objects.select_related("made_by").annotate(rows=Count("messages")).order_by("-id")


def reaches(scope: Scope, made: HandOff) -> bool:
    """Whether every customer of a file is in reach."""
    inside = scope.condition("customer__community_id", "customer__station_id")
    return scope.everywhere or not made.messages.exclude(inside).exists()
