"""Whose coupon ends when, who was reminded, what staff have said, and what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.batches.rules import DRAW_SQL
from coupons.reminders import rules
from coupons.reminders.models import Reminder, ReminderScript
from coupons.reminders.rules import SHANGHAI
from opsdesk.lib import sql
from opsdesk.lib.intervals import Interval, share_difference
from users.customers.models import Customer
from users.outbox.models import Message

THING = "reminder"
EFFECT_DAYS = 56

# The twin of rules.chosen: one row a customer, the coupon to remind of. Index grant_to_expire.
DUE = """
SELECT DISTINCT ON (g.customer_id) g.id AS grant_id, g.customer_id, g.batch_id, b.holdout_share, g.expires_at,
       CASE WHEN b.strategy_version_id IS NULL THEN b.number ELSE 'v' || b.strategy_version_id END AS key,
       ((g.expires_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date - %(day)s::date AS days_before
  FROM coupons_grant g JOIN coupons_batch b ON b.id = g.batch_id
 WHERE g.state = 'open' AND g.expires_at > %(from)s AND g.expires_at <= %(to)s
   AND g.valid_from <= %(at)s AND g.issued_at < %(morning)s AND NOT b.state = ANY(%(stopped)s)
   AND ((g.expires_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date - %(day)s::date = ANY(%(days)s)
 ORDER BY g.customer_id, g.expires_at, g.id
"""
DRAW = DRAW_SQL.replace("%(draw_key)s", "due.key || ' reminder'").format(customer="due.customer_id")

# The first reminder of each coupon that is over: reminded or held out, and whether it was used from that day on.
# Indexes reminder_of_a_station, coupons_grant_pkey.
_EFFECT = """
SELECT fate, count(*)::int, count(*) FILTER (WHERE used)::int
  FROM (SELECT DISTINCT ON (r.grant_id) r.fate, r.community_id, r.day,
               COALESCE(g.state = 'used' AND g.used_at >= r.day::timestamp AT TIME ZONE 'Asia/Shanghai', FALSE) AS used
          FROM coupons_reminder r JOIN coupons_grant g ON g.id = r.grant_id
         WHERE r.day >= %(since)s AND r.day + r.days_before < %(day)s AND g.state <> 'void'
         ORDER BY r.grant_id, r.day) first
 WHERE fate IN ('send', 'control') AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s))
 GROUP BY fate
"""


def due_params(day: date, at: datetime, days: Sequence[int]) -> dict[str, object]:
    """What DUE asks for. A coupon whose last day is n days away ends at the midnight after it."""
    return {
        "day": day, "at": at, "days": list(days), "morning": _midnight(day), "stopped": list(rules.STOPPED),
        "from": _midnight(day + timedelta(days=min(days))), "to": _midnight(day + timedelta(days=max(days) + 1)),
    }  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


class Script(NamedTuple):
    """The words in force; version 0: those that come with the desk, in the company's language."""

    version: int
    channel: str
    text: str

    @property
    def staff_only(self) -> bool:
        return self.channel == ReminderScript.Way.STAFF

    @property
    def way(self) -> str:
        return str(ReminderScript.Way(self.channel).label)


def script() -> Script:
    newest = scripts().first()
    if newest:
        return Script(newest.pk, newest.channel, newest.text)
    with translation.override(settings.LANGUAGE_CODE):
        return Script(0, Message.Channel.SMS, gettext(rules.SCRIPT))


def scripts() -> QuerySet[ReminderScript]:
    """Newest first."""
    return ReminderScript.objects.select_related("made_by")


@dataclass(frozen=True)
class Row:
    """Reminders of one station on a day. Told: staff said it; a station's completion is told / send."""

    community_id: int
    station_id: int | None
    due: int
    send: int
    control: int
    held: int
    sent: int
    told: int
    away: int
    used: int

    @property
    def completion(self) -> float | None:
        return self.told / self.send if self.send else None


def by_station(scope: Scope, day: date) -> list[Row]:
    """One row a station with reminders that day (index reminder_of_a_station)."""
    handed = Message.objects.filter(thing=THING, thing_id=OuterRef("pk"), state__in=("sent", "delivered"))
    counts = {
        "due": Count("pk"),
        "send": Count("pk", filter=Q(fate="send")),
        "control": Count("pk", filter=Q(fate="control")),
        "held": Count("pk", filter=Q(fate="held")),
        "sent": Count("pk", filter=Exists(handed)),
        "told": Count("pk", filter=Q(said="told")),
        "away": Count("pk", filter=Q(said="away")),
        "used": Count("pk", filter=Q(fate="send", grant__state="used")),
    }
    found = Reminder.objects.filter(scope.condition(), day=day).values("community_id", "station_id").annotate(**counts)
    columns = [field.name for field in fields(Row)]
    return [Row(*row) for row in found.order_by("community_id", "station_id").values_list(*columns)]


def days(scope: Scope, most: int = 14) -> list[date]:
    """The last days with reminders in reach, newest first."""
    found = Reminder.objects.filter(scope.condition()).order_by("-day").values_list("day", flat=True).distinct()
    return list(found[:most])


class Effect(NamedTuple):
    """Coupons used of those reminded and of those held out; `gap` is None while there is not enough data."""

    reminded: int
    reminded_used: int
    control: int
    control_used: int
    gap: Interval | None
    least: int


def effect(day: date, places: Sequence[int] | None = None) -> Effect:
    """Over coupons that ended before `day`, at most eight weeks back."""
    since = day - timedelta(days=EFFECT_DAYS)
    rows = sql.rows(_EFFECT, day=day, since=since, places=None if places is None else list(places))
    found = {fate: counts for fate, *counts in rows}
    (reminded, used), (control, control_used) = found.get("send", [0, 0]), found.get("control", [0, 0])
    least = policies.for_company().effect_min_people
    enough = reminded >= least and control >= least
    gap = share_difference(used, reminded, control_used, control) if enough else None
    return Effect(reminded, used, control, control_used, gap, least)


def pointless() -> QuerySet[Reminder, int]:
    """Ids of reminders whose message waits while their coupon is open no more (index message_due)."""
    waiting = Message.objects.filter(thing=THING, state=Message.State.WAITING).values("thing_id")
    return Reminder.objects.filter(pk__in=waiting).exclude(grant__state="open").values_list("pk", flat=True)


def to_tell(scope: Scope, day: date) -> QuerySet[Reminder]:
    """What the staff in reach have to say today, door by door; the customer must be in reach still."""
    return told_of(scope).filter(day=day)


def told_of(scope: Scope) -> QuerySet[Reminder]:
    """Every reminder that staff tell, with all that a door shows."""
    people = Customer.objects.visible_to(scope)
    found = Reminder.objects.filter(fate="send", customer_id__in=people.values("id"))
    return found.select_related("grant__coupon__product", "done_by").prefetch_related(
        "grant__coupon__categories", Prefetch("grant__customer", queryset=people.select_related("station"))
    )


def reachable(scope: Scope, reminder_id: int) -> Reminder | None:
    """One that this person's staff may tick; None: not there, or not theirs."""
    people = Customer.objects.visible_to(scope)
    return Reminder.objects.filter(pk=reminder_id, fate="send", customer_id__in=people.values("id")).first()
