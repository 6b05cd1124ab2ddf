"""Free text as it should be stored: nothing invisible, one form per character, no outer space (pure)."""

import re
import unicodedata

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
EXCEL_TEXT = re.compile(r'="([^"]*)"')
EMPTY_MARKS = frozenset({"-", "--", "—", "——", "/", "\\N", "NULL", "null", "None", "N/A", "n/a", "#N/A", "无"})


def tidy(text: str) -> str:
    """Without control, zero-width and direction characters; NFC; every run of white space one space; stripped.

    Full-width letters stay as they were written (no NFKC). Excel's `="0138"` is the text 0138.
    """
    visible = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    return EXCEL_TEXT.sub(r"\1", " ".join(visible.split()))


def tidy_or_empty(text: str) -> str:
    """The tidied text; a cell that holds only a mark for "nothing" (-, NULL, 无) is empty."""
    tidied = tidy(text)
    return "" if tidied in EMPTY_MARKS else tidied


def narrow(text: str) -> str:
    """Tidied and with full-width digits, letters and signs made plain: for numbers and code words only."""
    return unicodedata.normalize("NFKC", tidy_or_empty(text)).strip()
