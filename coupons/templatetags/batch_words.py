"""Words of the batch pages: when a coupon can be used, what was done to a batch."""

from django import template
from django.utils.translation import gettext

from coupons.batches.rules import WORDS
from coupons.definitions import words
from coupons.definitions.models import Coupon

register = template.Library()


@register.filter
def coupon_validity(coupon: Coupon) -> str:
    return words.validity(coupon)


@register.filter
def step_word(verb: str) -> str:
    return gettext(WORDS.get(verb, verb))
