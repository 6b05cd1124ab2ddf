"""Everything that is done to an import. Pages and commands call these; long work becomes a job whose slot is the file.

    file = receive(stream, "orders.csv", "app", by, today=today)     stored, check queued     -> uploaded, then ready
    change_options(file, today=today, encoding="big5")               checked again            -> uploaded, then ready
    queue_commit(file, by)                                           writing queued           -> committing, then done
    request_cancel(file)                                             whatever runs stops, and leaves no row behind
    queue_undo(file, by, today=today)                                taking back queued       -> undoing, then undone

The jobs' handlers are check_file, commit_file and undo_file.
"""

from collections.abc import Mapping as MappingOf
from contextlib import suppress
from datetime import date
from typing import IO, Any

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs import wake
from opsdesk.lib.runs.actions import Cancelled, Hold, Lost
from opsdesk.lib.runs.models import Job
from users.imports import checking, committing, effects, queries, reach, staging, storage, turns, undoing
from users.imports.columns import Mapping
from users.imports.keepalive import kept_alive
from users.imports.models import ImportFile, SavedMapping
from users.orders.models import Source

CHECK, COMMIT, UNDO = "import_check", "import_commit", "import_undo"
UNDO_DAYS = 30

State = ImportFile.State
CHANGEABLE = (State.UPLOADED, State.CHECKING, State.READY, State.REFUSED, State.FAILED)
AGAIN = (*CHANGEABLE, State.CANCELLED)  # what may be checked anew: nothing of it is written


class NotNow(Exception):
    """The file is in no state for this; the text is an English msgid."""


def receive(
    file: IO[bytes],
    name: str,
    source: str,
    by: StaffMember | None,
    *,
    today: date,
    most: int | None = None,
    options: MappingOf[str, Any] | None = None,
    commit: bool = False,
) -> ImportFile:
    """Store a stream (anything with read) and queue its check. UnreadableFile when it is longer than `most` bytes.

    `options`: encoding, delimiter ("" finds them), mapping (Mapping.to_json()), mapping_name, communities ({name:
    code or "create"}), create_communities, drop_identical. `today`: rows dated later are refused. `commit`: write it
    as soon as it is checked, whatever rows stay out.
    """
    stored = storage.keep(file, most)
    with transaction.atomic():
        made = ImportFile.objects.create(
            name=storage.shown_name(name),
            stored_as=stored.name,
            size=stored.size,
            sha256=stored.sha256,
            source=_source(source),
            options=dict(options or {}),
            uploaded_by=by,
        )
        write_log(staff=by, verb="upload", thing="import", thing_id=made.pk, detail={"file": made.name})
        _queue(made, CHECK, by, today=today.isoformat(), commit=_read_as(made) if commit else None)
    return made


@transaction.atomic
def change_options(
    file: ImportFile, *, today: date, by: StaffMember | None = None, source: str | None = None, **options: Any
) -> ImportFile:
    """Read the file another way: the given options (see receive) replace those of before, and it is checked again,
    also after it was cancelled. NotNow when it is being written, or a part of it is in, or its upload was let go.
    """
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    _must_be(file, AGAIN)
    _must_be_free(file)
    file.options = {**file.options, **{key: _plain(value) for key, value in options.items()}}
    file.source = _source(source) if source else file.source
    file.state, file.refusal, file.undo_report = State.UPLOADED, {}, {}
    file.save(update_fields=["options", "source", "state", "refusal", "undo_report"])
    _queue(file, CHECK, by, today=today.isoformat())
    return file


def may_check_again(file: ImportFile) -> bool:
    """Whether a stopped file can be checked as it is: one that was refused would be refused once more."""
    stopped = file.state in (State.FAILED, State.CANCELLED) and not file.is_begun
    return stopped and storage.is_kept(file.stored_as)


@transaction.atomic
def queue_commit(file: ImportFile, by: StaffMember | None, **payload: Any) -> Job:
    """Write a checked file. NotNow unless it is ready; twice is once."""
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == State.COMMITTING and file.job and file.job.is_open:
        return file.job
    _must_be(file, (State.READY,))
    file.state = State.COMMITTING
    file.save(update_fields=["state"])
    write_log(staff=by, verb="commit", thing="import", thing_id=file.pk, detail={"file": file.name})
    return _queue(file, COMMIT, by, **payload)


def request_cancel(file: ImportFile, by: StaffMember | None = None) -> bool:
    """Stop whatever runs or waits for this file; False when nothing does. A commit leaves not one row behind."""
    file.refresh_from_db()
    if file.job is None or not runs.request_cancel(file.job.pk):
        return False
    write_log(staff=by, verb="cancel", thing="import", thing_id=file.pk, detail={"file": file.name})
    if Job.objects.filter(pk=file.job.pk, state=Job.State.CANCELLED).exists():
        _cancelled(file)
    return True


@transaction.atomic
def queue_undo(file: ImportFile, by: StaffMember | None, *, today: date, **payload: Any) -> Job:
    """Take a whole import back. NotNow unless it is in (or failed half-way), within UNDO_DAYS."""
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == State.UNDOING and file.job and file.job.is_open:
        return file.job
    _must_be(file, (State.DONE, State.FAILED))
    if not may_undo(file, today):
        raise NotNow("This import is too old to be taken back.")
    file.state = State.UNDOING
    file.save(update_fields=["state"])
    write_log(staff=by, verb="undo", thing="import", thing_id=file.pk, detail={"file": file.name})
    return _queue(file, UNDO, by, **payload)


def may_undo(file: ImportFile, today: date) -> bool:
    if file.state == State.FAILED:
        return file.is_begun
    fresh = file.committed_at is not None and (today - file.committed_at.date()).days <= UNDO_DAYS
    return file.state == State.DONE and fresh


