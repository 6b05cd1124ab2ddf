"""Why something is so, in words that can be translated (pure)."""

from typing import Any, NamedTuple


class Reason(NamedTuple):
    """An English msgid with %(name)s places, and what fills them: show it as `gettext(message) % params`."""

    message: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return self.message % self.params
