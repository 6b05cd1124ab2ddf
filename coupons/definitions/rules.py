"""What a coupon is worth on an order, from when until when, and what makes no sense (domain.md, Coupons; pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsdesk.lib.reasons import Reason
from opsdesk.lib.words import N_

KINDS = {
    "threshold": N_("off from a sum"),
    "percent": N_("percent off"),
    "amount": N_("straight off"),
    "new_price": N_("new-customer price"),
}
SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_DAYS = 366
LARGEST = 1_000_000_00  # fen; more off one order is a slip of the keyboard


@dataclass(frozen=True)
class Terms:
    """What a template promises. Money in fen; no categories: all goods. `threshold` and every discount are counted on
    the goods that it is for, so a coupon for meat from 49 yuan wants 49 yuan of meat."""

    kind: str
    threshold: int = 0
    amount_off: int | None = None
    percent_off: int | None = None
    cap: int | None = None
    product: int | None = None
    price: int | None = None
    regular_price: int | None = None
    categories: frozenset[int] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    valid_days: int | None = None
    per_customer: int = 1
    code: str = ""
    combines_with: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """Some goods of an order: fen before any coupon."""

    amount: int
    category: int | None = None
    product: int | None = None


@dataclass(frozen=True)
class Basket:
    """An order as far as a coupon asks. Its sum is that of its lines: a shop that tells no goods gives one line of
    unknown goods, which no coupon for some goods takes."""

    lines: tuple[Line, ...]
    counted: bool = True
    is_first: bool = False

    @classmethod
    def of_sum(cls, amount: int, *, category: int | None = None, is_first: bool = False) -> "Basket":
        return cls((Line(amount, category),), is_first=is_first)


def worth(coupon: Terms, order: Basket) -> int:
    """Fen that it takes off this order, never more than the goods cost; 0 when it cannot be used on it."""
    if why_not(coupon, order):
        return 0
    goods = _share(coupon, order)
    if coupon.kind == "percent":
        return min(_half_up(goods * (coupon.percent_off or 0), 100), coupon.cap or 0, goods)
    if coupon.kind == "new_price":
        return min((coupon.regular_price or 0) - (coupon.price or 0), goods)
    return min(coupon.amount_off or 0, goods)


def why_not(coupon: Terms, order: Basket) -> str:
    """ "" when it can be used on this order, else a key of coupons.grants.rules.REFUSALS. Asks nothing about whose it
    is and when: the coupon in the customer's hand knows that."""
    if not order.counted:
        return "not_counted"
    if coupon.kind == "new_price" and not order.is_first:
        return "not_first"
    goods = _share(coupon, order)
    if goods <= 0 and (coupon.categories or coupon.kind == "new_price"):
        return "goods"
    return "threshold" if goods <= 0 or _asked(coupon, order) < coupon.threshold else ""


def _share(coupon: Terms, order: Basket) -> int:
    """Fen of the order's goods that the coupon is for."""
    if coupon.kind == "new_price":
        return sum(line.amount for line in order.lines if line.product == coupon.product)
    if not coupon.categories:
        return sum(line.amount for line in order.lines)
    return sum(line.amount for line in order.lines if line.category in coupon.categories)


def _asked(coupon: Terms, order: Basket) -> int:
    """The sum held against the threshold: a new-customer price asks for an order, whatever else is in it."""
    return sum(line.amount for line in order.lines) if coupon.kind == "new_price" else _share(coupon, order)


def _half_up(value: int, by: int) -> int:
    return (2 * value + by) // (2 * by)


def combines(one: Terms, other: Terms) -> bool:
    """Whether both may be used on one order: each must name the other, so what was promised alone stays alone."""
    return one.code in other.combines_with and other.code in one.combines_with


def discount_share(coupon: Terms, typical: int | None = None) -> float | None:
    """The deepest discount as a share of the goods: of the threshold, where there is one; of a typical basket (fen)
    for straight off; None where nothing can be told."""
    if coupon.kind == "percent":
        return (coupon.percent_off or 0) / 100
    if coupon.kind == "new_price":
        return 1 - (coupon.price or 0) / coupon.regular_price if coupon.regular_price else None
    base = coupon.threshold or typical
    return min(1.0, (coupon.amount_off or 0) / base) if base else None


# -- When ----------------------------------------------------------------------------------------------------------


def starts_at(coupon: Terms, issued_at: datetime) -> datetime:
    """First moment at which it can be used: its issue, or the beginning of its first day in Shanghai."""
    return max(issued_at, _midnight(coupon.valid_from)) if coupon.valid_from else issued_at


