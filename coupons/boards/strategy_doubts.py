"""What speaks against a strategy while it is being written: the same people elsewhere, a worse price for the loyal."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communities.policies import queries as policies
from communities.scoping import Scope
from coupons.definitions import queries as definitions
from coupons.definitions import rules as coupons
from coupons.definitions.models import Coupon
from coupons.definitions.words import terms, yuan
from coupons.strategies import audience, queries, rules
from coupons.strategies.models import StrategyVersion
from opsdesk.lib import figures
from users.directory import filters

LOYAL = frozenset({"champion", "regular"})  # they buy often and lately
FIXED_DAYS = {"first_from", "first_to", "paid_from", "paid_to", "bought_from", "bought_to", "from", "to", "week", "ids"}


class Doubt(NamedTuple):
    text: str
    strategy_id: int | None = None


def doubts(
    scope: Scope, said: str, coupon: Coupon | None, message: str, channel: str, strategy_id: int | None
) -> list[Doubt]:
    """In the reader's language, the gravest first."""
    return [*_price(said, coupon), *_overlap(scope, said, strategy_id), *_days(said), *_length(message, channel)]


def _overlap(scope: Scope, said: str, strategy_id: int | None) -> Iterator[Doubt]:
    others = list(queries.running().exclude(strategy=strategy_id or 0))
    for other, n in audience.overlaps(scope, said, others):
        text = ngettext(
            "%(n)s of them is meant by “%(name)s” too, which runs.",
            "%(n)s of them are meant by “%(name)s” too, which runs.",
            n,
        )
        yield Doubt(text % {"n": figures.count(n), "name": other.strategy.name}, other.strategy_id)


def _price(said: str, coupon: Coupon | None) -> Iterator[Doubt]:
    """A class-based offer that the loyal do not get, against the best that they or anybody can have, on a basket that
    reaches the coupon (PIPL art. 24)."""
    meant = filters.from_text(said)
    if coupon is None or coupon.is_public or not (meant.lifecycle or meant.rfm) or LOYAL & set(meant.rfm):
        return
    basket = _basket(coupon)
    ours = coupons.worth(definitions.terms_of(coupon), basket)
    theirs = max((coupons.worth(definitions.terms_of(other), basket) for other in _open_to_the_loyal()), default=0)
    if coupon.kind != "new_price" and ours - theirs > policies.for_company().fairness_gap:
        text = _("On the same basket a loyal customer pays %(gap)s more: “%(terms)s” has no public alternative.")
        yield Doubt(text % {"gap": yuan(ours - theirs), "terms": terms(coupon)})


def _basket(coupon: Coupon) -> coupons.Basket:
    """The smallest order on which the coupon takes off all that it can."""
    full = coupon.cap * 100 // coupon.percent_off if coupon.cap and coupon.percent_off else coupon.amount_off
    category = next((one.pk for one in coupon.categories.all()), None)
    return coupons.Basket.of_sum(max(coupon.threshold, full or 0, 1), category=category)


def _open_to_the_loyal() -> list[Coupon]:
    """Coupons that anybody can have, and those of running strategies that mean loyal customers."""
    public = list(definitions.in_use().filter(is_public=True))
    return public + [one.coupon for one in queries.running() if one.coupon and _means_loyal(one)]


def _means_loyal(version: StrategyVersion) -> bool:
    return bool(LOYAL & set(filters.from_text(version.audience).rfm))


def _days(said: str) -> Iterator[Doubt]:
    if FIXED_DAYS & filters.from_text(said).chosen:
        yield Doubt(_("The audience names fixed days or people: it means the same ones each time."))


def _length(message: str, channel: str) -> Iterator[Doubt]:
    if channel == "sms" and (n := rules.texts(message)) > 1:
        cost = yuan(n * policies.for_company().sms_cost)
        yield Doubt(_("The message is billed as %(n)s texts, %(cost)s each customer.") % {"n": n, "cost": cost})


def preview(message: str, coupon: Coupon | None, ends: str, name: str) -> dict[str, Any]:
    """The message as one customer would read it, with its length."""
    text = rules.filled(message, name=name, coupon=coupon.name if coupon else "", ends=ends)
    return {"text": text, "length": len(text), "texts": rules.texts(text)}
