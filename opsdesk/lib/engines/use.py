"""Use the servers of a data folder: the first user starts them, the last one stops them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from opsdesk.lib.engines import leases, servers
from opsdesk.lib.engines.places import Addresses, EngineError, Places, addresses, places

_CODE: Final = Path(__file__).resolve().parents[3]


@contextmanager
def using(data_dir: Path, *, postgres: bool = True, redis: bool = True) -> Iterator[Addresses]:
    """Both servers (or the ones asked for) run inside. Raises EngineError when one cannot."""
    place = _prepared(data_dir)
    lease = _enter(place, postgres=postgres, redis=redis)
    try:
        yield addresses(data_dir)
    finally:
        if os.getpid() == lease.holder:
            _leave(place, lease)


def stop(data_dir: Path) -> None:
    """Stop both servers, whoever uses them."""
    place = places(data_dir)
    if (place.home / "gate.lock").exists():
        with leases.gate(place):
            servers.stop(place)


def _prepared(data_dir: Path) -> Places:
    try:
        data_dir = data_dir.expanduser()
        data_dir.mkdir(parents=True, exist_ok=True)
        place = places(data_dir)
        servers.make_closed_folder(place.home, place)
        leases.prepare(place)
    except OSError as problem:
        raise EngineError(
            f"The data folder {data_dir} cannot be used: {problem.strerror} ({problem.filename})"
        ) from None
    return place


def _enter(place: Places, *, postgres: bool, redis: bool) -> leases.Lease:
    with leases.gate(place):
        lease = leases.take(place)
        try:
            servers.start_missing(place, with_postgres=postgres, with_redis=redis)
            _keep_watch(place)
        except BaseException:
            _give_back(place, lease)
            raise
    return lease


def _leave(place: Places, lease: leases.Lease) -> None:
    with leases.gate(place):
        _give_back(place, lease)


def _give_back(place: Places, lease: leases.Lease) -> None:
    leases.give_back(lease)
    if not leases.held(place):
        servers.stop(place)


def _keep_watch(place: Places) -> None:
    if leases.is_watched(place):
        return
    with (place.log / "keeper.log").open("wb") as log:
        command = ["setsid", "--fork", sys.executable, "-m", "opsdesk.lib.engines.keeper", str(place.home.parent)]
        subprocess.run(command, cwd=_CODE, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
