"""What is said at which door, and which goods are recommended there (domain.md; S9; pure)."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from opsdesk.lib.words import N_
from users.lifecycle.rules import SILENT

FIRST, LATER, BACK, ENDS, LOYAL, PLAIN = "first", "later", "back", "ends", "loyal", "plain"
QUIET = "quiet"  # decided when a sheet is read, so that a wish holds at once

KINDS = {
    FIRST: N_("first delivery to a new payer"),
    LATER: N_("later delivery to a new payer"),
    BACK: N_("back after silence"),
    ENDS: N_("coupon ends within three days"),
    LOYAL: N_("loyal customer"),
    PLAIN: N_("ordinary delivery"),
    QUIET: N_("wishes no offers"),
}
# The words that come with the desk, until somebody writes others. A sentence without a value for one of its places is
# left out.
SCRIPTS = {
    FIRST: N_(
        "This is your first delivery from us: please look it over with me. Neighbours buy {goods} again and again, "
        "{price}. You have a coupon: {coupon}, to the end of {ends}. May I add you on WeChat and to our group?"
    ),
    LATER: N_(
        "Was everything fresh the last time? Next time try {goods}, {price}. "
        "You have a coupon: {coupon}, to the end of {ends}. May I add you on WeChat and to our group?"
    ),
    BACK: N_(
        "Good to see you again. Neighbours buy {goods} these days, {price}. "
        "You have a coupon: {coupon}, to the end of {ends}."
    ),
    ENDS: N_("Your coupon ends soon: {coupon}, to the end of {ends}. {goods} is {price} these days."),
    LOYAL: N_("Thank you for buying from us so often. Is there anything that we should do better?"),
    PLAIN: N_("Please look your order over. Neighbours buy {goods} these days, {price}. You have a coupon: {coupon}."),
    QUIET: N_("Your delivery: please look it over."),
}
PLACES = ("{name}", "{goods}", "{price}", "{coupon}", "{ends}")
_STRONG = ("{goods}", "{price}")
_OF_COUPON = ("{coupon}", "{ends}")

TICKS = {
    "told": N_("Told"),
    "wechat": N_("On WeChat"),
    "group": N_("In the group"),
    "delivered": N_("Delivered"),
}

SOON = timedelta(days=3)  # a coupon that ends so soon after the delivery is worth a word of its own
BEST = 3  # goods recommended at a door
LEAST_BASKETS = 3  # goods in fewer baskets are not often bought
STRENGTH = 20  # baskets: how much of a community's usual share stands in for goods seen together seldom
LAST_WEEK = timedelta(days=7)


# -- What to say ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """One door. `ordered`: the first day of the orders delivered; `was`: the lifecycle class as of that day;
    `coupon_ends`: the last day of the coupon that ends first."""

    day: date
    ordered: date
    first_purchase: date
    was: str = ""
    rfm_class: str = ""
    coupon_ends: date | None = None


def is_new(first_purchase: date, day: date, new_window_days: int) -> bool:
    """A new payer as of the day of delivery (domain.md, Lifecycle)."""
    return (day - first_purchase).days <= new_window_days


def say(facts: Facts, new_window_days: int) -> str:
    """The kind of cue: a key of SCRIPTS; the first that holds."""
    if facts.first_purchase >= facts.ordered:
        return FIRST
    if is_new(facts.first_purchase, facts.day, new_window_days):
        return LATER
    if facts.was == SILENT:
        return BACK
    if facts.coupon_ends is not None and facts.coupon_ends - facts.day <= SOON:
        return ENDS
    return LOYAL if facts.rfm_class == "champion" else PLAIN


class Piece(NamedTuple):
    text: str
    strong: bool = False


class Sentence(NamedTuple):
    pieces: tuple[Piece, ...]
    of_coupon: bool

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


_SENTENCE = re.compile(r".+?(?:[。！？；\n]+|[.!?;]+(?=\s|$)\s*|$)", re.DOTALL)
_PLACE = re.compile(r"(\{[^{}]*\})")


def spoken(script: str, values: Mapping[str, str]) -> list[Sentence]:
    """The script with its places filled, sentence by sentence. `values` by place; one that is empty takes its sentence
    away. Goods and prices are strong."""
    found = (_sentence(part, values) for part in _SENTENCE.findall(script))
    return [sentence for sentence in found if sentence is not None]


def _sentence(text: str, values: Mapping[str, str]) -> Sentence | None:
    parts = [part for part in _PLACE.split(text) if part]
    places = [part for part in parts if part in PLACES]
    if not all(values.get(place) for place in places):
        return None
    pieces = tuple(Piece(values[part], part in _STRONG) if part in places else Piece(part) for part in parts)
    return Sentence(pieces, any(place in _OF_COUPON for place in places))


def unknown_places(script: str) -> list[str]:
    """What stands in braces and means nothing."""
    return [part for part in _PLACE.findall(script) if part not in PLACES]


# -- What to recommend ---------------------------------------------------------------------------------------------


class Sale(NamedTuple):
    """Goods that one customer got on one day: `basket` names the two. Fen, and quantity in thousandths."""

    basket: int
    day: date
    product: int
    amount: int
    quantity: int = 1000


class Goods(NamedTuple):
    product: int
    price: int


def recommend(
    sales: Iterable[Sale], given: Collection[int], day: date, *, weeks: int, price_most: int, services: Collection[int]
) -> list[Goods]:
    """The BEST goods to recommend to whoever gets `given` on `day`, from a community's deliveries in the `weeks`
    before it: low-priced, often bought, no service, not in the delivery itself. Best is what a basket holds most
    likely, beside the one of the given goods that makes it likeliest (`likely`); goods that were delivered within the
    last week come before all others, since the rest may be out of stock."""
    sold = [sale for sale in sales if day - timedelta(weeks=weeks) <= sale.day < day]
    baskets, pairs = _counted(sold)
    total, prices = len({sale.basket for sale in sold}), prices_of(sold)
    recent = {sale.product for sale in sold if sale.day >= day - LAST_WEEK}
    found = [
        (product not in recent, -_best(product, given, baskets, pairs, total), prices[product], product)
        for product in baskets
        if baskets[product] >= LEAST_BASKETS
        and prices[product] <= price_most
        and product not in given
        and product not in services
    ]
    return [Goods(product, price) for _stale, _score, price, product in sorted(found)[:BEST]]


def likely(together: int, given: int, wanted: int, total: int) -> float:
    """How likely a basket with the given goods holds the wanted ones too: their share of the baskets times the lift,
    shrunk towards the share alone (lift 1) as if STRENGTH baskets more had been usual ones. `together`, `given`,
    `wanted`: baskets with both, with the given, with the wanted goods, of `total`. One division, so that the SQL gives
    the same to the last bit."""
    return (together * total + STRENGTH * wanted) / (total * (given + STRENGTH))


def prices_of(sold: Sequence[Sale]) -> dict[int, int]:
    """Fen for one: what most baskets paid in the week that ended with the last sale of each; of two the higher, since
    a coupon on an order lowers the amounts of its lines."""
    last = {sale.product: sale.day for sale in sorted(sold, key=lambda sale: sale.day)}
    paid: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for sale in sold:
        if sale.day > last[sale.product] - LAST_WEEK:
            paid[sale.product, sale.basket].update(amount=sale.amount, quantity=sale.quantity)
    times = Counter((product, unit_price(**sums)) for (product, _basket), sums in paid.items())
    return {product: price for (product, price), _n in sorted(times.items(), key=lambda one: (one[1], one[0][1]))}


def unit_price(amount: int, quantity: int) -> int:
    """Fen for one, rounded half up; the quantity is in thousandths."""
    return (2000 * amount + quantity) // (2 * quantity)


def _counted(sold: Iterable[Sale]) -> tuple[Counter[int], Counter[tuple[int, int]]]:
    """Baskets by product, and by pair of products (the smaller first)."""
    held: dict[int, set[int]] = defaultdict(set)
    for sale in sold:
        held[sale.basket].add(sale.product)
    baskets = Counter(product for products in held.values() for product in products)
    pairs = Counter(pair for products in held.values() for pair in combinations(sorted(products), 2))
    return baskets, pairs


def _best(
    product: int, given: Collection[int], baskets: Counter[int], pairs: Counter[tuple[int, int]], total: int
) -> float:
    likelies = [
        likely(pairs[min(product, other), max(product, other)], baskets[other], baskets[product], total)
        for other in given
    ]
    return max(likelies, default=likely(0, 0, baskets[product], total))
