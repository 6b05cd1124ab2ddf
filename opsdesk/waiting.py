"""What waits for a person: one list from every app, the most urgent first, each with one verb that leads to it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from communities import rules
from communities.access import Desk
from communities.models import StaffAct
from coupons.batches import queries as batches
from coupons.batches.models import Batch
from coupons.handover.models import Parcel
from opsdesk import run_words, waiting_cases, waiting_imports
from opsdesk.lib import sql
from opsdesk.lib.figures import count
from opsdesk.lib.runs.models import Check, Job
from opsdesk.waiting_lines import Finder, Item
from users.imports.pages import queries as imports
from users.outbox import queries as outbox
from users.outbox.models import Message
from users.pulse import queries as pulse

APPROVAL = "clipboard-check"  # the icon of what this person is to approve
KEEP_DAYS = imports.KEEP_DAYS
ALARM_DAYS = 3


# One row: which troubles exist anywhere at all, so that a quiet day costs one question and not one a kind of trouble
# (message_state, parcel_state, alert_open, case_state, lesson_unread; checks and failed runs are few).
_TROUBLES = """
SELECT EXISTS (SELECT FROM users_message WHERE state = 'unknown'),
       EXISTS (SELECT FROM coupons_parcel WHERE state = 'unknown'),
       EXISTS (SELECT FROM runs_check WHERE NOT holds),
       EXISTS (SELECT FROM runs_job WHERE state = 'failed' AND finished_at >= %(since)s),
       EXISTS (SELECT FROM users_retentionalert a WHERE closed_at IS NULL AND recovered_on IS NULL
                  AND NOT EXISTS (SELECT FROM campaigns_casealert c WHERE c.alert_id = a.id)),
       EXISTS (SELECT FROM campaigns_case WHERE kind = 'incident' AND taken_by_id IS NULL
                  AND state NOT IN ('closed', 'nothing')),
       EXISTS (SELECT FROM campaigns_case WHERE kind = 'practice' AND taken_by_id IS NULL AND state = 'open'),
       EXISTS (SELECT FROM campaigns_receipt r JOIN campaigns_lesson l ON l.id = r.lesson_id
                WHERE r.read_at IS NULL AND l.due_on < %(today)s)
"""


def for_desk(desk: Desk, now: dt.datetime) -> list[Item]:
    """Everything that waits for this person, what is past its time first, then the longest waiting."""
    finders = [find for needs, find in FINDERS if desk.may(needs)]
    finders += _in_trouble([find for needs, find in TROUBLES if desk.may(needs)], now)
    found = [item for find in finders for item in find(desk, now)]
    waited = [replace(item, waited=(now - item.since).total_seconds() if item.since else None) for item in found]
    return sorted(waited, key=lambda item: (not item.urgent, item.since or now))


def _in_trouble(finders: list[Finder], now: dt.datetime) -> list[Finder]:
    """Those of TROUBLES that would find something in somebody's reach."""
    if not finders:
        return []
    there = sql.rows(_TROUBLES, since=now - dt.timedelta(days=KEEP_DAYS), today=now.date())[0]
    return [find for (_needs, find), exists in zip(TROUBLES, there, strict=True) if exists and find in finders]


def counts(items: list[Item]) -> dict[str, int]:
    """What the rail says of them."""
    raised = (reverse("alerts"), reverse("cases"))
    return {
        "waiting": len(items),
        "approvals": sum(item.icon == APPROVAL for item in items),
        "alerts": sum(item.href.startswith(raised) for item in items),
    }


