"""One use of one coupon, told by the shop or by staff: taken or refused, kept either way, once a key."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from communities.models import StaffMember
from coupons.budgets.actions import Short
from coupons.definitions import queries as templates
from coupons.definitions import rules as definitions
from coupons.definitions.rules import Basket
from coupons.grants import rules, shares
from coupons.grants.models import Grant, Redemption


class Conflict(Exception):
    """This key was told with something else before: `redemption` is what was kept."""

    def __init__(self, redemption: Redemption) -> None:
        super().__init__(redemption.key)
        self.redemption = redemption


@dataclass(frozen=True)
class Use:
    """What was told: whose coupon, on which order (its time, what is in it before the coupon), what was taken off."""

    code: str
    customer_id: int
    order_number: str
    at: datetime
    discount: int
    basket: Basket

    @property
    def digest(self) -> str:
        told = asdict(self) | {"at": self.at.timestamp()}
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def use(told: Use, *, key: str, by: StaffMember | None = None, told_by: str = "api") -> Redemption:
    """Taken, or refused with the first reason of rules.REFUSALS. The same key and content again answers the same; the
    key with other content raises Conflict."""
    try:
        with transaction.atomic():
            return _known(told, key) or _use(told, key, by, told_by)
    except IntegrityError:  # somebody told it at the same time
        known = _known(told, key)
        if known is None:
            raise
        return known


def _known(told: Use, key: str) -> Redemption | None:
    kept = Redemption.objects.filter(key=key).first()
    if kept is not None and kept.digest != told.digest:
        raise Conflict(kept)
    return kept


def _use(told: Use, key: str, by: StaffMember | None, told_by: str) -> Redemption:
    """The coupon's row is locked, so of many who use it one finds it open. Lock order: grants, holds, budgets."""
    code = rules.normal(told.code)
    grant = Grant.objects.select_for_update().filter(code=code).first()
    reason = rules.refusal(*_facts(grant, told))
    kept = Redemption(
        grant=grant, code=told.code[:100], customer_id=told.customer_id, order_number=told.order_number, at=told.at,
        discount=told.discount, taken=False, reason=reason, told_by=told_by, by=by, key=key, digest=told.digest,
    )  # fmt: skip
    if grant is not None and not reason:
        kept.reason = _take(grant, told, by)
        kept.taken = not kept.reason
    kept.save(force_insert=True)
    return kept


def _facts(grant: Grant | None, told: Use) -> tuple[rules.Held | None, rules.Told]:
    if grant is None:
        return None, rules.Told(told.customer_id, told.at, told.discount, 0)
    terms = templates.terms_of(grant.coupon)
    held = rules.Held(grant.customer_id, grant.state, grant.valid_from, grant.expires_at)
    worth, why_not = definitions.worth(terms, told.basket), definitions.why_not(terms, told.basket)
    return held, rules.Told(told.customer_id, told.at, told.discount, worth, why_not, told.basket.counted)


def _take(grant: Grant, told: Use, by: StaffMember | None) -> str:
    """ "" when it is used now, "budget" when the money is not there (any more: a coupon that expired gave its
    reservation back, and its late use asks for it anew)."""
    held = grant.reserved if grant.state == Grant.State.OPEN else 0
    spent = shares.Change(grant.batch_id, grant.community_id, grant.station_id, 1, -held, told.discount)
    values: Mapping[str, Any] = {
        "state": Grant.State.USED, "used_at": told.at, "ended_at": told.at, "discount": told.discount,
        "order_number": told.order_number,
    }  # fmt: skip
    try:
        with transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(**values)
            shares.move([spent], kind="spend", key=f"use:{grant.pk}", by=by)
    except Short:
        return "budget"
    return ""
