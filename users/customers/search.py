"""What somebody typed -> which customers may be meant: a name, an address, a masked phone, some digits of one.

A whole phone is an answer of its own (`whole_phone`): it is looked up, never kept and never put into an address.
"""

import re

from django.db.models import Q

from communities.models import Community
from opsdesk.lib import phones, plaintext
from users.customers.addresses import Book

GRAM = 4
LONGEST = 200
_WHOLE = re.compile(r"(?<![0-9])(?:(?:\+|00)?86[\s-]?)?(1[3-9][0-9](?:[\s-]?[0-9]{4}){2})(?![0-9])")
_LONG_RUN = re.compile(r"[0-9]{8,}")
_MASKED = re.compile(r"(1[3-9][0-9])\*{2,}([0-9]{4})")
_BOOK = Book()
_FULL_WIDTH = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)})
_DOOR = re.compile(r"([A-Za-z]?[0-9]{1,4}[A-Za-z]?)-(?:([A-Za-z]?[0-9]{1,4}[A-Za-z]?)-)?([0-9]{1,5}[A-Za-z]?)")


def whole_phone(text: str) -> str:
    """The phone that a text is or holds, however it is spaced; "" when there is none."""
    found = _WHOLE.search(plaintext.narrow(text))
    return re.sub(r"[^0-9]", "", found[1]) if found else ""


def part_of_phone(text: str) -> str:
    """Five to ten digits and nothing else: too many to be shown around, too few to name somebody; else ""."""
    digits = plaintext.narrow(text).replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 10 and "-" not in text else ""


def without_phones(text: str) -> str:
    """The text as it may stand in an address: whole phones masked, other long runs of digits as well."""
    plain = plaintext.tidy(text).translate(_FULL_WIDTH)
    hidden = _WHOLE.sub(lambda found: phones.mask(re.sub(r"[^0-9]", "", found[1])), plain)
    return _LONG_RUN.sub(lambda run: phones.mask(run.group()), hidden)


def condition(text: str) -> Q:
    """Customers in whose name, address, community or phone every word of the text is found.

    Digits of a phone are found through the grams (GIN customer_phone_grams), doors through customer_door; names and
    addresses are read through.
    """
    tidied = plaintext.tidy(text[:LONGEST])
    address = _BOOK.parse(tidied)
    if address.room is None:
        return _words(tidied)
    return _at_door(address.building or "", address.unit, address.room) & _words(address.rest) | _words(tidied)


def with_digits(digits: str) -> Q:
    """Phones that hold these four or more digits in a row."""
    grams = [int(digits[start : start + GRAM]) for start in range(len(digits) - GRAM + 1)]
    return Q(phone_grams__contains=grams) & Q(phone__contains=digits)


def _words(text: str) -> Q:
    everything = Q()
    for word in text.split():
        everything &= _word(word)
    return everything


def _word(word: str) -> Q:
    plain = plaintext.narrow(word)
    if masked := _MASKED.fullmatch(plain):
        return with_digits(masked[2]) & Q(phone__startswith=masked[1], phone__endswith=masked[2])
    if door := _DOOR.fullmatch(plain):
        return _at_door(*door.groups()) | Q(address__contains=word)
    if plain.isascii() and plain.isdigit():
        in_phone = with_digits(plain) if len(plain) >= GRAM else Q()
        return in_phone | Q(room=plain[:16]) | Q(address__contains=word)
    return _in_words(word)


def _in_words(word: str) -> Q:
    """Han text has no case, and comparing without case is slow. The communities are looked up first: as a subquery
    the planner takes them for half of everybody, and then reads through with one process instead of several."""
    how = "icontains" if word.isascii() else "contains"
    named = Community.objects.filter(Q(**{f"name__{how}": word}) | Q(aliases__contains=[word]))
    places = list(named.values_list("id", flat=True))
    return Q(**{f"name__{how}": word}) | Q(**{f"address__{how}": word}) | Q(community__in=places)


def _at_door(building: str, unit: str | None, room: str) -> Q:
    return Q(building=building, room=room) & (Q(unit=unit) if unit else Q())
