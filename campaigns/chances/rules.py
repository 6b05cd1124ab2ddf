"""How likely somebody answers, by which channel a customer is worth most (pure).

Rates are shrunk: what was seen is joined to a prior that weighs as much as `strength` visits, so that ten visits say a
little and a thousand say nearly all. Beta-binomial; see Gelman et al., Bayesian Data Analysis, chapter 2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from campaigns.visits.rules import minutes_of
from opsdesk.lib.intervals import Z

__all__ = ["minutes_of"]

# The half-life of a visit: what people's days are like changes with seasons and jobs, slowly.
HALF_LIFE_WEEKS = 26

# -- When somebody is at home ----------------------------------------------------------------------------------------

# What is believed before the first visit: the article's before and after work (7-9, 17-20), when vegetables are bought
# (9-11 on working days), weekends flat.
BUSY, SHOPPING, QUIET, WEEKEND = 0.45, 0.38, 0.22, 0.40
BELIEVED = {"busy": BUSY, "shopping": SHOPPING, "quiet": QUIET, "weekend": WEEKEND}
FIRST_HOUR, LAST_HOUR = 7, 21  # doors are knocked at from seven until nine
# As many visits as the prior weighs. Twenty: about two evenings of one person; a company of a week is past it.
HOUR_STRENGTH, BUILDING_STRENGTH, WEEKDAY_STRENGTH, RATE_STRENGTH, ORDER_STRENGTH = 20.0, 12.0, 12.0, 30.0, 10.0
KINDS = ("workday", "weekend")

Hour = tuple[str, int]  # kind of day, hour


@dataclass(frozen=True)
class Chance:
    """A probability with the visits behind it (a weight: old ones count less) and the interval that holds it in 95 of
    100 cases."""

    p: float
    n: float
    low: float
    high: float


def kind_of(weekday: int) -> str:
    """Monday is 0."""
    return KINDS[weekday >= 5]


def prior(hour: Hour) -> float:
    kind, at = hour
    if kind == "weekend":
        return WEEKEND
    if 7 <= at < 9 or 17 <= at < 20:
        return BUSY
    return SHOPPING if 9 <= at < 11 else QUIET


def shrunk(successes: float, n: float, prior_p: float, strength: float) -> float:
    """Between the prior and the raw rate, nearer to the latter the more was seen."""
    return (successes + prior_p * strength) / (n + strength) if n else prior_p


def chance(successes: float, n: float, prior_p: float, strength: float) -> Chance:
    """Shrunk, with the normal interval of its posterior: a beta of `n + strength` visits."""
    p = shrunk(successes, n, prior_p, strength)
    half = Z * sqrt(p * (1 - p) / (n + strength + 1))
    return Chance(p, n, max(0.0, p - half), min(1.0, p + half))


def weight(weeks_ago: float) -> float:
    """Of a visit so long ago: half after HALF_LIFE_WEEKS."""
    return float(0.5 ** (max(weeks_ago, 0.0) / HALF_LIFE_WEEKS))


# -- Which channel ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """Of customers told something by a channel: how many were reached and ordered, what an order is worth (fen).
    `order`: of all that were tried, not of those reached."""

    open: float
    order: float
    net_of_order: float
    n: float


def expected(rates: Rates, margin_share: float, minutes: float, hour_cost: float, message_cost: float = 0.0) -> int:
    """Fen that one try brings: margin of the order that may come of it, less staff's time and the message."""
    return round(rates.order * rates.net_of_order * margin_share - minutes * hour_cost / 60 - message_cost)


# What is believed of a channel before anything was measured: somebody answers, and orders within the days that belong
# to a visit. The order of the channels is the article's finding: doors bring most each, by far the dearest.
BEFORE = {
    "door": (0.35, 0.12), "phone": (0.40, 0.06), "wechat": (0.50, 0.06), "group": (0.30, 0.03), "sms": (1.0, 0.02),
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """What came of `n` tries (weights: old ones count less): so many reached, so many ordered, for `net` fen."""

    n: float = 0.0
    opened: float = 0.0
    ordered: float = 0.0
    net: float = 0.0


def rates(tried: Tried, before: Rates) -> Rates:
    """Shrunk towards what was believed before: a class towards its channel's, a channel towards BEFORE."""
    return Rates(
        open=shrunk(tried.opened, tried.n, before.open, RATE_STRENGTH),
        order=shrunk(tried.ordered, tried.n, before.order, RATE_STRENGTH),
        net_of_order=shrunk(tried.net, tried.ordered, before.net_of_order, ORDER_STRENGTH),
        n=tried.n,
    )


class Option(NamedTuple):
    """What one try by a channel is expected to bring (fen) and takes of staff (minutes)."""

    channel: str
    worth: float
    minutes: float


class Candidate(NamedTuple):
    """A customer of a station with the channels that are open for them; none: nothing can be chosen."""

    customer_id: int
    station_id: int | None
    options: Sequence[Option]


class Choice(NamedTuple):
    """What is chosen for a customer; "" and 0 when nothing is: no channel is open, or the staff's time is used up."""

    customer_id: int
    channel: str = ""
    worth: float = 0.0


class Ranking(NamedTuple):
    """Who wants the time of staff most, whatever there is of it. `free`: by customer the best of the other channels;
    `wanted`: (what is lost by it, customer, its turn, candidate, option), the largest gain first."""

    free: Mapping[int, Choice]
    wanted: Sequence[tuple[float, int, int, Candidate, Option]]


def choose(
    candidates: Iterable[Candidate], minutes: Mapping[int | None, float], *, limited: Iterable[str] = ("door",)
) -> dict[int, Choice]:
    """By customer: the channel that is expected to bring most. `minutes`: of each station's staff (not named: none) for
    the channels in `limited`; whoever gains most by these over their next best channel gets them, the rest the
    next best. Where nothing pays, the least loss is taken: whether to go at all is the drive's to say."""
    return taken(rank(candidates, limited), minutes)


def rank(candidates: Iterable[Candidate], limited: Iterable[str]) -> Ranking:
    """Of equals the customer with the lower id, then the channel named first. Whoever has no other channel gains the
    whole of a limited one. Plain tuples, for thousands are sorted at once."""
    tight, people = frozenset(limited), list(candidates)
    free = {one.customer_id: _best(one, tight) for one in people}
    wanted = sorted(
        (free[one.customer_id].worth - option.worth, one.customer_id, turn, one, option)
        for one in people for turn, option in enumerate(one.options) if option.channel in tight
    )  # fmt: skip
    return Ranking(free, wanted)


def taken(ranking: Ranking, minutes: Mapping[int | None, float]) -> dict[int, Choice]:
    """What each gets as far as the minutes go."""
    chosen, left, served = dict(ranking.free), dict(minutes), set[int]()
    for loss, customer, _turn, one, option in ranking.wanted:
        there = left.get(one.station_id, 0.0)
        if option.minutes <= there and customer not in served and (loss < 0 or not chosen[customer].channel):
            left[one.station_id] = there - option.minutes
            chosen[customer] = Choice(customer, option.channel, option.worth)
            served.add(customer)
    return chosen


def _best(one: Candidate, tight: frozenset[str]) -> Choice:
    """Among the channels that take nobody's time; of equals the first: a drive lists them in the order it prefers."""
    best = None
    for option in one.options:
        if option.channel not in tight and (best is None or option.worth > best.worth):
            best = option
    return Choice(one.customer_id, best.channel, best.worth) if best else Choice(one.customer_id)
