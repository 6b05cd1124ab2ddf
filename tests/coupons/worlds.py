"""Coupons and budgets for tests, with sensible defaults: everything by keyword."""

import datetime as dt
import itertools
from collections.abc import Collection
from typing import Any

from communities.models import Community, ServiceStation, StaffMember
from communities.scoping import Scope
from coupons.batches import actions as batches
from coupons.batches.models import Batch
from coupons.budgets import actions as budgets
from coupons.budgets.models import Budget
from coupons.definitions import actions as definitions
from coupons.definitions.models import Coupon
from tests.factories import SHANGHAI, make_customer
from users.customers.models import Customer, Standing
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


def make_people(
    *, n: int, community: Community | None = None, lifecycle: str = "silent", rfm_class: str = "lost", **fields: Any
) -> list[Customer]:
    """So many customers with a class, as the night would leave them."""
    people = [make_customer(community=community, **fields) for _ in range(n)]
    Standing.objects.bulk_create(
        Standing(
            customer=one, community_id=community.pk if community else None, as_of=dt.date(2018, 5, 7),
            lifecycle=lifecycle, rfm_class=rfm_class, purchases=2, net=9000, frequency=2, monetary=9000,
            first_purchase=dt.date(2018, 3, 1), last_order=dt.date(2018, 4, 1),
        )
        for one in people
    )  # fmt: skip
    return people


NOON = dt.datetime(2018, 5, 7, 12, tzinfo=SHANGHAI)


def make_batch(*, by: StaffMember | None, at: dt.datetime = NOON, submitted: bool = False, **fields: Any) -> Batch:
    """A batch for every silent customer, frozen at noon of the day on which tests play, and handed in if asked."""
    usual = {"name": "沉默召回", "audience": "lifecycle=silent", "scope": Scope(everywhere=True)}
    usual |= {"coupon": fields.get("coupon") or make_coupon(), "budget": fields.get("budget") or make_budget()}
    batch = batches.draft(**usual | fields, by=by)
    batch = batches.freeze(batch.pk, at=at, by=by)
    return batches.submit(batch.pk, batch.revision, by, at) if submitted else batch
