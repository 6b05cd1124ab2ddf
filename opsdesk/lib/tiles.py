"""Tiles of a strip, each drawn once for what it shows."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from opsdesk.lib import pieces
from opsdesk.lib.charts import Sparkline


@dataclass(frozen=True)
class Tile:
    """What parts/_tile.html shows of a number; `defined`: the words of its definition, by name."""

    label: str
    number: str
    href: str = ""
    change: str = ""
    base: str = ""
    note: str = ""
    defined: tuple[tuple[str, Any], ...] = ()
    spark: Sparkline | None = None

    @property
    def definition(self) -> dict[str, Any]:
        return dict(self.defined)


def drawn(tile: Tile) -> SafeString:
    """With the year among its values: days of this year are written without it."""
    return pieces.drawn("parts/_tile.html", tile=tile, year=timezone.localdate().year)
