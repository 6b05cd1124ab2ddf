"""Imports run to their end by the process that asks for them, and dry runs that leave nothing behind."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from django.db import transaction

from communities.models import StaffMember
from opsdesk.lib.runs import actions as runs
from opsdesk.lib.runs.actions import Cancelled, Handler, Hold
from opsdesk.lib.runs.models import Job, Step
from users.imports import actions, checking, effects, storage
from users.imports.models import ImportFile
from users.orders.models import Source

STDIN = "-"
State = ImportFile.State
Told = TypeVar("Told")


@dataclass(frozen=True)
class Wish:
    """What is asked of every file: where from, read how (actions.receive), by whom, as of which day."""

    source: str
    today: date
    by: StaffMember | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def run(path: str, wish: Wish, handlers: Mapping[str, Handler]) -> ImportFile:
    """One file, checked and written here and now; no worker sees its jobs unless this process dies. Nothing is tried
    twice: whatever goes wrong is raised, with nothing of the file left. Ctrl-C takes back what was written."""
    with opened(path) as stream, transaction.atomic():
        name = "stdin.csv" if path == STDIN else path
        file = actions.receive(stream, name, wish.source, wish.by, today=wish.today, options=wish.options)
        hold = _take(file, actions.CHECK)
    _do(hold, handlers[actions.CHECK])
    file.refresh_from_db()
    if file.state == State.READY:
        with transaction.atomic():
            actions.queue_commit(file, wish.by)
            hold = _take(file, actions.COMMIT)
        _do(hold, handlers[actions.COMMIT])
        file.refresh_from_db()
    return file


def _take(file: ImportFile, kind: str) -> Hold:
    file.refresh_from_db()
    hold = runs.take([kind], file.job_id)
    assert hold is not None, "a job of this very transaction"
    hold.job.attempts = runs.TRIES
    return hold


def _do(hold: Hold, handler: Handler) -> None:
    try:
        result = handler(hold)
    except KeyboardInterrupt:
        _stop(hold, handler)
        raise
    except Exception as error:
        hold.end(Job.State.FAILED, error=f"{type(error).__name__}: {error}")
        raise
    hold.end(Job.State.DONE, result=result)


def _stop(hold: Hold, handler: Handler) -> None:
    """Asked to stop, the handler takes back what it has written."""
    runs.request_cancel(hold.job.pk)
    try:
        handler(hold)
    except Cancelled:
        hold.end(Job.State.CANCELLED)


def dry_run(path: str, wish: Wish, classes: effects.Classes | None, tell: Callable[[ImportFile], Told]) -> Told:
    """Everything the check finds, told before it is rolled back: no file, no job, no row stays, whatever happens."""
    with _on_disk(path) as stored, transaction.atomic():
        source, _made = Source.objects.get_or_create(name=wish.source)
        name = storage.shown_name("stdin.csv" if path == STDIN else path)
        file = ImportFile.objects.create(
            name=name, source=source, size=stored.stat().st_size, sha256="", options=dict(wish.options)
        )
        file.stored_as = str(stored)
        if checking.check(file, cast(Hold, _Free()), wish.today):
            file.effect, file.state = effects.expected(file, classes), State.READY
        told = tell(file)
        transaction.set_rollback(True)
    return told


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as stream:
        yield stream


@contextmanager
def _on_disk(path: str) -> Iterator[Path]:
    """A path that can be read twice, also for standard input."""
    if path != STDIN:
        yield Path(path).resolve()
        return
    with tempfile.NamedTemporaryFile() as copy:
        while block := sys.stdin.buffer.read(storage.BLOCK):
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


class _Free:
    """The hold of a check that is no job: it has no lease to renew and no log to write."""

    job = Job()

    def beat(self, **news: Any) -> None:
        """Nobody waits for it."""

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        yield Step(name=name)
