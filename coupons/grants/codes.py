"""Codes drawn by the database: one expression, since a chunk of thousands draws its own. Held to rules.check_sign."""

from coupons.grants import rules

# A random UUID holds its version in byte 6 and its variant in the high bits of byte 8; the rest is the server's
# cryptographic chance. Five bits a byte are taken.
_BYTES = (0, 1, 2, 3, 4, 5, 7, 9, 10)
DICE = "uuid_send(gen_random_uuid())"


def _value(place: int) -> str:
    return f"(get_byte(dice, {_BYTES[place]}) & 31)"


def _sign(value: str) -> str:
    return f"substr('{rules.ALPHABET}', 1 + {value}, 1)"


def _luhn() -> str:
    terms = []
    for place in range(rules.DRAWN):
        value = _value(place)
        doubled = (rules.DRAWN - 1 - place) % 2 == 0
        terms.append(f"(({value} << 1) & 31) + ({value} >> 4)" if doubled else value)
    return " + ".join(terms)


# The code of a row with a column `dice`, made by DICE once a row.
CODE = " || ".join([*(_sign(_value(place)) for place in range(rules.DRAWN)), _sign(f"(-({_luhn()}) & 31)")])
