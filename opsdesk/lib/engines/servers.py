"""The two servers of a data folder: start those that do not run, stop both. Called behind the gate."""

import os
import shutil
from pathlib import Path

from opsdesk.lib.engines import postgres, redisserver
from opsdesk.lib.engines.accounts import account_for
from opsdesk.lib.engines.places import EngineError, Places


def start_missing(place: Places, *, with_postgres: bool, with_redis: bool) -> None:
    wanted = [(postgres, with_postgres), (redisserver, with_redis)]
    missing = [server for server, is_wanted in wanted if is_wanted and not server.is_ready(place)]
    if not missing:
        return
    make_closed_folder(place.sockets.parent, place)
    account = account_for(place)
    for folder in (place.log, place.sockets):
        account.give_folder(folder)
    for server in missing:
        server.start(place, account)


def stop(place: Places) -> None:
    redisserver.stop(place)
    postgres.stop(place)
    short_home = place.sockets.parent
    if short_home != place.home and short_home.exists() and _is_ours(short_home, place):
        shutil.rmtree(short_home, ignore_errors=True)


def make_closed_folder(folder: Path, place: Places) -> None:
    """A folder that only we can enter; one of another account is refused, never taken over."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_ours(folder, place):
        owner = folder.lstat().st_uid
        raise EngineError(f"{folder} belongs to another account (uid {owner}): use another OPSDESK_DATA_DIR.")


def _is_ours(folder: Path, place: Places) -> bool:
    owner, data_owner = folder.lstat().st_uid, place.home.parent.stat().st_uid
    return not folder.is_symlink() and (owner == os.geteuid() or (os.geteuid() == 0 and owner == data_owner))
