"""A template as people say it: spend ¥49 on meat, get ¥12 off."""

from django.utils.translation import gettext as _

from coupons.definitions.models import Coupon
from opsdesk.lib import days, figures
from opsdesk.lib.words import N_

_TERMS = {
    ("threshold", False): N_("spend %(threshold)s, get %(off)s off"),
    ("threshold", True): N_("spend %(threshold)s on %(goods)s, get %(off)s off"),
    ("amount", False): N_("%(off)s off"),
    ("amount", True): N_("%(off)s off %(goods)s"),
    ("percent", False): N_("%(percent)s%% off, at most %(cap)s"),
    ("percent", True): N_("%(percent)s%% off %(goods)s, at most %(cap)s"),
    ("new_price", False): N_("%(product)s for %(price)s instead of %(regular)s on a first purchase"),
    ("new_price", True): N_("%(product)s for %(price)s instead of %(regular)s on a first purchase"),
}
_MOST_GOODS = 3


def terms(coupon: Coupon) -> str:
    """In one line, in the reader's language. Wants the categories and the product fetched."""
    names = goods(coupon)
    values = {
        "threshold": yuan(coupon.threshold),
        "off": yuan(coupon.amount_off),
        "percent": coupon.percent_off,
        "cap": yuan(coupon.cap),
        "goods": names,
        "product": coupon.product.name if coupon.product else "",
        "price": yuan(coupon.price),
        "regular": yuan(coupon.regular_price),
    }
    said = _(_TERMS[coupon.kind, bool(names)]) % values
    if coupon.threshold and coupon.kind != "threshold":
        return _("%(terms)s, from an order of %(threshold)s") % {"terms": said, "threshold": values["threshold"]}
    return said


def goods(coupon: Coupon) -> str:
    """The categories it is for; empty: all goods."""
    names = sorted(category.name for category in coupon.categories.all())
    if len(names) > _MOST_GOODS:
        return _("%(names)s and %(n)s more") % {"names": _join(names[:_MOST_GOODS]), "n": len(names) - _MOST_GOODS}
    return _join(names)


def _join(names: list[str]) -> str:
    return _(", ").join(names)


def validity(coupon: Coupon) -> str:
    """When it can be used, in one line."""
    if coupon.valid_days:
        return _("%(days)s days after issue") % {"days": coupon.valid_days}
    begins, ends = days.day(coupon.valid_from), days.day(coupon.valid_to)
    if coupon.valid_from:
        return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends}
    return _("to %(ends)s") % {"ends": ends}


def yuan(fen: int | None) -> str:
    """As it stands on a coupon: ¥49, ¥4.90."""
    return figures.yuan(fen, places=2 if (fen or 0) % 100 else 0)
