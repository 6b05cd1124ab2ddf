"""Imports write one at a time: an advisory lock of the session, which dies with its process, and one that every chunk
holds to its end, since a chunk may outlive its process by a moment."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from opsdesk.lib import sql
from opsdesk.lib.runs.actions import Hold

LOCK = 0x1A9087
CHUNKS = 0x1A9088
WAITING = "wait"
_PAUSE = 0.5


@contextmanager
def alone(hold: Hold) -> Iterator[None]:
    """Inside, no other import writes or is taken back. While another does, the job says that it waits."""
    while not sql.value("SELECT pg_try_advisory_lock(%(key)s)", key=LOCK):
        hold.beat(note=WAITING)
        time.sleep(_PAUSE)
    try:
        _await_orphans()
        yield
    finally:
        with contextlib.suppress(DatabaseError):  # the connection is gone, and the lock with it
            sql.rows("SELECT pg_advisory_unlock(%(key)s)", key=LOCK)


def begin_chunk() -> None:
    """Inside the transaction of a chunk, before it writes."""
    sql.rows("SELECT pg_advisory_xact_lock_shared(%(key)s)", key=CHUNKS)


@transaction.atomic
def _await_orphans() -> None:
    sql.rows("SELECT pg_advisory_xact_lock(%(key)s)", key=CHUNKS)
