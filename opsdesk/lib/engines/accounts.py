"""As whom the servers run. An ordinary user runs them as himself; PostgreSQL refuses root, so root steps down."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opsdesk.lib.engines.places import EngineError, Places

_STEADY: Final = ("postgres", "nobody", "daemon")  # accounts to step down to, the best first
# The capability lets the account pass through closed folders above the data (and above the binaries); the
# securebit makes access(2), which PostgreSQL asks too, agree. It widens nothing: only root reaches the sockets.
_STEP_DOWN: Final = (
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
)
_NAMESPACE: Final = ("unshare", "-U", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True)
class Account:
    """`prefix` goes before a server's command; -1 means that its files stay ours (see chown(2))."""

    prefix: tuple[str, ...] = ()
    uid: int = -1
    gid: int = -1

    def give(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def give_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)


def account_for(place: Places) -> Account:
    if os.geteuid() != 0:
        return Account()
    for account in _candidates(place):
        if _works(account, place.home):
            return account
    raise EngineError(
        "PostgreSQL does not run as root, and neither setpriv nor unshare may step down to another account here: "
        "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _candidates(place: Places) -> Iterator[Account]:
    made_before = place.postgres.exists()
    owner = (place.postgres if made_before else place.home).stat()
    if owner.st_uid != 0:
        yield _stepped_down(owner.st_uid, owner.st_gid)
        return
    if not made_before:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        yield from (_stepped_down(known[name].pw_uid, known[name].pw_gid) for name in _STEADY if name in known)
    # Inside a user namespace the server sees itself as uid 1000, while its files stay root's.
    yield Account(_NAMESPACE)


def _stepped_down(uid: int, gid: int) -> Account:
    return Account(("setpriv", f"--reuid={uid}", f"--regid={gid}", *_STEP_DOWN), uid, gid)


def _works(account: Account, folder: Path) -> bool:
    """Whether the account may be taken here and can then enter the (closed) folder."""
    try:
        probe = subprocess.run([*account.prefix, "test", "-x", str(folder)], cwd="/", capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return probe.returncode == 0
