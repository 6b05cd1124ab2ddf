"""Templates as rules and pages need them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import QuerySet

from coupons.definitions.models import Coupon
from coupons.definitions.rules import Terms
from opsdesk.lib import sql

TYPICAL_DAYS = 28

# One value: fen a purchase of the last days. A few dozen rows a community, by their key.
TYPICAL = """
SELECT (sum(net) / NULLIF(sum(purchases), 0))::bigint
  FROM users_communityday
 WHERE day >= %(begin)s AND day < %(end)s
   AND (%(places)s::int[] IS NULL OR community_id = ANY(%(places)s::int[]))
"""


def templates() -> QuerySet[Coupon]:
    """Every template by its code, its categories with it; a few hundred at most, kept by hand."""
    return Coupon.objects.select_related("product").prefetch_related("categories").order_by("code")


def in_use() -> QuerySet[Coupon]:
    """Those that a batch may still name."""
    return templates().filter(retired_at=None)


def terms_of(coupon: Coupon) -> Terms:
    """The template as plain values. Asks for its categories unless they were fetched with it."""
    return terms(coupon, (category.pk for category in coupon.categories.all()))


def terms(coupon: Coupon, category_ids: Iterable[int]) -> Terms:
    """The same of a template that is not saved yet, whose categories stand elsewhere."""
    return Terms(
        kind=coupon.kind,
        threshold=coupon.threshold,
        amount_off=coupon.amount_off,
        percent_off=coupon.percent_off,
        cap=coupon.cap,
        product=coupon.product_id,
        price=coupon.price,
        regular_price=coupon.regular_price,
        categories=frozenset(category_ids),
        valid_from=coupon.valid_from,
        valid_to=coupon.valid_to,
        valid_days=coupon.valid_days,
        per_customer=coupon.per_customer,
        code=coupon.code,
        combines_with=frozenset(coupon.combines_with),
    )


def is_promised(coupon: Coupon) -> bool:
    """Whether a batch names it, be it a draft: from then on it is never changed."""
    return coupon.batches.exists()


def typical_basket(as_of: date, places: Sequence[int] | None = None) -> int | None:
    """Net a purchase over the four weeks before `as_of` in fen, None while nobody bought. `places`: community ids,
    None everywhere."""
    begin = as_of - timedelta(days=TYPICAL_DAYS)
    found: int | None = sql.value(TYPICAL, begin=begin, end=as_of, places=None if places is None else list(places))
    return found


def free_code(code: str) -> str:
    """A code beside this one that no template has: P-07 gives P-07-2."""
    taken = set(Coupon.objects.filter(code__startswith=code[:20]).values_list("code", flat=True))
    numbered = (f"{code[:20]}-{number}" for number in range(2, len(taken) + 3))
    return next(free for free in numbered if free not in taken)
