"""What the statements of acquisition spend sum to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from users.acquisition.spend_rules import COMPANY, Key


@dataclass(frozen=True)
class Told:
    """Fen of a week and channel. `own`: told of the very place looked at; else the sum of its communities'."""

    fen: int
    own: bool


def by_channel(found: Mapping[Key, int], place: int = COMPANY) -> dict[tuple[date, str], Told]:
    """The figure told of the place itself (the company unless another is looked at), else the sum of communities'."""
    summed: dict[tuple[date, str], int] = {}
    for (week, where, channel), fen in found.items():
        if where != COMPANY:
            summed[week, channel] = summed.get((week, channel), 0) + fen
    own = {(week, channel): Told(fen, True) for (week, where, channel), fen in found.items() if where == place}
    return {key: Told(fen, False) for key, fen in summed.items()} | own


def by_week(found: Mapping[Key, int]) -> dict[date, int]:
    """Fen of all channels by week; a week of which nothing is told is left out."""
    weeks: dict[date, int] = {}
    for (week, _channel), told in by_channel(found).items():
        weeks[week] = weeks.get(week, 0) + told.fen
    return weeks
