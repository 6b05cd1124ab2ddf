"""Words of the coupon pages: a coupon's terms, why somebody is held back, what an effect amounts to."""

from django import template
from django.utils.translation import gettext

from coupons.definitions import words
from coupons.definitions.models import Coupon
from coupons.effects.rules import VERDICTS, Effect
from opsdesk.lib import figures
from users.contact.rules import REASONS

register = template.Library()


@register.filter
def coupon_terms(coupon: Coupon) -> str:
    return words.terms(coupon)


@register.filter
def reason_word(code: str) -> str:
    return gettext(REASONS[code]) if code in REASONS else code


@register.filter
def verdict_word(effect: Effect) -> str:
    return gettext(VERDICTS[effect.verdict])


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points with its sign."""
    return gettext("%(n)s points") % {"n": figures.signed(share * 100, 1)}