def ends_at(coupon: Terms, issued_at: datetime) -> datetime:
    """First moment at which it is worth nothing: the midnight that ends its last day in Shanghai, whole. The day of
    issue is not counted: two days after an issue on Monday is Wednesday, so it ends as Thursday begins."""
    if coupon.valid_to:
        return _midnight(coupon.valid_to + timedelta(days=1))
    first = starts_at(coupon, issued_at).astimezone(SHANGHAI).date()
    return _midnight(first + timedelta(days=(coupon.valid_days or 0) + 1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


# -- Sense ---------------------------------------------------------------------------------------------------------

Problem = tuple[str, Reason]


def sensible(coupon: Terms, today: date | None = None) -> list[Problem]:
    """What makes no sense, as (field, reason): everything the database refuses too, said beside its field, and with
    `today` what is over before it begins. None for a template that stands already."""
    return [*_money(coupon), *_time(coupon, today), *_limits(coupon)]


def _money(coupon: Terms) -> Iterator[Problem]:
    checks = {"threshold": _threshold, "percent": _percent, "amount": _amount, "new_price": _new_price}
    if coupon.kind not in checks:
        yield "kind", Reason(N_("There is no such kind of coupon."), {})
        return
    yield from checks[coupon.kind](coupon)
    for field in ("threshold", "amount_off", "cap", "regular_price"):
        if (getattr(coupon, field) or 0) > LARGEST:
            yield field, Reason(N_("That is too much for one order."), {})


def _threshold(coupon: Terms) -> Iterator[Problem]:
    if coupon.threshold <= 0:
        yield "threshold", Reason(N_("Say from which sum on; without one it is money straight off."), {})
    yield from _amount(coupon)
    if 0 < coupon.threshold <= (coupon.amount_off or 0):
        yield "amount_off", Reason(N_("It takes off as much as the order has to be: goods for nothing."), {})


def _amount(coupon: Terms) -> Iterator[Problem]:
    if (coupon.amount_off or 0) <= 0:
        yield "amount_off", Reason(N_("Say how much it takes off."), {})
    if coupon.kind == "amount" and coupon.threshold:
        yield "threshold", Reason(N_("Money straight off asks for no sum."), {})


def _percent(coupon: Terms) -> Iterator[Problem]:
    if not 1 <= (coupon.percent_off or 0) <= 99:
        yield "percent_off", Reason(N_("Between 1 and 99: with 15 goods of ¥100 cost ¥85."), {})
    if (coupon.cap or 0) <= 0:
        yield "cap", Reason(N_("Say what it takes off at most: without that nobody can reserve its budget."), {})


def _new_price(coupon: Terms) -> Iterator[Problem]:
    if coupon.product is None:
        yield "product", Reason(N_("Say which product."), {})
    if coupon.price is None or coupon.price < 0:
        yield "price", Reason(N_("Say what a new customer pays."), {})
    if coupon.regular_price is None or coupon.regular_price <= (coupon.price or 0):
        yield "regular_price", Reason(N_("The regular price must be higher than the new customer's."), {})


def _time(coupon: Terms, today: date | None) -> Iterator[Problem]:
    begins, ends, days = coupon.valid_from, coupon.valid_to, coupon.valid_days
    if (ends is None) == (days is None):
        yield "valid_to", Reason(N_("It ends on a day, or some days after its issue: give one of the two."), {})
    if days is not None and not 1 <= days <= MOST_DAYS:
        yield "valid_days", Reason(N_("Between 1 and %(most)s days."), {"most": MOST_DAYS})
    if begins and ends and begins > ends:
        yield "valid_to", Reason(N_("A coupon cannot end before it begins."), {})
    elif today and ends and ends < today:
        yield "valid_to", Reason(N_("This day is over: nobody could use it."), {})
    if today and begins and begins < today:
        yield "valid_from", Reason(N_("This day is over: a coupon begins today at the earliest."), {})


def _limits(coupon: Terms) -> Iterator[Problem]:
    if not 1 <= coupon.per_customer <= 99:
        yield "per_customer", Reason(N_("Each customer may have 1 to 99."), {})
    if coupon.code and coupon.code in coupon.combines_with:
        yield "combines_with", Reason(N_("A coupon cannot be combined with itself."), {})


def doubts(coupon: Terms, typical: int | None) -> list[Problem]:
    """What is allowed and yet worth a second look, against a typical basket in fen (None: not known)."""
    found: list[Problem] = []
    off = (coupon.regular_price or 0) - (coupon.price or 0) if coupon.kind == "new_price" else coupon.amount_off or 0
    if typical and off > typical:
        found.append(("amount_off", Reason(N_("It takes off more than a typical purchase costs."), {})))
    if typical and coupon.threshold > 3 * typical:
        found.append(
            ("threshold", Reason(N_("The sum is over three times a typical purchase: few will reach it."), {}))
        )
    share = discount_share(coupon, typical)
    if share is not None and share > 0.5 and coupon.kind != "new_price":
        found.append(("amount_off", Reason(N_("It takes off more than half."), {})))
    return found
