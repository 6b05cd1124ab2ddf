"""Yuan as people write it, into integer fen, by Decimal only; and back (pure)."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from opsdesk.lib import plaintext
from opsdesk.lib.badvalue import BadValue

LARGEST = Decimal(10_000_000)
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "￥": "", "¥": "", "元": "", " ": ""})
CURRENCY = re.compile(r"(?:RMB|CNY)", re.IGNORECASE)


class Fen(NamedTuple):
    """An amount, and whether it had to be rounded to whole fen."""

    fen: int
    rounded: bool


def read_decimal(text: str) -> Decimal | None:
    """The number as written, exactly; None for an empty cell; BadValue for anything else (NaN, 1e309, 12,5)."""
    plain = plaintext.narrow(text)
    if not plain:
        return None
    body, negative = _unsigned(CURRENCY.sub("", plain).translate(MINUS))
    if not NUMBER.fullmatch(body) or len(body) > 40:
        raise BadValue("amount_not_a_number")
    value = Decimal(body.replace(",", ""))
    return -value if negative else value


def _unsigned(text: str) -> tuple[str, bool]:
    """A leading sign or the accountant's brackets taken off."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    return text.removeprefix("-") if text.startswith("-") else text.removeprefix("+"), text.startswith("-")


def read(text: str) -> Fen | None:
    """An amount of yuan in a cell, in fen, rounded half up; None when empty."""
    value = read_decimal(text)
    return None if value is None else to_fen(value)


def to_fen(yuan: Decimal) -> Fen:
    """Half up away from zero: 0.125 yuan is 13 fen, -0.125 is -13. Beyond ten million yuan is refused."""
    if abs(yuan) > LARGEST:
        raise BadValue("amount_too_large")
    fen = (yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Fen(int(fen), fen != yuan * 100)


def yuan(fen: int) -> str:
    """Plain text with two decimals and no grouping: 1234 is "12.34"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
