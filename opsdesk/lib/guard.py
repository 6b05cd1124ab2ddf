"""A process that ends the process groups of a supervisor that died without ending them (kill -9).

Run by its path. On standard input it hears "+GROUP" and "-GROUP"; when the input ends, the supervisor is gone.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from typing import Final

GRACE_SECONDS: Final = 8.0


def listen(lines: Iterable[str]) -> set[int]:
    """The groups that were left when the lines ended."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        groups = groups | {group} if line.startswith("+") else groups - {group}
    return groups


def end(groups: set[int]) -> None:
    """Ask first, and kill what is still there after the grace."""
    _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and _signal(groups, 0):
        time.sleep(0.1)
    _signal(groups, signal.SIGKILL)


def _signal(groups: set[int], number: int) -> bool:
    """Whether any of the groups is still there."""
    found = False
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            found = True
    return found


if __name__ == "__main__":
    end(listen(sys.stdin))
