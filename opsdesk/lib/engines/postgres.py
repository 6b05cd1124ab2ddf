"""The PostgreSQL of a data folder: make it, start it, stop it. Called behind the gate."""

import os
import shutil
import signal
import struct
from pathlib import Path
from typing import Final

from opsdesk.lib.engines import processes
from opsdesk.lib.engines.accounts import Account
from opsdesk.lib.engines.binaries import Binaries, postgres_binaries
from opsdesk.lib.engines.places import DATABASE, PORT, EngineError, Places

_RECOVERY_SECONDS: Final = 600
# fast: roll back and write out; immediate: stop dead and recover at the next start
_STOP: Final = ((signal.SIGINT, 12.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_ASK_FOR_TLS: Final = struct.pack("!ii", 8, 80877103)  # SSLRequest: answered before anything is asked of us
_NO_PROCESS: Final = 2**31 - 1  # above the kernel's largest pid
_SETTINGS: Final = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "300",  # every thread has its own, and a suite tries fifty at once in several places
    # Most of what an import of a million lines stages and writes stays in memory until the checkpoint; a quarter of the
    # 4 GB that docs/deploy.md asks for, as in docker-compose.yml, taken from the system only as it fills.
    "shared_buffers": "1GB",
    "wal_buffers": "32MB",
    "effective_cache_size": "1GB",
    "temp_buffers": "32MB",  # temporary tables of everybody, in the night
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_locks_per_transaction": "256",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
    # The values in a failed statement and in the detail of an error may be somebody's phone number.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_UNSAFE_SETTINGS: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def is_ready(place: Places) -> bool:
    return bool(processes.answer(place.postgres_socket, _ASK_FOR_TLS)) and _pid_file_line(place, 8) == "ready"


def start(place: Places, account: Account) -> None:
    """Return when it takes connections; a server that recovers from a crash is waited for."""
    binaries = postgres_binaries(_major(place))
    if _major(place) is None:
        _create(place, account, binaries)
    _wait_or_end(place)
    if is_ready(place):
        return
    _configure(place, account)
    processes.make_room(log := place.log / "postgres.log")
    command = [
        binaries.folder / "pg_ctl",
        "start",
        "-w",
        "-t",
        _RECOVERY_SECONDS,
        "-D",
        "postgres",
        "-l",
        "log/postgres.log",
    ]
    said = processes.run([*account.prefix, *map(str, command)], cwd=place.home)
    if said.returncode:
        raise EngineError(f"PostgreSQL did not start; the last lines of {log}:\n{processes.tail(log)}")


def stop(place: Places) -> None:
    pid = processes.listener(place.postgres_socket) or _postmaster(place)
    if pid:
        processes.end(pid, _STOP)


def _create(place: Places, account: Account, binaries: Binaries) -> None:
    """A new cluster with our database in it, made aside: a half-made one never stands in its place."""
    aside = place.home / "postgres.new"
    shutil.rmtree(aside, ignore_errors=True)
    account.give_folder(aside)
    initdb = [binaries.folder / "initdb", "-D", aside.name, "-U", DATABASE, "--auth=trust"]
    options = ["--encoding=UTF8", "--locale=C", "--data-checksums", *(["--no-sync"] if _unsafe() else [])]
    _made(place, account, [*map(str, initdb), *options])
    single = [binaries.folder / "postgres", "--single", "-D", aside.name, "postgres"]
    _made(place, account, [*map(str, single)], stdin=f"CREATE DATABASE {DATABASE};\n")
    with (aside / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'opsdesk.conf'\n")
    aside.rename(place.postgres)


def _made(place: Places, account: Account, command: list[str], stdin: str = "") -> None:
    said = processes.run([*account.prefix, *command], cwd=place.home, stdin=stdin)
    if said.returncode:
        last = "\n".join(f"  {line}" for line in said.stdout.splitlines()[-12:])
        raise EngineError(f"PostgreSQL could not make its data folder {place.postgres}:\n{last}")


def _configure(place: Places, account: Account) -> None:
    settings = _SETTINGS | (_UNSAFE_SETTINGS if _unsafe() else {})
    settings["unix_socket_directories"] = f"'{place.sockets}'"
    settings["dynamic_shared_memory_type"] = "posix" if _has_room(Path("/dev/shm")) else "sysv"
    file = place.postgres / "opsdesk.conf"
    file.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    account.give(file)


def _has_room(folder: Path) -> bool:
    """Containers often get 64 MB there, which a parallel query outgrows."""
    return folder.exists() and shutil.disk_usage(folder).total > 2**29


def _unsafe() -> bool:
    return os.environ.get("OPSDESK_ENGINES_FSYNC", "").lower() == "off"


def _wait_or_end(place: Places) -> None:
    """Deal with what a kill -9 or a moved folder left: a server on its way, one out of reach, a stale pid."""
    if processes.listener(place.postgres_socket):
        processes.until(lambda: is_ready(place) or not _postmaster(place), _RECOVERY_SECONDS)
    elif pid := _postmaster(place):
        processes.end(pid, _STOP)
    if not _postmaster(place):
        _retire_pid(place)


def _retire_pid(place: Places) -> None:
    # Another process may have got the number. The rest of the file stays: from it PostgreSQL itself checks that
    # no orphan of the dead server still holds the shared memory.
    file = place.postgres / "postmaster.pid"
    if file.exists():
        _old, _newline, rest = file.read_text().partition("\n")
        file.write_text(f"{_NO_PROCESS}\n{rest}")
    for name in (place.postgres_socket.name, f"{place.postgres_socket.name}.lock"):
        (place.sockets / name).unlink(missing_ok=True)


def _postmaster(place: Places) -> int | None:
    """The living server of this folder by its pid file; a number that another process got does not count."""
    pid, started = _pid_file_line(place, 1), _pid_file_line(place, 3)
    if not (pid.isdigit() and started.isdigit() and processes.alive(int(pid))):
        return None
    return int(pid) if abs(processes.started_at(int(pid)) - int(started)) < 10 else None


def _pid_file_line(place: Places, number: int) -> str:
    """A line of postmaster.pid, counted from 1 (pidfile.h): 1 pid, 3 start time, 8 status; "" when not there."""
    try:
        lines = (place.postgres / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return ""
    return lines[number - 1].strip() if len(lines) >= number else ""


def _major(place: Places) -> int | None:
    file = place.postgres / "PG_VERSION"
    return int(file.read_text()) if file.exists() else None
