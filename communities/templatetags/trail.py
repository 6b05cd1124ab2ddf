"""The log in the reader's language."""

from django import template
from django.utils.translation import gettext

from communities.trail import words

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
