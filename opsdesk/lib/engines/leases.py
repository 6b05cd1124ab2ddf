"""Who uses the servers of a data folder. A lease is a locked file; the kernel unlocks it when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opsdesk.lib.engines.places import Places


@dataclass(frozen=True)
class Lease:
    path: Path
    descriptor: int
    holder: int


def prepare(place: Places) -> None:
    (place.home / "leases").mkdir(mode=0o700, exist_ok=True)
    for name in ("gate.lock", "keeper.lock"):
        (place.home / name).touch(mode=0o600)


@contextmanager
def gate(place: Places) -> Iterator[None]:
    """Only one process at a time starts, stops, takes or gives back."""
    # Without O_CREAT: a keeper that is late must not put a file into a folder that is being removed.
    descriptor = os.open(place.home / "gate.lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def take(place: Places) -> Lease:
    """Called behind the gate. A forked child shares its parent's lease until both are gone."""
    path = place.home / "leases" / f"{os.getpid()}-{os.urandom(4).hex()}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return Lease(path, descriptor, os.getpid())


def give_back(lease: Lease) -> None:
    lease.path.unlink(missing_ok=True)
    os.close(lease.descriptor)


def held(place: Places) -> list[Path]:
    """Leases whose holder lives. Called behind the gate; the files of the dead are removed."""
    living = []
    for path in sorted((place.home / "leases").glob("*")):
        if _is_locked(path):
            living.append(path)
        else:
            path.unlink(missing_ok=True)
    return living


def wait_for(path: Path) -> None:
    """Return when the holder of the lease has given it back or died."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return


def go_on_watch(place: Places) -> int | None:
    """Become the keeper; None when there is one. Called behind the gate; the descriptor holds the watch."""
    descriptor = os.open(place.home / "keeper.lock", os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_watched(place: Places) -> bool:
    """Whether a keeper is on watch. Called behind the gate."""
    return _is_locked(place.home / "keeper.lock")


def _is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            # Shared, so that two who only look never take each other for a holder.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
