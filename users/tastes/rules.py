"""What somebody likes, read from what they bought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from communities.policies.rules import Policies


@dataclass(frozen=True)
class LineFacts:
    """One line of a counted order. taste: the tag its category stands for, if any. Refund lines are negative."""

    day: date
    amount: int
    taste: int | None = None


@dataclass(frozen=True)
class Taste:
    """share: of all line amounts in the window; last_day: the last time something of it was bought."""

    share: float
    last_day: date


def begin_of_window(as_of: date, policies: Policies) -> date:
    """Tastes look back as far as RFM does."""
    return as_of - timedelta(days=policies.rfm_window_days)


def is_taste(part: int, whole: int, min_share: float) -> bool:
    """Compared exactly, with the share as people typed it (0.4 is four tenths)."""
    return part > 0 and whole > 0 and Fraction(part, whole) >= Fraction(str(min_share))


def tastes_of(lines: Iterable[LineFacts], purchases: int, as_of: date, policies: Policies) -> dict[int, Taste]:
    """Tags by id. purchases: those of the customer that started in the window, whatever was in them."""
    begin = begin_of_window(as_of, policies)
    inside = [line for line in lines if begin <= line.day < as_of]
    whole = sum(line.amount for line in inside)
    if purchases < policies.tag_min_purchases:
        return {}
    found = {}
    for taste in {line.taste for line in inside if line.taste is not None}:
        mine = [line for line in inside if line.taste == taste]
        part = sum(line.amount for line in mine)
        if is_taste(part, whole, policies.tag_min_share):
            found[taste] = Taste(part / whole, max(line.day for line in mine if line.amount > 0))
    return found
