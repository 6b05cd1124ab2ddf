"""The life of a batch: which step may follow which, who is held out, how many approve (domain.md, Coupons; pure)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from opsdesk.lib.words import N_

STATES = {
    "draft": N_("draft"),
    "submitted": N_("waiting for approval"),
    "changes": N_("changes requested"),
    "approved": N_("approved"),
    "issuing": N_("being issued"),
    "issued": N_("issued"),
    "paused": N_("paused"),
    "rejected": N_("rejected"),
    "revoked": N_("revoked"),
}
LIVE = ("approved", "issuing", "issued", "paused")  # somebody said yes, and nobody took it back


@dataclass(frozen=True)
class Step:
    """A verb: the states it may be taken in, the state it leads to ("": as it was), and its words on a page."""

    before: frozenset[str]
    after: str
    done: str


def _step(before: str, after: str, done: str) -> Step:
    return Step(frozenset(before.split()), after, done)


# Every change of a batch's state, whoever makes it; `issue` and `finish` are the issuing job's.
STEPS: dict[str, Step] = {
    "edit": _step("draft changes submitted", "draft", N_("edited")),
    "freeze": _step("draft changes submitted", "", N_("froze the audience")),
    "submit": _step("draft changes", "submitted", N_("submitted")),
    "approve": _step("submitted", "approved", N_("approved")),
    "request_changes": _step("submitted", "changes", N_("requested changes")),
    "reject": _step("submitted", "rejected", N_("rejected")),
    "issue": _step("approved", "issuing", N_("began to issue")),
    "finish": _step("issuing", "issued", N_("issued the last coupon")),
    "pause": _step("approved issuing", "paused", N_("paused")),
    "resume": _step("paused", "approved", N_("resumed")),
    "revoke": _step("approved issuing issued paused", "revoked", N_("revoked")),
}
WORDS = {"draft": N_("drafted")} | {verb: step.done for verb, step in STEPS.items()}
NEEDS_COMMENT = frozenset({"request_changes", "reject", "revoke"})


def may_step(verb: str, state: str) -> bool:
    return verb in STEPS and state in STEPS[verb].before


def leads_to(verb: str, state: str) -> str:
    """The state after a step that may be taken."""
    return STEPS[verb].after or state


# -- Who is held out -----------------------------------------------------------------------------------------------

# The twin of `draw`: an expression over a customer's id, with the batch's key as a parameter.
DRAW_SQL = "('x' || substr(md5(%(draw_key)s || ':' || {customer}), 1, 7))::bit(28)::int"
_HEX_DIGITS = 7  # 28 bits: fits an integer column, and two customers of a million share a number once in a while

Stratum = tuple[str, str, int]  # lifecycle class, RFM class, community


def draw(key: str, customer_id: int) -> int:
    """A number that this customer always has under this key, 0 to 2**28 - 1, spread evenly."""
    digest = hashlib.md5(f"{key}:{customer_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_HEX_DIGITS], 16)


def control_size(eligible: int, share: float) -> int:
    """How many of so many are held out: rounded half up."""
    return int((Decimal(str(share)) * eligible).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def quotas(sizes: Mapping[Stratum, int], share: float, key: str) -> dict[Stratum, int]:
    """How many of each stratum are held out: its share by largest remainder, so that they add up to `control_size`.
    Equal remainders are told apart by the draw, so that no community is always the one rounded up."""
    exact = {stratum: Decimal(str(share)) * size for stratum, size in sizes.items()}
    whole = {stratum: int(value) for stratum, value in exact.items()}
    left = control_size(sum(sizes.values()), share) - sum(whole.values())
    order = sorted(sizes, key=lambda one: (whole[one] - exact[one], _tie(key, one), one))
    return {stratum: count + (stratum in order[:left]) for stratum, count in whole.items()}


def _tie(key: str, stratum: Stratum) -> str:
    return hashlib.md5(f"{key}:{stratum}".encode(), usedforsecurity=False).hexdigest()


def held_out(members: Iterable[tuple[int, Stratum]], share: float, key: str) -> set[int]:
    """Of (customer, stratum), the customers held out: the lowest draws of each stratum. What the SQL is held to."""
    strata: dict[Stratum, list[int]] = {}
    for customer, stratum in members:
        strata.setdefault(stratum, []).append(customer)
    chosen = quotas({stratum: len(ids) for stratum, ids in strata.items()}, share, key)
    return {
        customer
        for stratum, ids in strata.items()
        for customer in sorted(ids, key=lambda one: (draw(key, one), one))[: chosen[stratum]]
    }


def adds_up(candidates: int, held_back: Mapping[str, int], control: int, recipients: int) -> bool:
    return candidates == sum(held_back.values()) + control + recipients


# -- Approval ------------------------------------------------------------------------------------------------------


def approvals_needed(most_cost: int, others: Iterable[int], limit: int) -> int:
    """Two when what its makers handed in on one day comes to `limit` fen or more, this batch counted: so cutting a
    batch into small ones does not help. `others`: the most that each of their other batches of that day can cost."""
    return 2 if most_cost + sum(others) >= limit else 1


def stale_share(gone: int, new: int, frozen: int) -> float:
    """How much of a frozen audience has changed: who left it and who came, as a share of those it had."""
    return (gone + new) / max(frozen, 1)


def awake(moment: datetime, quiet_from: time, quiet_to: time) -> datetime:
    """The first moment from this one (local) on at which messages go out: a text of the evening waits for the morning,
    so nobody is left out of a batch because it was drafted at night."""
    clock = moment.time()
    wraps = quiet_from > quiet_to
    quiet = clock >= quiet_from or clock < quiet_to if wraps else quiet_from <= clock < quiet_to
    if not quiet:
        return moment
    day: date = moment.date() + timedelta(days=1) if wraps and clock >= quiet_from else moment.date()
    return datetime.combine(day, quiet_to, moment.tzinfo)


# Conditions that name a person or a place; any other reads what somebody bought or is, which is profiling.
_PLAIN = frozenset({"q", "ids", "community", "unassigned", "station", "building", "channel"})


def is_by_class(conditions: Iterable[str]) -> bool:
    """Whether an audience by these conditions rests on profiles, which a customer may refuse."""
    return not _PLAIN.issuperset(conditions)


def difference(before: Sequence[tuple[str, object]], after: Mapping[str, object]) -> dict[str, list[object]]:
    """What an edit changed: field -> [before, after]; fields that stay are left out."""
    return {name: [value, after[name]] for name, value in before if name in after and after[name] != value}
