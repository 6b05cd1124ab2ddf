"""What happened to one customer, as lines of a timeline. Pure: facts in, events out; words are put on when shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from communities.policies.rules import Policies
from opsdesk.lib.reasons import Reason
from users.lifecycle import rules as lifecycle
from users.rfm import rules as rfm

ORDER, CLASS, TOUCH, TAG, NOTE, START = "order", "class", "touch", "tag", "note", "start"


@dataclass(frozen=True)
class Event:
    """One line: what kind, on which day, and what its template needs."""

    day: date
    kind: str
    template: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def month(self) -> date:
        """Its first day."""
        return self.day.replace(day=1)


@dataclass(frozen=True)
class Scored:
    """One Monday's RFM class with what decided it; `reasons` in the order R, F, M."""

    as_of: date
    rfm_class: str
    values: rfm.Values
    scores: rfm.Scores
    reasons: Sequence[Reason] = ()


def from_orders(orders: Iterable[Any], starts: set[date]) -> list[Event]:
    """A line for each day with counted orders (they are one purchase, or join an earlier one), and a line for each
    order that does not count. `starts`: the days that start a purchase. Orders newest first."""
    found = []
    for day, group in groupby(orders, key=lambda order: order.day):
        of_day = list(group)
        counted = [order for order in of_day if order.counted]
        if counted:
            found.append(_purchase(day, counted, starts))
        found += [Event(day, ORDER, "order_void", {"order": order}) for order in of_day if not order.counted]
    return found


def _purchase(day: date, counted: list[Any], starts: set[date]) -> Event:
    joins = max((start for start in starts if start < day), default=None) if day not in starts else None
    facts = {
        "orders": counted,
        "net": sum(order.net for order in counted),
        "discount": sum(order.discount for order in counted),
        "refunded": sum(order.refunded for order in counted),
        "coupons": sorted({order.coupon_code for order in counted} - {""}),
        "joins": joins,
    }
    return Event(day, ORDER, "order", facts)


def from_moves(days: Sequence[date], known_on: date | None, as_of: date, policies: Policies) -> list[Event]:
    """Every change of the lifecycle class by the rules in force, with its reason."""
    return [
        Event(move.as_of, CLASS, "move", {"before": move.before, "after": move.after, "reasons": [move.reason]})
        for move in lifecycle.moves(days, known_on, as_of, policies)
        if move.before != lifecycle.NEWLY_KNOWN or move.after != lifecycle.PROSPECT
    ]


def from_scores(mondays: Sequence[Scored]) -> list[Event]:
    """Every change of the RFM class from one Monday to the next: the dimensions that turned, and why."""
    return [
        Event(
            after.as_of,
            CLASS,
            "rfm_move",
            {"before": before.rfm_class, "after": after.rfm_class, "turns": _turns(before, after)},
        )
        for before, after in pairwise(mondays)
        if before.rfm_class != after.rfm_class
    ]


def _turns(before: Scored, after: Scored) -> list[dict[str, Any]]:
    """Dimensions that are high in one class and not in the other, with both values and the reason that holds now."""
    height = {name: highs for highs, name in rfm.CLASS_OF.items()}
    return [
        {"name": name, "from": before.values[place], "to": after.values[place],
         "score_from": before.scores[place], "score_to": after.scores[place], "up": height[after.rfm_class][place],
         "reason": after.reasons[place] if after.reasons else None}
        for place, name in enumerate(rfm.DIMENSIONS)
        if height[before.rfm_class][place] != height[after.rfm_class][place]
    ]  # fmt: skip


def newest_first(events: Iterable[Event]) -> list[Event]:
    """By day; within a day the class a day begins with stands below what happened on it."""
    return sorted(events, key=lambda event: (event.day, event.kind != CLASS), reverse=True)


def by_month(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    return [(month, list(group)) for month, group in groupby(events, key=lambda event: event.month)]
