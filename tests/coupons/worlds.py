"""Coupons and budgets for tests, with sensible defaults: everything by keyword."""

import datetime as dt
import itertools
from collections.abc import Collection
from typing import Any

from communities.models import Community, ServiceStation, StaffMember
from coupons.budgets import actions as budgets
from coupons.budgets.models import Budget
from coupons.definitions import actions as definitions
from coupons.definitions.models import Coupon
from users.orders.models import Category

_codes = itertools.count(1)


def make_coupon(*, categories: Collection[Category] = (), by: StaffMember | None = None, **fields: Any) -> Coupon:
    """Spend ¥49, get ¥12 off, for seven days after issue."""
    code = f"P-{next(_codes):02d}"
    usual = {"code": code, "name": f"券 {code}", "kind": "threshold", "threshold": 4900, "amount_off": 1200}
    if fields.get("kind", "threshold") != "threshold":
        usual |= {"threshold": 0, "amount_off": None}
    if "valid_to" not in fields:
        usual["valid_days"] = 7
    return definitions.create(Coupon(**usual | fields), categories=categories, by=by)


def make_budget(
    *,
    amount: int = 1_000_000,
    community: Community | None = None,
    station: ServiceStation | None = None,
    begins_on: dt.date = dt.date(2018, 5, 1),
    ends_on: dt.date = dt.date(2018, 5, 31),
    by: StaffMember | None = None,
    **fields: Any,
) -> Budget:
    """Ten thousand yuan for May 2018, the month in which tests play; of the company unless a place is named."""
    place = {"community": community, "station": station}
    usual = {"name": "五月", "amount": amount, "begins_on": begins_on, "ends_on": ends_on}
    return budgets.create(Budget(**usual | place | fields), by=by)
