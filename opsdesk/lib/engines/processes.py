"""Other processes: who listens on a socket, is a process still there, end it, run a tool to its end."""

import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

_PAUSE: Final = 0.02  # seconds between two looks
_LOG_KEPT: Final = 5_000_000  # bytes


def listener(path: Path) -> int | None:
    """The pid of the process that listens on the unix socket; None when nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return None
        pid, _uid, _gid = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return int(pid)


def answer(path: Path, question: bytes) -> bytes:
    """What the listener on the unix socket answers at first; nothing when nobody listens or it is just dying."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
            client.sendall(question)
            return client.recv(64)
        except OSError:
            return b""


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    return bool(fields := _stat(pid)) and fields[0] not in "ZX"


def started_at(pid: int) -> float:
    """Seconds since the epoch at which the process started, to about a second; 0 when it is gone."""
    fields = _stat(pid)
    if not fields:
        return 0.0
    boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    return int(boot.split()[1]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat that follow the name, state first (proc(5)); empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def end(pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, wait its seconds for the process to go, and return as soon as it is gone."""
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if until(lambda: not alive(pid), seconds):
            return


def until(happened: Callable[[], bool], seconds: float) -> bool:
    """Whether it happened within the time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def run(command: Sequence[str], cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a tool to its end in a session of its own, so that a Ctrl-C in the terminal does not reach it."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return subprocess.run(
        command,
        cwd=cwd,
        env=keep | {"LC_ALL": "C"},
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log file, each set in by two spaces."""
    if not log.exists():
        return "  (it wrote no log)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        content = file.read().decode(errors="replace")
    return "\n".join(f"  {line}" for line in content.splitlines()[-lines:])


def make_room(log: Path) -> None:
    """Put a long log aside, replacing the one put aside before."""
    if log.exists() and log.stat().st_size > _LOG_KEPT:
        log.replace(log.with_suffix(".log.1"))
