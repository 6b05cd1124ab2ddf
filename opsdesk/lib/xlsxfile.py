"""Rows of the first visible sheet of an XLSX workbook, parsed in a child process that may die without harm."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from opsdesk.lib import filesource, zipcheck
from opsdesk.lib.filesource import Source
from opsdesk.lib.limits import Limits
from opsdesk.lib.unreadable import UnreadableFile

CHILD = Path(__file__).with_name("xlsxchild.py")


@dataclass(frozen=True)
class Sheet:
    """The sheet that is read, and what is left aside. `rows` gives (row number in the sheet, cells) once."""

    name: str
    height: int
    others: tuple[str, ...]
    hidden: tuple[str, ...]
    merged: int
    since_1904: bool
    macros: bool
    rows: Iterator[tuple[int, list[str]]]


@contextmanager
def opened(source: Source) -> Iterator[Sheet]:
    """A Sheet, or UnreadableFile. The child is gone when the block ends, however it ends."""
    limits = source.limits
    with filesource.as_path(source, limits.xlsx_bytes) as path:
        macros = zipcheck.check(path, limits)
        with _child(path, limits) as child:
            yield _sheet(child, macros)


@contextmanager
def _child(path: Path, limits: Limits) -> Iterator[subprocess.Popen[str]]:
    numbers = map(str, (limits.xlsx_memory_bytes, limits.xlsx_seconds, limits.cell_chars))
    command = [sys.executable, "-I", str(CHILD), str(path.resolve()), *numbers]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="ascii")
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def _sheet(child: subprocess.Popen[str], macros: bool) -> Sheet:
    about = _next(child)
    if about is None:
        raise UnreadableFile("xlsx_gave_up")
    if about["sheet"] is None:
        raise UnreadableFile("xlsx_no_sheet")
    return Sheet(
        name=about["sheet"],
        height=about["height"],
        others=tuple(about["others"]),
        hidden=tuple(about["hidden"]),
        merged=about["merged"],
        since_1904=about["since_1904"],
        macros=macros,
        rows=_rows(child),
    )


def _rows(child: subprocess.Popen[str]) -> Iterator[tuple[int, list[str]]]:
    while batch := _next(child):
        yield from batch


def _next(child: subprocess.Popen[str]) -> Any:
    """The next message; None at the end. A child that died is a refusal, never a short file."""
    text = cast(IO[str], child.stdout).readline()
    if not text.endswith("\n"):
        if child.wait() != 0 or text:
            raise UnreadableFile("xlsx_gave_up")
        return None
    message = json.loads(text)
    if isinstance(message, dict) and "error" in message:
        raise UnreadableFile(message.pop("error"), **message)
    return message
