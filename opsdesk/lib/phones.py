"""Mobile numbers of mainland China: read one from a cell, or say why not; mask one (pure)."""

import re

from opsdesk.lib import plaintext
from opsdesk.lib.badvalue import BadValue

MOBILE = re.compile(r"1[3-9][0-9]{9}")
PREFIX = re.compile(r"(?:\(?(?:\+86|0086|86)\)?)(?=1[0-9]{10}$)")
WHOLE_NUMBER = re.compile(r"^([0-9]{11,15})\.0*$")
SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
SEPARATORS = re.compile(r"[\s\-‐-―−]+")
TWO_NUMBERS = re.compile(r"1[3-9][0-9]{9}\D+(?:\+?86)?1[3-9][0-9]{9}|(?:1[3-9][0-9]{9}){2}")
LANDLINE = re.compile(r"(?:\+?86|0086)?(?:0[0-9]{9,11}|[48]00[0-9]{7}|[2-9][0-9]{6,7})")
MASK_SIGNS = re.compile(r"[*＊●•xX]{2,}")
LONG_DIGITS = re.compile(
    r"(?<![0-9])(?P<before>(?:86|0086)?)(?P<phone>[0-9]{11}|1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})(?![0-9])"
)


def read(text: str) -> str:
    """The eleven digits, or BadValue with the reason. Nothing is ever guessed."""
    value = WHOLE_NUMBER.sub(r"\1", plaintext.narrow(text).lstrip("'`"))
    digits = SEPARATORS.sub("", value)
    if MOBILE.fullmatch(number := PREFIX.sub("", digits)):
        return number
    raise BadValue(_why_not(value, digits))


def _why_not(value: str, digits: str) -> str:
    """The most telling reason: the first that fits, from the most to the least specific."""
    reasons = (
        ("phone_missing", not digits),
        ("phone_scientific", SCIENTIFIC.fullmatch(value)),
        ("phone_masked", MASK_SIGNS.search(value)),
        ("phone_two", TWO_NUMBERS.search(re.sub(r"[\s-]", "", value)) or TWO_NUMBERS.search(value)),
        ("phone_foreign", digits.startswith("+") and not digits.startswith("+86")),
        ("phone_letters", re.search(r"[^0-9+]", digits)),
        ("phone_landline", LANDLINE.fullmatch(digits)),
        ("phone_not_mobile", len(PREFIX.sub("", digits)) == 11),
    )
    return next((code for code, fits in reasons if fits), "phone_length")


def mask(phone: str) -> str:
    """138****1234; a number of another length keeps its length, its first three and last four digits."""
    return phone[:3] + "*" * max(len(phone) - 7, 0) + phone[-4:] if len(phone) > 7 else phone


def mask_within(text: str) -> str:
    """The text with every run of eleven digits masked, and every spaced mobile: for logs, problems and error mails."""
    return LONG_DIGITS.sub(lambda run: run["before"] + mask_loose(run["phone"]), text)


def mask_loose(text: str) -> str:
    """The text with the middle of its digits starred when it has eight or more of them, however they are spaced."""
    places = [at for at, character in enumerate(text) if character.isdigit()]
    hidden = set(places[3:-4]) if len(places) > 7 else set()
    return "".join("*" if at in hidden else character for at, character in enumerate(text))
