"""Pieces are remembered by what they show and by the language; addresses change one word and keep the others."""

import pytest
from django.http import QueryDict
from django.utils import translation

from opsdesk.lib import addresses, pieces

HELP = "parts/_keys_help.html"


def test_a_piece_is_drawn_anew_for_other_values_and_for_another_language() -> None:
    with translation.override("en"):
        plain, with_bell = (pieces.drawn(HELP, keys=(("Segments", "s"),), bell=bell) for bell in (False, True))
        assert pieces.drawn(HELP, keys=(("Segments", "s"),), bell=False) is plain
    with translation.override("zh-hans"):
        chinese = pieces.drawn(HELP, keys=(("Segments", "s"),), bell=False)
    assert "Notifications" in with_bell and "Notifications" not in plain
    assert "Keyboard shortcuts" in plain and "Keyboard shortcuts" not in chinese


@pytest.mark.parametrize(
    ("query", "changes", "address"),
    [
        ("", {}, "/x/"),
        ("", {"a": ""}, "/x/"),
        ("a=1&b=2", {"a": None, "b": None}, "/x/"),
        ("a=1&b=2", {"a": 3}, "/x/?a=3&b=2"),
        ("a=1&a=2", {"b": "ü &"}, "/x/?a=1&a=2&b=%C3%BC+%26"),
    ],
)
def test_an_address_keeps_what_is_not_named(query: str, changes: dict[str, object], address: str) -> None:
    assert addresses.changed("/x/", QueryDict(query), **changes) == address


@pytest.mark.parametrize(("query", "stem"), [("", "/x/?c="), ("c=1", "/x/?c="), ("c=1&a=2&p=9", "/x/?a=2&c=")])
def test_a_stem_lacks_the_value_alone(query: str, stem: str) -> None:
    assert addresses.stem("/x/", QueryDict(query), "c", p=None) == stem
