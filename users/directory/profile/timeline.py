"""The timeline of a profile: facts read, made into events, cut to the newest of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from communities.policies.rules import Policies
from users.contact import words as contact_words
from users.contact.queries import touches_of as touches
from users.directory.profile import events, queries, words
from users.directory.profile.events import Event, Scored
from users.purchases.rules import business_day
from users.rfm import queries as rfm_queries
from users.rfm import rules as rfm

KINDS = ("all", events.ORDER, events.CLASS, events.TOUCH, events.TAG)
SHOWN = 40
MOST = 2000


@dataclass(frozen=True)
class Timeline:
    """The newest `shown` events of a kind by month, and how many earlier ones there are."""

    months: list[tuple[date, list[Event]]]
    shown: int
    earlier: int
    purchases: int
    orders: int


def of(person: Any, rules: Policies, kind: str, shown: int) -> Timeline:
    orders, days = queries.orders(person.pk), queries.days(person.pk)
    starts = {day.day for day in days if day.starts_purchase}
    found = _of_kind(person, rules, kind, orders, [day.day for day in days], starts)
    ordered = events.newest_first(found)
    page = ordered[:shown]
    _put_lines(page)
    _put_words(page)
    return Timeline(events.by_month(page), shown, len(ordered) - len(page), len(starts), len(orders))


def _of_kind(
    person: Any, rules: Policies, kind: str, orders: list[Any], days: list[date], starts: set[date]
) -> list[Event]:
    found: list[Event] = []
    if kind in ("all", events.ORDER):
        found += events.from_orders(orders, starts)
    if kind in ("all", events.CLASS):
        found += _classes(person, rules, orders, days)
    if kind in ("all", events.TOUCH):
        found += [Event(business_day(one.at), events.TOUCH, "touch", {"touch": one}) for one in touches(person.pk)]
    if kind in ("all", events.TAG):
        found += [
            Event(business_day(one.at), events.TAG, "tag", {"tagging": one}) for one in queries.hand_tags(person.pk)
        ]
    if kind == "all":
        found += [Event(business_day(one.at), events.NOTE, "note", {"note": one}) for one in queries.notes(person.pk)]
        if person.registered_at:
            found.append(Event(business_day(person.registered_at), events.START, "start", {"channel": person.channel}))
    return found


def _classes(person: Any, rules: Policies, orders: list[Any], days: list[date]) -> list[Event]:
    if person.counted_as_of is None:
        return []
    known = [order.day for order in orders] + ([business_day(person.registered_at)] if person.registered_at else [])
    moves = events.from_moves(days, min(known, default=None), person.counted_as_of, rules)
    return moves + events.from_scores(_mondays(person, rules))


def _mondays(person: Any, rules: Policies) -> list[Scored]:
    scores = queries.weekly_scores(person.pk)
    cuts = queries.cuts([(score.as_of, score.community_id) for score in scores])
    found = []
    for one in scores:
        values = rfm.Values((one.as_of - one.last_day).days, one.frequency, one.monetary)
        cut = cuts.get((one.as_of, one.community_id))
        reasons = rfm.why(values, rfm_queries.as_cuts(cut), rules) if cut else ()
        given = rfm.Scores(one.r_score, one.f_score, one.m_score)
        found.append(Scored(one.as_of, one.rfm_class, values, given, reasons))
    return found


def _put_lines(page: list[Event]) -> None:
    """What was bought, for the orders on this page only."""
    shown = [event for event in page if event.template == "order"]
    by_order: dict[int, list[queries.Bought]] = {}
    for line in queries.lines([order.pk for event in shown for order in event.facts["orders"]]):
        by_order.setdefault(line.order_id, []).append(line)
    for event in shown:
        event.facts["products"] = _summed(
            [line for order in event.facts["orders"] for line in by_order.get(order.pk, [])]
        )


def _put_words(page: list[Event]) -> None:
    for event in page:
        if event.template == "move":
            event.facts["text"] = words.joined(event.facts["reasons"])
        elif event.template == "rfm_move":
            event.facts["text"] = words.turned(event.facts["turns"])
        elif event.template == "touch":
            touch = event.facts["touch"]
            event.facts["thing"] = contact_words.thing(touch.thing)
            event.facts["number"] = contact_words.number(touch.thing, touch.thing_id) or f"{touch.thing_id}"


def _summed(lines: list[queries.Bought]) -> list[tuple[str, float]]:
    """(product, how many), in the order they were bought in."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.product or ""] = sums.get(line.product or "", 0) + line.quantity
    return [(product, quantity / 1000) for product, quantity in sums.items()]
