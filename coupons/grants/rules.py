"""Who may use which coupon on which order, and what its code looks like (domain.md, Coupons; pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coupons.definitions.rules import Basket, Line, Terms
from opsdesk.lib.words import N_

# In the order in which they are looked for: the first that holds is the one told.
REFUSALS = {
    "unknown": N_("no such coupon"),
    "holder": N_("belongs to somebody else"),
    "early": N_("not valid yet"),
    "expired": N_("expired"),
    "used": N_("used already"),
    "void": N_("void"),
    "threshold": N_("the order is too small"),
    "goods": N_("not for these goods"),
    "not_counted": N_("the order does not count"),
    "not_first": N_("only for a first purchase"),
    "too_much": N_("more taken off than it is worth"),
    "budget": N_("the budget does not hold that much"),
}

# Crockford's letters and digits: no I, L, O, U. Nine drawn signs are 45 bits, the tenth checks them.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DRAWN = 9
_TABLE = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})


@dataclass(frozen=True)
class Held:
    """A coupon as it stands. `state` as Grant.State; `revoked`: its batch was taken back."""

    customer_id: int
    state: str
    valid_from: datetime
    expires_at: datetime
    revoked: bool = False


@dataclass(frozen=True)
class Told:
    """A use as it was told. `worth`: fen that the coupon is worth on this order, `why_not`: why it is worth nothing."""

    customer_id: int
    at: datetime
    discount: int
    worth: int
    why_not: str = ""
    counted: bool = True


def refusal(held: Held | None, told: Told) -> str:
    """ "" when the use holds, else the first reason of REFUSALS. The budget is asked where the money moves."""
    if held is None:
        return "unknown"
    why_not = "" if told.why_not == "not_first" else told.why_not
    asked = {
        "holder": held.customer_id != told.customer_id,
        "early": told.at < held.valid_from,
        "expired": told.at >= held.expires_at,
        "used": held.state == "used",
        "void": held.state == "void" or held.revoked,
        "threshold": why_not == "threshold",
        "goods": why_not == "goods",
        "not_counted": not told.counted,
        "not_first": told.why_not == "not_first",
        "too_much": told.discount > told.worth,
    }
    return next((reason for reason, holds in asked.items() if holds), "")


def basket(coupon: Terms, lines: Sequence[Line], gross: int, *, counted: bool, is_first: bool) -> Basket:
    """An imported order as a coupon reads it. Exports tell lines after the discount, so what is missing to the order's
    gross is put to the coupon's goods, when there are some; an order without lines is one line of unknown goods."""
    missing = max(gross - sum(line.amount for line in lines), 0)
    mine = next((line for line in lines if _is_for(coupon, line)), None)
    rest = Line(missing, mine.category, mine.product) if mine else Line(missing)
    return Basket((*lines, rest), counted=counted, is_first=is_first)


def _is_for(coupon: Terms, line: Line) -> bool:
    if coupon.kind == "new_price":
        return line.product == coupon.product
    return line.category in coupon.categories


def normal(text: str) -> str:
    """A code as people write it, as it is kept: no blanks or dashes, capitals, O as 0, I and L as 1."""
    return text.strip().upper().translate(_TABLE)


def is_code(text: str) -> bool:
    """Whether a normal text is one of ours by its form and its last sign: a slip of the pen is none."""
    if len(text) != DRAWN + 1 or any(sign not in ALPHABET for sign in text):
        return False
    return text[-1] == check_sign(text[:-1])


def check_sign(drawn: str) -> str:
    """Luhn's check, modulo 32: it finds every wrong sign and every swap of neighbours but 0Z for Z0."""
    total = 0
    for place, sign in enumerate(reversed(drawn)):
        value = ALPHABET.index(sign)
        total += value if place % 2 else ((value << 1) & 31) + (value >> 4)
    return ALPHABET[-total % 32]
