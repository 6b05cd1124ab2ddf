"""Remind of coupons that end soon; staff tick what they have said; the desk writes the words."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from communities.actions import write_log
from communities.models import StaffMember
from communities.policies import queries as policies
from coupons.reminders import queries, rules
from coupons.reminders.models import Reminder, ReminderScript
from opsdesk.lib import sql
from users.contact import actions as contact
from users.contact import queries as contact_queries
from users.contact.models import Touch
from users.contact.rules import is_quiet
from users.outbox import actions as outbox

# Those due who have none that day yet, with the gate's word and the draw; the twin of rules.fate. Where a customer
# lives and who serves them is of today, not of the day of issue.
_REMIND = f"""
WITH due AS MATERIALIZED ({queries.DUE}), gate AS ({{gate}})
INSERT INTO coupons_reminder
       (grant_id, customer_id, community_id, station_id, day, days_before, fate, reason, said)
SELECT due.grant_id, due.customer_id, COALESCE(c.community_id, 0), c.station_id, %(day)s, due.days_before,
       CASE WHEN gate.reason <> '' THEN 'held'
            WHEN {queries.DRAW} < due.holdout_share * {rules.DRAWS} THEN 'control' ELSE 'send' END, gate.reason, ''
  FROM due JOIN gate USING (customer_id) JOIN users_customer c ON c.id = due.customer_id
 ORDER BY due.customer_id
    ON CONFLICT DO NOTHING
"""

# For contact.actions.touch_all (reminder_of_a_station, users_standing_pkey).
_TOUCHES = """
SELECT r.customer_id, r.community_id, %(at)s::timestamptz, %(channel)s, 'reminder', r.id,
       CASE r.fate WHEN 'send' THEN 'waiting' WHEN 'control' THEN 'control' ELSE 'blocked' END, r.reason,
       COALESCE(s.lifecycle, ''), COALESCE(s.rfm_class, ''), s.as_of, %(policy_version)s, b.strategy_version_id, 0,
       NULL::bigint, NULL::bigint
  FROM coupons_reminder r
  JOIN coupons_grant g ON g.id = r.grant_id JOIN coupons_batch b ON b.id = g.batch_id
  LEFT JOIN users_standing s ON s.customer_id = r.customer_id
 WHERE r.day = %(day)s AND r.id > %(after)s
"""

# For outbox.actions.queue_all; the places are filled as strategies.rules.filled does (touch_once).
_TEXTS = """
SELECT r.customer_id, t.id, t.channel, 'reminder:' || r.id, 'reminder', r.id,
       left(replace(replace(replace(%(text)s, '{name}', c.name), '{coupon}', k.name), '{ends}',
            to_char((g.expires_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai', 'MM-DD')), 500),
       %(at)s::timestamptz, g.expires_at
  FROM coupons_reminder r
  JOIN users_touch t ON t.customer_id = r.customer_id AND t.thing = 'reminder' AND t.thing_id = r.id
   AND t.channel = %(channel)s
  JOIN coupons_grant g ON g.id = r.grant_id JOIN coupons_coupon k ON k.id = g.coupon_id
  JOIN users_customer c ON c.id = r.customer_id
 WHERE r.day = %(day)s AND r.id > %(after)s AND r.fate = 'send'
"""

_BEFORE = "SELECT COALESCE(max(id), 0) FROM coupons_reminder"
_TURN = 0x4E31  # advisory lock: one round at a time, so that what is new has the higher ids


@dataclass(frozen=True)
class Round:
    """What a round of reminding wrote; `quiet`: nothing, since it is an hour at which nobody is written to."""

    reminders: int = 0
    messages: int = 0
    quiet: bool = False


@transaction.atomic
def remind(day: date, at: datetime) -> Round:
    """Reminders of `day`, with their touches and messages, in a few statements. Again on the same day: only whoever
    became due since. In quiet hours nothing is done, so that a later round does not find everybody held back."""
    values = policies.for_company()
    if is_quiet(at.astimezone(rules.SHANGHAI).time(), contact_queries.limits(values)):
        return Round(quiet=True)
    sql.value("SELECT pg_advisory_xact_lock(%(key)s)", key=_TURN)
    script, after = queries.script(), sql.value(_BEFORE)
    call_off()
    asked = queries.due_params(day, at, values.reminder_days)
    gate, params = contact_queries.gate(
        "SELECT customer_id FROM due", asked, channel=script.channel, at=at, by_class=False
    )
    written = sql.run(_REMIND.replace("{gate}", gate), **params)
    told = {"day": day, "at": at, "after": after, "channel": script.channel, "text": script.text}
    contact.touch_all(_TOUCHES, told | {"policy_version": values.version})
    return Round(written, 0 if script.staff_only else outbox.queue_all(_TEXTS, told))


@transaction.atomic
def call_off() -> int:
    """Messages that wait for a sender although their coupon is used, expired or void; how many were called off."""
    return outbox.call_off(Q(thing=queries.THING, thing_id__in=queries.pointless()), "off")


# -- What staff say ------------------------------------------------------------------------------------------------


@transaction.atomic
def done(reminder: Reminder, *, by: StaffMember, said: str = "told") -> bool:
    """Staff have told the customer, or have not met them; False: it was ticked already. ValueError for other words."""
    if said not in rules.SAID:
        raise ValueError(said)
    open_ = Reminder.objects.filter(pk=reminder.pk, fate=Reminder.Fate.SEND, done_at=None)
    changed = open_.update(done_at=Now(), done_by=by, said=said)
    if changed and said == "told":
        _settle_door(reminder, Touch.State.DONE, by)
    return _log_if(changed, said, reminder, by)


@transaction.atomic
def undo(reminder: Reminder, *, by: StaffMember) -> bool:
    """As if nobody had ticked it."""
    ticked = Reminder.objects.filter(pk=reminder.pk).exclude(done_at=None)
    changed = ticked.update(done_at=None, done_by=None, said="")
    if changed:
        _settle_door(reminder, Touch.State.WAITING, None)
    return _log_if(changed, "undo", reminder, by)


def _settle_door(reminder: Reminder, state: str, by: StaffMember | None) -> None:
    """The touch of a reminder that staff alone bring; one by message is settled by its message (touch_once)."""
    mine = Touch.objects.filter(
        customer=reminder.customer_id, thing=queries.THING, thing_id=reminder.pk, channel=ReminderScript.Way.STAFF
    )
    mine.update(state=state, operator=by)


def _log_if(changed: int, verb: str, reminder: Reminder, by: StaffMember) -> bool:
    if changed:
        place = reminder.community_id or None
        write_log(staff=by, verb=verb, thing="reminder", thing_id=reminder.pk, community_id=place)
    return bool(changed)


# -- The words -----------------------------------------------------------------------------------------------------


@transaction.atomic
def write_script(text: str, channel: str, *, note: str = "", by: StaffMember) -> ReminderScript | None:
    """The next version of the script; None when it says the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    before = queries.script()
    if (before.text, before.channel) == (text, channel):
        return None
    made = ReminderScript.objects.create(text=text, channel=channel, note=note, made_by=by)
    detail = {"version": made.pk, "channel": channel}
    write_log(staff=by, verb="change", thing="reminder_script", thing_id=made.pk, reason=note, detail=detail)
    return made
