"""Uploaded files on disk: outside the web root, under names nobody can guess, streamed, with their digest."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from django.conf import settings

from opsdesk.lib.unreadable import UnreadableFile

FOLDER = "imports"
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """`name` is relative to MEDIA_ROOT."""

    name: str
    size: int
    sha256: str


def keep(file: IO[bytes] | Any, most: int | None = None) -> Stored:
    """Write a stream to disk. Nothing stays behind when it breaks off or is longer than `most` (UnreadableFile)."""
    name = f"{FOLDER}/{uuid.uuid4().hex}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as kept:
            for block in _blocks(file):
                size += len(block)
                if most is not None and size > most:
                    raise UnreadableFile("too_large", size=size, limit=most)
                digest.update(block)
                kept.write(block)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(name, size, digest.hexdigest())


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def is_kept(name: str) -> bool:
    """Whether the upload is still on disk; an import whose upload was let go has no name for it."""
    return bool(name) and path_of(name).is_file()


def everything() -> Iterator[tuple[str, float]]:
    """(name, moment of its last change as a timestamp) of every file on disk."""
    folder = path_of(FOLDER)
    for path in folder.iterdir() if folder.is_dir() else ():
        yield f"{FOLDER}/{path.name}", path.stat().st_mtime


def remove(name: str) -> None:
    if name:
        path_of(name).unlink(missing_ok=True)


def shown_name(name: str) -> str:
    """The last part of whatever path a browser or a person gave, short enough for its column."""
    return PurePosixPath(PureWindowsPath(name).name).name[-200:] or "orders.csv"


def _blocks(file: IO[bytes] | Any) -> Iterator[bytes]:
    yield from iter(lambda: file.read(BLOCK), b"")
