"""Templates: made, changed while nobody was promised them, copied, taken out of use. Never deleted."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from communities.actions import write_log
from communities.models import StaffMember
from coupons.definitions import queries
from coupons.definitions.models import Coupon
from opsdesk.lib import sql
from users.orders.models import Category

THING = "coupon"
_HOLD_STILL = "SELECT FROM coupons_coupon WHERE id = %(id)s FOR SHARE"  # many may draft at once, nobody changes
_SHOWN = (
    "code", "name", "kind", "threshold", "amount_off", "percent_off", "cap", "product_id", "price", "regular_price",
    "valid_from", "valid_to", "valid_days", "per_customer", "is_public", "combines_with", "note",
)  # fmt: skip


class Promised(Exception):
    """A batch names the template: it is copied, not changed."""


@transaction.atomic
def create(coupon: Coupon, *, categories: Collection[Category] = (), by: StaffMember | None) -> Coupon:
    """Save a template that rules.sensible has nothing against. The database refuses what makes no sense."""
    coupon.made_by = by
    coupon.save(force_insert=True)
    coupon.categories.set(categories)
    _log(by, "create", coupon)
    return coupon


@transaction.atomic
def change(coupon: Coupon, *, categories: Collection[Category] = (), by: StaffMember | None) -> bool:
    """Save it as its form left it; False when nothing had changed. Raises Promised once a batch names it: with
    `promise` whoever drafts the first batch waits for the change, or the change for the batch."""
    before = Coupon.objects.select_for_update().get(pk=coupon.pk)
    if queries.is_promised(before):
        raise Promised(coupon.code)
    changes = _changes(before, coupon, categories)
    if not changes:
        return False
    coupon.save()
    coupon.categories.set(categories)
    _log(by, "change", coupon, changes=changes)
    return True


def promise(coupon_id: int) -> None:
    """Hold the template as it is until the end of this transaction: for whoever makes a batch of it in the same one.
    (A foreign key alone is looked at when the transaction ends, so a change could slip in before that.)"""
    sql.rows(_HOLD_STILL, id=coupon_id)


@transaction.atomic
def set_retired(coupon_id: int, *, retired: bool, by: StaffMember | None, at: datetime) -> bool:
    """Out of use, or back into it; False when it was so already. A retired template goes into no new batch; coupons
    that customers hold stay what they are and end when they end."""
    asked = Coupon.objects.filter(pk=coupon_id, retired_at__isnull=retired)
    done = bool(asked.update(retired_at=at if retired else None))
    if done:
        _log(by, "retire" if retired else "reopen", Coupon.objects.get(pk=coupon_id))
    return done


def copy_of(coupon: Coupon) -> Coupon:
    """A template like this one, not saved, with a code of its own; its categories are the other's."""
    copied = {field: getattr(coupon, field) for field in _SHOWN}
    return Coupon(**copied | {"code": queries.free_code(coupon.code)})


def _changes(before: Coupon, after: Coupon, categories: Collection[Category]) -> dict[str, list[str]]:
    """Old and new text of whatever differs."""
    pairs: dict[str, tuple[Any, Any]] = {name: (getattr(before, name), getattr(after, name)) for name in _SHOWN}
    pairs["categories"] = (_names(before.categories.all()), _names(categories))
    return {name: [_text(old), _text(new)] for name, (old, new) in pairs.items() if old != new}


def _names(categories: Iterable[Category]) -> str:
    return " · ".join(sorted(category.name for category in categories))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " · ".join(value)
    return "" if value is None else str(value)


def _log(by: StaffMember | None, verb: str, coupon: Coupon, **detail: Any) -> None:
    write_log(staff=by, verb=verb, thing=THING, thing_id=coupon.pk, detail={"name": str(coupon)} | detail)
