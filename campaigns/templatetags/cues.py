"""What templates ask of cue cards."""

from collections.abc import Sequence

from django import template

from campaigns.boards.cues.cards import Card

register = template.Library()


@register.filter
def delivered(cards: Sequence[Card]) -> int:
    """How many of the doors are done."""
    return sum(card.delivered for card in cards)
