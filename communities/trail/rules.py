"""A line of the log as people read it: what changed from what to what, with every phone masked (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from opsdesk.lib import phones

LONGEST = 120


class Part(NamedTuple):
    """One thing a line tells. `before` is None where nothing was replaced."""

    label: str
    before: str | None
    after: str


def told(detail: Mapping[str, Any]) -> list[Part]:
    """`changes` and `from … to …` as old and new; whatever else was kept as it is."""
    return [*_pairs(detail), *_rest(detail)]


def _pairs(detail: Mapping[str, Any]) -> Iterator[Part]:
    if "from" in detail and "to" in detail:
        yield Part("", text(detail["from"]), text(detail["to"]))
    changes = detail.get("changes")
    if isinstance(changes, Mapping):
        yield from (Part(name, text(old), text(new)) for name, (old, new) in changes.items())


def _rest(detail: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in detail.items():
        if name not in ("from", "to", "changes"):
            yield Part(name, None, text(value))


def text(value: Any) -> str:
    """A kept value in one short line, phones masked; nothing at all is an en dash."""
    if isinstance(value, Mapping):
        shown = " · ".join(f"{key}: {text(one)}" for key, one in value.items())
    elif isinstance(value, list | tuple):
        shown = ", ".join(map(text, value))
    else:
        shown = "–" if value in (None, "") else phones.mask_within(str(value))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
