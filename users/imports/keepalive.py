"""Keeps a worker's lease alive while one long statement runs: nobody takes a job for dead that only counts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from opsdesk.lib.runs.actions import LEASE, Cancelled, Hold, Lost

_PAUSE = LEASE.total_seconds() / 4


@contextmanager
def kept_alive(hold: Hold) -> Iterator[None]:
    """Beats from a thread with its own connection. That the job was lost or cancelled shows at the next own beat."""
    hold.beat()
    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(hold, over), daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()


def _beat(hold: Hold, over: threading.Event) -> None:
    try:
        while not over.wait(_PAUSE):
            hold.beat()
    except (Lost, Cancelled):
        return
    finally:
        connection.close()