@transaction.atomic
def save_mapping(file: ImportFile, name: str, by: StaffMember | None = None) -> SavedMapping:
    """Remember how this file was read, for its source and its headers; the same name again replaces it."""
    headers = queries.header_digest(file.inspection["headers"])
    told = {"source": file.source, "headers": headers, "mapping": file.mapping}
    saved, _made = SavedMapping.objects.update_or_create(name=name, defaults=told)
    write_log(staff=by, verb="save_mapping", thing="import", thing_id=file.pk, detail={"name": name})
    return saved


def check_file(hold: Hold, classes: effects.Classes | None = None) -> dict[str, Any]:
    """Handler of import_check: read, stage, tell what it would change. Options changed meanwhile: once more."""
    file = _file_of(hold)
    if file.state not in CHANGEABLE:
        return {}
    try:
        while not _check(file, hold, classes):
            file = _file_of(hold)
    except Cancelled:
        _cancelled(file, rows=0, refused=0, notes=0)
        raise
    except Exception as error:
        if not isinstance(error, Lost) and hold.job.attempts >= runs.TRIES:
            ImportFile.objects.filter(pk=file.pk).update(state=State.FAILED)
        raise
    if hold.job.payload.get("commit") == _read_as(file):
        _commit_checked(file, hold)
    return {"rows": file.rows, "refused": file.refused}


def _commit_checked(file: ImportFile, hold: Hold) -> None:
    """As asked for with the upload, unless the file was refused. One read another way since waits for somebody."""
    with suppress(NotNow):
        wake.on_commit(queue_commit(file, hold.job.created_by))


def _check(file: ImportFile, hold: Hold, classes: effects.Classes | None) -> bool:
    """Whether the check is of the options that are wanted now."""
    if not checking.check(file, hold, date.fromisoformat(hold.job.payload["today"])):
        return ImportFile.objects.filter(pk=file.pk, options=file.options).exists()
    with hold.step("effect"), kept_alive(hold):
        file.effect = effects.expected(file, classes)
    same = ImportFile.objects.filter(pk=file.pk, options=file.options, source=file.source)
    return bool(same.update(effect=file.effect, state=State.READY))


def commit_file(hold: Hold) -> dict[str, Any]:
    """Handler of import_commit. Cancelled, or failed for the last time: what was written is taken back."""
    file = _file_of(hold)
    if file.state != State.COMMITTING:
        return {}
    with turns.alone(hold):
        try:
            reach.look_again(file)
            committing.commit(file, hold)
        except Lost:
            raise
        except Cancelled:
            _leave_nothing(file, hold, State.CANCELLED)
            raise
        except Exception:
            if hold.job.attempts >= runs.TRIES:
                _leave_nothing(file, hold, State.FAILED)
            raise
    names = ("rows", "created", "updated", "unchanged", "refused")
    return {name: getattr(file, name) for name in names}


def undo_file(hold: Hold) -> dict[str, Any]:
    """Handler of import_undo. It cannot be cancelled: half a file would be left."""
    file = _file_of(hold)
    if file.state != State.UNDOING:
        return {}
    with turns.alone(hold), hold.step("undo"):
        undoing.take_back(file, undoing.Stubborn(hold))
    if file.created + file.updated + file.unchanged + file.refused == file.rows:
        ImportFile.objects.filter(pk=file.pk).update(state=State.UNDONE)
    else:
        _zero(file, State.CANCELLED)
    return {"undone": file.undo_report}


def _leave_nothing(file: ImportFile, hold: Hold, state: str) -> None:
    """Take back what is written of a commit; where even that fails, the file says failed and can be undone later."""
    if state == State.FAILED:
        ImportFile.objects.filter(pk=file.pk).update(state=state)
    undoing.take_back(ImportFile.objects.get(pk=file.pk), undoing.Stubborn(hold))
    _zero(file, state)


def _zero(file: ImportFile, state: str) -> None:
    ImportFile.objects.filter(pk=file.pk).update(
        state=state,
        created=0,
        updated=0,
        unchanged=0,
        orders_created=0,
        orders_updated=0,
        checkpoint=0,
        checkpoint_odd=0,
    )


def _cancelled(file: ImportFile, **counts: int) -> None:
    """A job that had not begun, or a check: nothing was written."""
    staging.drop(file.pk)
    ImportFile.objects.filter(pk=file.pk).update(state=State.CANCELLED, **counts)


def _file_of(hold: Hold) -> ImportFile:
    return ImportFile.objects.select_related("source").get(pk=hold.job.payload["file"])


def _queue(file: ImportFile, kind: str, by: StaffMember | None, **payload: Any) -> Job:
    job = runs.queue(kind, slot=str(file.pk), payload={"file": file.pk, **payload}, by=by)
    ImportFile.objects.filter(pk=file.pk).update(job=job)
    return job


def _read_as(file: ImportFile) -> list[Any]:
    return [file.source_id, file.options]


def _source(name: str) -> Source:
    return Source.objects.get_or_create(name=name.strip()[:40])[0]


def _must_be(file: ImportFile, states: tuple[str, ...]) -> None:
    if file.state not in states:
        raise NotNow("This import cannot be changed now.")


def _must_be_free(file: ImportFile) -> None:
    """Nothing of it is in, nobody is about to stop it, and it is still there to be read."""
    if not storage.is_kept(file.stored_as):
        raise NotNow("The upload is no longer kept. Send the file anew.")
    if file.is_begun:
        raise NotNow("A part of it is written. Take that back first.")
    if file.state == State.CANCELLED and file.job and file.job.is_open:
        raise NotNow("It is still being stopped. Try again in a moment.")


def _plain(value: Any) -> Any:
    return value.to_json() if isinstance(value, Mapping) else value
