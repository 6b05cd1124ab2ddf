"""One way to open what somebody hands over: a path, a binary stream or "-", packed with gzip or not."""

import gzip
import io
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, BinaryIO, cast

from opsdesk.lib.limits import MEGABYTE, Limits
from opsdesk.lib.unreadable import UnreadableFile

File = str | PathLike[str] | IO[bytes]

GZIP_MAGIC = b"\x1f\x8b"
IN_MEMORY = 4 * MEGABYTE


@dataclass
class Source:
    """A seekable file of bytes. `size` and `position()` count stored bytes, so that progress is honest for .gz too."""

    stored: BinaryIO
    size: int
    packed: bool
    limits: Limits
    path: Path | None = None

    def position(self) -> int:
        return min(self.stored.tell(), self.size)

    def head(self, size: int = 4096) -> bytes:
        return next(self._blocks(size), b"")

    def blocks(self) -> Iterator[bytes]:
        """The unpacked bytes from the start, in blocks; UnreadableFile when a .gz is damaged or a bomb."""
        return self._blocks(self.limits.block_bytes)

    def _blocks(self, size: int) -> Iterator[bytes]:
        self.stored.seek(0)
        if not self.packed:
            yield from iter(lambda: self.stored.read(size), b"")
            return
        with gzip.GzipFile(fileobj=self.stored, mode="rb") as unpacked:
            done = 0
            while block := _read_packed(unpacked, size):
                done += len(block)
                self._guard(done)
                yield block

    def _guard(self, unpacked: int) -> None:
        allowed = max(self.limits.gzip_ratio * self.size, self.limits.gzip_free_bytes)
        if unpacked > min(allowed, self.limits.unpacked_bytes):
            raise UnreadableFile("gzip_bomb")


def _read_packed(unpacked: gzip.GzipFile, size: int) -> bytes:
    try:
        return unpacked.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile("gzip_damaged", detail=str(error)) from error


@contextmanager
def opened(file: File, limits: Limits) -> Iterator[Source]:
    """A Source over the file. A stream that cannot seek is copied to a temporary file first; nothing is left behind."""
    if isinstance(file, str | PathLike) and str(file) != "-":
        path = Path(file)
        if not path.is_file():
            raise UnreadableFile("missing", path=path)
        with _opened_path(path) as stored:
            yield _source(stored, limits, path)
        return
    stream = sys.stdin.buffer if isinstance(file, str | PathLike) else cast(BinaryIO, file)
    if _seekable(stream):
        yield _source(stream, limits, None)
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        _copy_bounded(stream, cast(BinaryIO, spool), limits)
        yield _source(cast(BinaryIO, spool), limits, None)


def _opened_path(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UnreadableFile("no_access", path=path, detail=error.strerror) from error


def _seekable(stream: BinaryIO) -> bool:
    try:
        return stream.seekable()
    except AttributeError:
        return False


def _copy_bounded(stream: BinaryIO, spool: BinaryIO, limits: Limits) -> None:
    copied = 0
    while block := stream.read(limits.block_bytes):
        copied += len(block)
        _check_size(copied, limits)
        spool.write(block)


def _source(stored: BinaryIO, limits: Limits, path: Path | None) -> Source:
    size = stored.seek(0, io.SEEK_END)
    _check_size(size, limits)
    if size == 0:
        raise UnreadableFile("empty")
    stored.seek(0)
    return Source(stored, size, stored.read(2) == GZIP_MAGIC, limits, path)


def _check_size(size: int, limits: Limits) -> None:
    if limits.stored_bytes is not None and size > limits.stored_bytes:
        raise UnreadableFile("too_large", size=size, limit=limits.stored_bytes)


@contextmanager
def as_path(source: Source, most: int) -> Iterator[Path]:
    """The unpacked workbook under a name that another process can open; at most `most` bytes."""
    if source.path is not None and not source.packed:
        yield source.path
        return
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        written = 0
        for block in source.blocks():
            written += len(block)
            if written > most:
                raise UnreadableFile("xlsx_too_large", detail=f"over {most} bytes")
            copy.write(block)
        copy.flush()
        yield Path(copy.name)
