"""Works done at once by many hands: threads let go together, each with a connection of its own that it keeps to the end
of the file, as the threads of a web server do. To open one costs more than most of what is asked of it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from opsdesk.lib import sql

MOST, PATIENCE = 64, 30
Work = Callable[[], object]
_pools: list[ThreadPoolExecutor] = []
_arrived: list[threading.Thread] = []


def at_once(*works: Work) -> list[object]:
    """What they answered; the first that raised something raises it here."""
    answers = outcomes(*works)
    for one in answers:
        if isinstance(one, Exception):
            raise one
    return answers


def outcomes(*works: Work) -> list[object]:
    """What each answered or raised."""
    gate = threading.Barrier(len(works))

    def run(work: Work) -> object:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            return work()
        except Exception as error:
            return error

    return list(_pool().map(run, works))


def go_home() -> None:
    """Close them all."""
    if not _pools:
        return
    gate = threading.Barrier(len(_arrived))

    def leave() -> None:
        connection.close()
        gate.wait(PATIENCE)  # each waits for the others, so that each leaves once

    for one in [_pools[0].submit(leave) for _hand in _arrived]:
        one.result()
    _pools.pop().shutdown()
    _arrived.clear()


def deadlocks() -> int:
    """So far in this database. A server process is sure to have told of its own only when its connection is closed."""
    go_home()
    sql.rows("SELECT pg_stat_clear_snapshot()")
    return int(sql.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


def _pool() -> ThreadPoolExecutor:
    if not _pools:
        _pools.append(ThreadPoolExecutor(MOST, initializer=lambda: _arrived.append(threading.current_thread())))
    return _pools[0]
