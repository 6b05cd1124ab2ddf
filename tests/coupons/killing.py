"""Work in a process that kills itself."""

import datetime as dt
import os
import random
import signal
from collections.abc import Callable

from django.db import connection

from opsdesk.lib.runs.models import Job


def in_a_process_that_dies(work: Callable[[], object], statements: int) -> bool:
    """Run it in a forked process that kills itself (-9) before its so-manieth statement; whether it died."""
    connection.close()
    child = os.fork()
    if child == 0:
        _work_and_die(work, statements)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _work_and_die(work: Callable[[], object], statements: int) -> None:
    left = iter(range(statements))

    def count(execute, *arguments):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    try:
        with connection.execute_wrapper(count):
            work()
    finally:
        os._exit(0)


def statements_of(work: Callable[[], object]) -> int:
    """How many statements it takes when nobody kills it."""
    counted: list[int] = []

    def count(execute, *arguments):
        counted.append(1)
        return execute(*arguments)

    with connection.execute_wrapper(count):
        work()
    return len(counted)


def moments(total: int, many: int) -> list[int]:
    """Spread over the whole work, with a little chance."""
    return sorted(random.Random(total).sample(range(1, total), min(many, total - 1)))


def expire_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
