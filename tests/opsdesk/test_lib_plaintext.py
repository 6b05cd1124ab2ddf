import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.lib import plaintext

TIDIED = [
    (" 王 小明 ", "王 小明"),
    ("五花肉\n400g", "五花肉 400g"),
    ("五花肉\u3000 400g", "五花肉 400g"),
    ("ab\u200bc\u200d", "abc"),
    ("\u202eevil\u202c", "evil"),
    ("\ufeffhead", "head"),
    ("bell\x07", "bell"),
    ("nul\x00", "nul"),
    ("e\u0301", "é"),
    ("ＡＢ１２", "ＡＢ１２"),
    ('="0138"', "0138"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("<script>", "<script>"),
    ("𠮷野家 㙍", "𠮷野家 㙍"),
    ("👍🏽", "👍🏽"),
]


@pytest.mark.parametrize(("text", "tidied"), TIDIED)
def test_text_keeps_what_can_be_seen_and_nothing_else(text: str, tidied: str) -> None:
    assert plaintext.tidy(text) == tidied


@pytest.mark.parametrize("text", ["-", " -- ", "/", "NULL", "\\N", "无", "N/A", ""])
def test_a_mark_for_nothing_is_empty(text: str) -> None:
    assert plaintext.tidy_or_empty(text) == ""


@given(st.text(max_size=40).filter(lambda text: '="' not in text))
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = plaintext.tidy(text)
    assert plaintext.tidy(once) == once
