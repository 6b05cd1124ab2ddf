"""What goes into a basket, and what a coupon takes off it."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from opsdesk.demo import goods
from opsdesk.demo.records import Line, Product

FAVOURED = 130
# basket size: chances of 1, 2, 3 ... different products
SIZES = {"small": (52, 32, 12, 4), "usual": (26, 31, 22, 12, 6, 3), "large": (8, 16, 23, 22, 15, 9, 5, 2)}
_SIZES = {name: list(accumulate(chances)) for name, chances in SIZES.items()}


class Coupon(NamedTuple):
    """`fen` off from `threshold` on; `percent` instead of it, at most `fen`."""

    code: str
    threshold: int
    fen: int
    percent: int = 0


WELCOME = Coupon("XR-29-10", 2900, 1000)
COUPONS = (
    Coupon("MJ-39-5", 3900, 500),
    Coupon("MJ-59-8", 5900, 800),
    Coupon("MJ-99-15", 9900, 1500),
    Coupon("ZK-90", 2000, 2000, 10),
    Coupon("LJ-3", 500, 300),
)
WELCOME_SHARE = 0.55
COUPON_SHARE = 0.40


def _category_weights(taste: str) -> list[int]:
    return list(accumulate(goods.SHELVES[name][0] + (FAVOURED if name == taste else 0) for name in goods.GOODS))


_WEIGHTS = {taste: _category_weights(taste) for taste in ("", *goods.GOODS)}


def basket(rng: Random, taste: str, size: str, leaf: bool | None = None) -> list[Line]:
    """Different products at full price; `leaf` puts leaf vegetables in, or keeps them out."""
    many = rng.choices(range(1, len(SIZES[size]) + 1), cum_weights=_SIZES[size])[0]
    chosen: dict[Product, None] = {}
    if leaf:
        chosen[any_of(rng, goods.LEAF)] = None
    categories = rng.choices(goods.GOODS, cum_weights=_WEIGHTS[taste], k=many)
    chosen.update((any_of(rng, name), None) for name in categories if leaf is not False or name != goods.LEAF)
    if not chosen:
        chosen[any_of(rng, "水果")] = None
    return [line(product, _quantity(rng, size)) for product in chosen]


def any_of(rng: Random, category: str) -> Product:
    return rng.choices(goods.BY_CATEGORY[category], cum_weights=goods.POPULARITY[category])[0]


def line(product: Product, quantity: int = 1) -> Line:
    return Line(product, quantity, product.fen * quantity, 0)


def _quantity(rng: Random, size: str) -> int:
    draw = rng.random()
    more = 0.30 if size == "large" else 0.12
    return 1 if draw >= more else 2 if draw >= more / 6 else 3


def coupon(rng: Random, gross: int, first: bool, eager: float) -> Coupon | None:
    """`eager`: factor of the week on how many use one."""
    if first:
        return WELCOME if gross >= WELCOME.threshold and rng.random() < WELCOME_SHARE else None
    if rng.random() >= COUPON_SHARE * eager:
        return None
    fitting = [one for one in COUPONS if gross >= one.threshold]
    return rng.choice(fitting) if fitting else None


def worth(used: Coupon, gross: int) -> int:
    """Fen taken off an order of `gross` fen."""
    return min(used.fen, gross * used.percent // 100) if used.percent else min(used.fen, gross)


def discounted(lines: Sequence[Line], off: int) -> list[Line]:
    """`off` shared out by amount, in whole fen; the last line bears what rounding leaves."""
    gross = sum(one.gross for one in lines)
    shares = [off * one.gross // gross for one in lines]
    shares[-1] += off - sum(shares)
    return [one._replace(discount=share) for one, share in zip(lines, shares, strict=True)]
