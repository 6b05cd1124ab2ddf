"""How sure a number is: 95 % intervals of shares, of means and of their differences. Pure.

Wilson (1927) for a share; Newcombe (1998), method 10, for the difference of two; Welch's for two means, with the normal
quantile, which is near enough from thirty people on (the least that an effect is told from).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True)
class Interval:
    """An estimate and the bounds that hold it in 95 of 100 cases."""

    at: float
    low: float
    high: float

    @property
    def tells(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> "Interval":
        ends = sorted((self.low * factor, self.high * factor))
        return Interval(self.at * factor, ends[0], ends[1])


@dataclass(frozen=True)
class Sample:
    """How many, the sum of their values and of the squares: all that a mean and its spread need."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of one value, estimated from the sample; 0 below two values."""
        return max(0.0, (self.squares - self.n * self.mean**2) / (self.n - 1)) if self.n > 1 else 0.0


def wilson(part: int, whole: int) -> Interval | None:
    """A share with its score interval; None of nothing."""
    if not whole:
        return None
    share, shrink = part / whole, 1 + Z * Z / whole
    middle = (share + Z * Z / (2 * whole)) / shrink
    half = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole)) / shrink
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def share_difference(part: int, whole: int, other_part: int, other_whole: int) -> Interval | None:
    """First share minus the other; None where one is of nothing."""
    one, other = wilson(part, whole), wilson(other_part, other_whole)
    if one is None or other is None:
        return None
    gap = one.at - other.at
    below = sqrt((one.at - one.low) ** 2 + (other.high - other.at) ** 2)
    above = sqrt((one.high - one.at) ** 2 + (other.at - other.low) ** 2)
    return Interval(gap, gap - below, gap + above)


def mean_difference(pairs: Sequence[tuple[Sample, Sample]]) -> Interval | None:
    """Treated minus control for each treated person, over experiments run apart: each compared within itself, weighed
    by its treated. None where no pair has two people on either side."""
    usable = [(one, other) for one, other in pairs if one.n > 1 and other.n > 1]
    treated = sum(one.n for one, _other in usable)
    if not treated:
        return None
    weights = [(one.n / treated, one, other) for one, other in usable]
    gap = sum(weight * (one.mean - other.mean) for weight, one, other in weights)
    spread = sum(weight**2 * (one.variance / one.n + other.variance / other.n) for weight, one, other in weights)
    return Interval(gap, gap - Z * sqrt(spread), gap + Z * sqrt(spread))
