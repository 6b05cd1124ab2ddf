"""Which stages of the funnel a registered customer has reached: the definition that the SQL is held to (pure).

Acquired (registered) → activated (first purchase within `activation_days` of registering) → retained (second purchase
within `second_purchase_days` of the first) → revenue (paid more within the RFM window than half of the community's
scored customers, or one purchase of at least `revenue_min_purchase`) → referred (brought a registered customer).
Each stage is reached or not by itself; the funnel counts those who reached it and every one before it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from communities.policies.rules import Policies
from opsdesk.lib.words import N_

REGISTERED, ACTIVATED, RETAINED, REVENUE, REFERRED = "registered", "activated", "retained", "revenue", "referred"
STAGES = {ACTIVATED: 1, RETAINED: 2, REVENUE: 4, REFERRED: 8}
OPEN = {ACTIVATED: 16, RETAINED: 32}  # the stage's window is not over yet: no rate counts this customer
NAMES = (REGISTERED, *STAGES)

LABELS = {
    REGISTERED: N_("Registered"),
    ACTIVATED: N_("Activated"),
    RETAINED: N_("Retained"),
    REVENUE: N_("Revenue"),
    REFERRED: N_("Referred"),
}
DEFINITIONS = {
    REGISTERED: N_("registered with the shop, as an import tells it"),
    ACTIVATED: N_("first purchase within %(activation_days)s days of registering"),
    RETAINED: N_("second purchase within %(second_purchase_days)s days of the first"),
    REVENUE: N_("paid more than half of the community’s scored customers, or one purchase of ¥%(big)s or more"),
    REFERRED: N_("brought at least one customer who registered"),
}
ACTIONS = {
    REGISTERED: N_("Note the channel; greet newcomers in the community’s group on the same day."),
    ACTIVATED: N_("Newcomer price and goods with the first coupon; remind of it before it ends."),
    RETAINED: N_("Explain the coupon for the second order at the first delivery; remind by PUSH and text message."),
    REVENUE: N_("Coupons of categories not bought yet; fewer subsidies for those who come anyway."),
    REFERRED: N_("Ask good customers to bring a neighbour; a coupon for both."),
}
OWNERS = {
    REGISTERED: N_("Field promotion"),
    ACTIVATED: N_("New-customer operations"),
    RETAINED: N_("Customer service at the station"),
    REVENUE: N_("Category operations"),
    REFERRED: N_("Community operations"),
}


@dataclass(frozen=True)
class Purchase:
    """A purchase by its first day; net in fen."""

    day: date
    net: int


@dataclass(frozen=True)
class Facts:
    """One registered customer as of a date. `half`: the median of `monetary` (fen) over the community's scored
    customers; None: no score. `brought`: registered customers whom they brought."""

    registered: date
    purchases: Sequence[Purchase] = ()
    monetary: int | None = None
    half: float | None = None
    brought: int = 0


def stages(facts: Facts, policies: Policies, as_of: date) -> int:
    """The bits of STAGES that are reached, and those of OPEN whose window ends after `as_of`."""
    first, second = (*(purchase.day for purchase in facts.purchases[:2]), None, None)[:2]
    activation_ends = facts.registered + timedelta(days=policies.activation_days)
    second_ends = first + timedelta(days=policies.second_purchase_days) if first else None
    reached = {
        ACTIVATED: first is not None and first < activation_ends,
        RETAINED: second is not None and second_ends is not None and second < second_ends,
        REVENUE: is_top(facts) or any(one.net >= policies.revenue_min_purchase for one in facts.purchases),
        REFERRED: facts.brought > 0,
    }
    open_ = {ACTIVATED: as_of < activation_ends, RETAINED: second_ends is not None and as_of < second_ends}
    return _bits(STAGES, reached) | _bits(OPEN, open_)


def is_top(facts: Facts) -> bool:
    return facts.monetary is not None and facts.half is not None and facts.monetary > facts.half


def _bits(values: Mapping[str, int], told: Mapping[str, bool]) -> int:
    return sum(values[name] for name, holds in told.items() if holds)


@dataclass(frozen=True)
class Step:
    """A stage of a group: `own` reached it, `nested` it and all before it; of `whole`, who had reached all before it
    and whose window is over, `part` went on. `open`: those before it whose window is not over."""

    name: str
    own: int
    nested: int
    part: int
    whole: int
    open: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


def funnel(cells: Iterable[tuple[int, int]]) -> list[Step]:
    """The five stages of a group, from (bits, customers)."""
    told = list(cells)
    everybody = sum(n for _bits, n in told)
    steps = [Step(REGISTERED, everybody, everybody, everybody, everybody, 0)]
    masks = [0, *accumulate(STAGES.values(), lambda one, other: one | other)]
    for (name, bit), before in zip(STAGES.items(), masks, strict=False):
        came = [(bits, n) for bits, n in told if bits & before == before]
        over = [(bits, n) for bits, n in came if not bits & OPEN.get(name, 0)]
        steps.append(
            Step(
                name,
                own=_people(told, bit),
                nested=_people(came, bit),
                part=_people(over, bit),
                whole=_people(over, 0),
                open=_people(came, 0) - _people(over, 0),
            )
        )
    return steps


def _people(cells: Iterable[tuple[int, int]], bit: int) -> int:
    return sum(n for bits, n in cells if bits & bit == bit)


# -- Who is meant, as the customer list asks ---------------------------------------------------------------------------

ALL_BEFORE, ALONE, NOT_OVER, OVER, WENT_ON = "", ".reached", ".open", ".over", ".done"
CODES = tuple(f"{name}{how}" for name in NAMES for how in (ALL_BEFORE, ALONE, NOT_OVER, OVER, WENT_ON))


def reached(name: str) -> int:
    """The bits of a stage and of all before it."""
    order = list(STAGES)
    return sum(STAGES[one] for one in order[: order.index(name) + 1]) if name in STAGES else 0


def values_of(code: str) -> list[int]:
    """Every value of `stages` that one of CODES means: a stage with all before it (`activated`), the stage whatever
    was before it (`.reached`), all before it with the stage's window not over (`.open`) or over (`.over`), those of
    the last who went on (`.done`)."""
    name = code.partition(".")[0]
    bit, window, whole = STAGES.get(name, 0), OPEN.get(name, 0), reached(name)
    before = whole - bit
    means: dict[str, Callable[[int], bool]] = {
        ALL_BEFORE: lambda bits: bits & whole == whole,
        ALONE: lambda bits: bits & bit == bit,
        NOT_OVER: lambda bits: bits & before == before and bool(bits & window),
        OVER: lambda bits: bits & before == before and not bits & window,
        WENT_ON: lambda bits: bits & whole == whole and not bits & window,
    }
    is_meant = means[code.removeprefix(name)]
    return [bits for bits in range(sum(STAGES.values()) + sum(OPEN.values()) + 1) if is_meant(bits)]
