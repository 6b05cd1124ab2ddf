"""Who is told when long work has ended: whoever asked for it, and when it failed those who can mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from communities import rules
from communities.notices import actions as notices
from opsdesk.lib import phones
from opsdesk.lib.runs.actions import TRIES, Cancelled, GiveUp, Handler, Hold, Lost
from opsdesk.lib.runs.models import Job
from opsdesk.lib.words import N_
from users.imports.models import ImportFile

State = ImportFile.State


@dataclass(frozen=True)
class Outcome:
    text: str
    icon: str


READY = Outcome(N_("%(file)s is checked and waits to be written. Rows: %(rows)s; left out: %(refused)s"), "upload")
REFUSED = Outcome(N_("%(file)s could not be read and was refused as a whole"), "file-x")
DONE = Outcome(N_("%(file)s is written. Rows: %(rows)s; left out: %(refused)s"), "circle-check")
UNDONE = Outcome(N_("%(file)s is taken back"), "arrow-back-up")
ENDED = {State.READY: READY, State.REFUSED: REFUSED, State.DONE: DONE, State.UNDONE: UNDONE}
FAILED = {
    "import_check": Outcome(N_("Checking %(file)s broke off"), "alert-triangle"),
    "import_commit": Outcome(N_("Writing %(file)s broke off"), "alert-triangle"),
    "import_undo": Outcome(N_("Taking %(file)s back broke off"), "alert-triangle"),
    "nightly": Outcome(N_("The night of %(day)s did not finish"), "alert-triangle"),
    "recompute": Outcome(N_("The recompute as of %(day)s did not finish"), "alert-triangle"),
}


def telling(
    handler: Handler, *, failed: Callable[[Job], None], ended: Callable[[Job], None] = lambda job: None
) -> Handler:
    """The handler, and after it a word to people: when it has ended well, or failed for the last time."""

    def handle(hold: Hold) -> Mapping[str, Any] | None:
        try:
            result = handler(hold)
        except Exception as error:
            if _is_last(error, hold.job):
                failed(hold.job)
            raise
        ended(hold.job)
        return result

    return handle


def of_import(handler: Handler) -> Handler:
    return telling(handler, ended=import_ended, failed=import_failed)


def of_night(handler: Handler) -> Handler:
    return telling(handler, failed=night_failed)


def import_ended(job: Job) -> None:
    """Its uploader, and whoever asked for this work. An import has one line, which tells how it stands."""
    file = _file(job)
    if outcome := ENDED.get(State(file.state)):
        notices.tell(_askers(file, job), **_about_import(file, job, outcome))


def import_failed(job: Job) -> None:
    """Those of above, and everybody who imports everywhere."""
    file = _file(job)
    about = _about_import(file, job, FAILED[job.kind])
    notices.tell(_askers(file, job), **about)
    notices.tell_capable(rules.IMPORT, **about)


def night_failed(job: Job) -> None:
    """Everybody who can run it again, and whoever asked for it."""
    outcome = FAILED[job.kind]
    about: dict[str, Any] = {
        "kind": N_("Run"), "icon": outcome.icon, "text": outcome.text, "params": {"day": job.payload["as_of"]},
        "href": reverse("run", args=[job.pk]), "key": job.kind, "occasion": job.pk,
    }  # fmt: skip
    notices.tell([job.created_by_id], **about)
    notices.tell_capable(rules.RECOMPUTE, **about)


def _is_last(error: Exception, job: Job) -> bool:
    if isinstance(error, Lost | Cancelled):
        return False
    return isinstance(error, GiveUp) or job.attempts >= TRIES


def _file(job: Job) -> ImportFile:
    return ImportFile.objects.get(pk=job.payload["file"])


def _askers(file: ImportFile, job: Job) -> list[int | None]:
    return [file.uploaded_by_id, job.created_by_id]


def _about_import(file: ImportFile, job: Job, outcome: Outcome) -> dict[str, Any]:
    told = {"file": phones.mask_within(file.name), "rows": file.rows, "refused": file.refused}
    return {
        "kind": N_("Import"), "icon": outcome.icon, "text": outcome.text, "params": told,
        "href": reverse("import", args=[file.pk]), "key": f"import {file.pk}", "occasion": job.pk,
    }  # fmt: skip
