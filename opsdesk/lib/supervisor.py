"""Keeps a few child processes running: starts them again when they die, and ends them all when told to."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import IO, Final

from opsdesk.lib import guard

QUICK_DEATH_SECONDS: Final = 10.0
MOST_QUICK_DEATHS: Final = 5
GRACE_SECONDS: Final = 15.0  # then the rest is killed
FIRST_PAUSE_SECONDS = 0.5  # before a new start; doubled after every quick death
_TICK_SECONDS: Final = 0.2
# A child tells the guard of itself before it becomes its command: no moment is left in which a kill -9 orphans it.
_TELLING_THE_GUARD: Final = ("sh", "-c", 'echo "+$$" >&0; exec "$@" </dev/null', "sh")

Say = Callable[[str], None]


class Child:
    """One kept process, in a group of its own; its output is passed on line by line under its name."""

    def __init__(self, name: str, command: Sequence[str], say: Say) -> None:
        self.name, self.command, self._say = name, list(command), say
        self.quick_deaths = 0
        self._started_at = self._due_at = 0.0
        self.process: subprocess.Popen[str] | None = None

    def start(self, guard_input: IO[str]) -> None:
        self._started_at = time.monotonic()
        self.process = process = subprocess.Popen(
            [*_TELLING_THE_GUARD, *self.command],
            stdin=guard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert process.stdout is not None
        threading.Thread(target=self._pass_on, args=(process.stdout,), daemon=True).start()

    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self._due_at

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> None:
        """Clear up after a death, and fix when the next start is due: 0.5, 1, 2 ... seconds after quick ones."""
        assert self.process is not None
        status, self.process = self.process.returncode, None
        lived = time.monotonic() - self._started_at
        self.quick_deaths = self.quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
        self._due_at = time.monotonic() + FIRST_PAUSE_SECONDS * 2 ** max(0, self.quick_deaths - 1)
        self._say(f"{self.name} ended with status {status} after {lived:.0f} s")

    def _pass_on(self, stream: IO[str]) -> None:
        for line in stream:
            if text := line.rstrip():
                self._say(f"{self.name:<6} | {text}")


class Supervisor:
    """`commands`: name -> command. `say` gets every line, from several threads."""

    def __init__(self, commands: Mapping[str, Sequence[str]], say: Say) -> None:
        self._children = [Child(name, command, say) for name, command in commands.items()]
        self._say = say
        self._stopping = False
        self._guard = subprocess.Popen(
            [sys.executable, guard.__file__], stdin=subprocess.PIPE, start_new_session=True, text=True
        )
        assert self._guard.stdin is not None
        self._guard_input = self._guard.stdin

    def run(self, on_tick: Callable[[], None]) -> bool:
        """Until SIGTERM or SIGINT comes (True), or a child dies too often too quickly (False)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                if any(child.quick_deaths >= MOST_QUICK_DEATHS for child in self._children):
                    return False
                for child in self._children:
                    self._tend(child)
                on_tick()
                time.sleep(_TICK_SECONDS)
        finally:
            self._end_all()
        return True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _tend(self, child: Child) -> None:
        if child.has_died():
            assert child.process is not None
            self._end_group(child.process.pid)  # what it forked and left behind
            child.bury()
        elif child.is_due():
            child.start(self._guard_input)

    def _end_all(self) -> None:
        # Only the children themselves are asked: they end what they forked, and let running work finish.
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            self._end_group(process.pid)
            process.wait()
        self._guard_input.close()
        self._guard.wait()

    def _end_group(self, group: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        with contextlib.suppress(BrokenPipeError):
            self._guard_input.write(f"-{group}\n")
            self._guard_input.flush()
