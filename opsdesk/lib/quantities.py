"""How many of a thing, in whole thousandths, as the database keeps them (pure)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from opsdesk.lib import money
from opsdesk.lib.badvalue import BadValue

LARGEST = Decimal(1_000_000)


class Thousandths(NamedTuple):
    """A quantity in thousandths (1.5 is 1500), and whether it had more than three decimals."""

    number: int
    rounded: bool


def read(text: str) -> Thousandths | None:
    """The quantity in a cell, rounded half up to three decimals; None when empty."""
    try:
        value = money.read_decimal(text)
    except BadValue:
        raise BadValue("quantity_not_a_number") from None
    if value is None:
        return None
    if abs(value) >= LARGEST:
        raise BadValue("quantity_too_large")
    number = (value * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Thousandths(int(number), number != value * 1000)
