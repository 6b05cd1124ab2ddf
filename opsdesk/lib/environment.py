"""Settings from the environment, typed. A bad or missing one is one line that says which, why, and an example."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

EXIT_STATUS: Final = 2
_WORDS_FOR_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_WORDS_FOR_FALSE: Final = frozenset({"0", "false", "no", "off"})


class BadSetting(Exception):
    """A setting that start-up cannot live with; its text is one line."""

    def __init__(self, name: str, why: str, example: str = "") -> None:
        shown = f" Example: {name}={example}" if example else ""
        super().__init__(" ".join(f"Setting {name} {why}.{shown}".split()))


@contextmanager
def stop_on_bad_setting() -> Iterator[None]:
    """Inside it a BadSetting ends the process with its one line on stderr and status 2."""
    try:
        yield
    except BadSetting as problem:
        print(problem, file=sys.stderr)  # noqa: T201  (there is no logging before there are settings)
        raise SystemExit(EXIT_STATUS) from None


def given(name: str) -> bool:
    """Whether the setting has a value, by itself or by a file; an empty one counts as not given."""
    return _has_value(name) or _has_value(f"{name}_FILE")


def text(name: str, default: str | None = None, example: str = "") -> str:
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise BadSetting(name, "is missing", example)
    return default


def flag(name: str, default: bool | None = None) -> bool:
    word = text(name, None if default is None else str(default), "yes").lower()
    if word in _WORDS_FOR_TRUE:
        return True
    if word in _WORDS_FOR_FALSE:
        return False
    raise BadSetting(name, f"is {word!r}, which is neither yes nor no", "yes")


def whole_number(
    name: str, default: int | None = None, least: int = 0, most: int = 2**31 - 1, example: str = ""
) -> int:
    example = example or str(least if default is None else default)
    word = text(name, None if default is None else str(default), example)
    if not (word.isascii() and word.isdigit()):
        raise BadSetting(name, f"is {word!r}, which is not a whole number", example)
    if not least <= int(word) <= most:
        raise BadSetting(name, f"is {word}, which is not between {least} and {most}", example)
    return int(word)


def url(name: str, schemes: tuple[str, ...], default: str | None = None, example: str = "") -> str:
    """An address with one of the schemes, by itself or in the file that NAME_FILE names.

    A refused one is not repeated in the message: it may hold a password.
    """
    value = _by_itself_or_by_file(name, default, example)
    if value == default:
        return value
    try:
        parts = urlsplit(value)
        port_reads = parts.port is None or parts.port > 0
    except ValueError:
        raise BadSetting(name, "is not an address that can be read", example) from None
    if parts.scheme not in schemes:
        raise BadSetting(name, f"does not start with {' or '.join(f'{s}://' for s in schemes)}", example)
    if not (port_reads and (parts.netloc or parts.path)):
        raise BadSetting(name, "names no server", example)
    return value


def names(name: str, default: str | None = None, example: str = "") -> list[str]:
    """A list written with commas; spaces around the names do not count."""
    return [word.strip() for word in text(name, default, example).split(",") if word.strip()]


def secret(name: str, default: str | None = None, at_least: int = 0, example: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE names. Never shown in a message."""
    value = _by_itself_or_by_file(name, default, example)
    if value != default and len(value) < at_least:
        raise BadSetting(name, f"is too short: {len(value)} characters, at least {at_least}", example)
    return value


def _has_value(name: str) -> bool:
    return bool(os.environ.get(name, "").strip())


def _by_itself_or_by_file(name: str, default: str | None, example: str) -> str:
    by_file = f"{name}_FILE"
    if not _has_value(by_file):
        return text(name, default, example)
    if _has_value(name):
        raise BadSetting(name, f"is given twice, by itself and by {by_file}: keep one")
    return _content(by_file)


def _content(name: str) -> str:
    path = Path(text(name)).expanduser()
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise BadSetting(name, f"names {path}, which cannot be read: {reason}", "/run/secrets/value") from None
    if not value:
        raise BadSetting(name, f"names {path}, which is empty", "/run/secrets/value")
    return value


def folder(name: str, default: Path | None = None, example: str = "/var/lib/opsdesk") -> Path:
    """An absolute path; the folder need not exist yet."""
    path = Path(text(name, None if default is None else str(default), example)).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise BadSetting(name, f"names {path}, which is a file and not a folder", example)
    return path
