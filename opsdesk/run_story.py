"""A job as people follow it: its name, how far it is, how fast, and the three rows of its failure."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from opsdesk import run_words
from opsdesk.lib import figures, phones
from opsdesk.lib.faults import Fault
from opsdesk.lib.runs.models import Job, Step
from users.directory import classes

ENOUGH_SECONDS = 1.0  # a rate measured over less says nothing


@dataclass(frozen=True)
class StepLine:
    """A step of the run log; its error is masked, like every text that may quote data."""

    step: Step
    word: str
    facts: list[tuple[str, str]]
    error: str

    @classmethod
    def of(cls, step: Step) -> "StepLine":
        facts = [(_fact_word(name), _fact(value)) for name, value in step.facts.items()]
        return cls(step, step_words(step), facts, phones.mask_within(step.error))


def title_of(job: Job) -> str:
    """The night of 2018-05-07; the check of the import #182."""
    name = gettext(run_words.kind_of(job.kind).title)
    what = about(job)
    return f"{name} · {what}" if what else name


def about(job: Job) -> str:
    """The day or the batch that the work is for."""
    if file := job.payload.get("file"):
        return f"#{file}"
    return str(job.payload.get("as_of", ""))


def link_of(job: Job) -> str:
    """The page of the thing worked on, where it has one."""
    try:
        return reverse("import", args=[job.payload["file"]]) if job.payload.get("file") else ""
    except NoReverseMatch:
        return ""


def card(job: Job, *, may_cancel: bool) -> dict[str, Any]:
    """What parts/_job_card.html asks for."""
    kind, rate = run_words.kind_of(job.kind), rate_of(job)
    left = max(job.total - job.done, 0)
    return {
        "title": title_of(job),
        "reference": f"#{job.pk} · {job.get_state_display()}",
        "who": str(job.created_by or ""),
        "share": min(job.done / job.total, 1) if job.total else 0.0,
        "done": job.done,
        "total": job.total,
        "unit": gettext(kind.unit) if kind.unit else "",
        "rate": round(rate) if rate >= 1 else 0,
        "seconds_left": left / rate if rate and job.total and left else None,
        "note": note_of(job),
        "is_open": job.is_open,
        "stopping": job.cancel_requested and job.is_open,
        "poll_url": reverse("run_card", args=[job.pk]),
        "cancel_url": reverse("run_cancel", args=[job.pk]) if may_cancel else "",
        "cancel_label": gettext("Cancel"),
    }


def note_of(job: Job) -> str:
    """What it does now, in the reader's words; a step may carry how far it is inside: lifecycle 3/40."""
    if job.state == Job.State.QUEUED:
        return gettext("waiting for a worker")
    if job.cancel_requested:
        return gettext("stops at its next step")
    if job.note in run_words.STEPS:
        return gettext(run_words.STEPS[job.note])
    name, _space, place = job.note.partition(" ")
    return f"{gettext(run_words.STEPS[name])} {place}".strip() if name in run_words.STEPS else job.note


def rate_of(job: Job) -> float:
    """How much a second between its start and its last beat; 0 where it cannot be told yet."""
    if job.started_at is None or job.heartbeat_at is None:
        return 0.0
    seconds = (job.heartbeat_at - job.started_at).total_seconds()
    return job.done / seconds if seconds >= ENOUGH_SECONDS else 0.0


def fault_of(job: Job) -> Fault | None:
    """The three rows of a failed job; of one that waits for another try too, for its worker said why."""
    if not job.error:
        return None
    kind = run_words.kind_of(job.kind)
    told = phones.mask_within(job.error)
    failed = job.state == Job.State.FAILED
    title = gettext("This did not finish") if failed else gettext("This failed once and is tried again")
    happened, _line, technical = told.partition("\n")
    return Fault(title, f"#{job.pk}", happened, gettext(kind.kept), gettext(kind.todo), technical.strip())


def rows_written(job: Job) -> int | None:
    """Over all its steps (prefetched); None where no step counts rows."""
    counted = [step.rows_written for step in job.steps.all() if step.rows_written is not None]
    return sum(counted) if counted else None


def step_words(step: Step) -> str:
    return gettext(run_words.STEPS[step.name]) if step.name in run_words.STEPS else step.name


def _fact_word(name: str) -> str:
    words = run_words.FACTS | classes.WORDS
    return gettext(words[name]) if name in words else name.replace("_", " ")


def _fact(value: Any) -> str:
    return figures.count(value) if isinstance(value, int | float) else phones.mask_within(str(value))


def is_dead(job: Job, now: dt.datetime) -> bool:
    """Held by a worker that gives no sign of life: the next free worker takes it over."""
    return job.state == Job.State.RUNNING and job.lease_until is not None and job.lease_until < now
