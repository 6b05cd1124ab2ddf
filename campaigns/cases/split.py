"""Who carries a fall: the difference between a cohort's rate and the usual one, shared out over the parts of each
dimension. Pure.

Rate effect of a part: so much less than its like used to come back, by its share of the cohort. Mix effect: so much
more or fewer of its kind than usual, by how far its kind's usual rate lies from everybody's:

    rate = s1 (r1 - r0),  mix = (s1 - s0) (r0 - R0),  sum of all = R1 - R0

with s a part's share of the people, r its rate, R everybody's; 0 is the base, 1 the cohort. A part that the base does
not know is held against everybody's usual rate. Exact in fractions; floats only at the edge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from opsdesk.lib.words import N_

# By these the people of a community fall into parts; COMMUNITY shares out the company's number.
PARTED = {
    "station": N_("Station"),
    "channel": N_("Channel"),
    "category": N_("First category"),
    "staff": N_("Customer-service person"),
}
COMMUNITY = "community"
# What was in the first basket: everybody has it or not, so each of these is a dimension of two parts of its own.
BASKETS = {"goods": N_("Goods in the first basket"), "product": N_("Product in the first basket")}
DIMENSIONS = {COMMUNITY: N_("Community"), **PARTED, **BASKETS}
REST = "-"  # the other part of a basket: those who did not have it
FEWEST = 5  # people of the cohort from whom on a part may be a suspect
PRODUCTS_KEPT = 30


@dataclass(frozen=True)
class Count:
    """Of so many people so many came back."""

    n: int = 0
    back: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.n + other.n, self.back + other.back)

    def __sub__(self, other: "Count") -> "Count":
        return Count(self.n - other.n, self.back - other.back)

    @property
    def rate(self) -> Fraction:
        return Fraction(self.back, self.n) if self.n else Fraction(0)


@dataclass(frozen=True)
class Pair:
    """A part (or everybody) in the cohort and in its base."""

    now: Count
    base: Count

    @property
    def difference(self) -> Fraction:
        return self.now.rate - self.base.rate


@dataclass(frozen=True)
class Part:
    """One part with what it carries. `excess`: beyond its share of the cohort, positive when it fell more."""

    key: str
    pair: Pair
    rate: Fraction
    mix: Fraction
    excess: Fraction

    @property
    def total(self) -> Fraction:
        return self.rate + self.mix

    @property
    def missing(self) -> float:
        """Customers who would have come back as their like used to."""
        return float(self.pair.now.n * self.pair.base.rate - self.pair.now.back)


@dataclass(frozen=True)
class Suspect:
    """A part that fell more than its size explains; `share`: of the whole difference, `size`: of the people."""

    dimension: str
    key: str
    share: float
    size: float
    excess: float
    n: int


def parts_of(pairs: Mapping[str, Pair], whole: Pair) -> list[Part]:
    """Every part of one dimension, the one that carries most first. Parts must add up to the whole."""
    found = [_part(key, pair, whole) for key, pair in pairs.items() if pair.now.n or pair.base.n]
    return sorted(found, key=lambda part: (-part.excess, part.key))


def _part(key: str, pair: Pair, whole: Pair) -> Part:
    share_now = Fraction(pair.now.n, whole.now.n) if whole.now.n else Fraction(0)
    share_base = Fraction(pair.base.n, whole.base.n) if whole.base.n else Fraction(0)
    usual = pair.base.rate if pair.base.n else whole.base.rate
    rate = share_now * (pair.now.rate - usual)
    mix = (share_now - share_base) * (usual - whole.base.rate)
    beyond = rate + mix - share_now * whole.difference
    return Part(key, pair, rate, mix, beyond * (-1 if whole.difference <= 0 else 1))


def basket(with_it: Pair, whole: Pair, key: str) -> list[Part]:
    """Who had it and who had not: two parts that add up to the whole."""
    rest = Pair(whole.now - with_it.now, whole.base - with_it.base)
    return parts_of({key: with_it, REST: rest}, whole)


def suspects(dimensions: Mapping[str, Sequence[Part]], whole: Pair, many: int = 8) -> list[Suspect]:
    """Parts of at least FEWEST people that carry more of the fall than their share of the people, by how much more."""
    if not whole.difference:
        return []
    found = [
        Suspect(
            dimension, part.key, float(part.total / whole.difference), part.pair.now.n / whole.now.n,
            float(part.excess), part.pair.now.n,
        )
        for dimension, parts in dimensions.items()
        for part in parts
        if part.key != REST and part.pair.now.n >= FEWEST and part.excess > 0
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.excess, one.dimension, one.key))[:many]


def whole_of(pairs: Iterable[Pair]) -> Pair:
    now, base = Count(), Count()
    for pair in pairs:
        now, base = now + pair.now, base + pair.base
    return Pair(now, base)


# -- As a case keeps it ------------------------------------------------------------------------------------------------


def kept(part: Part, name: str) -> dict[str, Any]:
    return {
        "key": part.key, "name": name, "n": part.pair.now.n, "back": part.pair.now.back, "base_n": part.pair.base.n,
        "base_back": part.pair.base.back, "rate": float(part.rate), "mix": float(part.mix),
        "missing": round(part.missing, 1),
    }  # fmt: skip


def kept_whole(whole: Pair) -> dict[str, Any]:
    return {
        "n": whole.now.n, "back": whole.now.back, "base_n": whole.base.n, "base_back": whole.base.back,
        "difference": float(whole.difference),
    }  # fmt: skip
