"""Numbers as people read them: yuan, shares, counts, changes. Pure; the same in every language."""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"

Number = int | float | Decimal
_STEPS = [Decimal(1).scaleb(-places) for places in range(7)]


def grouped(value: Number, places: int = 0) -> str:
    """1234.5, 2 -> 1,234.50, with a true minus; a value that rounds to zero has no sign."""
    if isinstance(value, int) and not places:
        return f"{value:,}" if value >= 0 else f"{MINUS}{-value:,}"
    if not places and (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        return f"{MINUS if value < 0 else ''}{abs(int(value)):,}"  # most numbers of a page, ten times as fast
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(_STEPS[places], rounding=ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def yuan(fen: int | None, places: int = 2) -> str:
    """Fen -> ¥1,234.50 ; places=0 rounds to whole yuan, half up; nothing is an en dash."""
    if fen is None:
        return NOTHING
    text = grouped(Decimal(fen) / 100, places)
    return f"{MINUS}¥{text[1:]}" if text.startswith(MINUS) else f"¥{text}"


def percent(ratio: Number | None, places: int = 1) -> str:
    """0.457 -> 45.7% ; nothing is an en dash."""
    return NOTHING if ratio is None else f"{grouped(Decimal(str(ratio)) * 100, places)}%"


def count(value: Number | None) -> str:
    return NOTHING if value is None else grouped(value)


def signed(value: Number | None, places: int = 0) -> str:
    """Always with its sign: +26, −91; zero has none."""
    if value is None:
        return NOTHING
    text = grouped(value, places)
    return f"+{text}" if text.strip("0.") and not text.startswith(MINUS) else text


def ratio(part: Number, whole: Number) -> float:
    """A share between 0 and 1 for drawing; nothing of nothing is 0."""
    return max(0.0, min(1.0, float(part) / float(whole))) if whole else 0.0
