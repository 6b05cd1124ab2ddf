"""The log in the reader's language."""

from django import template
from django.utils.translation import gettext

from communities.trail import words
from opsdesk.lib import figures

register = template.Library()


@register.filter
def act_word(verb: str) -> str:
    return gettext(words.VERBS[verb]) if verb in words.VERBS else verb


@register.filter
def thing_word(thing: str) -> str:
    return gettext(words.THINGS[thing]) if thing in words.THINGS else thing


@register.filter
def label_word(label: str) -> str:
    return gettext(words.LABELS[label]) if label in words.LABELS else label.replace("_", " ")


@register.filter
def told_word(value: str, label: str) -> str:
    """What a line tells, as people read it: fen as yuan, yes and no, names of fields in words."""
    if label in words.MONEY and value.lstrip("-").isdigit():
        return figures.yuan(int(value))
    if label == "fields":
        return ", ".join(label_word(name) for name in value.split(", "))
    return gettext(words.ANSWERS[value]) if value in words.ANSWERS else value
