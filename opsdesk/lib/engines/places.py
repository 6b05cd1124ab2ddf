"""Where the servers of one data folder live and how they are reached. Nothing here starts anything."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

DATABASE: Final = "opsdesk"
PORT: Final = 5432
LONGEST_SOCKET_PATH: Final = 107  # bytes; sun_path of unix(7) less its closing NUL
_PLAIN: Final = re.compile(r"[\w./+-]+", re.ASCII)
_SHORT_HOME: Final = Path("/tmp")  # fixed, not TMPDIR: every process must find the same sockets


class EngineError(Exception):
    """A server that cannot run; the first line says why, the tail of its log may follow."""


@dataclass(frozen=True)
class Addresses:
    """`database` is an entry of Django's DATABASES; `redis_url` is for redis-py, `broker_url` for kombu."""

    database: dict[str, object]
    redis_url: str
    broker_url: str


@dataclass(frozen=True)
class Places:
    """Folders of one data folder. `home` and `sockets.parent` are closed to everybody but us."""

    home: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def redis(self) -> Path:
        return self.home / "redis"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"


def places(data_dir: Path) -> Places:
    data_dir = data_dir.expanduser().resolve()
    home = data_dir / "engines"
    return Places(home, (home if _carries_sockets(home) else _short_home(data_dir)) / "run")


def addresses(data_dir: Path) -> Addresses:
    """How to reach the servers of the data folder, whether they run or not."""
    place = places(data_dir)
    database: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": DATABASE,
        "PASSWORD": "",
        "HOST": str(place.sockets),
        "PORT": str(PORT),
    }
    path = quote(str(place.redis_socket))
    return Addresses(database, redis_url=f"unix://{path}", broker_url=f"redis+socket://{path}")


def _carries_sockets(home: Path) -> bool:
    # PostgreSQL, libpq and the URLs each quote odd characters their own way, so odd paths go elsewhere too.
    path = f"{home}/run/.s.PGSQL.{PORT}.lock"
    return len(path.encode()) <= LONGEST_SOCKET_PATH and _PLAIN.fullmatch(path) is not None


def _short_home(data_dir: Path) -> Path:
    owner = data_dir.stat().st_uid if data_dir.exists() else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return _SHORT_HOME / f"opsdesk-{owner}-{digest}"
