"""Looks at the directory of a zip before anything in it is unpacked: an XLSX, of sane size, or a refusal."""

import struct
import zipfile
from pathlib import Path

from opsdesk.lib.limits import Limits
from opsdesk.lib.unreadable import UnreadableFile

END_RECORD = b"PK\x05\x06"
END_SIZE = 22
COMMENT_MOST = 65_535
DIRECTORY_BYTES_MOST = 1024 * 1024
WORKBOOK = "xl/workbook.xml"
MACROS = "xl/vbaProject.bin"
OTHER_KINDS = {
    "xl/workbook.bin": "xlsb",
    "content.xml": "OpenDocument",
    "word/document.xml": "Word",
    "ppt/presentation.xml": "PowerPoint",
}


def check(path: Path, limits: Limits) -> bool:
    """True when the workbook carries macros (they are never run); UnreadableFile when it should not be opened."""
    size = path.stat().st_size
    if size > limits.xlsx_bytes:
        raise UnreadableFile("xlsx_too_large", detail=f"{size} bytes, at most {limits.xlsx_bytes}")
    _check_directory(path, limits)
    members = _members(path)
    _check_sizes(members, size, limits)
    names = {member.filename for member in members}
    if WORKBOOK not in names:
        kind = next((kind for name, kind in OTHER_KINDS.items() if name in names), "no workbook.xml")
        raise UnreadableFile("xlsx_not_workbook", detail=kind)
    return MACROS in names


def _check_directory(path: Path, limits: Limits) -> None:
    """The end record alone, so that a directory of a million entries is never read."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - END_SIZE - COMMENT_MOST, 0))
        tail = file.read()
    at = tail.rfind(END_RECORD)
    if at < 0 or len(tail) < at + END_SIZE:
        raise UnreadableFile("xlsx_damaged", detail="the end of the zip is missing")
    entries, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    if entries > limits.xlsx_members or directory_bytes > DIRECTORY_BYTES_MOST:
        raise UnreadableFile("xlsx_bomb", detail=f"{entries} members")


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise UnreadableFile("xlsx_damaged", detail=str(error)) from error


def _check_sizes(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.xlsx_unpacked_bytes or len(members) > limits.xlsx_members:
        raise UnreadableFile("xlsx_bomb", detail=f"{unpacked} bytes in {len(members)} members")
    if unpacked > limits.xlsx_ratio * size:
        raise UnreadableFile("xlsx_bomb", detail=f"{unpacked // size} to 1")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFile("xlsx_encrypted")