def failed_work(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Failed work of the last two weeks, unless the same work succeeded since."""
    recent = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=now - dt.timedelta(days=KEEP_DAYS))
    for job in recent.order_by("-id")[:5]:
        if not Job.objects.filter(kind=job.kind, slot=job.slot, state=Job.State.DONE, id__gt=job.id).exists():
            yield Item(
                "alert-triangle",
                gettext("Run"),
                gettext("%(work)s did not finish") % {"work": gettext(run_words.kind_of(job.kind).title)},
                job.error.split("\n")[0][:80],
                job.finished_at,
                gettext("Look"),
                reverse("runs"),
                urgent=True,
            )


def stale_numbers(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    fresh = pulse.freshness(now.date())
    if fresh is not None and fresh.stale:
        yield Item(
            "clock",
            gettext("Run"),
            gettext("The numbers are of %(day)s, not of today") % {"day": fresh.as_of.isoformat()},
            "",
            None,
            gettext("Look"),
            reverse("runs"),
            urgent=True,
        )


def broken_invariants(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    broken = Check.objects.filter(holds=False)
    if n := broken.count():
        yield Item(
            "shield-x",
            gettext("Trust"),
            ngettext("%(n)s number does not add up", "%(n)s numbers do not add up", n) % {"n": n},
            "",
            broken.order_by("checked_at").values_list("checked_at", flat=True)[0],
            gettext("Look"),
            reverse("trust"),
            urgent=True,
        )


def reveal_alarms(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Who looked at so many phones within an hour that somebody should ask why (index on the day of an act)."""
    lately = StaffAct.objects.filter(verb="alarm", thing="staff", at__gte=now - dt.timedelta(days=ALARM_DAYS))
    if not desk.scope_for(rules.CHANGE_STAFF).everywhere:
        return
    for act in lately.select_related("staff")[:5]:
        seen = act.detail.get("reveals", 0)
        words = ngettext(
            "%(who)s saw %(n)s phone number within an hour", "%(who)s saw %(n)s phone numbers within an hour", seen
        )
        yield Item(
            "alert-triangle",
            gettext("Alarm"),
            words % {"who": act.staff or "", "n": seen},
            gettext("Ask what they were for; the trail names each with its reason"),
            act.at,
            gettext("Look"),
            _acts_of(desk, act),
            urgent=True,
        )


def _acts_of(desk: Desk, act: StaffAct) -> str:
    """The numbers they saw, for who may read the trail; else the person."""
    if desk.may(rules.SEE_TRAIL):
        return f"{reverse('trail')}?staff={act.thing_id}&verb=reveal"
    return reverse("staff_member", args=[act.thing_id])


def batches_of_mine(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Batches that wait for this person: to be decided, or sent back to whoever made them."""
    approves = desk.scope_for(rules.APPROVE_COUPONS) if desk.may(rules.APPROVE_COUPONS) else None
    drafts = desk.scope_for(rules.DRAFT_COUPONS) if desk.may(rules.DRAFT_COUPONS) else None
    for batch in batches.on_the_desk_of(desk.staff.pk, approves, drafts):
        yield _sent_back(batch) if batch.state == "changes" else _to_decide(batch, now)


def _to_decide(batch: Batch, now: dt.datetime) -> Item:
    return Item(
        APPROVAL,
        gettext("Approval"),
        gettext("%(number)s %(name)s waits for your approval") % {"number": batch.number, "name": batch.name},
        ngettext("%(n)s person", "%(n)s people", batch.recipients) % {"n": count(batch.recipients)},
        batch.submitted_at,
        gettext("Decide"),
        reverse("approval", args=[batch.pk]),
        urgent=batch.decide_by is not None and batch.decide_by < now,
    )


def _sent_back(batch: Batch) -> Item:
    return Item(
        "pencil",
        gettext("Approval"),
        gettext("%(number)s %(name)s was sent back for changes") % {"number": batch.number, "name": batch.name},
        "",
        batch.submitted_at,
        gettext("Look"),
        reverse("batch", args=[batch.pk]),
    )


def unknown_messages(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Messages of which nobody knows whether they arrived: a person asks, then decides (index message_state)."""
    unknown = outbox.in_reach(desk.scope_for(rules.SEND_MESSAGES)).filter(state=Message.State.UNKNOWN)
    found = unknown.select_related(None).aggregate(n=Count("id"), since=Min("sending_since"))
    if n := found["n"]:
        yield Item(
            "message-2",
            gettext("Message"),
            ngettext("The fate of %(n)s message is unknown", "The fate of %(n)s messages is unknown", n)
            % {"n": count(n)},
            gettext("Not sent again by itself: ask, then say what became of it"),
            found["since"],
            gettext("Decide"),
            f"{reverse('outbox')}?state={Message.State.UNKNOWN}",
        )


def unknown_parcels(desk: Desk, now: dt.datetime) -> Iterator[Item]:
    """Parcels of which nobody knows whether the shop has them (index parcel_state)."""
    mine = batches.visible_to(desk.scope_for(rules.HAND_OVER)).order_by().values("pk")
    unknown = Parcel.objects.filter(state=Parcel.State.UNKNOWN, batch__in=mine).select_related("batch")
    for parcel in unknown.order_by("-id")[:5]:
        yield Item(
            "package",
            gettext("Handover"),
            gettext("Nobody knows whether the shop has parcel %(n)s of %(batch)s")
            % {"n": parcel.number, "batch": parcel.batch.number},
            ngettext("%(n)s coupon", "%(n)s coupons", parcel.grants) % {"n": count(parcel.grants)},
            parcel.sending_since or parcel.made_at,
            gettext("Decide"),
            reverse("batch_parcels", args=[parcel.batch_id]),
        )


FINDERS: list[tuple[str, Finder]] = [
    (rules.IMPORT, waiting_imports.imports_of_mine),
    (rules.IMPORT, waiting_imports.lagging_communities),
    (rules.SEE_COUPONS, batches_of_mine),
    (rules.CHANGE_STAFF, reveal_alarms),
    (rules.RECOMPUTE, stale_numbers),
]
# In the order of the columns of _TROUBLES.
TROUBLES: list[tuple[str, Finder]] = [
    (rules.SEND_MESSAGES, unknown_messages),
    (rules.HAND_OVER, unknown_parcels),
    (rules.SEE_RUNS, broken_invariants),
    (rules.SEE_RUNS, failed_work),
    (rules.RUN_CASES, waiting_cases.open_alerts),
    (rules.RUN_CASES, waiting_cases.untaken_incidents),
    (rules.RUN_CASES, waiting_cases.untaken_cards),
    (rules.RUN_CASES, waiting_cases.late_lessons),
]
