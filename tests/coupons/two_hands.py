"""Two people at connections of their own, step by step: who waits for whom is seen, not hoped for."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from opsdesk.lib import sql


class Hand:
    """Somebody at a connection of their own, who does one step at a time and can be found waiting."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.pid = self.does(lambda: sql.value("SELECT pg_backend_pid()")).result()

    def does(self, work: Callable[[], Any]) -> Future[Any]:
        return self.pool.submit(work)

    def begins(self) -> None:
        self.does(lambda: transaction.set_autocommit(False)).result()

    def ends(self, *, well: bool = True) -> None:
        self.does(transaction.commit if well else transaction.rollback).result()
        self.does(lambda: transaction.set_autocommit(True)).result()

    def waits(self) -> bool:
        """Asked by somebody else, for up to five seconds."""
        asks = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %(pid)s"
        return any(sql.value(asks, pid=self.pid) or sql.rows("SELECT pg_sleep(0.01)") is None for _ in range(500))


@contextmanager
def two_hands() -> Iterator[tuple[Hand, Hand]]:
    with _one_thread() as first, _one_thread() as second:
        yield Hand(first), Hand(second)


@contextmanager
def _one_thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.close()).result()
