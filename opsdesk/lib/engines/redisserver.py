"""The Redis of a data folder: start it, stop it. Called behind the gate."""

import os
import signal
from typing import Final

from opsdesk.lib.engines import binaries, processes
from opsdesk.lib.engines.accounts import Account
from opsdesk.lib.engines.places import EngineError, Places

_LOAD_SECONDS: Final = 120
_STOP: Final = ((signal.SIGTERM, 8.0), (signal.SIGKILL, 2.0))


def is_ready(place: Places) -> bool:
    return _ping(place).startswith(b"+PONG")


def start(place: Places, account: Account) -> None:
    """Return when it answers; one that still reads its file is waited for."""
    account.give_folder(place.redis)
    if processes.listener(place.redis_socket) is None:
        processes.make_room(place.log / "redis.log")
        said = processes.run([*account.prefix, *_command(place)], cwd=place.redis)
        if said.returncode:
            raise EngineError(f"Redis did not start:\n{said.stdout}")
        processes.until(lambda: processes.listener(place.redis_socket) is not None, 10)
    if not processes.until(lambda: is_ready(place) or not _ping(place), _LOAD_SECONDS) or not is_ready(place):
        log = place.log / "redis.log"
        raise EngineError(f"Redis did not start; the last lines of {log}:\n{processes.tail(log)}")


def stop(place: Places) -> None:
    pid = processes.listener(place.redis_socket)
    if pid:
        processes.end(pid, _STOP)


def _command(place: Places) -> list[str]:
    fsync = "no" if os.environ.get("OPSDESK_ENGINES_FSYNC", "").lower() == "off" else "everysec"
    options = {
        "port": "0",
        "unixsocket": str(place.redis_socket),
        "unixsocketperm": "700",
        "daemonize": "yes",
        "logfile": "../log/redis.log",
        "appendonly": "yes",
        "appendfsync": fsync,
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(binaries.redis_server()), *words]


def _ping(place: Places) -> bytes:
    """+PONG, -LOADING, or nothing at all when nobody listens."""
    return processes.answer(place.redis_socket, b"PING\r\n")
