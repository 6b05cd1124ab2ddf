"""Writes of cases: taken, worked through step by step, watched, closed, opened again. Each is one transaction with a
line in the log; done twice it changes nothing."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.cases import queries, rules
from campaigns.cases.models import Case, CaseStep
from communities.actions import write_log
from communities.models import Community, StaffMember
from opsdesk.lib import phones
from users.contact import actions as contact
from users.retention import alert_actions

THING = "case"


class Finished(Exception):
    """The case is closed (or open again): somebody was first."""


class AnotherOpen(Exception):
    """A case of its kind is open in this community already; the argument is that one."""


class StoryNeeded(Exception):
    """A case is closed with a cause and what happened, in words."""


def href(case: Case) -> str:
    return reverse("case", args=[case.number])


# -- Worked through ----------------------------------------------------------------------------------------------------


@transaction.atomic
def take(case: Case, by: StaffMember) -> Case:
    """This person is in charge from now on. Raises Finished."""
    found = begin(case, "take")
    if found.taken_by_id == by.pk:
        return found
    found.taken_by, found.state = by, "acting" if found.state == "open" else found.state
    found.save(update_fields=["taken_by", "state"])
    note("take", found, by)
    return found


@transaction.atomic
def note_step(case: Case, step: str, finding: str, text: str, by: StaffMember) -> CaseStep:
    """What was found at one step of the checklist. Whoever writes the first finding has begun to act."""
    found = begin(case, "take")
    row = CaseStep.objects.select_for_update(of=("self",)).get(case=found, step=step)
    told = (finding, phones.mask_within(text.strip())[:2000])
    if (row.finding, row.evidence) == told:
        return row
    row.finding, row.evidence = told
    row.by, row.at = by, timezone.now()
    row.save(update_fields=["finding", "evidence", "by", "at"])
    if found.state == "open":
        Case.objects.filter(pk=found.pk).update(state="acting")
    note("look", found, by, step=step, finding=finding)
    return row


@transaction.atomic
def pause_contact(case: Case, by: StaffMember) -> Case:
    """Nobody of the community is contacted while it lasts; a pause that was there already is not ours to end."""
    found = begin(case, "take")
    community = Community.objects.get(pk=found.community_id)
    pause = contact.pause(community, found.number, by, href(found))
    if pause.href == href(found) and found.pause_id != pause.pk:
        found.pause = pause
        found.save(update_fields=["pause"])
        note("pause", found, by)
    return found


@transaction.atomic
def end_pause(case: Case, by: StaffMember | None) -> bool:
    """Whether a pause of this case was open and has ended."""
    pause = Case.objects.select_related("pause").get(pk=case.pk).pause
    if pause is None or pause.ended_at is not None:
        return False
    ended = contact.resume(pause.community, by)
    if ended:
        note("resume", case, by)
    return ended


@transaction.atomic
def watch(case: Case, day: date, by: StaffMember) -> Case:
    """The corrective action is in place from this day on: later cohorts tell whether it helped."""
    found = begin(case, "watch")
    if found.watched_from == day and found.state == "watching":
        return found
    found.watched_from, found.state = day, "watching"
    found.save(update_fields=["watched_from", "state"])
    note("watch", found, by, day=day.isoformat())
    return found


# -- Closed and opened again -------------------------------------------------------------------------------------------


@transaction.atomic
def close(case: Case, cause: str, story: str, by: StaffMember) -> Case:
    """Closed with its cause and what happened, for the library; its alerts close with it, an open pause ends. Raises
    StoryNeeded."""
    if cause not in rules.CAUSES or not story.strip():
        raise StoryNeeded(case.number)
    return _finish(case, "closed", cause, story, by)


@transaction.atomic
def close_as_nothing(case: Case, story: str, by: StaffMember) -> Case:
    """There was nothing to it; why is said in words."""
    if not story.strip():
        raise StoryNeeded(case.number)
    return _finish(case, "nothing", "", story, by)


def _finish(case: Case, state: str, cause: str, story: str, by: StaffMember) -> Case:
    found = begin(case, "close")
    end_pause(found, by)
    found.state, found.cause, found.story = state, cause, phones.mask_within(story.strip())[:2000]
    found.closed_at, found.closed_by = timezone.now(), by
    found.save(update_fields=["state", "cause", "story", "closed_at", "closed_by"])
    for alert in queries.alerts(found):
        alert_actions.close(alert, f"{found.number} {found.story}"[:200], by)
    note("close", found, by, state=state, cause=cause)
    return found


def reopen(case: Case, by: StaffMember) -> Case:
    """Raises AnotherOpen where one of its kind is open there by now."""
    other = Case.objects.filter(community=case.community_id, kind=case.kind).exclude(state__in=rules.FINISHED).first()
    if other is not None and other.pk != case.pk:
        raise AnotherOpen(other)
    return _reopen(case, by)


@transaction.atomic
def _reopen(case: Case, by: StaffMember) -> Case:
    found = begin(case, "reopen")
    found.state = "watching" if found.watched_from else "acting"
    found.closed_at = found.closed_by = None
    found.save(update_fields=["state", "closed_at", "closed_by"])
    for alert in queries.alerts(found):
        if alert.verdict.startswith(f"{found.number} "):
            alert_actions.reopen(alert, by)
    note("reopen", found, by)
    return found


def begin(case: Case, verb: str) -> Case:
    """The case with its row locked, if this may be done to it now. Raises Finished."""
    waiting = Case.objects.select_for_update(of=("self",)).select_related("community")
    found = waiting.filter(pk=case.pk, state__in=rules.BEFORE[verb]).first()
    if found is None:
        raise Finished(case.number)
    return found


def note(verb: str, case: Case, by: StaffMember | None, **detail: Any) -> None:
    write_log(
        staff=by, verb=verb, thing=THING, thing_id=case.pk, community_id=case.community_id,
        detail={"number": case.number} | detail,
    )  # fmt: skip
