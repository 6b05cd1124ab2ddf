"""New, active, silent: the class of a customer as of a date, why, and the moves between classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from communities.policies.rules import Policies
from opsdesk.lib.reasons import Reason
from opsdesk.lib.words import N_
from users.purchases import rules as purchases

Lifecycle = Literal["prospect", "new_paying", "active", "silent"]

PROSPECT: Lifecycle = "prospect"
NEW_PAYING: Lifecycle = "new_paying"
ACTIVE: Lifecycle = "active"
SILENT: Lifecycle = "silent"
CLASSES: tuple[Lifecycle, ...] = (PROSPECT, NEW_PAYING, ACTIVE, SILENT)
NEWLY_KNOWN = ""  # where somebody comes from who was not known at the Monday before

LABELS: dict[str, str] = {
    PROSPECT: N_("Prospect"),
    NEW_PAYING: N_("New payer"),
    ACTIVE: N_("Active"),
    SILENT: N_("Silent"),
    NEWLY_KNOWN: N_("Newly known"),
}

# What tells each class from the others, with the numbers in force: fill with `limits(policies)`.
DEFINITIONS: dict[str, str] = {
    PROSPECT: N_("Registered, no purchase before the date."),
    NEW_PAYING: N_("First purchase in the %(new_window)s days before the date."),
    ACTIVE: N_(
        "First purchase more than %(new_window)s days before the date, at least two purchases, "
        "last order in the %(silent_after)s days before it."
    ),
    SILENT: N_("Everyone else who has a purchase."),
}


class Facts(NamedTuple):
    """What decides a class as of a date: orders before it only. `purchases` are merged orders; net in fen."""

    registered_on: date | None = None
    first_purchase: date | None = None
    last_order: date | None = None
    purchases: int = 0
    net: int = 0


@dataclass(frozen=True)
class Move:
    """From one class to another as of a date (the first on which it holds), and why."""

    as_of: date
    before: str
    after: Lifecycle
    reason: Reason = field(compare=False)


def limits(policies: Policies) -> dict[str, int]:
    return {"new_window": policies.new_window_days, "silent_after": policies.silent_after_days}


def class_of(facts: Facts, as_of: date, policies: Policies) -> Lifecycle:
    """Exactly one class for everybody who is known before `as_of`."""
    if facts.first_purchase is None or facts.last_order is None:
        return PROSPECT
    if (as_of - facts.first_purchase).days <= policies.new_window_days:
        return NEW_PAYING
    if facts.purchases >= 2 and (as_of - facts.last_order).days <= policies.silent_after_days:
        return ACTIVE
    return SILENT


def has_repurchased(first_purchase: date, last_order: date, merge_days: int) -> bool:
    """At least two purchases, told from the first and the last day alone: the greedy merge starts a second purchase
    exactly when some order lies `merge_days` or more after the first."""
    return (last_order - first_purchase).days >= merge_days


def class_from_days(first: date | None, last: date | None, as_of: date, policies: Policies) -> Lifecycle:
    """The class of somebody whose first and last counted orders before `as_of` were on these days."""
    if first is None or last is None:
        return PROSPECT
    purchases_at_least = 1 + has_repurchased(first, last, policies.merge_days)
    return class_of(Facts(None, first, last, purchases_at_least), as_of, policies)


def is_recalled(now: str, before: str) -> bool:
    """A mark on an active customer who was silent in the Monday snapshot before."""
    return now == ACTIVE and before == SILENT


def is_by_policy(now: str, before: str, under_old_rules: str) -> bool:
    """Moved by a changed setting: under the rules of the snapshot before, the class would not have changed."""
    return before != NEWLY_KNOWN and now != before and under_old_rules == before


def why(facts: Facts, as_of: date, policies: Policies) -> Reason:
    """The class in words: last order 2018-05-02, 15 days > 14."""
    if facts.first_purchase is None or facts.last_order is None:
        message = N_("registered %(registered)s, no purchase yet") if facts.registered_on else N_("no purchase yet")
        return Reason(message, {"registered": facts.registered_on})
    since_first, since_last = (as_of - facts.first_purchase).days, (as_of - facts.last_order).days
    known = {"first": facts.first_purchase, "last": facts.last_order, "purchases": facts.purchases}
    limit = limits(policies)
    match class_of(facts, as_of, policies):
        case "new_paying":
            return Reason(
                N_("first purchase %(first)s, days since then %(days)s ≤ %(new_window)s"),
                known | limit | {"days": since_first},
            )
        case "active":
            return Reason(
                N_("%(purchases)s purchases, last order %(last)s, days since then %(days)s ≤ %(silent_after)s"),
                known | limit | {"days": since_last},
            )
    if facts.purchases < 2:
        return Reason(
            N_("one purchase, %(first)s, %(days)s days > %(new_window)s and none since"),
            known | limit | {"days": since_first},
        )
    return Reason(N_("last order %(last)s, %(days)s days > %(silent_after)s"), known | limit | {"days": since_last})


def facts_as_of(days: Sequence[date], as_of: date, policies: Policies, registered_on: date | None = None) -> Facts:
    """The facts before `as_of` of somebody with counted orders on these rising days (money left out)."""
    past = [day for day in days if day < as_of]
    if not past:
        return Facts(registered_on)
    return Facts(registered_on, past[0], past[-1], sum(purchases.starts(past, policies.merge_days)))


def moves(days: Sequence[date], known_on: date | None, as_of: date, policies: Policies) -> list[Move]:
    """Every change of class of one customer up to `as_of`, oldest first, by the rules in force now.

    days: rising days with a counted order; known_on: the first day we knew of them (registered, or an order).
    """
    found: list[Move] = []
    before: str = NEWLY_KNOWN
    for day in _turning_points(days, known_on, as_of, policies):
        facts = facts_as_of(days, day, policies, known_on)
        now = class_of(facts, day, policies)
        if now != before:
            found.append(Move(day, before, now, why(facts, day, policies)))
        before = now
    return found


def _turning_points(days: Sequence[date], known_on: date | None, as_of: date, policies: Policies) -> list[date]:
    """The only dates on which a class can change: a day after an order, and where a window runs out."""
    start = [known_on] if known_on else []
    points = {day + timedelta(days=1) for day in (*start, *days)}
    points |= {day + timedelta(days=policies.silent_after_days + 1) for day in days}
    points |= {day + timedelta(days=policies.new_window_days + 1) for day in days[:1]}
    return sorted(day for day in points if day <= as_of)
