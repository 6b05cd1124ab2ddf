"""The text of a threshold as people type it -> its value; ValueError where it cannot be read."""

import time
from collections.abc import Callable

_FLAGS = dict.fromkeys(("true", "yes", "1", "on"), True) | dict.fromkeys(("false", "no", "0", "off"), False)


def flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError(text)
    return _FLAGS[text.lower()]


def fen(text: str) -> int:
    """Yuan as people type it, kept as fen."""
    whole, _, cents = text.removeprefix("¥").partition(".")
    if len(cents) > 2 or not (whole + cents).isdigit():
        raise ValueError(text)
    return int(whole) * 100 + int(cents.ljust(2, "0"))


def cuts(text: str) -> list[int] | None:
    """Four rising whole numbers, separated by spaces or commas; nothing means none."""
    return _four_rising(text, int)


def yuan_cuts(text: str) -> list[int] | None:
    """Four rising amounts in yuan, kept as fen."""
    return _four_rising(text, fen)


def _four_rising(text: str, read: Callable[[str], int]) -> list[int] | None:
    if not text or text == "none":
        return None
    found = [read(part) for part in text.replace(",", " ").split()]
    if len(found) != 4 or found != sorted(found):
        raise ValueError(text)
    return found


def share(text: str) -> float:
    """40% or 0.4: both are two fifths."""
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def clock(text: str) -> str:
    """A time of day as 09:00, kept as written: values are kept as JSON."""
    return time.strptime(text, "%H:%M") and text.zfill(5)


def days_before(text: str) -> list[int]:
    """Falling numbers of days: 3 1."""
    days = [int(part) for part in text.replace(",", " ").split()]
    if not days or days != sorted(set(days), reverse=True) or not 1 <= days[-1] <= days[0] <= 30:
        raise ValueError(text)
    return days
