"""Imports write one at a time: an advisory lock of the session, which dies with its process."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from opsdesk.lib import sql
from opsdesk.lib.runs.actions import Hold

LOCK = 0x1A9087
WAITING = "wait"
_PAUSE = 0.5


@contextmanager
def alone(hold: Hold) -> Iterator[None]:
    """Inside, no other import writes or is taken back. While another does, the job says that it waits."""
    while not sql.value("SELECT pg_try_advisory_lock(%(key)s)", key=LOCK):
        hold.beat(note=WAITING)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError):  # the connection is gone, and the lock with it
            sql.rows("SELECT pg_advisory_unlock(%(key)s)", key=LOCK)
