"""What a task shows is derived from its live events, in one place: after every event, correction and undo."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns.drives.models import Task
from campaigns.visits import rules
from campaigns.visits.models import Visit
from campaigns.visits.rules import Event
from communities.policies import queries as policies
from users.contact.models import ContactWish


def settle(task: Task) -> list[Visit]:
    """Write outcome, visits, last_at, later_at, conflict and state of a task from its live events, and the conflicts
    on these; a task that was closed stays closed. In a transaction that holds the task. Answers the live events, in
    the order in which they took place (visit_of_a_task)."""
    told = list(Visit.objects.filter(task=task).order_by("id"))
    live = sorted((event for event in told if event.live), key=lambda event: (event.at, event.pk))
    there = _who_was_there(told)
    events = [Event(event.at, event.outcome, there[event.pk]) for event in live]
    found = rules.standing(events, policies.for_community(task.community_id or None).visit_tries)
    last = live[-1] if live else None
    values: dict[str, Any] = {
        "outcome": found.outcome, "visits": found.visits, "conflict": _flag(live, events),
        "last_at": last.at if last else None, "later_at": last.later_at if last else None,
    }  # fmt: skip
    if task.state != "closed":
        values |= _state(task, found.done, told[-1].received_at if told else None)
    _write(task, values)
    return live


def _who_was_there(told: Sequence[Visit]) -> dict[int, int]:
    """By event: the person whose visit it is. A correction tells of the visit that it corrects."""
    there: dict[int, int] = {}
    for event in told:
        there[event.pk] = there.get(event.corrects_id or 0, event.staff_id)
    return there


def _flag(live: Sequence[Visit], events: Sequence[Event]) -> bool:
    """Mark the events of two people at one time; whether there are any."""
    marked = [any(rules.met(one, other) for other in events) for one in events]
    for visit, conflict in zip(live, marked, strict=True):
        if visit.conflict != conflict:
            visit.conflict = conflict
            Visit.objects.filter(pk=visit.pk).update(conflict=conflict)
    return any(marked)


def _state(task: Task, done: bool, heard_at: datetime | None) -> dict[str, Any]:
    if done:
        return {"state": "done", "closed_by": "", "ended_at": task.ended_at or heard_at}
    why_not = "" if task.state == "open" else _why_not_open(task)
    if why_not:
        return {"state": "closed", "closed_by": why_not, "ended_at": heard_at}
    return {"state": "open", "closed_by": "", "ended_at": None}


def _why_not_open(task: Task) -> str:
    """Why a task that was done is not to do again, a key of drives.rules.CLOSED_BY."""
    if task.drive.state != "running":
        return "end"
    if ContactWish.objects.filter(customer=task.customer_id, do_not_contact=True).exists():
        return "wish"
    elsewhere = Task.objects.filter(customer=task.customer_id, state="open").exclude(pk=task.pk)
    return "left" if elsewhere.exists() else ""


def _write(task: Task, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(task, name, value)
    Task.objects.filter(pk=task.pk).update(**values)
