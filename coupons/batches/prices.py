"""Price fairness (PIPL article 24), as prices: what each class of customer pays for the same basket (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

# Loyal: those who buy often and lately, in terms of RFM and of the lifecycle.
LOYAL = frozenset({"champion", "regular", "active"})


@dataclass(frozen=True)
class Offer:
    """A coupon that some class can use, and fen that it leaves to pay of the basket. `own`: this batch's."""

    name: str
    price: int
    public: bool = False
    until: date | None = None
    own: bool = False


@dataclass(frozen=True)
class Row:
    """Classes with the same best offer (None: the full price); `gap`: fen they pay more than this batch's people."""

    classes: tuple[str, ...]
    offer: Offer | None
    price: int
    gap: int
    loyal: bool


@dataclass(frozen=True)
class Fairness:
    basket: int
    rows: tuple[Row, ...]
    limit: int
    has_public: bool

    @property
    def worst(self) -> int:
        """Fen that a loyal customer outside the batch pays more, at most; less than nothing: they pay less."""
        return max((row.gap for row in self.rows if row.loyal), default=0)

    @property
    def passes(self) -> bool:
        """No loyal class pays more than the limit allows, and one that pays more at all has something public."""
        return self.worst <= self.limit and (self.worst <= 0 or self.has_public)


def compare(
    own: Offer,
    covered: Iterable[str],
    others: Sequence[str],
    public: Sequence[Offer],
    given: Mapping[str, Sequence[Offer]],
    basket: int,
    limit: int,
) -> Fairness:
    """`others`: classes outside the batch; `public`: what anybody can use; `given`: what a class got besides."""
    rows = [Row(tuple(covered), own, own.price, 0, False)]
    best = {one: _best([*public, *given.get(one, ())], basket) for one in others}
    for loyal in (True, False):
        for offer in dict.fromkeys(best[one] for one in others if (one in LOYAL) == loyal):
            same = tuple(one for one in others if (one in LOYAL) == loyal and best[one] == offer)
            price = offer.price if offer else basket
            rows.append(Row(same, offer, price, price - own.price, loyal))
    return Fairness(basket, tuple(rows), limit, any(offer.price < basket for offer in public))


def _best(offers: Sequence[Offer], basket: int) -> Offer | None:
    """The lowest price, a public offer before one that is not; None when nothing makes it cheaper."""
    cheaper = [offer for offer in offers if offer.price < basket]
    return min(cheaper, key=lambda offer: (offer.price, not offer.public, offer.name), default=None)
