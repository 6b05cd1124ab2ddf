"""A page's address with its query changed."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict


def changed(path: str, query: QueryDict, **changes: object) -> str:
    """A value sets a word of the query, None or "" removes it; words that are not named stay as they are."""
    words = _changed(query, changes)
    return f"{path}?{urlencode(words, doseq=True)}" if words else path


def stem(path: str, query: QueryDict, name: str, **changes: object) -> str:
    """All of `changed` before the value of one more word: for many links that differ in nothing else. Put the value
    behind it through `quoted`."""
    before = changed(path, query, **{**changes, name: None})
    return f"{before}{'&' if '?' in before else '?'}{name}="


@lru_cache(maxsize=4096)
def quoted(value: str) -> str:
    """As an address has it; remembered: codes of communities stand in every picker of every page."""
    return quote_plus(value)


def _changed(query: QueryDict, changes: Mapping[str, object]) -> dict[str, Any]:
    words: dict[str, Any] = dict(query.lists())
    for name, value in changes.items():
        if value is None or value == "":
            words.pop(name, None)
        else:
            words[name] = str(value)
    return words
