"""Reasons in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from opsdesk.lib import figures
from opsdesk.lib.days import day
from opsdesk.lib.reasons import Reason


def told(reason: Reason) -> str:
    """One reason; its days as days are written in this language."""
    params = {name: day(value) if isinstance(value, date) else value for name, value in reason.params.items()}
    return _(reason.message) % params


def joined(reasons: Iterable[Reason]) -> str:
    return _("; ").join(told(reason) for reason in reasons)


def turned(turns: Sequence[dict[str, Any]]) -> str:
    """What moved an RFM class: R 13 → 14 days, score 4 → 3, not above 3.02."""
    return _("; ").join(_turn(turn) for turn in turns)


def _turn(turn: dict[str, Any]) -> str:
    shown = {
        "from": _value(turn["name"], turn["from"]),
        "to": _value(turn["name"], turn["to"]),
        "score_from": turn["score_from"],
        "score_to": turn["score_to"],
        "limit": turn["reason"].params["limit"] if turn["reason"] else figures.NOTHING,
    }
    rises = turn["up"]
    return {
        ("r", True): _("R %(from)s → %(to)s (days), score %(score_from)s → %(score_to)s, above %(limit)s"),
        ("r", False): _("R %(from)s → %(to)s (days), score %(score_from)s → %(score_to)s, not above %(limit)s"),
        ("f", True): _("F %(from)s → %(to)s (times), score %(score_from)s → %(score_to)s, above %(limit)s"),
        ("f", False): _("F %(from)s → %(to)s (times), score %(score_from)s → %(score_to)s, not above %(limit)s"),
        ("m", True): _("M %(from)s → %(to)s, score %(score_from)s → %(score_to)s, above %(limit)s"),
        ("m", False): _("M %(from)s → %(to)s, score %(score_from)s → %(score_to)s, not above %(limit)s"),
    }[turn["name"], rises] % shown


def _value(name: str, value: int) -> str:
    return figures.yuan(value) if name == "m" else figures.count(value)
