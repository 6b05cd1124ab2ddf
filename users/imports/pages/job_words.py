"""The job behind a file as people follow it: how far, how fast, how long still, and how to stop it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from opsdesk.lib.runs.models import Job
from users.imports.models import ImportFile

State = ImportFile.State
RUNNING = frozenset({State.UPLOADED, State.CHECKING, State.COMMITTING, State.UNDOING})
ENOUGH_SECONDS = 1.0  # a rate measured over less than this says nothing
LARGE = 100 * 1024 * 1024

DOING = {
    State.UPLOADED: gettext_noop("Checking the file"),
    State.CHECKING: gettext_noop("Checking the file"),
    State.COMMITTING: gettext_noop("Writing"),
    State.UNDOING: gettext_noop("Taking the import back"),
}
STOPPING = DOING | {State.COMMITTING: gettext_noop("Stopping; what was written so far is taken back")}
# What a job's note says while it runs: the name of its step.
NOTES = {
    "wait": gettext_noop("Another import is being written; this one is next"),
    "customers": gettext_noop("Names and places of known customers"),
    "refresh": gettext_noop("The figures of every day touched"),
}


@dataclass(frozen=True)
class Progress:
    """What parts/_job_card.html asks for. `stopping`: somebody pressed cancel and the job has not ended yet."""

    title: str
    reference: str
    who: str
    share: float
    done: int
    total: int
    unit: str
    rate: int
    seconds_left: float | None
    note: str
    is_open: bool
    stopping: bool
    poll_url: str
    cancel_url: str
    cancel_label: str


def progress(file: ImportFile) -> Progress:
    """Of a file whose job is open, or about to be."""
    job = file.job
    scale, unit = _unit(file)
    done, total = (job.done, job.total) if job else (0, 0)
    total = total or _whole(file)
    stopping = bool(job and job.cancel_requested)
    rate = 0.0 if stopping else rate_of(job)
    return Progress(
        title=gettext((STOPPING if stopping else DOING).get(State(file.state), "")),
        reference=file.name,
        who=str((job and job.created_by) or file.uploaded_by or ""),
        share=min(done / total, 1) if total else 0.0,
        done=round(done / scale),
        total=round(total / scale),
        unit=unit,
        rate=round(rate / scale),
        seconds_left=max(total - done, 0) / rate if rate and total else None,
        note=_note(job),
        is_open=job is None or job.is_open,
        stopping=stopping,
        poll_url=reverse("import_progress", args=[file.pk]),
        cancel_url="" if file.state == State.UNDOING else reverse("import_cancel", args=[file.pk]),
        cancel_label=gettext("Cancel writing") if file.state == State.COMMITTING else gettext("Cancel"),
    )


def rate_of(job: Job | None) -> float:
    """How much a second, since the job was first taken until its last beat; 0 where it cannot be told yet."""
    if job is None or job.started_at is None or job.heartbeat_at is None:
        return 0.0
    seconds = (job.heartbeat_at - job.started_at).total_seconds()
    return job.done / seconds if seconds >= ENOUGH_SECONDS else 0.0


def _whole(file: ImportFile) -> int:
    """What there is to do, before the job has said so itself: bytes of a check, rows of anything else."""
    return file.size if file.state in (State.UPLOADED, State.CHECKING) else file.rows - file.refused


def _unit(file: ImportFile) -> tuple[float, str]:
    """A check counts the bytes behind it, everything else rows: (how many make one, its name). What a check has seen so
    far says how many bytes make a row, and so how many rows there are."""
    if file.state not in (State.UPLOADED, State.CHECKING):
        return 1, gettext("rows")
    if file.rows and file.job and file.job.done:
        return file.job.done / file.rows, gettext("rows")
    return (1024 * 1024, "MB") if file.size >= LARGE else (1024, "KB")


def _note(job: Job | None) -> str:
    if job is None or job.state == Job.State.QUEUED:
        return gettext("Waiting for a worker")
    return gettext(NOTES[job.note]) if job.note in NOTES else ""
