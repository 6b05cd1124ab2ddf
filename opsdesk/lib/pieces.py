"""Pieces that many pages share, drawn once for the same values and remembered."""

from collections.abc import Hashable
from functools import lru_cache

from django.conf import settings
from django.template import loader
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 1024  # pieces remembered in one process, a few KB each


def drawn(template: str, **shown: Hashable) -> SafeString:
    """The template with these values in the reader's language. It sees nothing else, neither request nor person: what
    is remembered is found again by everything that it shows, so nobody is ever given what was drawn for another."""
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    return draw(template, get_language(), tuple(shown.items()))


@lru_cache(maxsize=MOST)
def _drawn(template: str, language: str, shown: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return loader.render_to_string(template, dict(shown))
