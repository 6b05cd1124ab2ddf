"""Long tables of places: the first so many, the largest where they are sorted so, until all are asked for."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

FIRST = 20
Row = TypeVar("Row")


def folded(rows: Sequence[Row], query: Mapping[str, str]) -> tuple[Sequence[Row], int]:
    """(the rows to show, how many there are when some are not shown, else 0). `?all=1` shows every one."""
    if len(rows) <= FIRST or query.get("all") == "1":
        return rows, 0
    return rows[:FIRST], len(rows)
