"""One person's day: the tasks of their walk as doors and lists, and as the data that goes with the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.boards.phone import cards as phone_cards
from campaigns.boards.phone import grid as phone_grid
from campaigns.boards.phone import reading as phone_reading
from campaigns.boards.phone import rules as phone_rules
from campaigns.boards.phone.cards import Card
from campaigns.chances.rules import Chance
from campaigns.drives import queries as drives
from campaigns.drives.models import Task
from communities.access import Desk
from communities.models import ServiceStation

Door = phone_grid.Door[Card]
SHOWN_FOR_HOURS = 12  # then a page that stands open shows nobody any more


@dataclass(frozen=True)
class Day:
    at: datetime
    tasks: list[Task]
    cards: list[Card]
    blocks: dict[tuple[int, str], phone_grid.Block]

    @cached_property
    def doors(self) -> list[Door]:
        places = {card.id: phone_cards.place_of(task) for card, task in zip(self.cards, self.tasks, strict=True)}
        return phone_grid.doors_of(self.cards, lambda card: places[card.id])

    @cached_property
    def buildings(self) -> list[phone_grid.Building[Card]]:
        return phone_grid.draw(self.doors, self.blocks)

    @cached_property
    def elsewhere(self) -> list[Card]:
        """Tasks by other channels, and of doors that are not known."""
        behind = {card.id for door in self.doors for card in door.people}
        return [card for card in self.cards if card.id not in behind]

    @property
    def done(self) -> int:
        return count_done(self.doors)

    @property
    def numbers(self) -> str:
        """The drives this day is of."""
        return ", ".join(dict.fromkeys(task.drive.number for task in self.tasks))

    @property
    def due(self) -> list[Card]:
        return [card for card in self.cards if card.state == "due"]


def of(desk: Desk, at: datetime) -> Day:
    return of_tasks(drives.walk(desk.scope, desk.staff, at), at)


def of_tasks(tasks: list[Task], at: datetime) -> Day:
    cards = phone_cards.cards(tasks, phone_reading.facts(tasks, at), at)
    return Day(at, tasks, cards, phone_reading.blocks(map(phone_cards.place_of, tasks)))


def state_of(door: Door) -> str:
    return phone_rules.home_state(card.state for card in door.people)


def count_done(doors: Iterable[Door]) -> int:
    return sum(state_of(door) not in phone_rules.TO_DO for door in doors)


def left_in(doors: Sequence[Door]) -> int:
    return len(doors) - count_done(doors)


def opens_with(day: Day, likely: Mapping[str, Chance]) -> phone_grid.Building[Card] | None:
    """Where the walk begins: of the buildings with something to do the one where somebody is most likely at home now,
    to five points; else the first."""
    left = [one for one in day.buildings if left_in(one.doors)]
    chances = {one.key: round(likely[one.number].p * 20) if one.number in likely else 0 for one in left}
    best = max(left, key=lambda one: chances[one.key], default=None)
    return best or next(iter(day.buildings), None)


def stations(desk: Desk) -> str:
    """Where this person works, as the bar says it."""
    found = ServiceStation.objects.filter(pk__in=desk.scope.stations).order_by("name")
    return ", ".join(found.values_list("name", flat=True))


def beside(doors: list[Door], key: str) -> tuple[int, Door | None, Door | None]:
    """The turn of a door in the walk (0: not in it), the door before it and the one after it."""
    at = next((n for n, door in enumerate(doors) if door.key == key), None)
    if at is None:
        return 0, None, None
    return at + 1, doors[at - 1] if at else None, doors[at + 1] if at + 1 < len(doors) else None


def next_to_do(doors: list[Door], after: str = "", building: phone_grid.Building[Card] | None = None) -> Door | None:
    """The next door to visit, from one on and then from the start; after none, from the building looked at on."""
    turn, _before, _after = beside(doors, after)
    if not turn and building:
        turn = next((n for n, door in enumerate(doors) if door in building.doors), 0)
    return next((door for door in [*doors[turn:], *doors[:turn]] if state_of(door) in phone_rules.TO_DO), None)


def data(day: Day, desk: Desk, left: int) -> dict[str, Any]:
    """What goes with the page: people masked, nothing that is not on it."""
    return {
        "me": desk.staff.pk,
        "drawn": timezone.localtime(day.at).isoformat(),
        "hours": SHOWN_FOR_HOURS,
        "left": left,
        "doors": [[door.key, door.place.room, [card.id for card in door.people]] for door in day.doors],
        "cards": [card.as_data() for card in day.cards],
        "classes": phone_cards.class_words(day.cards),
    }


def words() -> dict[str, Any]:
    """What scripts say, in the reader's language. {n} and the like are filled in the page."""
    return {
        "unsent": _("{n} not sent"),
        "kept": _(", kept on this phone"),
        "memory": _(", only in this page: do not close it"),
        "sent": _("All sent"),
        "others": _("{n} of a colleague wait on this phone until they sign in"),
        "look": _("{n} need a look"),
        "saved": _("{place}: {word}"),
        "undone": _("{place}: taken back"),
        "undo": _("Undo"),
        "next": _("Next: {place}"),
        "left": _("{n} left this hour"),
        "many": _("Nobody home: {n} doors"),
        "expired": _("This list is older than 12 hours. Load it again when there is network."),
        "no_call": _("The number needs the network."),
        "wrong": _("User name and password do not match."),
        "cells": {code: [icon, _(word)] for code, (icon, word) in phone_rules.CELLS.items()},
        "rank": phone_rules.RANK,
        "door": {code: _(word) for code, word in phone_rules.BUTTONS.items()},
        "talk": {code: _(word) for code, word in phone_rules.TALKS.items()},
    }
