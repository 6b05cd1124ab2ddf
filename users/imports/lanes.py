"""Two lanes at once: customers whose phone ends in an even digit, and those whose phone ends in an odd one.

No customer, order or line belongs to both. Each lane has a connection and transactions of its own, and the commit keeps
a checkpoint of each.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

CHECKPOINTS = {False: "checkpoint", True: "checkpoint_odd"}
Lane = Callable[[bool], Iterator[None]]


def run(chunks: Lane, *, at_once: bool) -> None:
    """`chunks(odd)` writes one chunk of its lane after the other. When one lane fails, the other stops behind its chunk
    and what the first one raised is raised. Inside a transaction, which another connection does not see into, and where
    it is not worth while, first the one lane, then the other."""
    stop = threading.Event()
    if not at_once or connection.in_atomic_block:
        _through(chunks, False, stop)
        _through(chunks, True, stop)
        return
    with ThreadPoolExecutor(1, "odd") as other:
        odd = other.submit(_beside, chunks, stop)
        _through(chunks, False, stop)
    odd.result()


def both(work: Callable[[bool], None], *, at_once: bool) -> None:
    """The same for work that is one piece: `work(odd)`."""

    def whole(odd: bool) -> Iterator[None]:
        work(odd)
        yield

    run(whole, at_once=at_once)


def _beside(chunks: Lane, stop: threading.Event) -> None:
    try:
        _through(chunks, True, stop)
    finally:
        connection.close()


def _through(chunks: Lane, odd: bool, stop: threading.Event) -> None:
    try:
        for _chunk in chunks(odd):
            if stop.is_set():
                return
    except BaseException:
        stop.set()
        raise
