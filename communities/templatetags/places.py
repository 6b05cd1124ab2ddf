"""House numbers as people say them."""

from collections.abc import Iterable

from django import template

from communities.places import rules

register = template.Library()


@register.filter
def spans(numbers: Iterable[str]) -> str:
    return " · ".join(rules.spans(numbers))
