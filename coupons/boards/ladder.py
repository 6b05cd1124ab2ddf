"""The threshold ladder (the article's figure 3): which customers get how much off from which sum on."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from coupons.definitions import queries, rules, words
from coupons.definitions.models import Coupon
from coupons.strategies import queries as strategies
from coupons.strategies.models import StrategyVersion
from users.directory import classes, filters

DEEPEST = 0.5  # a full bar: half off


@dataclass(frozen=True)
class Way:
    """A strategy that gives the coupon, and the classes it gives it to; none: whoever its other words mean."""

    strategy_id: int
    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Rung:
    """One template that may be given today. Fen; `share` None where nothing can be told of it."""

    coupon: Coupon
    threshold: int
    off: int
    share: float | None
    goods: str
    ways: tuple[Way, ...]

    @property
    def bar(self) -> float:
        return min(1.0, (self.share or 0) / DEEPEST)

    @property
    def terms(self) -> str:
        return words.terms(self.coupon)


def rungs(coupons: Iterable[Coupon], typical: int | None) -> list[Rung]:
    """Low thresholds first, and of one threshold the smaller discount first."""
    found = list(coupons)
    given = ways_to(one.pk for one in found)
    steps = [_rung(one, typical, given[one.pk]) for one in found]
    return sorted(steps, key=lambda step: (step.threshold, step.off, step.coupon.code))


def _rung(coupon: Coupon, typical: int | None, ways: list[Way]) -> Rung:
    share = rules.discount_share(queries.terms_of(coupon), typical)
    return Rung(coupon, coupon.threshold, coupon.most_off, share, words.goods(coupon), tuple(ways))


def ways_to(coupon_ids: Iterable[int]) -> dict[int, list[Way]]:
    """By coupon, the strategies in use whose newest version gives it. One query."""
    found: dict[int, list[Way]] = defaultdict(list)
    for version in strategies.in_use().filter(coupon__in=list(coupon_ids)):
        if version.coupon_id:
            found[version.coupon_id].append(_way(version))
    return found


def _way(version: StrategyVersion) -> Way:
    asked = filters.from_text(version.audience)
    named = [code for code in (*asked.lifecycle, *asked.rfm) if code in classes.WORDS]
    return Way(version.strategy_id, version.strategy.name, tuple(named))
