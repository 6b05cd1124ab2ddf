"""One cell of an export -> the value of its field, or BadValue with a code of problems.PROBLEMS (pure)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from opsdesk.lib import moments, plaintext
from opsdesk.lib.badvalue import BadValue
from opsdesk.lib.moments import Moment
from users.imports import statuses

DELIVERY_DAYS_AHEAD = 366


@dataclass(frozen=True)
class Context:
    """What a cell's meaning depends on besides its text."""

    today: date
    day_order: str = ""
    status_words: Mapping[str, str] = field(default_factory=dict)
    since_1904: bool = False


def word_key(text: str) -> str:
    """A header or code word for comparing: full-width and case folded, no space or joining sign."""
    return re.sub(r"[\s_\-·:*]+", "", unicodedata.normalize("NFKC", plaintext.tidy(text)).casefold())


def status(text: str, context: Context) -> str:
    """One of statuses.STATUSES; an empty cell is an ordinary paid order. The mapping's own words come first."""
    key = word_key(plaintext.tidy_or_empty(text))
    if not key:
        return statuses.PAID
    taught = {word_key(word): meaning for word, meaning in context.status_words.items()}
    meaning = taught.get(key) or statuses.MEANINGS.get(key)
    if meaning is None:
        raise BadValue("status_unknown")
    return meaning


def moment(text: str, context: Context) -> Moment | None:
    return moments.read(text, context.today, context.day_order, since_1904=context.since_1904)


def delivery_day(text: str, context: Context) -> date | None:
    """A day that may lie ahead; a time of day beside it is dropped."""
    found = moments.read(text, context.today, context.day_order, DELIVERY_DAYS_AHEAD, since_1904=context.since_1904)
    return found.at.date() if found else None


def free_text(text: str, longest: int) -> str:
    tidied = plaintext.tidy_or_empty(text)
    if len(tidied) > longest:
        raise BadValue("text_too_long")
    return tidied
