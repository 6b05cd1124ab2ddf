"""What may stand in a notice (pure)."""

import re
from collections.abc import Mapping
from typing import Any

KEEP_DAYS = 90
MOST_COUNTED = 99  # the bell says 99+ beyond
_WITHOUT = re.compile(r"[\x00-\x20\x7f\\]")


def is_path(href: str) -> bool:
    """Whether an address is a path of this desk: nothing that a browser could take for another host."""
    return href.startswith("/") and not href.startswith("//") and not _WITHOUT.search(href)


def filled(text: str, params: Mapping[str, Any]) -> str:
    """The text with its places filled; one whose places do not fit is shown as it is rather than not at all."""
    try:
        return text % dict(params)
    except (KeyError, TypeError, ValueError):
        return text
