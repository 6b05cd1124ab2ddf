"""When a strategy is due, what its message says, and what two versions say differently (pure)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from opsdesk.lib.words import N_

RHYTHMS = {"hand": N_("by hand"), "daily": N_("every day"), "weekly": N_("every week")}

# What a version says, in the order in which people read it; nothing else makes a new version.
FIELDS = {
    "audience": N_("audience"),
    "goal": N_("goal"),
    "online_action": N_("online action"),
    "offline_action": N_("offline action"),
    "channel": N_("channel"),
    "coupon_id": N_("coupon"),
    "budget_id": N_("budget"),
    "message_channel": N_("message"),
    "message": N_("text"),
    "script": N_("script"),
    "rhythm": N_("rhythm"),
    "weekday": N_("weekday"),
    "send_time": N_("send time"),
    "every_days": N_("frequency cap"),
}

PLACES = ("{name}", "{coupon}", "{ends}")  # of a message
ONE_TEXT, PART_OF_TEXTS = 70, 67  # Chinese characters in a text message, and in each part of a longer one


class Difference(NamedTuple):
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What the later content says otherwise, in the order of FIELDS; no text and nothing are the same."""
    pairs = (Difference(field, _said(before.get(field)), _said(after.get(field))) for field in FIELDS)
    return [pair for pair in pairs if pair.before != pair.after]


def _said(value: Any) -> Any:
    return None if value == "" else value


def due(rhythm: str, weekday: int | None, day: date) -> bool:
    """Whether the schedule drafts a batch on a day; by hand never."""
    return rhythm == "daily" or (rhythm == "weekly" and weekday == day.weekday())


def next_due(rhythm: str, weekday: int | None, after: date) -> date | None:
    """The first day later than `after` on which it is due."""
    days = (after + timedelta(days=n) for n in range(1, 8))
    return next((day for day in days if due(rhythm, weekday, day)), None)


def send_at(send_time: time | None, at: datetime) -> datetime | None:
    """The moment of that day at which to send; None: as soon as it is approved, also when the hour is past."""
    if send_time is None:
        return None
    moment = at.replace(hour=send_time.hour, minute=send_time.minute, second=0, microsecond=0)
    return moment if moment > at else None


def filled(message: str, *, name: str, coupon: str, ends: str) -> str:
    """The message as one customer reads it."""
    for place, value in zip(PLACES, (name, coupon, ends), strict=True):
        message = message.replace(place, value)
    return message


def unknown_places(message: str) -> list[str]:
    """What stands in braces and means nothing."""
    found, rest = [], message
    while "{" in rest:
        _before, _brace, rest = rest.partition("{")
        place = "{" + rest.partition("}")[0] + "}"
        if place not in PLACES:
            found.append(place)
    return found


def texts(message: str) -> int:
    """How many text messages are billed for it."""
    return 1 if len(message) <= ONE_TEXT else -(-len(message) // PART_OF_TEXTS)


def missing(content: Mapping[str, Any]) -> list[str]:
    """Fields without which the schedule has nothing to do."""
    needed = ("coupon_id", "budget_id")
    return [field for field in needed if not content.get(field)] + ["rhythm"] * (content.get("rhythm") == "hand")
