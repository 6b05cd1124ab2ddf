"""What the phone's templates ask of doors and cards."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext, ngettext

from campaigns.boards.phone import cards as phone_cards
from campaigns.boards.phone import day as phone_day
from campaigns.boards.phone import rules as phone_rules
from campaigns.boards.phone.cards import Card
from campaigns.boards.phone.day import Day, Door
from campaigns.boards.phone.grid import Building
from campaigns.chances.rules import Chance
from opsdesk.lib import figures

register = template.Library()


@register.filter
def told(doors: Sequence[Door]) -> int:
    """How many of the doors are done."""
    return phone_day.count_done(doors)


@register.filter
def door_state(door: Door) -> str:
    return phone_day.state_of(door)


@register.filter
def first_to_do(door: Door) -> Card:
    """Whom to begin with in a home of several."""
    return next((card for card in door.people if card.is_to_do), door.people[0])


@register.filter
def cell_icon(state: str) -> str:
    return phone_rules.CELLS[state][0]


@register.filter
def cell_word(state: str) -> str:
    return gettext(phone_rules.CELLS[state][1])


@register.filter
def channel_word(channel: str) -> str:
    return phone_cards.channel_word(channel)


@register.simple_tag
def next_door(day: Day, after: str, building: Building[Card] | None) -> Door | None:
    """Where to go from the door that an outcome was just told of, else within the building looked at."""
    return phone_day.next_to_do(day.doors, after, building)


@register.simple_tag
def chance_words(likely: dict[str, Chance] | None, number: str) -> str:
    """How likely somebody is at home in this building now; "" where nothing is told of it."""
    chance = (likely or {}).get(number)
    if chance is None:
        return ""
    seen = round(chance.n)
    words = gettext("Likely at home now: %(p)s")
    if seen:
        words = ngettext("Likely at home now: %(p)s (%(n)s visit)", "Likely at home now: %(p)s (%(n)s visits)", seen)
    return words % {"p": figures.percent(chance.p, 0), "n": figures.count(seen)}


@register.simple_tag
def later_choices() -> list[tuple[str, str]]:
    return [(code, gettext(word)) for code, word in phone_rules.LATER.items()]


@register.simple_tag
def outcome_buttons(card: Card | None) -> list[tuple[str, str, str]]:
    """(code, word, icon); of a page that scripts fill: those of a door."""
    return phone_cards.buttons(card.channel if card else "door")
